"""Every cut, and every set of cuts, out of one pair of tables made at all attainable cuts.

    whole = livingston_lewis(..., cuts=attainable).crossed   # or any other method's tables
    at_each_cut(whole)                # leading axis: the attainable cuts, in their order
    at_sets(whole, [[3, 7], [3, 8]])  # leading axis: the sets; numbers are places in `attainable`

Both give a `Crossed` whose properties (accurate, kappa, false_pass, ...) are arrays over that axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed


def at_each_cut(whole: Crossed) -> Crossed:
    """Tables (K - 1, 2, 2): below, and at or above, each of the K - 1 cuts of `whole`."""
    return at_sets(whole, np.arange(whole.consistency.shape[-1] - 1)[:, None])


def at_sets(whole: Crossed, sets: ArrayLike) -> Crossed:
    """Tables (P, M + 1, M + 1) with only the cuts in `sets` (P, M), each row ascending."""
    places = np.asarray(sets, dtype=np.int64)
    inside = (places >= 0) & (places < whole.consistency.shape[-1] - 1)
    if not inside.all() or (np.diff(places, axis=-1) <= 0).any():
        raise ValueError("each set of cuts must be ascending places among the cuts of the tables")
    accuracy = None if whole.accuracy is None else _merged(whole.accuracy, places)
    return Crossed(accuracy, _merged(whole.consistency, places))


def _merged(table: Floats, places: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    """Sums of the blocks of `table` (K, K) between the cuts at `places` (P, M)."""
    outcomes = table.shape[-1]
    corners = np.zeros((outcomes + 1, outcomes + 1))
    np.cumsum(np.cumsum(table, axis=0), axis=1, out=corners[1:, 1:])
    ends = np.full((len(places), 1), outcomes)
    edges = np.concatenate([np.zeros_like(ends), places + 1, ends], axis=1)
    at = corners[edges[:, :, None], edges[:, None, :]]
    return np.asarray(np.maximum(np.diff(np.diff(at, axis=1), axis=2), 0.0))
