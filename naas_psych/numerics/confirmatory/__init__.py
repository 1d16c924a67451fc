"""Confirmatory factor models: one factor, correlated factors, a general factor with group factors.

Why our own. lavaan's answers were asked of semopy 2.3.11, the only maintained candidate in Python,
on two data sets. By maximum likelihood it stops early (chi-square 13.2756 for lavaan's 13.2740,
loadings off by .0013). Its estimators for ordered items do not run with current numpy and scipy;
with old ones its chi-square by unweighted least squares is 4086.9 for lavaan's 2160.9, and its
weighted least squares does not converge. It has no scaled statistics and no robust errors. The
models needed here have one simple shape, whose derivatives fit on a page.
"""
