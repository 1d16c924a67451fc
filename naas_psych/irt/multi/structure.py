"""Which slopes are free: the map from one vector of parameters to the values of every item.

A test has D primary dimensions that any item may load on, and clusters of items that share a
specific factor of their own. A test of two dimensions is one cluster without a specific factor; a
bifactor test has one primary dimension, the general factor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Cluster:
    """items : (n,) places of the items; specific : whether they share a factor of their own."""

    items: NDArray[np.int64]
    specific: bool


@dataclass(frozen=True)
class Batch:
    """Items of one cluster and number of categories; rows : (n,) their places in the cluster."""

    cluster: int
    rows: NDArray[np.int64]
    items: NDArray[np.int64]
    n_categories: int


@dataclass(frozen=True)
class Structure:
    """All J items. An item's V values: D primary slopes, the specific slope, M intercepts.

    where : (J, V) the place of each value in z, -1 where it is fixed at 0
    sign : (J, V) a value is sign times z
    solved : (J,) items with the same number share a parameter and are solved together
    n_items_free : parameters of items; those of correlations follow in z
    free_correlations : whether they are estimated; else they are as in `correlations` (D, D)
    """

    n_dimensions: int
    clusters: tuple[Cluster, ...]
    batches: tuple[Batch, ...]
    n_categories: NDArray[np.int64]
    where: NDArray[np.int64]
    sign: Floats
    solved: NDArray[np.int64]
    n_items_free: int
    free_correlations: bool
    correlations: Floats

    @property
    def n_free(self) -> int:
        pairs = self.n_dimensions * (self.n_dimensions - 1) // 2
        return self.n_items_free + (pairs if self.free_correlations else 0)


def structure_of(
    free: NDArray[np.bool_],
    n_categories: NDArray[np.int64],
    *,
    cluster_of: NDArray[np.int64] | None = None,
    twins: NDArray[np.int64] | None = None,
    sign: Floats | None = None,
    free_correlations: bool = False,
) -> Structure:
    """The structure of items with these free slopes.

    Parameters
    ----------
    free : (J, D) free slopes on the primary dimensions
    cluster_of : (J,) the cluster of each item, -1 for those without a specific factor
    twins : (j,) clusters whose items have one specific slope in common
    sign : (J,) -1 where a common slope enters with the other sign
    """
    n_items, n_dimensions = free.shape
    group = np.full(n_items, -1) if cluster_of is None else cluster_of
    numbers = np.unique(group)
    clusters = tuple(Cluster(np.flatnonzero(group == g), bool(g >= 0)) for g in numbers)
    batches = tuple(
        Batch(c, rows, cluster.items[rows], int(k))
        for c, cluster in enumerate(clusters)
        for k in np.unique(n_categories[cluster.items])
        for rows in [np.flatnonzero(n_categories[cluster.items] == k)]
    )
    where = _numbered(free, group, n_categories)
    signs = np.ones(where.shape)
    solved = np.arange(n_items)
    for twin in () if twins is None else twins:
        own = np.flatnonzero(group == twin)
        where[own, n_dimensions] = where[own[0], n_dimensions]
        solved[own] = own[0]
        if sign is not None:
            signs[own, n_dimensions] = sign[own]
    return Structure(
        n_dimensions=n_dimensions,
        clusters=clusters,
        batches=batches,
        n_categories=np.asarray(n_categories, np.int64),
        where=_without_gaps(where),
        sign=signs,
        solved=solved,
        n_items_free=int(np.unique(where[where >= 0]).size),
        free_correlations=free_correlations,
        correlations=np.eye(n_dimensions),
    )


def _numbered(
    free: NDArray[np.bool_], group: NDArray[np.int64], n_categories: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(J, V) consecutive numbers of the free values, -1 elsewhere."""
    steps = np.arange(int(n_categories.max()) - 1)
    has_step = steps < (n_categories - 1)[:, None]
    mask = np.concatenate([free, (group >= 0)[:, None], has_step], axis=1)
    where = np.full(mask.shape, -1)
    where[mask] = np.arange(int(mask.sum()))
    return where


def _without_gaps(where: NDArray[np.int64]) -> NDArray[np.int64]:
    used, place = np.unique(where, return_inverse=True)
    return np.asarray(place.reshape(where.shape) - (used[0] < 0), np.int64)


def values_of(structure: Structure, z: Floats) -> Floats:
    """(J, V), 0 where nothing is free."""
    own = np.where(structure.where >= 0, z[np.maximum(structure.where, 0)], 0.0)
    return np.asarray(structure.sign * own)


def columns_used(structure: Structure, batch: Batch) -> NDArray[np.int64]:
    """The values that items of a batch have: all slopes of their nodes, then their intercepts."""
    d = structure.n_dimensions
    slopes = np.arange(d + structure.clusters[batch.cluster].specific)
    return np.concatenate([slopes, d + 1 + np.arange(batch.n_categories - 1)])
