"""Correlations of the primary dimensions, free but for keeping their matrix positive definite.

They are built from partial correlations r_12, r_13, r_23.1, each the tanh of a free number (Joe
2006).
The nodes' weights are those of the normal density on the nodes, normalised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.multi.structure import Structure
from naas_psych.numerics.arrays import Floats

_TINY = 1e-30
_STEPS, _HALVINGS = 6, 20
#: tanh(8) differs from 1 by 2e-7: further out nothing changes.
_FURTHEST = 8.0


def matrix(x: Floats, n_dimensions: int) -> Floats:
    """Correlation matrix (D, D) of D = 1, 2 or 3 dimensions from D (D - 1) / 2 free numbers."""
    found = np.eye(n_dimensions, dtype=np.asarray(x).dtype)
    r = np.tanh(x)
    if n_dimensions == 2:
        found[0, 1] = found[1, 0] = r[0]
    if n_dimensions == 3:
        third = r[0] * r[1] + r[2] * np.sqrt((1 - r[0] ** 2) * (1 - r[1] ** 2))
        found[0, 1] = found[1, 0] = r[0]
        found[0, 2] = found[2, 0] = r[1]
        found[1, 2] = found[2, 1] = third
    return found


def jacobian(x: Floats, n_dimensions: int) -> Floats:
    """Derivatives of the matrix (X, D, D), by a complex step, which loses no digits."""
    found = [matrix(x + 1j * _TINY * row, n_dimensions).imag / _TINY for row in np.eye(np.size(x))]
    return np.array(found).reshape(-1, n_dimensions, n_dimensions)


def correlations_at(structure: Structure, z: Floats) -> Floats:
    """(D, D), estimated or fixed."""
    if not structure.free_correlations:
        return structure.correlations
    return matrix(z[structure.n_items_free :], structure.n_dimensions)


def log_weights(theta: Floats, correlations: Floats) -> Floats:
    """Log of the normal density, normalised over the nodes (Q, D): (Q,)."""
    density = -0.5 * ((theta @ np.linalg.inv(correlations)) * theta).sum(axis=1)
    highest = density.max()
    return np.asarray(density - highest - np.log(np.exp(density - highest).sum()))


@dataclass(frozen=True)
class WeightScores:
    """Derivatives of the nodes' log weights in the free numbers (X, Q), with the weights (Q,)."""

    scores: Floats
    weight: Floats


def weight_scores(theta: Floats, x: Floats) -> WeightScores:
    """theta' R^-1 dR R^-1 theta / 2 less its mean: the determinant goes with the normalisation."""
    n_dimensions = theta.shape[1]
    correlations = matrix(x, n_dimensions)
    weight = np.exp(log_weights(theta, correlations))
    seen = theta @ np.linalg.inv(correlations)
    raw = 0.5 * np.einsum("qd,xde,qe->xq", seen, jacobian(x, n_dimensions), seen)
    return WeightScores(raw - (raw @ weight)[:, None], weight)


def improved(theta: Floats, x: Floats, mass: Floats) -> Floats:
    """The free numbers that make the posteriors' sum (Q,) most likely: guarded scoring steps."""
    share = mass / mass.sum()
    n_dimensions = theta.shape[1]
    before = share @ log_weights(theta, matrix(x, n_dimensions))
    for _ in range(_STEPS):
        sight = weight_scores(theta, x)
        slope = sight.scores @ share
        bend = (sight.scores * sight.weight) @ sight.scores.T
        step = np.linalg.solve(bend + 1e-12 * np.eye(x.size), slope)
        step = np.clip(x + np.clip(step, -0.5, 0.5), -_FURTHEST, _FURTHEST) - x
        for _ in range(_HALVINGS):
            after = share @ log_weights(theta, matrix(x + step, n_dimensions))
            if after >= before:
                break
            step = step * 0.5
        else:
            return x
        x, before = x + step, after
        if np.abs(step).max() < 1e-10:
            break
    return x
