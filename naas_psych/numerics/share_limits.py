"""Limits of shares whose variance is known: those of a beta distribution that weighs as much."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval


def beta_limits(share: Floats, variance: Floats, n: float, *, level: float) -> Interval[Floats]:
    """As many persons one by one would have this variance; half a person more on each side.

    n : persons where the variance is 0
    """
    spread = share * (1 - share)
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.where((variance > 0) & (spread > 0), spread / variance, float(n))
    a, b = share * worth + 0.5, (1 - share) * worth + 0.5
    half = (1 - level) / 2
    return Interval(np.asarray(betaincinv(a, b, half)), np.asarray(betaincinv(a, b, 1 - half)))
