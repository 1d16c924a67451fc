"""Polyserial correlation of Olsson, Drasgow and Dorans (1982): two-step maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.biserial import normal_density
from naas_psych.numerics.rest_table import RestTable

#: Where the search for the root looks next, from 0 outwards: closer together near the end.
_STEPS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999)
#: The least probability of a cell, so that an empty tail does not divide by 0.
_TINY = 1e-300


def _cut_points(by_code: Floats) -> Floats:
    """Normal deviates of the cumulative proportions, with both infinities (K + 1,)."""
    cumulative = np.concatenate([[0.0], np.cumsum(by_code)]) / by_code.sum()
    return np.asarray(ndtri(np.minimum(cumulative, 1.0)))


def polyserial(table: RestTable) -> float:
    """Two-step ML: thresholds from the margins, then rho where the score function is 0.

    Codes must rise with the trait. Where the likelihood keeps rising to the end of the scale the
    answer is -1 or 1. nan when fewer than two codes or two rest scores occur.
    """
    occurs = table.by_code > 0
    if occurs.sum() < 2 or table.rest.size < 2:
        return float("nan")
    counts = table.counts[occurs]
    tau = _cut_points(counts.sum(axis=1))
    weight = counts.sum(axis=0)
    centred = table.rest - weight @ table.rest / weight.sum()
    z = centred / np.sqrt(weight @ centred**2 / weight.sum())
    return _root(lambda rho: _slope(rho, counts, tau, z))


def _root(slope: Callable[[float], float]) -> float:
    """The maximum nearest to 0 in the direction in which the likelihood rises from there."""
    from scipy.optimize import brentq

    sign = 1.0 if slope(0.0) >= 0 else -1.0
    inner = 0.0
    # Outward in steps: at the far end improbable cells underflow and the slope loses its sign.
    for outer in _STEPS:
        if sign * slope(sign * outer) < 0:
            return float(brentq(slope, sign * inner, sign * outer, xtol=1e-13))
        inner = outer
    return sign


def _slope(rho: float, counts: Floats, tau: Floats, z: Floats) -> float:
    """Derivative of the log-likelihood in rho; each code by rest score is one cell."""
    spread = np.sqrt(1 - rho * rho)
    inner = tau[1:-1, None]
    u = np.full((tau.size, z.size), np.inf)
    u[0] = -np.inf
    u[1:-1] = (inner - rho * z) / spread
    change = np.zeros_like(u)
    change[1:-1] = normal_density(u[1:-1]) * (rho * inner - z) / spread**3
    a, b = u[:-1], u[1:]
    # In the upper tail the difference is taken between the small tails, not between near-ones.
    flip = a > 0
    p = ndtr(np.where(flip, -a, b)) - ndtr(np.where(flip, -b, a))
    return float(np.sum(counts * (change[1:] - change[:-1]) / np.maximum(p, _TINY)))
