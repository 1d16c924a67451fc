"""Limits of a mean, and of the difference of the means of two groups of persons."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, t_quantile


def welch(first: Floats, second: Floats, *, level: float) -> Interval[float]:
    """Limits of mean(first) - mean(second) with unequal variances; undefined below two each."""
    if min(first.size, second.size) < 2:
        return UNDEFINED
    parts = np.array([x.var(ddof=1) / x.size for x in (first, second)])
    if parts.sum() <= 0:
        return UNDEFINED
    df = parts.sum() ** 2 / (parts[0] ** 2 / (first.size - 1) + parts[1] ** 2 / (second.size - 1))
    half = t_quantile(level, float(df)) * float(np.sqrt(parts.sum()))
    gap = float(first.mean() - second.mean())
    return Interval(gap - half, gap + half)


def mean_interval(values: Floats, *, level: float) -> Interval[float]:
    """Student's limits of a mean; undefined below two values."""
    if values.size < 2:
        return UNDEFINED
    half = t_quantile(level, values.size - 1) * float(values.std(ddof=1) / np.sqrt(values.size))
    return Interval(float(values.mean()) - half, float(values.mean()) + half)
