"""A median with its standard error from the order of the values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtri

from naas_psych.numerics.arrays import Floats

#: The two-sided level whose order statistics give the standard error.
_LEVEL = 0.95
#: Below, no interval of order statistics comes near that level.
_FEWEST = 5


@dataclass(frozen=True)
class Median:
    """A median and its standard error."""

    median: float
    se: float


def median_with_error(values: Floats) -> Median:
    """Half the width of an interval of order statistics over its normal quantile.

    McKean & Schrader (1984), with the exact binomial level of the interval (Price & Bonett 2001),
    which its normal approximation misses in small samples. The error is nan below five values.
    """
    n = values.size
    if n < _FEWEST:
        return Median(float(np.median(values)) if n else np.nan, np.nan)
    ordered = np.sort(values)
    rank = max(1, round((n + 1) / 2 - float(ndtri(0.5 + _LEVEL / 2)) * np.sqrt(n) / 2))
    outside = float(bdtr(rank - 1, n, 0.5))
    z = float(-ndtri(outside))
    return Median(float(np.median(ordered)), float(ordered[n - rank] - ordered[rank - 1]) / (2 * z))
