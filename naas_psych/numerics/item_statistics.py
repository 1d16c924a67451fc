"""Classical statistics of one item from its counts; each is one formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile
from naas_psych.numerics.proportions import wilson


@dataclass(frozen=True)
class Facility:
    """Facility with limits, and the mean and N - 1 standard deviation in points.

    `dichotomous` is true when every score that occurs is the lowest or the highest possible.
    """

    n: int
    value: float
    low: float
    high: float
    mean: float
    sd: float
    dichotomous: bool


def facility(counts: NDArray[np.int64], lowest: int, highest: int, *, level: float) -> Facility:
    """(mean - min) / (max - min) from counts (S,) of the scores 0, 1, 2 ... in points.

    Wilson's interval for a dichotomous item; else p -+ z s / ((max - min) sqrt n), cut at 0 and 1
    and undefined where nothing varies, because its width would be 0.
    """
    gap = float("nan")
    n = int(counts.sum())
    if n == 0 or highest <= lowest:
        return Facility(n, gap, gap, gap, gap, gap, highest - lowest == 1)
    scores = np.arange(counts.size, dtype=float)
    mean = float(counts @ scores) / n
    squares = float(counts @ np.where(counts > 0, scores - mean, 0.0) ** 2)
    sd = float(np.sqrt(squares / (n - 1))) if n > 1 else gap
    value = (mean - lowest) / (highest - lowest)
    dichotomous = bool(set(np.flatnonzero(counts)) <= {lowest, highest})
    if dichotomous:
        limits = wilson(counts[highest] if counts.size > highest else 0, n, level=level)
        low, high = float(limits.low), float(limits.high)
    else:
        half = normal_quantile(level) * sd / ((highest - lowest) * np.sqrt(n)) if sd > 0 else gap
        low, high = float(np.maximum(0.0, value - half)), float(np.minimum(1.0, value + half))
    return Facility(n, value, low, high, mean, sd, dichotomous)


@dataclass(frozen=True)
class GroupFacilities:
    """Persons, facility and its limits in each of k groups, arrays (k,)."""

    n: Floats
    value: Floats
    limits: Interval[Floats]


def group_facilities(
    counts: Floats, scaled: Floats, *, dichotomous: bool, level: float
) -> GroupFacilities:
    """Facilities from counts (K, k) of the scores in each group; scaled (K,) maps scores to 0..1.

    Limits as in `facility`. No group may be empty.
    """
    n = counts.sum(axis=0)
    value = scaled @ counts / n
    if dichotomous:
        return GroupFacilities(n, value, wilson(np.rint(value * n), n, level=level))
    squares = (counts * (scaled[:, None] - value[None, :]) ** 2).sum(axis=0)
    occurs = (counts > 0).sum(axis=0)
    error = np.sqrt(squares / np.maximum(n - 1, 1) / n)
    half = normal_quantile(level) * np.where(occurs > 1, error, np.nan)
    return GroupFacilities(
        n, value, Interval(np.maximum(0.0, value - half), np.minimum(1.0, value + half))
    )


def alpha_if_dropped(variances: Floats, with_total: Floats) -> Floats:
    """Alpha of the other items, for each item (J,), in closed form.

    Dropping item i takes 2 cov(y_i, X) - s2_i off the variance of the total, so the item
    variances and their covariances with the total are enough: no second pass over persons.
    """
    k = variances.size
    if k < 3:
        return np.full(k, np.nan)
    total = with_total.sum() - 2 * with_total + variances
    parts = variances.sum() - variances
    safe = np.where(total > 1e-12 * max(1.0, with_total.sum()), total, np.nan)
    return np.asarray((k - 1) / (k - 2) * (1 - parts / safe))
