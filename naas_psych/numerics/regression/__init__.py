"""Regressions of a score or an outcome on groups and covariates, with errors by site."""
