"""Peng and Subkoviak (1980): Huynh's agreement by a bivariate normal.

peng_subkoviak(mean=, sd=, kr21=, cuts=, items=)
"""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.bivariate_normal import probability
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.outcome_tables import ascending, nothing
from naas_psych.numerics.classification.subkoviak import Agreement


def peng_subkoviak(
    *, mean: float, sd: float, kr21: float, cuts: ArrayLike, items: int
) -> Agreement:
    """z = (c - 0.5 - mean)/sd at the first whole score c that reaches a cut; correlation KR-21.

    The K x K table takes the bivariate normal between the z of each pair of neighbouring cuts; at
    one cut p_o = 1 + 2 (p_zz - p_z) and kappa = (p_zz - p_z^2)/(p_z - p_z^2). Poor below 8 items.
    """
    places = np.ceil(ascending(cuts) - 1e-9)
    reason = _reason(sd, kr21)
    if reason is not None:
        return Agreement(Crossed(None, nothing(places.size + 1).consistency), reason)
    # A normal has no lowest score, but every person reaches a cut at 0, and none one above n.
    z = np.where(places <= 0, -np.inf, np.where(places > items, np.inf, (places - 0.5 - mean) / sd))
    z = np.concatenate([[-np.inf], z, [np.inf]])
    below = probability(z[:, None], z[None, :], np.array([[kr21]]))
    table = np.maximum(np.diff(np.diff(below, axis=0), axis=1), 0.0)
    return Agreement(Crossed(None, (table + table.T) / 2), None)


def _reason(sd: float, kr21: float) -> str | None:
    if not (isfinite(kr21) and sd > 0):
        return "no_variance"
    if kr21 <= 0:
        return "negative_reliability"
    return "perfect_reliability" if kr21 >= 1 else None
