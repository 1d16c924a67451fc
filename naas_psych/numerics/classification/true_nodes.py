"""Nodes and weights for integrals over a beta of true scores, piecewise between the true cuts.

What is integrated for accuracy jumps at a true cut, so that no piece may cross one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil

import numpy as np
from scipy.special import betainc, betaincinv

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.true_beta import TrueBeta

#: A shape above that makes an end smooth, so that a tail of that share can be left out.
_SMOOTH, _TAIL = 4.0, 1e-17


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
    be steep or infinite: w = b v^m takes a power w^(alpha - 1) to the smooth v^(m alpha - 1).
    """
    width = true.high - true.low
    inner = np.clip((np.asarray(cuts, dtype=float) - true.low) / width, 0.0, 1.0)
    middle = true.alpha / (true.alpha + true.beta)
    turn = int(np.searchsorted(inner, middle))
    low = _end(true.alpha, true.beta)
    # The upper end is measured from 1, where small distances keep their digits.
    high = _end(true.beta, true.alpha)
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


def _end(alpha: float, beta: float) -> float:
    """Where nodes begin: at 0, or where a beta that falls off smoothly to 0 begins to count."""
    return 0.0 if alpha < _SMOOTH else float(betaincinv(alpha, beta, _TAIL))


def _power(alpha: float) -> float:
    """m, with m alpha = 1, a flat density, where an end holds most of the mass; else above 4."""
    return 1 / alpha if alpha < 0.25 else float(ceil(_SMOOTH / alpha))


def _half(
    edges: Floats, alpha: float, beta: float, *, v: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Nodes (P, Q) between ascending `edges`, the first of them the lower end, with weights."""
    start = edges[:-1, None]
    # Pieces of no width have no weight, and a logarithm all the same.
    size = np.maximum(np.diff(edges)[:, None], 1e-300)
    log_w = np.where(start > 0, np.log(start + size * v), 0.0)
    log_density = (alpha - 1) * log_w
    if edges[0] == 0:
        # dw/dv = m w/v, in logarithms because v^m may be too small for a number.
        power = _power(alpha)
        at_end = np.log(size) + power * np.log(v)
        log_w = np.where(start > 0, log_w, at_end)
        log_density = np.where(start > 0, log_density, alpha * at_end - np.log(v))
    w = np.exp(log_w)
    log_density += (beta - 1) * np.log1p(-w)
    raw = weight * np.exp(log_density - log_density.max(axis=1, keepdims=True))
    shares = np.diff(betainc(alpha, beta, edges))[:, None]
    return w, raw * (shares / raw.sum(axis=1, keepdims=True))
