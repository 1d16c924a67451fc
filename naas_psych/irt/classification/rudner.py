"""Outcomes from theta and its error, taken as normal (Rudner 2001, 2005)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

from naas_psych.irt.classification.chances import Chances, chances
from naas_psych.numerics.arrays import Floats


def rudner(theta: Floats, se: Floats, cuts: Any) -> Chances:
    """Chance of each true outcome as that of a normal about the estimate.

    theta, se : (N,) estimates and their errors; whoever has none that is finite is left out
    cuts : (C,) on theta, in rising order

    From EAP with the SD of the posterior both accuracy and consistency are what they should be
    where all is normal. From ML or WLE, which spread more than theta does, both come out too high.
    """
    theta, se = np.asarray(theta, float), np.asarray(se, float)
    cuts = np.atleast_1d(np.asarray(cuts, float))
    known = np.isfinite(theta) & np.isfinite(se) & (se >= 0)
    distance = theta[known, None] - cuts
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(distance == 0, 0.0, distance / se[known, None])
    return chances(ndtr(z), theta[known], cuts, known)
