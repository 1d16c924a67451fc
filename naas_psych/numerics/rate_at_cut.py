"""The share who reach a cut that is itself uncertain, among persons who came in clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.multipliers import multipliers
from naas_psych.numerics.proportions import wilson


@dataclass(frozen=True)
class Rate:
    """The share at or above the cut and its limits; nan without persons."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class UncertainCut:
    """A cut on the scale of the scores; se nan or 0 for one that is certain, df inf for normal."""

    value: float
    se: float = 0.0
    df: float = np.inf


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

    Both are drawn (clusters by multipliers, the cut from t) and their quantiles taken; limits are
    never closer than Wilson's, which leave room where everybody or nobody reaches the cut.
    """
    n = scores.size
    if n == 0:
        return Rate(np.nan, np.nan, np.nan)
    near = cut.value - 1e-9
    value = float((scores >= near).mean())
    points, place = np.unique(scores, return_inverse=True)
    counts = np.zeros((int(clusters.max()) + 1, points.size))
    np.add.at(counts, (clusters, place), 1.0)
    # (G, U + 1) who reach each score and none beyond the last; then their excess over the share.
    reach = np.hstack([counts[:, ::-1].cumsum(axis=1)[:, ::-1], np.zeros((len(counts), 1))])
    share = reach.sum(axis=0) / n
    excess = reach - counts.sum(axis=1)[:, None] * share
    weights = multipliers(len(counts), draws, seed=seed)
    drawn_cut = near + _errors(cut, draws, seed)
    at = np.searchsorted(points, drawn_cut)
    drawn = share[at] + np.einsum("rg,gr->r", weights, excess[:, at]) / n
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    plain = wilson(value * n, n, level=level)
    return Rate(
        value, max(0.0, min(float(low), float(plain.low))), min(1.0, max(high, float(plain.high)))
    )


def _errors(cut: UncertainCut, draws: int, seed: int) -> Floats:
    if not cut.se > 0:
        return np.zeros(draws)
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, draws, 1))))
    if not np.isfinite(cut.df):
        return np.asarray(cut.se * stream.standard_normal(draws))
    return np.asarray(cut.se * stream.standard_t(max(cut.df, 1), draws))
