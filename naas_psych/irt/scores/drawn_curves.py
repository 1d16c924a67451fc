"""Curves of items under parameters drawn from their sampling distribution, all draws at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.population import Moments, free_part
from naas_psych.irt.model import TestModel
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Draws that make no distribution are drawn again so many times.
_ROUNDS = 20


def drawn_parameters(fit: Calibration, draws: int, *, seed: int) -> Floats:
    """The estimates of all free parameters, and draws from N(estimates, covariance): (R + 1, P).

    Parameters are those of items, then those of groups. Draws under which an item has no
    distribution (boundaries out of order) are left out for others. Without a covariance, or with
    errors so large that hardly any draw makes a model, there are no draws: (1, P).
    """
    centre = np.concatenate(
        [fit.x, free_part(fit.population, Moments(fit.group_mean, fit.group_sd))]
    )[None]
    if fit.covariance is None or draws < 1:
        return centre
    # One thread, so that the same seed draws the same on every machine.
    with one_blas_thread():
        values, vectors = np.linalg.eigh(fit.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, draws))))
    found = np.empty((0, centre.shape[1]))
    for _ in range(_ROUNDS):
        normal = stream.standard_normal((draws, centre.shape[1]))
        more = centre + np.einsum("pq,rq->rp", root, normal)
        found = np.vstack([found, more[feasible_rows(fit.model, more[:, : fit.model.n_free])]])
        if len(found) >= draws:
            return np.vstack([centre, found[:draws]])
    return centre


def drawn_probabilities(
    fit: Calibration, parameters: Floats, theta: Floats, columns: NDArray[np.int64]
) -> Floats:
    """(R, j, K, Q) of some columns of the model under R sets of parameters (R, P)."""
    place = {int(column): k for k, column in enumerate(columns)}
    n_draws, most = parameters.shape[0], int(fit.model.n_categories.max())
    found = np.zeros((n_draws, columns.size, most, theta.size))
    for batch in fit.model.batches:
        rows = np.array([r for r, j in enumerate(batch.items.tolist()) if j in place], np.int64)
        if rows.size == 0:
            continue
        own = parameters[:, batch.where[rows]]
        values = batch.design.offset + own @ batch.design.basis.T
        flat = values.reshape(-1, values.shape[-1])
        log_p = batch.design.family.log_probabilities(flat, theta, batch.n_categories)
        at = np.array([place[int(j)] for j in batch.items[rows]])
        shape = (n_draws, rows.size, batch.n_categories, theta.size)
        found[:, at, : batch.n_categories] = np.exp(log_p).reshape(shape)
    return found


def feasible_rows(model: TestModel, x: Floats) -> NDArray[np.bool_]:
    """(R,) whether every item has a distribution under each row of x (R, P)."""
    found = np.ones(len(x), dtype=bool)
    for batch in model.batches:
        values = batch.design.offset + x[:, batch.where] @ batch.design.basis.T
        flat = batch.design.family.feasible(values.reshape(-1, values.shape[-1]))
        found &= np.asarray(flat).reshape(len(x), -1).all(axis=1)
    return found
