"""Upper and lower groups by total score, ties taken in (rule a, inclusive)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile
from naas_psych.numerics.proportions import newcombe
from naas_psych.numerics.rest_table import RestTable


@dataclass(frozen=True)
class GroupCuts:
    """Upper group: total >= upper; lower group: total <= lower. `reason` when undefined."""

    upper: float
    lower: float
    reason: str | None = None


@dataclass(frozen=True)
class GroupScores:
    """Persons by code (K,) in the upper and in the lower group."""

    upper: Floats
    lower: Floats

    def __add__(self, other: GroupScores) -> GroupScores:
        return GroupScores(self.upper + other.upper, self.lower + other.lower)


def group_cuts(totals: NDArray[np.int64], share: float) -> GroupCuts:
    """Cuts so that each group has n_g = floor(share N + .5) persons, and all who tie with them."""
    size = int(np.floor(share * totals.size + 0.5))
    if size < 1:
        return GroupCuts(np.nan, np.nan, "too_few_persons")
    cumulative = np.cumsum(np.bincount(totals))
    lower = int(np.searchsorted(cumulative, size))
    upper = int(np.searchsorted(cumulative, totals.size - size + 1))
    return GroupCuts(upper, lower, "groups_overlap" if lower >= upper else None)


def group_scores(table: RestTable, points: Floats, cuts: GroupCuts) -> GroupScores:
    """Codes of the persons in either group; a person's total is rest + points of the code."""
    total = points[:, None] + table.rest[None, :]
    return GroupScores(
        (table.counts * (total >= cuts.upper)).sum(axis=1),
        (table.counts * (total <= cuts.lower)).sum(axis=1),
    )


@dataclass(frozen=True)
class UpperLower:
    """D with its interval and the two groups behind it."""

    d: float
    low: float
    high: float
    p_upper: float
    p_lower: float
    n_upper: float
    n_lower: float


def upper_lower(groups: GroupScores, facility: Floats, *, level: float) -> UpperLower:
    """D = facility in the upper group minus facility in the lower; facility (K,) by code, 0 to 1.

    Newcombe's interval when every score is 0 or 1, else the normal one, cut at -1 and 1.
    """
    n_upper, n_lower = float(groups.upper.sum()), float(groups.lower.sum())
    if n_upper == 0 or n_lower == 0:
        gap = float("nan")
        return UpperLower(gap, gap, gap, gap, gap, n_upper, n_lower)
    right = float(groups.upper @ facility), float(groups.lower @ facility)
    p_upper, p_lower = right[0] / n_upper, right[1] / n_lower
    used = (groups.upper + groups.lower) > 0
    if np.isin(facility[used], (0.0, 1.0)).all():
        limits = newcombe((right[0], n_upper), (right[1], n_lower), level=level)
    else:
        limits = _normal_limits(groups, facility, level=level)
    return UpperLower(
        p_upper - p_lower,
        limits.low,
        limits.high,
        p_upper,
        p_lower,
        n_upper,
        n_lower,
    )


def _normal_limits(groups: GroupScores, facility: Floats, *, level: float) -> Interval[float]:
    d = 0.0
    variance = 0.0
    for sign, counts in ((1, groups.upper), (-1, groups.lower)):
        n = counts.sum()
        mean = counts @ facility / n
        d += sign * mean
        squares = counts @ (facility - mean) ** 2
        variance += squares / (n - 1) / n if n > 1 else np.nan
    half = normal_quantile(level) * np.sqrt(variance)
    return Interval(float(max(-1.0, d - half)), float(min(1.0, d + half)))
