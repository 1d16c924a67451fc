"""What is fitted to what: persons' answers, packed by cluster, and a structure on a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.packing import Packed, pack
from naas_psych.irt.model import LOG_ZERO
from naas_psych.irt.multi.graded import log_probabilities
from naas_psych.irt.multi.grid import MultiGrid, all_columns
from naas_psych.irt.multi.structure import Structure, columns_used, values_of
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Answers:
    """Persons, or patterns that many share: categories (N, J), weight (N,), packed by cluster."""

    categories: NDArray[np.int8]
    weight: Floats
    packed: tuple[Packed, ...]


@dataclass(frozen=True)
class Problem:
    """What is fitted to what."""

    answers: Answers
    structure: Structure
    grid: MultiGrid
    threads: int


def answers_of(
    structure: Structure, categories: NDArray[np.int8], weight: Floats, *, merge: bool = True
) -> Answers:
    """Pack the categories of every cluster; patterns that repeat are merged when that pays."""
    if merge:
        whole = pack(categories, structure.n_categories, weight=weight)
        if whole.row_of is not None:
            first = np.unique(whole.row_of, return_index=True)[1]
            categories, weight = categories[first], whole.weight
    packed = tuple(
        pack(
            np.ascontiguousarray(categories[:, cluster.items]),
            structure.n_categories[cluster.items],
            merge=False,
        )
        for cluster in structure.clusters
    )
    return Answers(categories, weight, packed)


def cluster_log_probabilities(problem: Problem, z: Floats) -> list[Floats]:
    """Of each cluster (n, K, C), -690 for categories that an item does not have."""
    structure, values = problem.structure, values_of(problem.structure, z)
    points = all_columns(structure, problem.grid)
    found = [
        np.full(
            (cluster.items.size, int(structure.n_categories[cluster.items].max()), len(points[c])),
            LOG_ZERO,
        )
        for c, cluster in enumerate(structure.clusters)
    ]
    for batch in structure.batches:
        own = values[np.ix_(batch.items, columns_used(structure, batch))]
        log_p = log_probabilities(own, points[batch.cluster])
        found[batch.cluster][batch.rows, : batch.n_categories] = np.maximum(log_p, LOG_ZERO)
    return found
