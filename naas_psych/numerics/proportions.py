"""Proportions: Wilson and Newcombe intervals and the chance that a proportion is below a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile


def wilson(successes: ArrayLike, n: ArrayLike, *, level: float) -> Interval[Floats]:
    """Wilson's score interval of a proportion; stays inside 0 and 1 and has width at 0 of n.

    nan where there is nobody to count.
    """
    k = np.asarray(successes, dtype=float)
    total = np.asarray(n, dtype=float)
    z = normal_quantile(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / total
        centre = (p + z * z / (2 * total)) / (1 + z * z / total)
        half = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    # The exact limit at 0 of n is 0 and at n of n is 1; rounding must not leave 1e-17 there.
    low = np.where(k == 0, np.where(total > 0, 0.0, np.nan), centre - half)
    high = np.where(k == total, np.where(total > 0, 1.0, np.nan), centre + half)
    return Interval(low, high)


def newcombe(
    upper: tuple[float, float], lower: tuple[float, float], *, level: float
) -> Interval[float]:
    """Newcombe's interval of p1 - p2 from two Wilson intervals; each pair is (successes, n)."""
    found = newcombe_of((upper[0], upper[1]), (lower[0], lower[1]), level=level)
    return Interval(float(found.low), float(found.high))


def newcombe_of(
    upper: tuple[ArrayLike, ArrayLike], lower: tuple[ArrayLike, ArrayLike], *, level: float
) -> Interval[Floats]:
    """The same for arrays of one shape; nan where a sample is empty."""
    first, second = wilson(*upper, level=level), wilson(*lower, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1, p2 = np.divide(*upper), np.divide(*lower)
    down = np.hypot(p1 - first.low, second.high - p2)
    up = np.hypot(first.high - p1, p2 - second.low)
    return Interval(np.asarray(p1 - p2 - down), np.asarray(p1 - p2 + up))


def probability_below(successes: float, n: float, *, line: float) -> float:
    """P(proportion < line) in the posterior with Jeffreys' prior, Beta(k + .5, n - k + .5)."""
    below: Any = betainc(successes + 0.5, n - successes + 0.5, min(max(line, 0.0), 1.0))
    return float(below)
