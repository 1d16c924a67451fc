"""How parts of a test go together: correlations, corrected for unreliability, HTMT and HTMT2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha_from_sums, correlation_matrix


@dataclass(frozen=True)
class DomainRelations:
    """Of D domains in stacked tests (b, ...), NaN where undefined.

    r : (b, D, D) correlations of domain scores
    alpha : (b, D)
    corrected : (b, D, D) r / sqrt(alpha alpha'); may pass 1
    htmt : (b, D, D) mean correlation of items of two domains over the geometric mean of the mean
        correlations within each (Henseler, Ringle & Sarstedt 2015)
    htmt2 : (b, D, D) the same with geometric means of sizes throughout
    """

    r: Floats
    alpha: Floats
    corrected: Floats
    htmt: Floats
    htmt2: Floats


def domain_relations(covariance: Floats, belongs: Floats) -> DomainRelations:
    """From item covariances (b, J, J) and `belongs` (J, D) of 0 and 1, two items or more each."""
    between = belongs.T @ covariance @ belongs
    variance = np.diagonal(between, axis1=-2, axis2=-1)
    own = np.diagonal(covariance, axis1=-2, axis2=-1) @ belongs
    floor = 1e-12 * own
    variance = np.where(variance > floor, variance, np.nan)
    sizes = belongs.sum(axis=0)
    alphas = np.stack(
        [alpha_from_sums(own[..., d], variance[..., d], int(size)) for d, size in enumerate(sizes)],
        axis=-1,
    )
    r = between / _outer_root(variance)
    corrected = r / _outer_root(np.where(alphas > 0, alphas, np.nan))
    corr = correlation_matrix(covariance)
    return DomainRelations(
        r=r,
        alpha=alphas,
        corrected=_off(corrected),
        htmt=_off(_ratio(mean_of_pairs(corr, belongs))),
        htmt2=_off(_ratio(np.exp(mean_of_pairs(_log_size(corr), belongs)))),
    )


def _log_size(corr: Floats) -> Floats:
    """Log of |r|; a correlation of exactly 0 (right/wrong items have some) has none."""
    return np.asarray(np.log(np.where(corr == 0, np.nan, np.abs(corr))))


def mean_of_pairs(values: Floats, belongs: Floats) -> Floats:
    """(b, D, D) mean over known pairs of items, one of each domain; within one, over its own."""
    own = values.copy()
    diagonal = np.arange(values.shape[-1])
    own[..., diagonal, diagonal] = 0.0
    sizes = belongs.sum(axis=0)
    pairs = np.outer(sizes, sizes) - np.diag(sizes)
    absent = np.isnan(own)
    if absent.any():
        own[absent] = 0.0
        pairs = pairs - belongs.T @ absent.astype(float) @ belongs
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(belongs.T @ own @ belongs / pairs)


def _ratio(means: Floats) -> Floats:
    """Between over the root of within times within; no value where a mean within is not above 0."""
    within = np.diagonal(means, axis1=-2, axis2=-1)
    return np.asarray(means / _outer_root(np.where(within > 0, within, np.nan)))


def _outer_root(values: Floats) -> Floats:
    root = np.sqrt(values)
    return np.asarray(root[..., :, None] * root[..., None, :])


def _off(values: Floats) -> Floats:
    """NaN on the diagonal, which means nothing here."""
    diagonal = np.arange(values.shape[-1])
    values[..., diagonal, diagonal] = np.nan
    return values
