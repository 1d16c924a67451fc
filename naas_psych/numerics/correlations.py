"""Intervals and probabilities of a correlation, by Fisher's z."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile


def fisher_interval(r: float, df: float, *, level: float) -> Interval[float]:
    """tanh(atanh r -+ z / sqrt(N - 3)); df = N - 1. nan below N = 4 and at |r| = 1."""
    if df < 3 or not abs(r) < 1:
        return UNDEFINED
    half = normal_quantile(level) / np.sqrt(df - 2)
    z = np.arctanh(r)
    return Interval(float(np.tanh(z - half)), float(np.tanh(z + half)))


def probability_r_below(r: float, df: float, *, line: float) -> float:
    """P(rho < line) by Fisher's z with a flat prior; nan where the interval is undefined."""
    if df < 3 or not abs(r) < 1:
        return float("nan")
    return float(ndtr((np.arctanh(line) - np.arctanh(r)) * np.sqrt(df - 2)))
