"""Halo: how far ratings of several criteria are one rating, with what sampling leaves open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile


@dataclass(frozen=True)
class Halo:
    """Mean correlation between criteria, and the first eigenvalue's share of their number."""

    correlation: float
    correlation_limits: Interval[float]
    first_share: float
    first_share_limits: Interval[float]


def halo(ratings: Floats, *, level: float) -> Halo:
    """Of ratings (N, K) without gaps, K of 2 or more, each criterion with variance.

    Errors are the spread of what each person adds to the statistic (its influence), which asks
    for no normal ratings; limits on Fisher's scale and on that of the logit.
    """
    n, k = ratings.shape
    z = (ratings - ratings.mean(axis=0)) / ratings.std(axis=0)
    r = z.T @ z / n
    pairs = k * (k - 1)
    correlation = float((r.sum() - k) / pairs)
    squares = z**2
    joint = z.sum(axis=1) ** 2 - squares.sum(axis=1) - squares @ (r.sum(axis=0) - 1)
    values, vectors = np.linalg.eigh(r)
    first, along = float(values[-1]), vectors[:, -1]
    own = (z @ along) ** 2 - first * (squares @ along**2)
    share = first / k
    return Halo(
        correlation=correlation,
        correlation_limits=_fisher(correlation, _error(joint / pairs), level),
        first_share=share,
        first_share_limits=_logit(share, _error(own / k), level),
    )


def _error(influence: Floats) -> float:
    """Standard error of a statistic from the influence of each person, which is 0 on average."""
    n = influence.size
    return float(np.sqrt((influence**2).sum() / (n * (n - 1)))) if n > 1 else float("nan")


def _fisher(r: float, error: float, level: float) -> Interval[float]:
    if not (abs(r) < 1 and error > 0):
        return UNDEFINED
    half = normal_quantile(level) * error / (1 - r * r)
    centre = np.arctanh(r)
    return Interval(float(np.tanh(centre - half)), float(np.tanh(centre + half)))


def _logit(share: float, error: float, level: float) -> Interval[float]:
    if not (0 < share < 1 and error > 0):
        return UNDEFINED
    half = normal_quantile(level) * error / (share * (1 - share))
    low, high = 1 / (1 + (1 - share) / share * np.exp(np.array([half, -half])))
    return Interval(float(low), float(high))
