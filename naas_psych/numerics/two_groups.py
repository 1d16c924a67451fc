"""Two groups of persons, and two orders of the same persons, compared with intervals."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile, t_quantile


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


def spearman(x: Floats, y: Floats) -> float:
    """Correlation of the ranks, ties at their mean; nan below three persons or without variance."""
    if x.size < 3:
        return float("nan")
    a, b = _ranks(x), _ranks(y)
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else float("nan")


def spearman_interval(r: float, n: int, *, level: float) -> Interval[float]:
    """tanh(atanh r -+ z sqrt((1 + r^2 / 2) / (n - 3))) (Bonett & Wright 2000)."""
    if n < 4 or not abs(r) < 1:
        return UNDEFINED
    half = normal_quantile(level) * np.sqrt((1 + r * r / 2) / (n - 3))
    z = np.arctanh(r)
    return Interval(float(np.tanh(z - half)), float(np.tanh(z + half)))


def _ranks(x: Floats) -> Floats:
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse])
