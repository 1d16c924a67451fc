"""What a correlation matrix says about dimensions: sphericity, KMO, MAP, eigenvalue ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from naas_psych.numerics.arrays import Floats

#: An eigenvalue (or what is left of an item's variance) below this counts as none.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Sphericity:
    """Bartlett's test that nothing correlates with anything."""

    chi_square: float
    df: int
    p_value: float


@dataclass(frozen=True)
class SamplingAdequacy:
    """KMO overall, and by item (J,)."""

    overall: float
    items: Floats


@dataclass(frozen=True)
class PartialCorrelations:
    """Mean squared and mean fourth-power partial correlation after 0, 1, ... components (M,)."""

    squared: Floats
    fourth: Floats


def singular(r: Floats) -> bool:
    """The matrix has no inverse to speak of, or is not positive definite."""
    return bool(np.linalg.eigvalsh(r)[0] < _NOTHING)


def sphericity(r: Floats, *, n: int) -> Sphericity:
    """-(N - 1 - (2J + 5)/6) ln|R| on J(J - 1)/2 df (Bartlett 1951); R (J, J) positive definite.

    Undefined where the matrix is singular or its factor is not above 0.
    """
    n_items = len(r)
    df = n_items * (n_items - 1) // 2
    factor = n - 1 - (2 * n_items + 5) / 6
    if singular(r) or factor <= 0:
        return Sphericity(float("nan"), df, float("nan"))
    chi_square = -factor * float(np.linalg.slogdet(r)[1])
    return Sphericity(chi_square, df, float(chdtrc(df, max(chi_square, 0.0))))


def sampling_adequacy(r: Floats) -> SamplingAdequacy:
    """sum r^2 / (sum r^2 + sum q^2), q the partial correlations given all others (Kaiser 1974).

    nan where the matrix (J, J) is singular, and for an item that correlates with nothing.
    """
    n_items = len(r)
    if singular(r):
        return SamplingAdequacy(float("nan"), np.full(n_items, np.nan))
    inverse = np.linalg.inv(r)
    scale = 1 / np.sqrt(np.diagonal(inverse))
    partial = -inverse * np.outer(scale, scale)
    off = ~np.eye(n_items, dtype=bool)
    r2, q2 = np.where(off, r**2, 0.0).sum(axis=0), np.where(off, partial**2, 0.0).sum(axis=0)
    both = r2 + q2
    items = np.divide(r2, both, out=np.full(n_items, np.nan), where=both > 0)
    overall = float(r2.sum() / both.sum()) if both.sum() > 0 else float("nan")
    return SamplingAdequacy(overall, items)


def partial_correlations(r: Floats) -> PartialCorrelations:
    """Velicer's (1976) average partial correlations after 0 .. J - 2 principal components of R.

    nan from where an item has no variance left, as happens in a singular matrix.
    """
    n_items = len(r)
    values, vectors = np.linalg.eigh(r)
    off = ~np.eye(n_items, dtype=bool)
    squared, fourth = np.full(max(n_items - 1, 0), np.nan), np.full(max(n_items - 1, 0), np.nan)
    left = r.copy()
    for m in range(n_items - 1):
        if m:
            left -= values[-m] * np.outer(vectors[:, -m], vectors[:, -m])
        variance = np.diagonal(left)
        if variance.min() < _NOTHING:
            break
        partial2 = (left**2 / np.outer(variance, variance))[off]
        squared[m], fourth[m] = partial2.mean(), (partial2**2).mean()
    return PartialCorrelations(squared, fourth)


def smallest_average(averages: Floats) -> int | None:
    """After how many components the average (M,) is smallest; None where none is defined."""
    return int(np.nanargmin(averages)) if np.isfinite(averages).any() else None


def eigenvalue_ratio(values: Floats) -> float:
    """The first of the eigenvalues (J,) over the second; nan where the second is nothing."""
    return float(values[0] / values[1]) if values[1] > _NOTHING else float("nan")
