"""Posteriors of persons on the grid: the one way to them, for scores, draws and standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.expectation import LookUps
from naas_psych.irt.engine.kernel import centre_log_posteriors
from naas_psych.irt.engine.packing import Packed
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class RowPosteriors:
    """posterior (n, Q), each row summing to 1, and log_marginal (n,) likelihood."""

    posterior: Floats
    log_marginal: Floats


def row_posteriors(packed: Packed, look_ups: LookUps, rows: slice) -> RowPosteriors:
    """Of some packed rows, each on its own: no other row changes a digit of it."""
    codes, group = packed.codes[rows], packed.group[rows]
    found = np.empty((codes.shape[0], look_ups.log_weight.shape[1]))
    highest = np.empty(codes.shape[0])
    compiled(centre_log_posteriors)(
        codes, group, look_ups.tables, look_ups.log_weight, found, highest
    )
    np.exp(found, out=found)
    total = found.sum(axis=1)
    found /= total[:, None]
    return RowPosteriors(found[:, : look_ups.n_nodes], np.log(total) + highest)
