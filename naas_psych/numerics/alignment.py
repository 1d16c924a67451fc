"""How well the content of a test agrees with a plan, or with another form."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.two_groups import mean_interval


def porter_index(shares: ArrayLike, others: ArrayLike) -> float:
    """Porter's alignment index 1 - sum |x - y| / 2 of two sets of shares of the same cells.

    1 is the same content, 0 none in common; nan where either set has no content.
    """
    x, y = (_shares(np.asarray(values, dtype=float)) for values in (shares, others))
    return float(1 - np.abs(x - y).sum() / 2)


def webb_balance(hits: ArrayLike) -> float:
    """Webb's balance of representation 1 - sum |1 / O - I_k / H| / 2 over the O objectives hit."""
    counts = np.asarray(hits, dtype=float)
    counts = counts[counts > 0]
    if not counts.size:
        return float("nan")
    return porter_index(np.ones(counts.size), counts)


def multinomial_limits(counts: ArrayLike, *, level: float) -> Interval[Floats]:
    """Goodman's simultaneous limits of the shares of K cells: Wilson's at level 1 - (1 - level)/K.

    nan where nothing was counted.
    """
    cells = np.asarray(counts, dtype=float)
    each = 1 - (1 - level) / max(cells.size, 1)
    return wilson(cells, np.full(cells.shape, cells.sum()), level=each)


def mean_limits(values: ArrayLike, *, level: float) -> Interval[float]:
    """t limits of a mean over judges; nan with fewer than two."""
    found = np.asarray(values, dtype=float)
    return mean_interval(found[np.isfinite(found)], level=level)


def _shares(values: Floats) -> Floats:
    total = values.sum()
    return values / total if total > 0 else np.full(values.shape, np.nan)
