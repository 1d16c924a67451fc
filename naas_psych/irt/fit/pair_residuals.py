"""What a model leaves of the correlations of pairs of items, and the fit of independent items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.irt.fit.booklet_moments import Moments
from naas_psych.irt.fit.moment_covariance import Expected
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class PairResiduals:
    """srmsr : over pairs; null_value, n_pairs : chi-square of independence and its df."""

    srmsr: float
    null_value: float
    n_pairs: int


def pair_residuals(parts: Sequence[tuple[Moments, Expected, float]]) -> PairResiduals:
    """Of booklets, each with what was seen, what was expected and how many persons.

    Where items are independent with free margins, what the parameters cannot move are the products
    of deviations, and those are uncorrelated: M2, M2* and C2 of that model are all n times the sum
    of squared correlations, with a degree of freedom a pair.
    """
    square = total = null = 0.0
    n_pairs = 0
    for seen, expected, n in parts:
        covariance = seen.product - np.outer(seen.mean, seen.mean)
        observed = _standardised(covariance, np.diag(covariance))[expected.pairs]
        residual = observed - _implied(expected)[expected.pairs]
        known = np.isfinite(residual)
        if known.any():
            square += n * float(np.mean(residual[known] ** 2))
            total += n
        null += n * float((observed[known] ** 2).sum())
        n_pairs += observed.size
    return PairResiduals(float(np.sqrt(square / total)) if total else np.nan, null, n_pairs)


def _implied(e: Expected) -> Floats:
    variance = (e.variance + e.mean**2) @ e.weight
    return _standardised((e.mean * e.weight) @ e.mean.T, variance)


def _standardised(covariance: Floats, variance: Floats) -> Floats:
    """NaN where an item does not vary."""
    sd = np.sqrt(np.where(variance > 1e-12, variance, np.nan))
    return np.asarray(covariance / np.outer(sd, sd))
