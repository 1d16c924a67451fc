"""Ability to match persons on: the true rest score that their rest score leads one to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class MatchingSet:
    """Shares of marks on the K items that persons are matched on, summed up by person and group.

    Attributes
    ----------
    deviations : (N, K) from the item's mean within the group, 0 where there is no mark
    squares : (G, K) sums of their squares by group
    seen : (N, K) where there is a mark
    total, deviation, n : (N,) sum of shares, sum of deviations, number of marks
    shares : (N, K), 0 where there is no mark
    rows : the persons of each group
    """

    shares: Floats
    deviations: Floats
    squares: Floats
    seen: NDArray[np.bool_]
    total: Floats
    deviation: Floats
    n: NDArray[np.int64]
    rows: tuple[NDArray[np.int64], ...]

    def true_rest(self, item: int | None) -> Floats:
        """(N,) expected true mean share on the set, without the set's own `item`.

        Kelley's (1947) estimate within each group, mean + alpha (rest - mean): an observed rest
        score as it stands would leave part of a difference between the groups uncontrolled, the
        larger the less reliable it is. nan for persons without a rest score.
        """
        total, n, deviation = self.total, self.n, self.deviation
        if item is not None:
            total = total - self.shares[:, item]
            deviation = deviation - self.deviations[:, item]
            n = n - self.seen[:, item]
        rest = total / np.where(n > 0, n, np.nan)
        found = np.full(rest.size, np.nan)
        k = self.shares.shape[1] - (item is not None)
        for rows, squares in zip(self.rows, self.squares, strict=True):
            own = rest[rows]
            if k == 0 or not np.isfinite(own).any():
                continue
            mean = float(np.nanmean(own))
            others = float(squares.sum()) - (0.0 if item is None else float(squares[item]))
            alpha = _alpha(others, deviation[rows], k)
            found[rows] = mean + alpha * (own - mean)
        return found


def matching_set(shares: Floats, group: NDArray[np.int64]) -> MatchingSet:
    """A set from shares of marks (N, K), nan where there is none; group (N,) from 0."""
    seen = np.isfinite(shares)
    filled = np.where(seen, shares, 0.0)
    rows = tuple(np.flatnonzero(group == g) for g in np.unique(group))
    deviations = np.zeros_like(filled)
    for own in rows:
        n = np.maximum(seen[own].sum(axis=0), 1)
        deviations[own] = np.where(seen[own], filled[own] - filled[own].sum(axis=0) / n, 0.0)
    return MatchingSet(
        shares=filled,
        deviations=deviations,
        squares=np.stack([(deviations[own] ** 2).sum(axis=0) for own in rows]),
        seen=seen,
        total=filled.sum(axis=1),
        deviation=deviations.sum(axis=1),
        n=seen.sum(axis=1),
        rows=rows,
    )


def _alpha(item_squares: float, deviation: Floats, k: int) -> float:
    """Alpha with a gap counted as the item's mean, held between 0 and 1; 1 for a single item."""
    if k < 2:
        return 1.0
    total = float(deviation @ deviation)
    return float(np.clip(k / (k - 1) * (1 - item_squares / total), 0, 1)) if total > 0 else 0.0


def shares_of_marks(
    marks: NDArray[Any], lowest: NDArray[np.int64], highest: NDArray[np.int64]
) -> Floats:
    """(N, J) marks as shares of what the item can give; nan where there is no mark or no range."""
    width = (highest - lowest).astype(float)
    shares = (marks - lowest) / np.where(width > 0, width, np.nan)
    return np.asarray(np.where(marks >= 0, shares, np.nan))
