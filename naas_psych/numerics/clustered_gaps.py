"""Pass rates of two groups whose persons came in clusters, beside each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.outcome_gaps import Estimate


@dataclass(frozen=True, eq=False)
class ClusterCounts:
    """One group: members (G,) of each cluster, and passed (G, C) of them at each cut."""

    members: Floats
    passed: Floats

    @property
    def rate(self) -> Floats:
        """(C,)"""
        return np.asarray(self.passed.sum(axis=0) / self.members.sum())

    @property
    def off(self) -> Floats:
        """(G, C) by how much the cluster's passes differ from the group's rate, over n."""
        off = self.passed - self.members[:, None] * self.rate
        return np.asarray(off / self.members.sum())


@dataclass(frozen=True, eq=False)
class ClusteredGap:
    """Limits nan where a cell is empty, or where all persons came in one cluster."""

    ratio: Estimate
    difference: Estimate
    clusters: int


def clustered_gap(reference: ClusterCounts, focal: ClusterCounts, *, level: float) -> ClusteredGap:
    """Ratio and difference of two rates with limits from the spread between clusters.

    Linearised: the sum over clusters of squared residual totals times G / (G - 1), with Student's
    t at G - 1 degrees of freedom, G the clusters that have persons of either group. Both groups
    of a cluster go into its total, so what they share cancels from the difference.
    """
    p_r, p_f = reference.rate, focal.rate
    there = (reference.members + focal.members) > 0
    n = int(there.sum())
    some = (p_r > 0) & (p_r < 1) & (p_f > 0) & (p_f < 1) & (n > 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(p_r > 0, p_f / p_r, np.nan)
        log_off = focal.off / p_f - reference.off / p_r
    quantile = t_quantile(level, n - 1) if n > 1 else np.nan
    scale = n / max(n - 1, 1)
    log_half = quantile * np.sqrt(scale * _squares(log_off, some))
    half = quantile * np.sqrt(scale * _squares(focal.off - reference.off, some))
    gap = p_f - p_r
    return ClusteredGap(
        ratio=Estimate(ratio, ratio * np.exp(-log_half), ratio * np.exp(log_half)),
        difference=Estimate(gap, np.maximum(gap - half, -1.0), np.minimum(gap + half, 1.0)),
        clusters=n,
    )


def _squares(off: Floats, some: NDArray[np.bool_]) -> Floats:
    found = np.einsum("gc,gc->c", np.where(some, off, 0.0), np.where(some, off, 0.0))
    return np.where(some, found, np.nan)
