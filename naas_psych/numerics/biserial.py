"""Biserial correlation: the r that a dichotomous score cut from a normal trait would have had."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from naas_psych.numerics.arrays import Floats


def normal_density(x: Floats | float) -> Floats:
    """Density of the standard normal at x, of the shape of x."""
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi))


def biserial(point_biserial: float, p: float) -> float:
    """r_b = r_pb sqrt(p q) / phi(Phi^-1(p)), with the population form of the item variance.

    Programs that divide by the N - 1 standard deviation print sqrt((N - 1) / N) of this. The
    value may pass 1; it is undefined (nan) at p = 0 and p = 1.
    """
    if not 0 < p < 1:
        return float("nan")
    return point_biserial * float(np.sqrt(p * (1 - p))) / float(normal_density(float(ndtri(p))))
