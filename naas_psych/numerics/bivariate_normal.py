"""Bivariate normal probabilities and densities, many at a time.

The probability is the density integrated over the correlation (Drezner and Wesolowsky 1990), in the
arrangement of Genz (2004): Gauss-Legendre over the angle asin(rho), and beyond |rho| = .925 over
what is left to 1 after the part with a closed form has been taken off.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from naas_psych.numerics.arrays import Floats

#: Stands for an infinite limit: far enough out that tails are 0 and never denormal, which is slow.
FAR = 60.0
#: Up to each |rho|, that many nodes are exact to 1e-15 (Genz 2004).
_NODES = ((0.3, 6), (0.75, 12), (0.925, 20))
_TWO_PI = 2 * np.pi


@cache
def _legendre(nodes: int) -> tuple[tuple[float, float], ...]:
    """Nodes on (0, 1) with their weights, which sum to 1."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    return tuple(zip(((1 + x) / 2).tolist(), (w / 2).tolist(), strict=True))


def density(h: Floats, k: Floats, rho: Floats) -> Floats:
    """phi2(h, k; rho), which is also the derivative of `probability` in rho."""
    rest = (1 - rho) * (1 + rho)
    square = (h * h - 2 * rho * h * k + k * k) / rest
    return np.asarray(np.exp(-0.5 * square) / (_TWO_PI * np.sqrt(rest)))


def density_slope(h: Floats, k: Floats, rho: Floats) -> Floats:
    """The derivative of log phi2(h, k; rho) in rho."""
    rest = (1 - rho) * (1 + rho)
    return np.asarray((rho * rest + (1 + rho * rho) * h * k - rho * (h * h + k * k)) / rest**2)


def probability(h: Floats, k: Floats, rho: Floats) -> Floats:
    """P(X < h, Y < k) of standard normal variables with correlation rho; shapes broadcast.

    Infinite limits are allowed, and so is rho = -1 or 1. The error is some 1e-15.
    """
    h, k, rho = np.broadcast_arrays(h, k, rho)
    shape = rho.shape
    a = np.clip(h, -FAR, FAR).ravel()
    b = np.clip(k, -FAR, FAR).ravel()
    r = np.asarray(rho, dtype=float).ravel()
    found = np.empty(r.size)
    size, below = np.abs(r), -1.0
    for limit, nodes in _NODES:
        rows = _within(size, below, limit)
        found[rows] = _by_angle(a[rows], b[rows], r[rows], nodes)
        below = limit
    rows = np.flatnonzero(size > below)
    if rows.size:
        found[rows] = _near_one(a[rows], b[rows], r[rows])
    return np.asarray(np.clip(found, 0.0, 1.0).reshape(shape))


def _within(size: Floats, below: float, limit: float) -> NDArray[Any] | slice:
    rows = (size > below) & (size <= limit)
    return slice(None) if rows.all() else np.flatnonzero(rows)


def _by_angle(h: Floats, k: Floats, rho: Floats, nodes: int) -> Floats:
    """Phi(h) Phi(k) + 1/(2 pi) integral over 0..asin(rho) of the density by angle."""
    angle = np.arcsin(rho)
    half_squares, product = (h * h + k * k) / 2, h * k
    total = np.zeros(rho.size)
    for x, weight in _legendre(nodes):
        sine = np.sin(x * angle)
        total += weight * np.exp((sine * product - half_squares) / ((1 - sine) * (1 + sine)))
    return np.asarray(total * angle / _TWO_PI + ndtr(h) * ndtr(k))


def _near_one(h: Floats, k: Floats, rho: Floats) -> Floats:
    """|rho| > .925, by way of the same limits with rho > 0: Genz (2004), equation 6."""
    sign = np.where(rho < 0, -1.0, 1.0)
    # For rho < 0: P(X < h, Y < k; rho) = P(X < h) - P(X < h, -Y < -k; -rho).
    k = sign * k
    at_one = ndtr(np.minimum(h, k))
    below = at_one - _short_of_one(h, k, np.abs(rho))
    return np.asarray(np.where(sign > 0, below, ndtr(h) - below))


def _short_of_one(h: Floats, k: Floats, rho: Floats) -> Floats:
    """The integral of the density over rho..1."""
    # At rho = 1 nothing is left, whatever little the rest is taken to be.
    rest = np.maximum((1 - rho) * (1 + rho), 1e-300)
    a, gap2, product = np.sqrt(rest), (h - k) ** 2, h * k
    c, d = (4 - product) / 8, (12 - product) / 16
    gap = np.sqrt(gap2)
    first = np.exp(np.clip(-(gap2 / rest + product) / 2, -800.0, 0.0))
    closed = a * first * (1 - c * (gap2 - rest) * (1 - d * gap2 / 5) / 3 + c * d * rest**2 / 5)
    tail = np.exp(-np.clip(product, -1400.0, 1400.0) / 2) * np.sqrt(_TWO_PI) * ndtr(-gap / a)
    closed -= tail * gap * (1 - c * gap2 * (1 - d * gap2 / 5) / 3)
    return np.asarray((closed + _remainder(a, gap2, product, c, d)) / _TWO_PI)


def _remainder(a: Floats, gap2: Floats, product: Floats, c: Floats, d: Floats) -> Floats:
    """What the expansion about rho = 1 leaves, by Gauss-Legendre over sqrt(1 - rho^2)."""
    total = np.zeros(a.size)
    for x, weight in _legendre(20):
        x2 = (a * x) ** 2
        root = np.sqrt(1 - x2)
        exponent = np.clip(-(gap2 / x2 + product) / 2, -800.0, 0.0)
        # exp(-product (1 - root) / (2 (1 + root))) / root against its expansion 1 + c x2 (1 + d x2)
        inner = np.exp(-product * x2 / (2 * (1 + root) ** 2)) / root - (1 + c * x2 * (1 + d * x2))
        total += weight * np.exp(exponent) * inner
    return np.asarray(a * total)
