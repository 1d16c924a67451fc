"""Ranks with ties, and what rests on them: Spearman's r, and the test of Mann and Whitney."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile


def midranks(values: Floats) -> Floats:
    """Ranks (n,) from 1; equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])


def spearman(x: Floats, y: Floats) -> float:
    """Correlation of the ranks, ties at their mean; nan below three persons or without variance."""
    if x.size < 3:
        return float("nan")
    a, b = midranks(x), midranks(y)
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


def rank_test(values: Floats, first: NDArray[np.bool_]) -> float:
    """Two-sided p of Mann and Whitney's test by the normal distribution; ties share their rank.

    Of `values` (n,), those where `first` (n,) is true against the others; nan where all are equal.
    """
    ranks = midranks(values)
    n, m = int(first.sum()), int((~first).sum())
    spread = np.sqrt(n * m / (n + m) * ranks.var(ddof=1))
    if not spread > 0:
        return float("nan")
    z = (ranks[first].sum() - n * (n + m + 1) / 2) / spread
    return float(2 * ndtr(-abs(z)))
