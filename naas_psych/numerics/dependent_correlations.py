"""Do two variables go with a third equally well? All three were measured on the same persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.intervals import UNDEFINED, Interval


@dataclass(frozen=True)
class DependentDifference:
    """r13 - r23 with its interval, z and two-sided p; nan where it is undefined."""

    difference: float
    interval: Interval[float]
    z: float
    p_value: float


_NOTHING = DependentDifference(np.nan, UNDEFINED, np.nan, np.nan)


def dependent_difference(
    r13: float, r23: float, r12: float, *, n: int, level: float
) -> DependentDifference:
    """Difference of two correlations that share variable 3.

    z by Steiger (1980, formula 14, with the mean of the two correlations in the covariance), the
    interval by Zou (2007) from the two Fisher intervals. Undefined below four persons and at a
    correlation of 1 or -1.
    """
    if n < 4 or not max(abs(r13), abs(r23), abs(r12)) < 1:
        return _NOTHING
    mean = (r13 + r23) / 2
    tie = _correlation(mean, mean, r12)
    z = (np.arctanh(r13) - np.arctanh(r23)) * np.sqrt((n - 3) / (2 - 2 * tie))
    first, second = (fisher_interval(r, n - 1, level=level) for r in (r13, r23))
    shared = _correlation(r13, r23, r12)
    low = np.hypot(r13 - first.low, second.high - r23)
    low = np.sqrt(low**2 - 2 * shared * (r13 - first.low) * (second.high - r23))
    high = np.hypot(first.high - r13, r23 - second.low)
    high = np.sqrt(high**2 - 2 * shared * (first.high - r13) * (r23 - second.low))
    d = r13 - r23
    return DependentDifference(
        d, Interval(float(d - low), float(d + high)), float(z), float(2 * ndtr(-abs(z)))
    )


def _correlation(r13: float, r23: float, r12: float) -> float:
    """Between r13 and r23 over normal samples (Pearson and Filon, 1898)."""
    lack = 1 - r12**2 - r13**2 - r23**2
    covariance = (r12 - r13 * r23 / 2) * lack + r12**3
    return covariance / ((1 - r13**2) * (1 - r23**2))
