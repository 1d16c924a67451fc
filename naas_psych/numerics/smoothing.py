"""The nearest usable correlation matrix: eigenvalue clipping and rescaling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats

#: Eigenvalues below this are raised to it, as psych's cor.smooth does (its eig.tol is 1e-12; that
#: leaves a matrix that cannot be inverted, so ours is larger).
LEAST_EIGENVALUE = 1e-6


@dataclass(frozen=True)
class Smoothed:
    """A positive definite correlation matrix; the least eigenvalue before; whether it was changed.

    largest_change : the largest change of a correlation
    """

    matrix: Floats
    smallest_eigenvalue: float
    changed: bool
    largest_change: float


def smoothed(r: Floats, *, least: float = LEAST_EIGENVALUE) -> Smoothed:
    """`r` (J, J) itself where its eigenvalues are `least` or more; else clipped and rescaled.

    Eigenvalues below `least` are raised to it and the matrix is rescaled to a unit diagonal. The
    matrix must hold no nan.
    """
    values, vectors = np.linalg.eigh(r)
    smallest = float(values[0])
    if smallest >= least:
        return Smoothed(r, smallest, False, 0.0)
    raised = (vectors * np.maximum(values, least)) @ vectors.T
    scale = np.sqrt(np.diagonal(raised))
    matrix = raised / np.outer(scale, scale)
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, 1.0)
    return Smoothed(matrix, smallest, True, float(np.abs(matrix - r).max()))
