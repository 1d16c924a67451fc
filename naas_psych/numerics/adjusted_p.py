"""p values adjusted for how many tests were made."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats


def benjamini_hochberg(p: Floats) -> Floats:
    """p values (n,) adjusted to control the false discovery rate (Benjamini & Hochberg 1995).

    The smallest p_(k) n / k of all at or above the own rank. NaN stays NaN and is not counted.
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    scaled = p[order] * known.size / np.arange(1, known.size + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
