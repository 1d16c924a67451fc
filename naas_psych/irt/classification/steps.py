"""Sums over a grid of what holds on one side of a cut only, without loss where the cut falls.

A sum over equally spaced nodes is nearly exact for a smooth integrand that dies out, and poor for
one that jumps between two nodes. Here the nodes near the jump get other weights than 0 and 1, so
that sum_q step_q g_q is the integral of g up from the jump (end corrections after Gregory).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Nodes on each side of a jump whose weights are corrected.
_SIDE = 4
_OFFSETS = np.arange(1 - _SIDE, _SIDE + 1)
#: Powers of the offsets, and Bernoulli polynomials at 1 over n + 1, for n = 0 to 7.
_POWERS = _OFFSETS[None, :].astype(float) ** np.arange(_OFFSETS.size)[:, None]
_TAIL_SUMS = np.array([1 / 2, 1 / 12, 0.0, -1 / 120, 0.0, 1 / 252, 0.0, -1 / 240])
_INVERSE = np.linalg.inv(_POWERS)


def steps(curve: Floats, cuts: Floats) -> Floats:
    """(C, ..., Q) how much of each node counts as where a smooth curve (..., Q) is at least a cut.

    The nodes are equally spaced, whatever their distance; for cuts on theta itself the curve is
    theta (Q,). The curve may cross a cut several times. Where it crosses within four nodes of an
    end the weights are 0 and 1.
    """
    cuts = np.asarray(cuts, float).reshape(-1, *(1,) * curve.ndim)
    above = curve >= cuts
    found = above.astype(float)
    n = curve.shape[-1]
    crossing = above[..., 1:] != above[..., :-1]
    crossing[..., : _SIDE - 1] = False
    crossing[..., n - _SIDE :] = False
    at = np.nonzero(crossing)
    if at[0].size == 0:
        return found
    where = at[-1][:, None] + _OFFSETS
    outer = tuple(i[:, None] for i in at[1:-1])
    near = curve[(*outer, where)]
    level = cuts.reshape(-1)[at[0]]
    sign = np.where(above[(*at[:-1], at[-1] + 1)], 1.0, -1.0)
    beta = _end_corrections(_place(near, level))
    np.add.at(found, (at[0][:, None], *outer, where), sign[:, None] * beta)
    return found


def _end_corrections(place: Floats) -> Floats:
    """(n, 8) added to the nodes at -3 to 4, when those from 1 on count: the integral from `place`.

    The sum over all nodes from 1 on of q^n is formally -B_{n+1}(1) / (n + 1), the integral from s
    -s^{n+1} / (n + 1): the corrections make up the difference for all powers up to 7.
    """
    powers = np.arange(1, _OFFSETS.size + 1)
    moments = _TAIL_SUMS - place[:, None] ** powers / powers
    return np.asarray(np.einsum("in,nk->ik", moments, _INVERSE.T))


def _place(near: Floats, level: Floats) -> NDArray[np.float64]:
    """(n,) where between nodes 0 and 1 the polynomial through eight nodes meets the level."""
    # A row for each power: forty times over they are read one after the other.
    coefficients = np.ascontiguousarray(np.einsum("kn,in->ik", _INVERSE.T, near).T)
    coefficients[0] -= level
    rising = near[:, _SIDE] > near[:, _SIDE - 1]
    low, high = np.zeros(level.size), np.ones(level.size)
    for _ in range(40):
        middle = 0.5 * (low + high)
        below = (_polynomial(coefficients, middle) < 0) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)


def _polynomial(coefficients: Floats, x: Floats) -> Floats:
    value = coefficients[-1].copy()
    for coefficient in coefficients[-2::-1]:
        value *= x
        value += coefficient
    return np.asarray(value)
