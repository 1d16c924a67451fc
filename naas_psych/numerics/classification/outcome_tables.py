"""The two tables of outcomes, from true scores and the outcomes each of them may have."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.true_nodes import TrueNodes


def ascending(cuts: ArrayLike) -> Floats:
    """`cuts` as an array; ValueError unless there is one and each is above the one before it."""
    found = np.atleast_1d(np.asarray(cuts, dtype=float))
    if found.ndim != 1 or found.size == 0 or not np.isfinite(found).all():
        raise ValueError("cuts must be one or more numbers")
    if (np.diff(found) <= 0).any():
        raise ValueError(f"each cut must be above the one before it, not {found.tolist()}")
    return found


def from_nodes(nodes: TrueNodes, outcomes: Floats) -> Crossed:
    """Tables from `outcomes` (P, Q, K), the chance of each observed outcome at each true node."""
    joint = np.einsum("pq,pqk->pk", nodes.weight, outcomes)
    accuracy = np.add.reduceat(joint, nodes.first, axis=0)
    weighted = nodes.weight[..., None] * outcomes
    return Crossed(accuracy, symmetric(weighted, outcomes))


def symmetric(weighted: Floats, outcomes: Floats) -> Floats:
    """sum of w q q' over all but the last axis, from w q and q; exactly symmetric."""
    k = outcomes.shape[-1]
    # einsum, not a matrix product: the sum must not depend on the number of threads.
    table = np.einsum("qi,qj->ij", weighted.reshape(-1, k), outcomes.reshape(-1, k))
    return np.asarray((table + table.T) / 2)


def nothing(outcomes: int) -> Crossed:
    """Tables that cannot be had: all nan."""
    gap = np.full((outcomes, outcomes), np.nan)
    return Crossed(gap, gap)
