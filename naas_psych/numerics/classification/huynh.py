"""Huynh (1976): agreement of two sittings when totals are beta-binomial.

    huynh(mean=, kr21=, cuts=, items=)

Nothing is needed but the mean and KR-21 of sums of right/wrong items.
"""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.errors import least_scores
from naas_psych.numerics.classification.outcome_tables import ascending, nothing
from naas_psych.numerics.classification.subkoviak import Agreement


def huynh(*, mean: float, kr21: float, cuts: ArrayLike, items: int) -> Agreement:
    """a = mean (1/KR-21 - 1), b = n/KR-21 - n - a; scores on two forms share tau ~ beta(a, b).

    P(x, y) = C(n, x) C(n, y) B(a + x + y, b + 2n - x - y) / B(a, b), summed over the outcomes.
    """
    shares = ascending(cuts) / items
    reason = _reason(mean, kr21, items)
    if reason is not None:
        return Agreement(Crossed(None, nothing(shares.size + 1).consistency), reason)
    a = mean * (1 / kr21 - 1)
    joint = both_scores(a, items / kr21 - items - a, items)
    edges = np.array([0, *least_scores(shares, items, rounding="up"), items + 1])
    corners = np.zeros((items + 2, items + 2))
    np.cumsum(np.cumsum(joint, axis=0), axis=1, out=corners[1:, 1:])
    table = np.diff(np.diff(corners[np.ix_(edges, edges)], axis=0), axis=1)
    return Agreement(Crossed(None, np.maximum(table, 0.0)), None)


def both_scores(a: float, b: float, items: int) -> Floats:
    """(n + 1, n + 1): chance of each pair of scores on two forms."""
    x = np.arange(items + 1.0)
    ways = gammaln(items + 1.0) - gammaln(x + 1) - gammaln(items - x + 1)
    total = np.arange(2 * items + 1.0)
    shared = betaln(a + total, b + 2 * items - total) - betaln(a, b)
    index = np.add.outer(np.arange(items + 1), np.arange(items + 1))
    joint = np.exp(np.add.outer(ways, ways) + shared[index])
    return np.asarray(joint / joint.sum())


def _reason(mean: float, kr21: float, items: int) -> str | None:
    if not isfinite(kr21):
        return "no_variance"
    if kr21 <= 0:
        return "negative_reliability"
    if kr21 >= 1:
        return "perfect_reliability"
    return None if 0 < mean < items else "no_variance"
