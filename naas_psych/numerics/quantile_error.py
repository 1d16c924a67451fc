"""Monte-Carlo error of the limits that are read off draws."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats

#: Of shares: an interval narrower than this is as good as a point.
_TINY = 5e-4


def quantile_error_share(draws: Floats, level: float) -> Floats:
    """(C,) larger Monte-Carlo error of the two limits, over the distance between them; 0 if none.

    draws : (R, C). The error of a quantile p is half the distance of the draws whose ranks lie one
    standard error, sqrt(p (1 - p) / R), below and above it.
    """
    half = (1 - level) / 2
    step = float(np.sqrt(half * (1 - half) / len(draws)))
    points = np.clip([half - step, half, half + step], 0.0, 1.0)
    ranks = np.concatenate([points, 1 - points])
    q = np.quantile(draws, ranks, axis=0)
    width = q[4] - q[1]
    error = np.maximum(q[2] - q[0], q[3] - q[5]) / 2
    return np.where(width > _TINY, error / np.where(width > _TINY, width, 1.0), 0.0)
