"""Error of measurement of the persons of a group: alpha within groups, and its standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha_from_sums, kr21
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile
from naas_psych.numerics.measurement_error import keats, part_error_variance, smoothed


@dataclass(frozen=True, eq=False)
class GroupError:
    """What a group's marks (n, J) on one form say about their error, in points.

    totals : (n,) sums of the marks; errors : (n,) error variance of each person's total
    item_variance, variance : sum over the items, and of the totals, denominator n - 1
    """

    n_items: int
    totals: NDArray[np.int64]
    errors: Floats
    item_variance: float
    variance: float

    @property
    def n(self) -> int:
        return len(self.totals)

    @property
    def alpha(self) -> float:
        return float(alpha_from_sums(self.item_variance, _positive(self.variance), self.n_items))

    @property
    def sem(self) -> float:
        """Root of the mean error variance, which is s_X sqrt(1 - alpha)."""
        mean = self._mean
        return float(np.sqrt(mean)) if mean > 0 else float("nan")

    @property
    def log_sem_se(self) -> float:
        """Standard error of ln SEM, from how much the persons' error variances differ."""
        mean = self._mean
        if not mean > 0:
            return float("nan")
        return float(self.errors.std(ddof=1) * np.sqrt(self.n) / (self.n - 1) / (2 * mean))

    @property
    def _mean(self) -> float:
        return float(self.errors.sum() / (self.n - 1)) if self.n > 2 else float("nan")


def group_error(marks: NDArray[Any]) -> GroupError:
    """Of persons with marks (n, J) from 0 on items that differ from person to person somewhere."""
    n, n_items = marks.shape
    totals = marks.sum(axis=1, dtype=np.int64)
    if n < 3 or n_items < 2:
        return GroupError(n_items, totals, np.full(n, np.nan), np.nan, np.nan)
    return GroupError(
        n_items=n_items,
        totals=totals,
        errors=part_error_variance(marks, np.asarray(marks.mean(axis=0))),
        item_variance=float(marks.var(axis=0, ddof=1).sum()),
        variance=float(totals.var(ddof=1)),
    )


def alpha_within(parts: Sequence[GroupError]) -> float:
    """Alpha from the variances within the groups, pooled: a gap between them is no reliability."""
    weight = np.array([one.n - 1 for one in parts], dtype=float)
    items = weight @ [one.item_variance for one in parts]
    total = weight @ [one.variance for one in parts]
    return float(alpha_from_sums(items, _positive(float(total)), parts[0].n_items))


def sem_limits(one: GroupError, *, level: float) -> Interval[float]:
    """SEM exp(-+ z se) from how much the persons' own error variances differ."""
    return _around(one.sem, one.log_sem_se, level)


def sem_ratio(one: GroupError, other: GroupError) -> float:
    """SEM of one group over that of another."""
    return one.sem / other.sem if other.sem > 0 else float("nan")


def sem_ratio_limits(one: GroupError, other: GroupError, *, level: float) -> Interval[float]:
    """The ratio exp(-+ z se); two groups of different persons."""
    spread = float(np.hypot(one.log_sem_se, other.log_sem_se))
    return _around(sem_ratio(one, other), spread, level)


def error_at(one: GroupError, score: Floats, *, binary: bool) -> Floats:
    """Standard error at totals in points: Lord-Keats for right/wrong items, else Feldt-Qualls."""
    if not binary:
        return smoothed(one.totals, one.errors, score)
    simple = np.nan
    if one.n_items > 1 and one.n:
        simple = float(kr21(one.totals.mean(), one.totals.var(), one.n_items))
    return keats(score, one.n_items, reliability=one.alpha, kr21=simple)


def _positive(variance: float) -> float:
    return variance if variance > 0 else float("nan")


def _around(value: float, spread: float, level: float) -> Interval[float]:
    if not (np.isfinite(value) and np.isfinite(spread)):
        return UNDEFINED
    factor = float(np.exp(normal_quantile(level) * spread))
    return Interval(value / factor, value * factor)
