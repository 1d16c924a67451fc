"""The reliability chapter: coefficients, error of measurement, subscores."""
