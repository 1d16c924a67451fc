"""Do two variables go with a third equally well? All three were measured on the same persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.intervals import UNDEFINED, Interval


@dataclass(frozen=True)
class DependentDifference:
    """k1 r13 - k2 r23 with its interval; nan where it is undefined."""

    difference: float
    interval: Interval[float]


_NOTHING = DependentDifference(np.nan, UNDEFINED)


def dependent_difference(
    r13: float,
    r23: float,
    r12: float,
    *,
    n: int,
    level: float,
    factors: tuple[float, float] = (1.0, 1.0),
) -> DependentDifference:
    """Difference of two correlations that share variable 3, each times a known factor.

    A factor of 1 / sqrt(reliability) corrects a correlation for the unreliability of its own
    variable; the reliability is then taken as known.

    The interval is Zou's (2007), from the two Fisher intervals and the correlation between the two
    estimates. Undefined below four persons and at a correlation of 1 or -1.
    """
    if n < 4 or not max(abs(r13), abs(r23), abs(r12)) < 1:
        return _NOTHING
    first, second = (fisher_interval(r, n - 1, level=level) for r in (r13, r23))
    shared = _correlation(r13, r23, r12)
    one, two = factors
    low = _joined(one * (r13 - first.low), two * (second.high - r23), shared)
    high = _joined(one * (first.high - r13), two * (r23 - second.low), shared)
    d = one * r13 - two * r23
    return DependentDifference(d, Interval(d - low, d + high))


def _joined(first: float, second: float, shared: float) -> float:
    """Half-width of a difference, from those of its terms and their correlation."""
    return float(np.sqrt(first**2 + second**2 - 2 * shared * first * second))


def _correlation(r13: float, r23: float, r12: float) -> float:
    """Between r13 and r23 over normal samples (Pearson and Filon, 1898)."""
    lack = 1 - r12**2 - r13**2 - r23**2
    covariance = (r12 - r13 * r23 / 2) * lack + r12**3
    return covariance / ((1 - r13**2) * (1 - r23**2))
