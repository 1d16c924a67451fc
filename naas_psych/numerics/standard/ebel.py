"""Ebel's grid: items in cells of relevance by difficulty, and the success expected in each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


def ebel_cut(points: Floats, success: Floats) -> float:
    """Sum over cells of score points times expected success; a cell without items needs none."""
    return float((points * np.where(points > 0, success, 0.0)).sum())


def expected_shares(cells: NDArray[np.int64], success: Floats) -> Floats:
    """(J, I) success that judge j expects on item i: cells (J, I), -1 where not placed; (J, G)."""
    found = np.take_along_axis(success, np.maximum(cells, 0), axis=1)
    return np.where(cells >= 0, found, np.nan)


def modal_shares(cells: NDArray[np.int64], success: Floats) -> Floats:
    """(J, I) success that judge j expects in the cell where most judges put item i.

    Cells that tie share the item: the mean of what is expected in them.
    """
    n_cells = success.shape[1]
    votes = (cells[:, :, None] == np.arange(n_cells)).sum(axis=0)
    most = votes.max(axis=1, keepdims=True)
    held = (votes == most) & (most > 0)
    share = held / np.maximum(held.sum(axis=1, keepdims=True), 1)
    known = np.where(np.isfinite(success), success, 0.0) @ share.T
    wanting = (~np.isfinite(success)).astype(float) @ share.T > 0
    return np.where(wanting | (most.T == 0), np.nan, known)
