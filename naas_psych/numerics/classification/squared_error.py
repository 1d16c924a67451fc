"""Squared-error indices: how far scores are from a cut, against their error.

    livingston_k2(mean=, variance=, reliability=, cuts=)
    phi_lambda(mean=, population_variance=, cuts=, items=)

Both rise with the distance of the mean from the cut. They describe scores, not decisions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats


def livingston_k2(*, mean: float, variance: float, reliability: float, cuts: ArrayLike) -> Floats:
    """[rho s2 + (mean - c)^2] / [s2 + (mean - c)^2] (Livingston 1972), with the s2 it is given.

    nan where the reliability is outside 0 to 1, and where all score exactly the cut.
    """
    away = (mean - np.asarray(cuts, dtype=float)) ** 2
    if not (0 <= reliability <= 1 and variance >= 0):
        return np.full(away.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((reliability * variance + away) / (variance + away))


def phi_lambda(*, mean: float, population_variance: float, cuts: ArrayLike, items: int) -> Floats:
    """Phi(lambda) of Brennan and Kane (1977) for `items` right/wrong items.

    1 - [x(1 - x) - s2] / ((n - 1) [(x - lambda)^2 + s2]), x the mean and lambda = c/n as
    proportions, s2 the variance of persons' proportions with N. nan where all score the cut, and
    below two items.
    """
    proportion, lambdas = mean / items, np.asarray(cuts, dtype=float) / items
    spread = population_variance / items**2
    away = (proportion - lambdas) ** 2 + spread
    if items < 2:
        return np.full(lambdas.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = 1 - (proportion * (1 - proportion) - spread) / ((items - 1) * away)
    return np.asarray(np.where(np.isfinite(found), found, np.nan))
