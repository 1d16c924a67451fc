"""How a score category depends on its logit: three families for regression on matched cells.

Each gives, for R cells at once, the log-likelihood, its derivatives in the logit eta and in the T
free steps tau, and the information (expected, which for two of the three is also the observed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from naas_psych.numerics.arrays import Floats

#: Below this a probability counts as this in a logarithm, so that a step too far can be undone.
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Local:
    """log_likelihood (R,); slope (R, 1 + T) in eta and tau; information (R, 1 + T, 1 + T)."""

    log_likelihood: Floats
    slope: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class Chances:
    """probability (R, C) of each category and its derivatives (R, C, 1 + T) in eta and tau."""

    probability: Floats
    slope: Floats


#: (eta (R,), tau (R, T), points (R, C)) to what they mean.
Family = Callable[[Floats, Floats, Floats], Chances]


def binary(eta: Floats, counts: Floats) -> Local:
    """Two categories: the logistic regression. There are no steps."""
    n = counts.sum(axis=1)
    p = expit(eta)
    return Local(
        log_likelihood=counts[:, 1] * eta - n * np.logaddexp(0.0, eta),
        slope=(counts[:, 1] - n * p)[:, None],
        information=(n * p * expit(-eta))[:, None, None],
    )


def cumulative(eta: Floats, tau: Floats, points: Floats) -> Chances:  # noqa: ARG001
    """Proportional odds: logit P(category >= k) = eta + tau_k, with tau_1 = 0.

    The probability between two logits is a product, because their difference loses digits.
    """
    height = eta[:, None] + np.concatenate([np.zeros((eta.size, 1)), tau], axis=1)
    above, below = expit(height), expit(-height)
    gap = np.diff(height, axis=1)
    middle = above[:, :-1] * below[:, 1:] * -np.expm1(gap)
    probability = np.concatenate([below[:, :1], middle, above[:, -1:]], axis=1)
    density = above * below
    slope = np.zeros((*probability.shape, 1 + tau.shape[1]))
    slope[:, :-1, 0] -= density
    slope[:, 1:, 0] += density
    for step in range(1, height.shape[1]):
        slope[:, step, step] -= density[:, step]
        slope[:, step + 1, step] += density[:, step]
    return Chances(probability, slope)


def adjacent(eta: Floats, tau: Floats, points: Floats) -> Chances:
    """Adjacent categories: ln P(k) / P(k - 1) = points gained * eta + tau_k, tau_1 = 0."""
    zero = np.zeros((eta.size, 2))
    log = points * eta[:, None] + np.concatenate([zero, np.cumsum(tau, axis=1)], axis=1)
    probability = np.exp(log - logsumexp(log, axis=1, keepdims=True))
    own = [points]
    for step in range(2, points.shape[1]):
        own.append(np.broadcast_to(np.arange(points.shape[1]) >= step, points.shape).astype(float))
    gradient = np.stack(own, axis=2)
    mean = np.einsum("rc,rct->rt", probability, gradient)
    return Chances(probability, probability[:, :, None] * (gradient - mean[:, None, :]))


def graded(family: Family, eta: Floats, tau: Floats, points: Floats, counts: Floats) -> Local:
    """What the counts of more than two categories say."""
    found = family(eta, tau, points)
    safe = np.maximum(found.probability, _TINY)
    weighted = found.slope / safe[:, :, None]
    n = counts.sum(axis=1)
    likely = np.where(found.probability.min(axis=1) > 0, 0.0, -np.inf)
    return Local(
        log_likelihood=np.where(counts > 0, counts * np.log(safe), 0.0).sum(axis=1) + likely,
        slope=np.einsum("rc,rct->rt", counts, weighted),
        information=np.einsum("rct,rcs->rts", found.slope, weighted) * n[:, None, None],
    )


def chances(family: Family | None, eta: Floats, tau: Floats, points: Floats) -> Chances:
    """Probabilities of the categories; `family` is None for two categories."""
    if family is not None:
        return family(eta, tau, points)
    p, q = expit(eta), expit(-eta)
    slope = np.stack([-p * q, p * q], axis=1)[:, :, None]
    return Chances(np.stack([q, p], axis=1), slope)
