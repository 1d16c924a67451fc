"""The E-step: expected counts of every item, category and node, from persons to one array.

Persons stop here; a family of models sees the counts only.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.kernel import add_block, marginalise, sum_rows
from naas_psych.irt.engine.packing import MOST_CODES, Packed
from naas_psych.irt.grid import Grid
from naas_psych.numerics.arrays import Floats

#: Blocks are fixed by the number of rows alone, so that threads cannot change a sum.
_BLOCK, _MOST_BLOCKS = 3750, 16
#: Nodes are padded to whole vectors; a padded node has no weight.
_VECTOR, _NO_WEIGHT = 8, -1e4


@dataclass(frozen=True)
class Expected:
    """counts : (J, K, Q) persons expected in each category at each node; mass : (G, Q) by group."""

    counts: Floats
    mass: Floats
    log_likelihood: float


def padded(array: Floats, value: float) -> Floats:
    """The last axis filled with `value` up to a whole number of vectors."""
    short = -array.shape[-1] % _VECTOR
    if not short:
        return np.ascontiguousarray(array)
    widths = [(0, 0)] * (array.ndim - 1) + [(0, short)]
    return np.pad(array, widths, constant_values=value)


def pseudo_tables(packed: Packed, log_probabilities: Floats) -> Floats:
    """Log-probability of each joint category (B, 256, Q) from those of the items (J, K, Q)."""
    layout = packed.layout
    tables = np.empty((layout.size.size, MOST_CODES, log_probabilities.shape[2]))
    compiled(sum_rows)(log_probabilities, layout.first, layout.radix, layout.n_categories, tables)
    return tables


@dataclass(frozen=True)
class LookUps:
    """Tables (B, 256, Q') and log weights (G, Q'), the n_nodes filled up to whole vectors."""

    tables: Floats
    log_weight: Floats
    n_nodes: int


def look_ups(packed: Packed, log_probabilities: Floats, grid: Grid) -> LookUps:
    """What a loop over packed persons reads, from log-probabilities (J, K, Q)."""
    return LookUps(
        pseudo_tables(packed, padded(log_probabilities, 0.0)),
        padded(grid.log_weight, _NO_WEIGHT),
        grid.theta.size,
    )


def expect(packed: Packed, log_probabilities: Floats, grid: Grid, *, threads: int = 1) -> Expected:
    """One E-step.

    Parameters
    ----------
    log_probabilities : (J, K, Q), not below -690: a probability of exactly 0 has no place in it.
    """
    seen = look_ups(packed, log_probabilities, grid)
    tables, log_weight, n_nodes = seen.tables, seen.log_weight, seen.n_nodes
    blocks = _blocks(packed.codes.shape[0])

    # Asked for here, because threads that ask at the same time would each compile it.
    add = compiled(add_block)

    def one(rows: slice) -> tuple[float, Floats, Floats]:
        counts, mass = np.zeros_like(tables), np.zeros_like(log_weight)
        part = add(
            packed.codes[rows],
            packed.group[rows],
            packed.weight[rows],
            tables,
            log_weight,
            counts,
            mass,
        )
        return part, counts, mass

    # Each thread adds to arrays of its own block; the sum below runs in the order of the blocks.
    total, counts, mass = _summed(one, blocks, threads)
    items = np.zeros((*log_probabilities.shape[:2], tables.shape[2]))
    layout = packed.layout
    compiled(marginalise)(counts, layout.first, layout.radix, layout.n_categories, items)
    return Expected(items[:, :, :n_nodes], mass[:, :n_nodes], total)


def _summed(one: Any, blocks: list[slice], threads: int) -> tuple[float, Floats, Floats]:
    if threads == 1 or len(blocks) == 1:
        return _in_order(map(one, blocks))
    with ThreadPoolExecutor(min(threads, len(blocks))) as pool:
        return _in_order(pool.map(one, blocks))


def _in_order(parts: Any) -> tuple[float, Floats, Floats]:
    total, counts, mass = next(parts)
    for more, some_counts, some_mass in parts:
        total += more
        counts += some_counts
        mass += some_mass
    return total, counts, mass


def _blocks(n_rows: int) -> list[slice]:
    number = min(_MOST_BLOCKS, max(1, n_rows // _BLOCK))
    edges = np.linspace(0, n_rows, number + 1).astype(int)
    return [slice(a, b) for a, b in pairwise(edges)]
