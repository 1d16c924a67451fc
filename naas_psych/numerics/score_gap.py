"""Gap between two groups in a score, within forms: means, and who scores above whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile, t_quantile
from naas_psych.numerics.mean_difference import (
    Difference,
    pooled_difference,
    standardised_difference,
)


@dataclass(frozen=True, eq=False)
class Pair:
    """Scores of the persons of one form: of the reference (n,) and of the focal group (m,)."""

    reference: Floats
    focal: Floats


@dataclass(frozen=True)
class MeanGap:
    """Mean of the focal group less that of the reference, within forms.

    Each form counts as n m / (n + m), in both means alike: forms need not be equally hard.
    """

    mean_reference: float
    mean_focal: float
    sd_reference: float
    sd_focal: float
    variance: float
    df: float

    @property
    def difference(self) -> float:
        return self.mean_focal - self.mean_reference

    def interval(self, level: float) -> Interval[float]:
        """The difference -+ t standard errors, with unequal variances (Welch)."""
        if not self.df > 0:
            return UNDEFINED
        half = t_quantile(level, self.df) * float(np.sqrt(self.variance))
        return Interval(self.difference - half, self.difference + half)


@dataclass(frozen=True)
class Superiority:
    """Chance that a focal person scores above one of the reference; a tie counts as half."""

    value: float
    variance: float

    def interval(self, level: float) -> Interval[float]:
        """Limits on the logit scale, so that they stay within 0 and 1; undefined at either end."""
        p = self.value
        if not (0 < p < 1 and self.variance > 0):
            return UNDEFINED
        half = normal_quantile(level) * np.sqrt(self.variance) / (p * (1 - p))
        low, high = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + np.array([-half, half]))))
        return Interval(float(low), float(high))


def comparable(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """The forms with two persons or more of both groups."""
    return tuple(one for one in pairs if min(one.reference.size, one.focal.size) > 1)


def standardised_gap(pairs: Sequence[Pair]) -> Difference:
    """Hedges' g of each form, pooled by its precision; negative where the focal group is lower."""
    return pooled_difference(standardised_difference(one.reference, one.focal) for one in pairs)


def mean_gap(pairs: Sequence[Pair]) -> MeanGap:
    """Means and spreads of forms that are `comparable`; at least one."""
    sizes = np.array([(one.reference.size, one.focal.size) for one in pairs], dtype=float)
    weight = sizes.prod(axis=1) / sizes.sum(axis=1)
    weight /= weight.sum()
    means = np.array([(one.reference.mean(), one.focal.mean()) for one in pairs])
    spreads = np.array([(one.reference.var(ddof=1), one.focal.var(ddof=1)) for one in pairs])
    errors = weight[:, None] ** 2 * spreads / sizes
    variance = float(errors.sum())
    free = float((errors**2 / (sizes - 1)).sum())
    sd = np.sqrt((spreads * (sizes - 1)).sum(axis=0) / (sizes - 1).sum(axis=0))
    mean = weight @ means
    return MeanGap(
        mean_reference=float(mean[0]),
        mean_focal=float(mean[1]),
        sd_reference=float(sd[0]),
        sd_focal=float(sd[1]),
        variance=variance,
        df=variance**2 / free if free > 0 else np.nan,
    )


def superiority(pairs: Sequence[Pair]) -> Superiority:
    """Chance and its variance (DeLong) within forms, each counting as its number of pairs."""
    weight = np.array([one.reference.size * one.focal.size for one in pairs], dtype=float)
    weight /= weight.sum()
    found = [_one_form(one) for one in pairs]
    return Superiority(
        value=float(weight @ [one.value for one in found]),
        variance=float(weight**2 @ [one.variance for one in found]),
    )


def _one_form(pair: Pair) -> Superiority:
    below = _share_below(pair.focal, pair.reference)
    above = 1 - _share_below(pair.reference, pair.focal)
    variance = below.var(ddof=1) / below.size + above.var(ddof=1) / above.size
    return Superiority(float(below.mean()), float(variance))


def _share_below(values: Floats, others: Floats) -> Floats:
    """For each value the share of the others below it, those equal to it counting half."""
    ordered = np.sort(others)
    left = np.searchsorted(ordered, values, side="left")
    right = np.searchsorted(ordered, values, side="right")
    return np.asarray((left + right) / (2 * others.size))
