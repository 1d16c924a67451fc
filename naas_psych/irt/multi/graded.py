"""The graded model with several slopes: P(X >= k) is logistic in a'theta + d_k.

The algebra is that of `families/graded.py` with a theta replaced by a'theta; with two categories it
is the two-parameter logistic model. The log-probability is concave in (a, d).

Values of an item with m + 1 categories: L slopes, d_1 > d_2 > ... > d_m. Nodes: (C, L).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from naas_psych.numerics.arrays import Floats

#: Boundaries nearer than this leave a category that could never be chosen.
_NEAREST = 1e-6


@dataclass(frozen=True)
class Local:
    """gradient (n, V), and minus the second derivative (n, V, V), of counts times log P."""

    gradient: Floats
    curvature: Floats


def _boundaries(values: Floats, nodes: Floats) -> Floats:
    """z_k = a'theta + d_k: (n, m, C)."""
    n_slopes = nodes.shape[1]
    eta = values[:, :n_slopes] @ nodes.T
    return np.asarray(eta[:, None, :] + values[:, n_slopes:, None])


def _gaps(values: Floats, nodes: Floats) -> Floats:
    d = values[:, nodes.shape[1] :]
    return d[:, :-1] - d[:, 1:]


def log_probabilities(values: Floats, nodes: Floats) -> Floats:
    """ln L(z_k) + ln L(-z_(k+1)) + ln(1 - exp(-gap_k)): (n, m + 1, C)."""
    z = _boundaries(values, nodes)
    above = log_expit(z)
    log_p = np.zeros((z.shape[0], z.shape[1] + 1, z.shape[2]))
    log_p[:, 1:] += above
    log_p[:, :-1] += above - z  # ln L(-z) = ln L(z) - z
    with np.errstate(invalid="ignore", divide="ignore"):  # values out of order are not feasible
        log_p[:, 1:-1] += np.log(-np.expm1(-_gaps(values, nodes)))[:, :, None]
    return log_p


def feasible(values: Floats, nodes: Floats) -> Floats:
    """Finite, and boundaries in order: (n,) bool."""
    ordered = (_gaps(values, nodes) > _NEAREST).all(axis=1)
    return np.asarray(ordered & np.isfinite(values).all(axis=1))


def gradient(values: Floats, nodes: Floats, counts: Floats) -> Floats:
    """(n, V), counts (n, m + 1, C)."""
    above = expit(_boundaries(values, nodes))
    return _gradient(values, nodes, counts, above)


def _gradient(values: Floats, nodes: Floats, counts: Floats, above: Floats) -> Floats:
    pull = counts[:, 1:] - above * (counts[:, 1:] + counts[:, :-1])
    by_step = pull.sum(axis=2)
    between = counts[:, 1:-1].sum(axis=2) / np.expm1(_gaps(values, nodes))
    by_step[:, :-1] += between
    by_step[:, 1:] -= between
    return np.concatenate([pull.sum(axis=1) @ nodes, by_step], axis=1)


def local(values: Floats, nodes: Floats, counts: Floats) -> Local:
    """Gradient and observed curvature, which is never negative."""
    above = expit(_boundaries(values, nodes))
    n_slopes, m = nodes.shape[1], above.shape[1]
    met = above * (1 - above) * (counts[:, 1:] + counts[:, :-1])
    bend = np.zeros((values.shape[0], n_slopes + m, n_slopes + m))
    squares = (nodes[:, :, None] * nodes[:, None, :]).reshape(nodes.shape[0], -1)
    bend[:, :n_slopes, :n_slopes] = (met.sum(axis=1) @ squares).reshape(-1, n_slopes, n_slopes)
    cross = met @ nodes
    bend[:, n_slopes:, :n_slopes] = cross
    bend[:, :n_slopes, n_slopes:] = np.swapaxes(cross, 1, 2)
    step = n_slopes + np.arange(m)
    bend[:, step, step] = met.sum(axis=2)
    gaps = _gaps(values, nodes)
    # e^gap / (e^gap - 1)^2, written so that it does not overflow
    pull = counts[:, 1:-1].sum(axis=2) * np.exp(-gaps) / np.expm1(-gaps) ** 2
    bend[:, step[:-1], step[:-1]] += pull
    bend[:, step[1:], step[1:]] += pull
    bend[:, step[:-1], step[1:]] -= pull
    bend[:, step[1:], step[:-1]] -= pull
    return Local(_gradient(values, nodes, counts, above), bend)


def information(values: Floats, nodes: Floats) -> Floats:
    """Fisher information of each item in a'theta (n, C): sum of (P_k')^2 / P_k."""
    above = expit(_boundaries(values, nodes))
    spread = above * (1 - above)
    slope = np.zeros((above.shape[0], above.shape[1] + 1, above.shape[2]))
    slope[:, 1:] += spread
    slope[:, :-1] -= spread
    p = np.exp(log_probabilities(values, nodes))
    return np.asarray((slope**2 / np.maximum(p, 1e-300)).sum(axis=1))


def scores(values: Floats, nodes: Floats) -> Floats:
    """Derivative of every log-probability in every value: (V, n, m + 1, C)."""
    above = expit(_boundaries(values, nodes))
    n_slopes, m = nodes.shape[1], above.shape[1]
    found = np.zeros((n_slopes + m, above.shape[0], m + 1, above.shape[2]))
    in_eta = np.zeros(found.shape[1:])
    in_eta[:, 1:] += 1 - above
    in_eta[:, :-1] -= above
    found[:n_slopes] = in_eta * nodes.T[:, None, None, :]
    gap = (1 / np.expm1(_gaps(values, nodes)))[:, :, None]
    for k in range(m):  # boundary k + 1 lies between categories k and k + 1
        found[n_slopes + k, :, k + 1] += 1 - above[:, k]
        found[n_slopes + k, :, k] -= above[:, k]
        if k + 1 < m:
            found[n_slopes + k, :, k + 1] += gap[:, k]
        if k > 0:
            found[n_slopes + k, :, k] -= gap[:, k - 1]
    return found
