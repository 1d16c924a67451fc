"""The nodes: a product grid of the primary dimensions, a line for each specific factor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from naas_psych.irt.grid import nodes as equally_spaced
from naas_psych.irt.grid import normal_log_weight
from naas_psych.irt.multi.structure import Structure
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class MultiGrid:
    """axis : (n,) nodes of a primary dimension; primary : (Q, D) their product; specific : (U,)."""

    axis: Floats
    primary: Floats
    specific: Floats


def grid_of(n_axis: int, n_specific: int, *, n_dimensions: int, bound: float) -> MultiGrid:
    """Equally spaced nodes from -bound to bound in every dimension."""
    axis = equally_spaced(n_axis, bound)
    primary = np.array(list(product(axis.tolist(), repeat=n_dimensions)))
    return MultiGrid(axis, primary, equally_spaced(n_specific, bound))


def columns(grid: MultiGrid, *, specific: bool) -> Floats:
    """Where a cluster's items are looked at: (C, L), the specific factor outside the primary."""
    if not specific:
        return grid.primary
    n_primary, n_specific = grid.primary.shape[0], grid.specific.size
    return np.column_stack(
        [np.tile(grid.primary, (n_specific, 1)), np.repeat(grid.specific, n_primary)]
    )


def specific_log_weight(grid: MultiGrid) -> Floats:
    """Of the standard normal on the nodes of a specific factor: (U,)."""
    return np.asarray(normal_log_weight(grid.specific, np.zeros(1), np.ones(1))[0])


def all_columns(structure: Structure, grid: MultiGrid) -> tuple[Floats, ...]:
    """The columns of every cluster."""
    return tuple(columns(grid, specific=cluster.specific) for cluster in structure.clusters)
