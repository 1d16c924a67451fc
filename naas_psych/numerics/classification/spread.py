"""Number, mean and variance of scores, and what keeps a reliability from being used with them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Spread:
    """variance with N - 1; population_variance with N; both nan below two persons."""

    n: float
    mean: float
    variance: float
    population_variance: float

    @classmethod
    def of(cls, scores: Floats, counts: Floats) -> Spread:
        """Of the scores (S,) that `counts` (S,) persons have."""
        x, weight = np.asarray(scores, dtype=float), np.asarray(counts, dtype=float)
        n = float(weight.sum())
        if n < 2:
            return cls(n, nan, nan, nan)
        mean = float(weight @ x) / n
        squares = float(weight @ (x - mean) ** 2)
        # One score shared by all leaves only the rounding error of its mean.
        squares = 0.0 if np.ptp(x[weight > 0]) == 0 else squares
        return cls(n, mean, squares / (n - 1), squares / n)


def reason_against(spread: Spread, reliability: float) -> str | None:
    """Why `reliability` gives no distribution of true scores; None where it lies in (0, 1)."""
    if spread.n < 2:
        return "too_few_persons"
    if spread.variance <= 0:
        return "no_variance"
    if not isfinite(reliability):
        return "no_reliability"
    if reliability <= 0:
        return "negative_reliability"
    return "perfect_reliability" if reliability >= 1 else None


def kr21(spread: Spread, items: int) -> float:
    """n/(n-1) [1 - mu(n - mu)/(n s2)], s2 over N; nan where it is undefined."""
    if items < 2 or not spread.population_variance > 0:
        return nan
    room = spread.mean * (items - spread.mean)
    return items / (items - 1) * (1 - room / (items * spread.population_variance))
