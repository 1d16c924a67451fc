"""The first contrast among residuals: the strongest thing that theta leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Items that each side of a split has at least.
FEWEST = 3


@dataclass(frozen=True)
class Contrast:
    """The largest eigenvalue of residual correlations, in items' worth, and its two sides.

    weight : (J,) the eigenvector, with the first item that is not 0 on the positive side
    side : (J,) which items stand on the positive side, three on either at least
    """

    value: float
    weight: Floats
    side: NDArray[np.bool_]


def first_contrast(adjusted: Floats) -> Contrast:
    """Of adjusted Q3 (J, J) of six items or more; an undefined pair counts as 0."""
    matrix = np.where(np.isfinite(adjusted), adjusted, 0.0)
    np.fill_diagonal(matrix, 1.0)
    with one_blas_thread():
        values, vectors = np.linalg.eigh(matrix)
    weight = vectors[:, -1]
    anchor = weight[np.abs(weight) > 1e-9]
    weight = weight * (np.sign(anchor[0]) if anchor.size else 1.0)
    order = np.argsort(weight, kind="stable")
    side = weight > 0
    side[order[-FEWEST:]] = True
    side[order[:FEWEST]] = False
    return Contrast(float(values[-1]), weight, side)
