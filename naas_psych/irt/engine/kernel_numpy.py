"""The E-step in matrix products: the readable twin of `expectation.expect`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.expectation import Expected
from naas_psych.irt.engine.packing import Packed
from naas_psych.irt.engine.unpacking import categories_in
from naas_psych.irt.grid import Grid
from naas_psych.numerics.arrays import Floats

#: Persons at a time: their indicators and posteriors are held in memory.
_BLOCK = 4096


def expect(packed: Packed, log_probabilities: Floats, grid: Grid, *, threads: int = 1) -> Expected:  # noqa: ARG001
    """One E-step on log-probabilities (J, K, Q).

    With X (n, J K) one where a person is in a category: log-likelihood X ln P, posterior h its
    softmax, counts X' h. `threads` is there so that the two twins are called alike.
    """
    n_items, n_categories, n_nodes = log_probabilities.shape
    flat = log_probabilities.reshape(-1, n_nodes)
    counts, mass = np.zeros_like(flat), np.zeros_like(grid.log_weight)
    total = 0.0
    for start in range(0, packed.codes.shape[0], _BLOCK):
        rows = slice(start, start + _BLOCK)
        x = _indicators(categories_in(packed, rows), n_categories)
        group, weight = packed.group[rows], packed.weight[rows]
        joint = x @ flat + grid.log_weight[group]
        highest = joint.max(axis=1, keepdims=True)
        likelihood = np.exp(joint - highest)
        marginal = likelihood.sum(axis=1, keepdims=True)
        total += float(weight @ (np.log(marginal) + highest)[:, 0])
        posterior = likelihood * (weight[:, None] / marginal)
        counts += x.T @ posterior
        np.add.at(mass, group, posterior)
    return Expected(counts.reshape(n_items, n_categories, n_nodes), mass, total)


def _indicators(categories: NDArray[np.int8], n_categories: int) -> Floats:
    """X (n, J K); a row of zeros where a score is absent."""
    hit = categories[:, :, None] == np.arange(n_categories)
    return np.asarray(hit.reshape(categories.shape[0], -1), float)
