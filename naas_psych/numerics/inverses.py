"""Inverses of many small matrices at once, quicker than a general factorisation of each."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats

#: Up to this size a general inverse is quicker than taking the matrix apart.
_SMALL = 8


def inverse_definite(matrix: Floats) -> Floats:
    """Inverses of positive definite matrices (B, J, J), by halves.

    Block elimination is stable where a matrix is definite, needs no pivots, and is nearly all
    matrix products: of 60 items it takes about half the time of `np.linalg.inv`.
    """
    try:
        return _by_halves(matrix)
    except np.linalg.LinAlgError:  # so near to singular that only pivots help
        return np.asarray(np.linalg.inv(matrix))


def _by_halves(matrix: Floats) -> Floats:
    size = matrix.shape[-1]
    if size <= _SMALL:
        return np.asarray(np.linalg.inv(matrix))
    half = size // 2
    upper = _by_halves(matrix[:, :half, :half])
    across = upper @ matrix[:, :half, half:]
    back = across.transpose(0, 2, 1)
    lower = _by_halves(matrix[:, half:, half:] - matrix[:, half:, :half] @ across)
    found = np.empty_like(matrix)
    beside = across @ lower
    found[:, :half, :half] = upper + beside @ back
    found[:, :half, half:] = -beside
    found[:, half:, :half] = -beside.transpose(0, 2, 1)
    found[:, half:, half:] = lower
    return found
