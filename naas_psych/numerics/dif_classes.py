"""The classes A, B and C of a difference between matched groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from naas_psych.numerics.arrays import Floats

Classes = NDArray[np.object_]


def ets_classes(
    delta: Floats,
    se: Floats,
    *,
    moderate: float = 1.0,
    large: float = 1.5,
    alpha: float = 0.05,
    size_only: bool = False,
) -> Classes:
    """(J,) A, B or C by the rule of Dorans and Holland (1993); None where delta is undefined.

    A: |D| below `moderate`, or not different from 0 (two-sided). C: |D| at least `large` and above
    `moderate` (one-sided). B: what is left. With `size_only` by |D| alone.
    """
    size = np.abs(delta)
    found = np.where(size >= large, "C", "B").astype(object)
    if not size_only:
        above = size + ndtri(alpha) * se > moderate
        found[(found == "C") & ~above] = "B"
        found[size <= -ndtri(alpha / 2) * se] = "A"
    found[size < moderate] = "A"
    known = np.isfinite(size) & (size_only | np.isfinite(se))
    found[~known] = None
    return found


def smd_classes(
    ratio: Floats,
    p: Floats,
    *,
    moderate: float = 0.17,
    large: float = 0.25,
    alpha: float = 0.05,
    size_only: bool = False,
) -> Classes:
    """(J,) classes of a mean difference in standard deviations of the item (Zwick et al. 1997).

    A where Mantel's test finds nothing or the size is at most `moderate`, C above `large`.
    """
    size = np.abs(ratio)
    found = np.where(size > large, "C", "B").astype(object)
    found[size <= moderate] = "A"
    if not size_only:
        found[~(p < alpha)] = "A"
    found[~np.isfinite(size)] = None
    return found
