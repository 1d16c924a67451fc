# lavaan's answers for models of several factors and for three categories.
# Rscript tests/golden/lavaan_structure.R DATA_FOLDER > tests/golden/lavaan_structure.json
suppressMessages({library(lavaan); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
items <- function(name) read.csv(file.path(folder, name, "responses.csv"))[, -(1:2)]
two <- items("verbal"); three <- items("verbal_three_categories")
situation <- substr(names(two), 1, 2)
group <- function(s) paste0(s, " =~ ", paste(names(two)[situation == s], collapse = " + "))
groups <- paste(sapply(unique(situation), group), collapse = "\n")
one <- paste0("g =~ ", paste(names(two), collapse = " + "))
few <- "g =~ S1WantCurse + S1DoCurse + S1WantScold + S1DoScold + S1WantShout + S1DoShout"
counts <- scan(text = "32 2 1 25 7 1 6 2 2 9 3 2 10 5 2 9 7 4 3 0 0 3 5 1 2 3 3 17 6 2 17 5 1 13 9 0 14 4 0 9 6 5 17 13 11 1 2 1 3 2 3 2 11 9 9 4 1 12 3 2 10 3 1 7 5 2 7 9 1 9 11 13 2 3 3 1 6 5 2 18 19", quiet = TRUE)
patterns <- expand.grid(d = 0:2, c = 0:2, b = 0:2, a = 0:2)[, 4:1]
sheet <- patterns[rep(seq_len(81), counts), ]
answer <- function(model, data, estimator, orthogonal = FALSE) {
  ordered <- if (estimator %in% c("ML", "MLR")) FALSE else names(data)
  fit <- suppressWarnings(cfa(model, data = data, std.lv = TRUE, estimator = estimator,
                              ordered = ordered, orthogonal = orthogonal))
  p <- parameterEstimates(fit); s <- standardizedSolution(fit)
  keep <- p$op == "=~"; cross <- p$op == "~~" & p$lhs != p$rhs
  m <- fitMeasures(fit)
  m <- m[intersect(names(m), c("chisq", "df", "pvalue", "chisq.scaled", "pvalue.scaled", "cfi",
    "tli", "rmsea", "cfi.scaled", "tli.scaled", "rmsea.scaled", "rmsea.ci.lower.scaled",
    "rmsea.ci.upper.scaled", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "logl", "bic", "aic",
    "baseline.chisq", "baseline.chisq.scaled"))]
  list(fit = as.list(m), factor = p$lhs[keep], item = p$rhs[keep], loading = p$est[keep],
       se = p$se[keep], standardised = s$est.std[keep], standardised_se = s$se[keep],
       correlation = p$est[cross], correlation_se = p$se[cross],
       converged = lavInspect(fit, "converged"))
}
out <- list(
  program = paste("lavaan", packageVersion("lavaan")), r = R.version.string,
  three_wlsmv = answer(one, three, "WLSMV"), three_ulsmv = answer(one, three, "ULSMV"),
  three_mlr = answer(one, three, "MLR"),
  sheet_c_wlsmv = answer("g =~ a + b + c + d", sheet, "WLSMV"),
  sheet_c_ulsmv = answer("g =~ a + b + c + d", sheet, "ULSMV"),
  few_ml = answer(few, two, "ML"),
  groups_ml = answer(groups, two, "ML"), groups_mlr = answer(groups, two, "MLR"),
  groups_wlsmv = answer(groups, two, "WLSMV"),
  bifactor_ml = answer(paste(one, groups, sep = "\n"), three, "ML", TRUE),
  bifactor_mlr = answer(paste(one, groups, sep = "\n"), three, "MLR", TRUE),
  bifactor_wlsmv = answer(paste(one, groups, sep = "\n"), three, "WLSMV", TRUE))
cat(toJSON(out, auto_unbox = TRUE, digits = 12, pretty = TRUE))
