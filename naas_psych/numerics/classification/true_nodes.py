"""Nodes and weights for integrals over a beta of true scores, piecewise between the true cuts.

What is integrated for accuracy jumps at a true cut, so that no piece may cross one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, lgamma

import numpy as np
from scipy.special import betainc, betaincinv

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.true_beta import TrueBeta

#: Share of the distribution that may be left out at either end.
_TAIL = 1e-17


@dataclass(frozen=True)
class TrueNodes:
    """P pieces of Q nodes; weights sum to 1 and, within a piece, to its exact share.

    tau, rest : (P, Q) true proportion, and what it lacks to 1 (exact where tau is nearly 1)
    weight : (P, Q)
    first : (K,) the piece with which each true outcome begins
    """

    tau: Floats
    rest: Floats
    weight: Floats
    first: np.ndarray[tuple[int], np.dtype[np.intp]]


def true_nodes(true: TrueBeta, cuts: Floats) -> TrueNodes:
    """Gauss-Legendre nodes between the K - 1 ascending true `cuts` (proportions).

    One more boundary, at the mean, keeps the two ends in different pieces. There the density may
    be steep or infinite: w = v^m takes a power w^(alpha - 1) to the smooth v^(m alpha - 1).
    """
    width = true.high - true.low
    inner = np.clip((np.asarray(cuts, dtype=float) - true.low) / width, 0.0, 1.0)
    middle = true.alpha / (true.alpha + true.beta)
    turn = int(np.searchsorted(inner, middle))
    low = float(betaincinv(true.alpha, true.beta, _TAIL))
    # The upper end is measured from 1, where small distances keep their digits.
    high = float(betaincinv(true.beta, true.alpha, _TAIL))
    below = np.concatenate([[low], np.maximum(inner[:turn], low), [middle]])
    above = np.concatenate([[1 - middle], np.maximum(1 - inner[turn:], high), [high]])
    v, weight = _legendre(_nodes_each(inner.size + 2))
    left, left_weight = _half(below, true.alpha, true.beta, v=v, weight=weight)
    # Read from 1 downwards, the upper half is the lower half of the mirrored distribution.
    right, right_weight = _half(above[::-1], true.beta, true.alpha, v=v, weight=weight)
    right, right_weight = right[::-1, ::-1], right_weight[::-1, ::-1]
    w = np.concatenate([left, 1 - right])
    rest = np.concatenate([1 - left, right])
    outcomes = np.arange(inner.size + 1)
    return TrueNodes(
        true.low + width * w,
        (1 - true.high) + width * rest,
        np.concatenate([left_weight, right_weight]),
        outcomes + (outcomes > turn),
    )


def _nodes_each(pieces: int) -> int:
    return max(8, min(40, 160 // pieces))


@cache
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    return (1 + x) / 2, w / 2


def _half(
    edges: Floats, alpha: float, beta: float, *, v: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Nodes (P, Q) between ascending `edges`, the first of them the lower end, with weights."""
    power = float(min(40, ceil(4 / alpha))) if alpha < 4 else 1.0
    start, size = edges[:-1, None], np.diff(edges)[:, None]
    powers = np.where(start > edges[0], 1.0, power)
    w = start + size * v**powers
    log_density = (alpha - 1) * np.log(w) + (beta - 1) * np.log1p(-w)
    log_density += lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)
    raw = weight * powers * v ** (powers - 1) * np.exp(log_density)
    shares = np.diff(betainc(alpha, beta, edges))[:, None]
    totals = raw.sum(axis=1, keepdims=True)
    return w, np.where(totals > 0, raw * (shares / np.where(totals > 0, totals, 1.0)), 0.0)
