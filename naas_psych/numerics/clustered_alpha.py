"""Alpha with some items put together: does a test look reliable because items repeat each other?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.grouped_bootstrap import resampled_statistics
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.moments import moments


@dataclass(frozen=True)
class ClusteredAlpha:
    """Alpha over items, over units (a cluster is one unit), and their difference with limits."""

    items: float
    units: float
    drop: float
    drop_interval: Interval[float]


def clustered_alpha(
    points: NDArray[Any],
    clusters: Sequence[NDArray[np.int64]],
    *,
    replicates: int,
    seed: int,
    level: float,
) -> ClusteredAlpha:
    """Alpha of `points` (N, J), and with the items of each cluster added up to one.

    The limits are bootstrap percentiles over persons; NaN with fewer than two replicates. NaN where
    fewer than two units are left or nothing varies.
    """
    to_units = unit_matrix(points.shape[1], clusters)
    both = _both(moments(points).covariance[None], to_units)[0]
    interval = UNDEFINED
    if replicates > 1 and np.isfinite(both).all():
        drawn = resampled_statistics(
            points, lambda c: _both(c, to_units), replicates=replicates, seed=seed
        )
        gap = drawn[:, 0] - drawn[:, 1]
        low, high = np.nanquantile(gap, [(1 - level) / 2, (1 + level) / 2])
        interval = Interval(float(low), float(high))
    return ClusteredAlpha(float(both[0]), float(both[1]), float(both[0] - both[1]), interval)


def unit_matrix(n_items: int, clusters: Sequence[NDArray[np.int64]]) -> Floats:
    """(J, U) of 0 and 1: which unit each item belongs to; an item in no cluster is its own."""
    joined = np.concatenate([*clusters, np.empty(0, np.int64)])
    alone = np.setdiff1d(np.arange(n_items), joined)
    units = [*clusters, *alone[:, None]]
    found = np.zeros((n_items, len(units)))
    for u, members in enumerate(units):
        found[members, u] = 1.0
    return found


def _both(covariance: Floats, to_units: Floats) -> Floats:
    """Alpha (b, 2) over items and over units."""
    units = to_units.T @ covariance @ to_units
    few = to_units.shape[1] < 2
    over_units = np.full(len(covariance), np.nan) if few else alpha(units)
    return np.stack([alpha(covariance), over_units], axis=1)
