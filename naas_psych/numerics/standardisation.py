"""Standardisation: what persons of two groups with the same matching score earn on an item.

Dorans and Kulick (1986) compare the proportion correct of the focal group with that of the
reference group at each score, and average the differences over the scores of the focal group. With
mean scores in place of proportions the same holds for graded items (Dorans & Schmitt 1991).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from naas_psych.numerics.arrays import Floats

Weights = Literal["focal", "reference", "total"]
#: How many persons the variance of all at a score counts as, beside a group's own.
_LEAN = 10.0


@dataclass(frozen=True, eq=False)
class Standardised:
    """Of J items: the standardised difference in points, focal less reference.

    difference, se : (J,); nan where no score has persons of both groups
    reference, focal : (J,) standardised means, in points
    """

    difference: Floats
    se: Floats
    reference: Floats
    focal: Floats

    def odds_ratio(self, width: Floats) -> Floats:
        """(J,) odds of the reference over those of the focal group, for items of `width` points."""
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = [p / (1 - p) for p in (self.reference / width, self.focal / width)]
            return np.asarray(odds[0] / odds[1])


def standardised(counts: Any, *, weights: Weights = "focal") -> Standardised:
    """The standardised difference of each item from counts (J, S, 2, C).

    D = sum_k w_k (mean_Fk - mean_Rk) / sum_k w_k over the scores k with persons of both groups.
    Its variance is sum w_k^2 (s2_Fk / n_Fk + s2_Rk / n_Rk) / (sum w_k)^2.

    The plug-in variance of n persons is too small by (n - 1) / n, and nothing where all have the
    same score; with matching on every score n is often 1 to 5. So the variance of a group leans on
    that of all persons at the score, as if that were known from ten more:
    s2_g = (SS_g + 10 SS / (T - 1)) / (n_g + 9). That is right on average if the groups do not
    differ, and Dorans and Kulick's formula where n is large.
    """
    sums = _sums(counts)
    n_reference, n_focal = sums.n
    both = (n_reference > 0) & (n_focal > 0)
    used = {"focal": n_focal, "reference": n_reference, "total": n_reference + n_focal}[weights]
    used = np.where(both, used, 0.0)
    total = used.sum(axis=1)
    fill = _spread(sums.n.sum(axis=0), sums.total.sum(axis=0), sums.squares.sum(axis=0))
    means, variance = [], np.zeros(total.shape)
    for n, earned, squares in zip(sums.n, sums.total, sums.squares, strict=True):
        persons = np.where(both, n, 1.0)
        mean = earned / persons
        means.append((used * mean).sum(axis=1))
        # A difference of two large sums: rounding must not leave less than nothing.
        own = np.maximum(squares - earned * mean, 0.0)
        spread = (own + _LEAN * fill) / (persons - 1 + _LEAN)
        variance += (used**2 / persons * spread).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = means[0] / total, means[1] / total
        return Standardised(high - low, np.sqrt(variance) / total, low, high)


@dataclass(frozen=True, eq=False)
class _Sums:
    """(2, J, S) persons, sum and sum of squares of their points, at each matching score."""

    n: Floats
    total: Floats
    squares: Floats


def _sums(counts: Any) -> _Sums:
    # Category by category: a sum over a last axis of two is ten times slower.
    first = np.asarray(counts).transpose(3, 2, 0, 1).astype(float, order="C")
    n = first.sum(axis=0)
    total, squares = np.zeros_like(n), np.zeros_like(n)
    for points, persons in enumerate(first):
        total += points * persons
        squares += points**2 * persons
    return _Sums(n, total, squares)


def _spread(n: Floats, total: Floats, squares: Floats) -> Floats:
    """(J, S) variance of the scores of all persons at a matching score."""
    about_mean = squares - total**2 / np.maximum(n, 1.0)
    return np.asarray(np.maximum(about_mean, 0.0) / np.maximum(n - 1, 1.0))
