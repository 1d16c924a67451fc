"""Standardised difference of two means, in one sample or pooled over several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.intervals import Interval, normal_quantile


@dataclass(frozen=True)
class Difference:
    """Hedges' g (second group minus first), its variance, and the persons behind it."""

    g: float
    variance: float
    n_first: int
    n_second: int

    def interval(self, level: float) -> Interval[float]:
        """g -+ z standard errors."""
        half = normal_quantile(level) * np.sqrt(self.variance)
        return Interval(float(self.g - half), float(self.g + half))


def standardised_difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> Difference:
    """Hedges' g of two samples; nan with fewer than two persons in either, or without spread.

    g = (1 - 3 / (4 df - 1)) (mean2 - mean1) / s with the pooled s, df = n1 + n2 - 2;
    var(g) = (n1 + n2) / (n1 n2) + g^2 / (2 (n1 + n2)). Hedges (1981).
    """
    n, m = first.size, second.size
    if min(n, m) < 2:
        return Difference(np.nan, np.nan, n, m)
    df = n + m - 2
    pooled = ((n - 1) * first.var(ddof=1) + (m - 1) * second.var(ddof=1)) / df
    if not pooled > 0:
        return Difference(np.nan, np.nan, n, m)
    d = float((second.mean() - first.mean()) / np.sqrt(pooled))
    g = d * (1 - 3 / (4 * df - 1)) if df > 1 else d
    return Difference(g, (n + m) / (n * m) + g * g / (2 * (n + m)), n, m)


def pooled_difference(parts: Iterable[Difference]) -> Difference:
    """Several samples weighted by their precision; those without a value are left out."""
    known = [part for part in parts if np.isfinite(part.g)]
    if not known:
        return Difference(np.nan, np.nan, 0, 0)
    weight = np.array([1 / part.variance for part in known])
    g = float(weight @ [part.g for part in known] / weight.sum())
    return Difference(
        g,
        float(1 / weight.sum()),
        sum(part.n_first for part in known),
        sum(part.n_second for part in known),
    )
