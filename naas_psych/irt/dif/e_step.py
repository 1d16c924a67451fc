"""One E-step of one group in memory that is used again: for many steps on few persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.expectation import Expected, padded
from naas_psych.irt.engine.kernel import add_block, marginalise, sum_rows
from naas_psych.irt.engine.packing import Packed
from naas_psych.numerics.arrays import Floats

#: Log weight of a node that is there to fill up a vector.
_NO_WEIGHT = -1e4


@dataclass(frozen=True, eq=False)
class Desk:
    """Room for the tables and the counts of joint categories, both (B, C, Q')."""

    packed: Packed
    tables: Floats
    counts: Floats


def desk_of(packed: Packed, n_nodes: int) -> Desk:
    """Room for E-steps of these persons on so many nodes."""
    width = n_nodes + -n_nodes % 8
    shape = (packed.layout.size.size, int(packed.layout.size.max()), width)
    return Desk(packed, np.empty(shape), np.empty(shape))


def expected_on(desk: Desk, log_probabilities: Floats, log_weight: Floats) -> Expected:
    """Counts (J, K, Q), mass (1, Q) and log-likelihood; log_weight is (1, Q)."""
    packed, layout = desk.packed, desk.packed.layout
    log_p, weight = padded(log_probabilities, 0.0), padded(log_weight, _NO_WEIGHT)
    compiled(sum_rows)(log_p, layout.first, layout.radix, layout.n_categories, desk.tables)
    desk.counts.fill(0.0)
    mass = np.zeros_like(weight)
    total = compiled(add_block)(
        packed.codes, packed.group, packed.weight, desk.tables, weight, desk.counts, mass
    )
    items = np.zeros(log_p.shape)
    compiled(marginalise)(desk.counts, layout.first, layout.radix, layout.n_categories, items)
    n_nodes = log_weight.shape[1]
    return Expected(items[:, :, :n_nodes], mass[:, :n_nodes], total)
