"""How a score category depends on its logit: three families for regression on matched cells.

Each gives, for R cells at once, the log-likelihood, its derivatives in the logit eta and in the T
free steps tau, and the information (expected, which for two of the three is also the observed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from naas_psych.numerics.arrays import Floats

#: Below this a probability counts as this in a logarithm, so that a step too far can be undone.
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Local:
    """log_likelihood (R,); slope (1 + T, R) in eta and tau; information (1 + T, 1 + T, R)."""

    log_likelihood: Floats
    slope: Floats
    information: Floats


@dataclass(frozen=True, eq=False)
class Chances:
    """probability (C, R) of each category and its derivatives (1 + T, C, R) in eta and tau."""

    probability: Floats
    slope: Floats


#: (eta (R,), tau (T, R), points (C, R)) to what they mean.
Family = Callable[[Floats, Floats, Floats], Chances]


def binary(eta: Floats, counts: Floats) -> Local:
    """Two categories, counts (2, R): the logistic regression. There are no steps."""
    n = counts[0] + counts[1]
    small = np.exp(-np.abs(eta))
    part = 1.0 / (1.0 + small)
    p = np.where(eta >= 0, part, small * part)
    return Local(
        log_likelihood=counts[1] * eta - n * (np.maximum(eta, 0.0) + np.log1p(small)),
        slope=(counts[1] - n * p)[None],
        information=(n * small * part * part)[None, None],
    )


def cumulative(eta: Floats, tau: Floats, points: Floats) -> Chances:  # noqa: ARG001
    """Proportional odds: logit P(category >= k) = eta + tau_k, with tau_1 = 0.

    The probability between two logits is a product, because their difference loses digits.
    """
    height = np.concatenate([eta[None], eta + tau])
    above, below = expit(height), expit(-height)
    middle = above[:-1] * below[1:] * -np.expm1(np.diff(height, axis=0))
    probability = np.concatenate([below[:1], middle, above[-1:]])
    density = above * below
    slope = np.zeros((1 + len(tau), *probability.shape))
    slope[0, :-1] -= density
    slope[0, 1:] += density
    for step in range(1, len(height)):
        slope[step, step] -= density[step]
        slope[step, step + 1] += density[step]
    return Chances(probability, slope)


def adjacent(eta: Floats, tau: Floats, points: Floats) -> Chances:
    """Adjacent categories: ln P(k) / P(k - 1) = points gained * eta + tau_k, tau_1 = 0."""
    zero = np.zeros((2, eta.size))
    log = points * eta + np.concatenate([zero, np.cumsum(tau, axis=0)])
    weight = np.exp(log - log.max(axis=0))
    probability = weight / weight.sum(axis=0)
    rank = np.arange(len(points))[:, None]
    steps = [np.broadcast_to(rank >= step, points.shape) for step in range(2, len(points))]
    gradient = np.stack([points, *steps]).astype(float)
    mean = (probability * gradient).sum(axis=1, keepdims=True)
    return Chances(probability, probability * (gradient - mean))


def graded(family: Family, eta: Floats, tau: Floats, points: Floats, counts: Floats) -> Local:
    """What the counts (C, R) of more than two categories say."""
    if family is cumulative:
        return _by_height(eta, tau, counts)
    found = family(eta, tau, points)
    safe = np.maximum(found.probability, _TINY)
    weighted = found.slope / safe
    n = counts.sum(axis=0)
    size = len(found.slope)
    information = np.empty((size, size, eta.size))
    for a in range(size):
        for b in range(a + 1):
            both = n * (found.slope[a] * weighted[b]).sum(axis=0)
            information[a, b] = information[b, a] = both
    likely = np.where(found.probability.min(axis=0) > 0, 0.0, -np.inf)
    return Local(
        log_likelihood=np.where(counts > 0, counts * np.log(safe), 0.0).sum(axis=0) + likely,
        slope=(counts * weighted).sum(axis=1),
        information=information,
    )


def _by_height(eta: Floats, tau: Floats, counts: Floats) -> Local:
    """Proportional odds by its logits at the steps, whose information has three diagonals."""
    height = np.concatenate([eta[None], eta + tau])
    small = np.exp(-np.abs(height))
    part = 1.0 / (1.0 + small)
    rest, high = small * part, height >= 0
    above, below = np.where(high, part, rest), np.where(high, rest, part)
    middle = above[:-1] * below[1:] * -np.expm1(np.diff(height, axis=0))
    probability = np.concatenate([below[:1], middle, above[-1:]])
    possible = probability.min(axis=0) > 0
    probability = np.maximum(probability, _TINY)
    n, density, share = counts.sum(axis=0), above * below, counts / probability
    slope = density * np.diff(share, axis=0)
    inverse = n / probability
    own = density**2 * (inverse[:-1] + inverse[1:])
    beside = -density[:-1] * density[1:] * inverse[1:-1]
    information = np.zeros((len(height), len(height), eta.size))
    row = own.copy()
    row[:-1] += beside
    row[1:] += beside
    information[0] = row
    information[:, 0] = row
    information[0, 0] = row.sum(axis=0)
    for step in range(1, len(height)):
        information[step, step] = own[step]
        if step > 1:
            information[step, step - 1] = information[step - 1, step] = beside[step - 1]
    slope = np.concatenate([slope.sum(axis=0)[None], slope[1:]])
    likely = (counts * np.log(probability)).sum(axis=0)
    return Local(np.where(possible, likely, -np.inf), slope, information)


def chances(family: Family | None, eta: Floats, tau: Floats, points: Floats) -> Chances:
    """Probabilities of the categories; `family` is None for two categories."""
    if family is not None:
        return family(eta, tau, points)
    p, q = expit(eta), expit(-eta)
    return Chances(np.stack([q, p]), np.stack([-p * q, p * q])[None])
