"""The non-central chi-square, turned round: the non-centrality that makes a value so likely."""

from __future__ import annotations

import numpy as np

#: Beyond this the exact series takes very long.
_LARGE = 1e5


def non_centrality(value: float, *, df: float, below: float) -> float:
    """The non-centrality at which a chi-square is below `value` with the probability `below`.

    0 where even the central one is below it less often than that.
    """
    from scipy.optimize import brentq

    if _below(value, df, 0.0) <= below:
        return 0.0
    high = max(value, 1.0)
    while _below(value, df, high) > below:
        high *= 2
    return float(brentq(lambda nc: _below(value, df, nc) - below, 0.0, high, xtol=1e-10 * high))


def _below(value: float, df: float, non_central: float) -> float:
    """Distribution function of the non-central chi-square."""
    from scipy.special import chdtr, chndtr, ndtr

    if non_central == 0:
        return float(chdtr(df, value))
    if non_central + df < _LARGE:
        return float(chndtr(value, df, non_central))
    # The exact series takes very long there; Sankaran (1963) is right to six digits.
    total, twice = df + non_central, df + 2 * non_central
    h = 1 - 2 * total * (df + 3 * non_central) / (3 * twice**2)
    p = twice / total**2
    m = (h - 1) * (1 - 3 * h)
    centre = 1 + h * p * (h - 1 - 0.5 * (2 - h) * m * p)
    spread = h * np.sqrt(2 * p) * (1 + 0.5 * m * p)
    return float(ndtr(((value / total) ** h - centre) / spread))
