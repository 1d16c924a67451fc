"""Divide-by-total models: P_k is proportional to exp(a_k theta + c_k), with a_0 = c_0 = 0.

Bock's (1972) nominal model is the parent. The partial credit models are linear constraints on it,
and with two categories it is the logistic model with one slope and one intercept.

Values of an item with m + 1 categories: a_1, ..., a_m, c_1, ..., c_m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from naas_psych.irt.families.family import Family, Slopes
from naas_psych.numerics.arrays import Floats


def log_probabilities(values: Floats, theta: Floats, n_categories: int) -> Floats:
    """eta_k minus the log of the sum of exp(eta), without overflow."""
    if n_categories == 2:
        return both_logits(values[:, :1] * theta + values[:, 1:])
    eta = _linear(values, theta)
    highest = eta.max(axis=1, keepdims=True)
    eta -= highest
    eta -= np.log(np.exp(eta).sum(axis=1, keepdims=True))
    return eta


def both_logits(eta: Floats) -> Floats:
    """ln L(-eta) and ln L(eta), stacked on the second axis: min(-+eta, 0) - ln(1 + exp(-|eta|))."""
    found = np.empty((eta.shape[0], 2, *eta.shape[1:]))
    np.minimum(eta, 0.0, out=found[:, 1])
    np.minimum(-eta, 0.0, out=found[:, 0])
    # One of the two is 0: their sum is exactly -|eta|.
    tail = np.log1p(np.exp(found[:, 0] + found[:, 1]))
    found -= tail[:, None]
    return found


def _linear(values: Floats, theta: Floats) -> Floats:
    """eta (J, K, Q), the first category at 0."""
    m = values.shape[1] // 2
    eta = np.zeros((values.shape[0], m + 1, theta.size))
    eta[:, 1:] = values[:, :m, None] * theta + values[:, m:, None]
    return eta


def scores(values: Floats, theta: Floats, n_categories: int) -> Floats:
    """d ln P_k / d c_l = 1[k = l] - P_l, and theta times that for a_l."""
    m = n_categories - 1
    p = _above_lowest(values, theta, n_categories)
    by_intercept = np.repeat(-p[:, :, None, :], n_categories, axis=2)
    for k in range(m):
        by_intercept[:, k, k + 1] += 1.0
    return np.concatenate([by_intercept * theta, by_intercept], axis=1)


def _above_lowest(values: Floats, theta: Floats, n_categories: int) -> Floats:
    """Probabilities (J, K - 1, Q) of the categories that have values."""
    if n_categories == 2:
        return np.asarray(expit(values[:, :1] * theta + values[:, 1:])[:, None])
    return np.exp(log_probabilities(values, theta, n_categories))[:, 1:]


def curvature(values: Floats, theta: Floats, counts: Floats) -> Floats:
    """n (diag P - P P') in eta: it does not depend on which category was chosen."""
    m = counts.shape[1] - 1
    p = _above_lowest(values, theta, m + 1)
    weighted = p * counts.sum(axis=1, keepdims=True)
    powers = np.stack([np.ones_like(theta), theta, theta * theta], axis=1)
    in_eta = np.einsum("jkq,jlq->jklq", -weighted, p)
    in_eta[:, range(m), range(m)] += weighted
    both = in_eta @ powers  # (J, m, m, 3): sums over nodes times 1, theta, theta squared
    top = np.concatenate([both[..., 2], both[..., 1]], axis=2)
    bottom = np.concatenate([both[..., 1], both[..., 0]], axis=2)
    return np.concatenate([top, bottom], axis=1)


def slopes(values: Floats, theta: Floats, n_categories: int) -> Slopes:
    """In theta: a_k minus its mean, and minus its variance, over the categories."""
    m = n_categories - 1
    log_p = log_probabilities(values, theta, n_categories)
    p = np.exp(log_p)
    a = np.concatenate([np.zeros((values.shape[0], 1)), values[:, :m]], axis=1)[:, :, None]
    mean = (p * a).sum(axis=1, keepdims=True)
    first = a - mean
    variance = (p * first * first).sum(axis=1, keepdims=True)
    return Slopes(log_p, first, np.broadcast_to(-variance, log_p.shape))


def feasible(values: Floats) -> NDArray[np.bool_]:
    """Every finite value is a model."""
    return np.asarray(np.isfinite(values).all(axis=1))


DIVIDED = Family("divided", log_probabilities, scores, curvature, slopes, feasible)
