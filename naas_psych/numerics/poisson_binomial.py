"""How many of several independent things are true, each with a chance of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from naas_psych.numerics.intervals import Interval


def number_limits(chances: Sequence[float], *, level: float) -> Interval[int]:
    """Quantiles of how many of several independent things are true, by the exact recursion."""
    shares = np.ones(1)
    for chance in chances:
        shares = np.convolve(shares, [1 - chance, chance])
    below = np.cumsum(shares)
    # The sum of shares may end at 1 less a rounding error.
    ends = np.searchsorted(below, [(1 - level) / 2, (1 + level) / 2 - 1e-12])
    return Interval(int(ends[0]), int(min(ends[1], len(chances))))
