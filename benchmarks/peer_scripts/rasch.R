# Conditional maximum likelihood of the Rasch model in R: eRm or psychotools, with standard errors.
# Rscript rasch.R PACKAGE scores.csv out.json
words <- commandArgs(TRUE)
suppressMessages(library(words[1], character.only = TRUE))
x <- as.matrix(read.csv(words[2], header = FALSE))
fits <- list(
  eRm = function() RM(x),
  psychotools = function() raschmodel(x)
)
took <- system.time(fit <- fits[[words[1]]]())[["elapsed"]]
b <- if (words[1] == "eRm") -fit$betapar else c(0, fit$coefficients)
hwm <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
memory <- as.numeric(gsub("[^0-9]", "", hwm)) / 1024
numbers <- function(v) paste0("[", paste(format(v, digits = 15), collapse = ", "), "]")
cat(sprintf(
  '{"first": %.3f, "seconds": %.3f, "memory_mb": %.1f, "version": "%s", "a": %s, "b": %s}',
  took, took, memory, as.character(packageVersion(words[1])), numbers(rep(1, length(b))), numbers(b)
), file = words[3])
