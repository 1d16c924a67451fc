# Answers of lavaan 0.6-14 and nlme 3.1-162 (R 4.2.2) in lavaan_times.json, from the log times there.
# The lognormal model of times: one factor, all loadings 1, times missing. Prints, never writes.
suppressMessages({ library(lavaan); library(nlme); library(jsonlite) })
d <- as.data.frame(fromJSON("lavaan_times.json")$log_times)
names(d) <- paste0("y", 1:6)
model <- "s =~ 1*y1+1*y2+1*y3+1*y4+1*y5+1*y6
  s ~~ s
  s ~ 0*1"
fit <- cfa(model, d, meanstructure = TRUE, missing = "fiml", information = "expected")
print(format(parameterEstimates(fit)[, c("lhs", "op", "rhs", "est", "se")], digits = 12))
print(as.numeric(logLik(fit)), digits = 14)
print(as.numeric(lavPredict(fit))[1:5], digits = 10)
long <- reshape(d, varying = names(d), v.names = "y", timevar = "item", direction = "long", idvar = "p")
long <- long[!is.na(long$y), ]
long$item <- factor(long$item)
other <- lme(y ~ 0 + item, random = ~ 1 | p, weights = varIdent(form = ~ 1 | item), data = long,
  method = "ML")
print(as.numeric(logLik(other)), digits = 12)
