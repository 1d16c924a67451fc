"""The share who reach a cut that is itself uncertain, among persons who came in clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.cluster_shares import cluster_shares, cluster_tails
from naas_psych.numerics.multipliers import multipliers

#: Rounding of sums and shares: a score this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True)
class Rate:
    """The share at or above the cut and its limits; nan without persons."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class UncertainCut:
    """A cut on the scale of the scores with its standard error; 0 for one that is certain."""

    value: float
    se: float = 0.0


def rate_at_cut(
    scores: Floats,
    clusters: NDArray[np.int64],
    cut: UncertainCut,
    *,
    level: float,
    seed: int,
    draws: int = 2000,
) -> Rate:
    """The observed share (N,) at or above the cut, with sampling and the cut's error together.

    The sampling error is that of the sweep over all cuts (`cluster_shares`); the cut is drawn from
    a normal distribution and reaches up to the next score, as cuts do.
    """
    n = scores.size
    if n == 0:
        return Rate(np.nan, np.nan, np.nan)
    points, place = np.unique(scores, return_inverse=True)
    codes = np.unique(clusters, return_inverse=True)[1]
    n_clusters = int(codes.max()) + 1
    tails = cluster_tails(place, codes, np.ones(n), shape=(n_clusters, points.size))
    # Below each score, and at last below a cut that nobody reaches.
    below = cluster_shares(
        tails[:, :1] - tails,
        tails[:, 0],
        unit=1 / n,
        sure=np.zeros(points.size + 1, dtype=bool),
    )
    at = int(np.searchsorted(points, cut.value - _NEAR))
    value = 1 - float(below.share[at])
    if not cut.se > 0:
        low, high = below.limits(level)
        return Rate(value, 1 - float(high[at]), 1 - float(low[at]))
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, draws, 1))))
    moved = cut.value - _NEAR + cut.se * stream.standard_normal(draws)
    weights = multipliers(n_clusters, draws, seed=seed)
    reach = 1 - below.draws_at(weights, np.searchsorted(points, moved))
    low, high = np.quantile(reach, [(1 - level) / 2, (1 + level) / 2])
    return Rate(value, min(float(low), value), max(float(high), value))
