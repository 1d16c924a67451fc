"""The chance of each observed outcome at a true proportion, by four models of error."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betainc, gammaln

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.true_nodes import TrueNodes

Rounding = Literal["nearest", "up"]
Scores = NDArray[np.int64]

#: Beyond that many scores, cumulative chances are had one by one from the incomplete beta.
_LISTED = 2_000


def least_scores(shares: Floats, length: int, *, rounding: Rounding) -> Scores:
    """Lowest whole score of `length` that reaches each cut, a share of the score range.

    "up": the first at or above the cut. "nearest": where scores of another length stand for those
    that were given, the nearest is not always above the cut, and so does not lean to failing.
    """
    places = length * np.asarray(shares, dtype=float)
    # 1e-9 absorbs the noise of floats: 0.7 of 10 is 7, not 8.
    found = np.rint(places) if rounding == "nearest" else np.ceil(places - 1e-9)
    # The lowest score never reaches a cut above it, nor the highest one beyond it.
    found = np.where(places <= 0, 0.0, np.clip(found, 1, length))
    return np.asarray(np.where(places > length + 1e-9, length + 1, found).astype(np.int64))


def binomial(nodes: TrueNodes, shares: Floats, *, length: int, rounding: Rounding) -> Floats:
    """(P, Q, K): the score is binomial with `length` trials."""
    least = least_scores(shares, length, rounding=rounding)
    if length > _LISTED:
        below = bdtr(np.maximum(least - 1, 0), length, nodes.tau[..., None])
        return between(np.where(least > 0, below, 0.0))
    return between(_cumulative(binomial_scores(nodes, length))[..., least])


def continuous(nodes: TrueNodes, shares: Floats, *, length: float) -> Floats:
    """(P, Q, K): the proportion is beta with the variance tau (1 - tau)/length of a binomial.

    Nothing is rounded, so that nothing jumps when the effective length does.
    """
    total = max(length - 1, 1e-9)
    at = np.clip(np.asarray(shares, dtype=float), 0.0, 1.0)
    tau, rest = nodes.tau[..., None], nodes.rest[..., None]
    below = betainc(np.maximum(tau * total, 1e-300), np.maximum(rest * total, 1e-300), at)
    return between(np.where(np.asarray(shares) > 1, 1.0, np.where(at <= 0, 0.0, below)))


def unrounded(nodes: TrueNodes, edges: Floats, *, length: float) -> Floats:
    """(P, Q, K): binomial with any number of trials, by the incomplete beta behind its tails.

    edges : (K - 1,) shares of the score range halfway between the lowest score that reaches each
        cut and the score below it. They stand as far along a scale of another length, where no
        score need lie; with a whole `length` and its own scores this is `binomial` itself.
    """
    least = length * edges + 0.5
    shapes = np.maximum(length - least + 1, 1e-300), np.maximum(least, 1e-300)
    below = betainc(*shapes, nodes.rest[..., None])
    return between(np.where(edges <= 0, 0.0, np.where(edges >= 1, 1.0, below)))


def binomial_scores(nodes: TrueNodes, length: int) -> Floats:
    """(P, Q, length + 1): the chance of each score."""
    x = np.arange(length + 1.0)
    ways = gammaln(length + 1.0) - gammaln(x + 1) - gammaln(length - x + 1)
    right = np.log(np.maximum(nodes.tau, 1e-300))[..., None]
    wrong = np.log(np.maximum(nodes.rest, 1e-300))[..., None]
    return np.asarray(np.exp(ways + x * right + (length - x) * wrong))


def listed(scores: Floats, shares: Floats) -> Floats:
    """(P, Q, K) outcomes from the chance of each score (P, Q, length + 1)."""
    least = least_scores(shares, scores.shape[-1] - 1, rounding="up")
    return between(_cumulative(scores)[..., least])


def _cumulative(scores: Floats) -> Floats:
    """(..., S + 1): the chance of a score below 0, 1, ... S; the last is 1."""
    below = np.zeros((*scores.shape[:-1], scores.shape[-1] + 1))
    np.cumsum(scores, axis=-1, out=below[..., 1:])
    below[..., -1] = 1.0
    return below


def between(below: Floats) -> Floats:
    """Chances of the K outcomes from those of a score below each of the K - 1 cuts."""
    found = np.empty((*below.shape[:-1], below.shape[-1] + 1))
    found[..., 0] = below[..., 0]
    found[..., 1:-1] = np.diff(below, axis=-1)
    found[..., -1] = 1 - below[..., -1]
    return found
