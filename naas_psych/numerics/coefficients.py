"""Reliability coefficients in closed form, from covariance matrices stacked along leading axes.

Every function takes covariances (..., J, J) and returns (...,): one matrix or a thousand bootstrap
replicates are the same call. Where a total has no variance the answer is nan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Below this ratio of smallest to largest eigenvalue a correlation matrix counts as singular.
SINGULAR = 1e-10


def trace(covariance: Floats) -> Floats:
    """Sum of the item variances."""
    return np.asarray(np.trace(covariance, axis1=-2, axis2=-1))


def total_variance(covariance: Floats) -> Floats:
    """Variance of the sum score; nan where it is not positive."""
    total = np.asarray(covariance.sum(axis=(-2, -1)))
    # Twelve digits cancel when items offset each other: what is left is rounding, not variance.
    floor = 1e-12 * trace(covariance)
    return np.where(total > floor, total, np.nan)


def correlation_matrix(covariance: Floats) -> Floats:
    """Correlation matrices; rows and columns of an item without variance are nan."""
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    scale = 1.0 / np.sqrt(np.where(variances > 0, variances, np.nan))
    corr = covariance * scale[..., :, None] * scale[..., None, :]
    diagonal = np.arange(covariance.shape[-1])
    corr[..., diagonal, diagonal] = np.where(np.isnan(scale), np.nan, 1.0)
    return np.asarray(corr)


def positive_definite(corr: Floats) -> NDArray[np.bool_]:
    """Which of the correlation matrices (B, J, J) are finite and not singular."""
    finite = np.isfinite(corr).all(axis=(-2, -1))
    good: NDArray[np.bool_] = np.array(finite, dtype=bool)
    if finite.any() and not _clearly_definite(corr[finite]):
        eigenvalues = np.linalg.eigvalsh(corr[finite])
        good[finite] = eigenvalues[:, 0] > SINGULAR * eigenvalues[:, -1]
    return np.asarray(good)


def _clearly_definite(corr: Floats) -> bool:
    """Whether a factorisation, far cheaper than eigenvalues, shows all of them to be regular.

    No eigenvalue of a correlation matrix passes the number of items.
    """
    diagonal = np.arange(corr.shape[-1])
    less = corr.copy()
    less[:, diagonal, diagonal] -= 10 * SINGULAR * corr.shape[-1]
    try:
        np.linalg.cholesky(less)
    except np.linalg.LinAlgError:
        return False
    return True


def alpha(covariance: Floats) -> Floats:
    """Cronbach's alpha, J/(J-1) (1 - tr S / V): Guttman's lambda3, KR-20 for 0/1 items."""
    return alpha_from_sums(trace(covariance), total_variance(covariance), covariance.shape[-1])


def alpha_from_sums(item_variance: Any, variance_total: Any, n_items: int) -> Floats:
    """Alpha from the sum of the item variances; nan with fewer than two items."""
    if n_items < 2:
        return np.full(np.shape(variance_total), np.nan)
    return np.asarray(n_items / (n_items - 1) * (1.0 - item_variance / variance_total))


def lambda1(covariance: Floats) -> Floats:
    """1 - tr S / V."""
    return np.asarray(1.0 - trace(covariance) / total_variance(covariance))


def _off_diagonal_squares(covariance: Floats) -> Floats:
    squares = covariance**2
    diagonal = np.arange(covariance.shape[-1])
    squares[..., diagonal, diagonal] = 0.0
    return np.asarray(squares)


def lambda2(covariance: Floats) -> Floats:
    """lambda1 + sqrt(J/(J-1) sum of squared covariances) / V; never below alpha."""
    n_items = covariance.shape[-1]
    squares = _off_diagonal_squares(covariance).sum(axis=(-2, -1))
    gain = np.sqrt(n_items / (n_items - 1) * squares) / total_variance(covariance)
    return np.asarray(lambda1(covariance) + gain)


def lambda5(covariance: Floats) -> Floats:
    """lambda1 + 2 sqrt(largest column sum of squared covariances) / V."""
    largest = _off_diagonal_squares(covariance).sum(axis=-2).max(axis=-1)
    return np.asarray(lambda1(covariance) + 2 * np.sqrt(largest) / total_variance(covariance))


def lambda6(covariance: Floats) -> Floats:
    """1 - sum of the items' residual variances given all others / V; needs an invertible S."""
    inverse = np.linalg.inv(covariance)
    residual = 1.0 / np.diagonal(inverse, axis1=-2, axis2=-1)
    return np.asarray(1.0 - residual.sum(axis=-1) / total_variance(covariance))


def kr21(mean_total: Any, variance_total: Any, n_items: int) -> Floats:
    """Kuder-Richardson 21 for 0/1 items; `variance_total` has denominator N."""
    variance = np.asarray(variance_total, dtype=float)
    variance = np.where(variance > 0, variance, np.nan)
    mean = np.asarray(mean_total, dtype=float)
    spread = mean * (n_items - mean) / (n_items * variance)
    return np.asarray(n_items / (n_items - 1) * (1.0 - spread))


def stratified_alpha(covariance: Floats, strata: tuple[NDArray[np.int64], ...]) -> Floats:
    """1 - sum over strata of V_h (1 - alpha_h) / V.

    A stratum of one item has no alpha; its variance counts as error, the cautious choice.
    """
    error = np.zeros(covariance.shape[:-2])
    for members in strata:
        block = covariance[..., members[:, None], members[None, :]]
        if members.size == 1:
            error = error + block[..., 0, 0]
            continue
        # V_h (1 - alpha_h) written out, so that a stratum with V_h = 0 still counts its error.
        within = np.asarray(block.sum(axis=(-2, -1)))
        ratio = members.size / (members.size - 1)
        error = error + within - ratio * (within - trace(block))
    return np.asarray(1.0 - error / total_variance(covariance))


def standard_error_of_measurement(total_sd: float, reliability: float) -> float:
    """s_X sqrt(1 - reliability); nan when the reliability passes 1 or is undefined."""
    if not reliability <= 1.0:
        return float("nan")
    return float(total_sd * np.sqrt(1.0 - reliability))
