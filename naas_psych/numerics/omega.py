"""McDonald's omega from a minimum-residual factor solution (correlation matrices, stacked)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.factor import FactorSolution, minres
from naas_psych.numerics.rotation import oblimin, turn_towards, varimax

GROUP_FACTORS = 3
#: Three factors are identified (no negative degrees of freedom) from six items on.
FEWEST_ITEMS = 6


@dataclass(frozen=True)
class Omega:
    """omega_total, omega_hierarchical (B,): nan where there is no general factor.

    `pattern` (B, J, m) are the loadings on the factors as rotated, `general` (B, J) those on the
    general factor (nan where there is none); `trouble` names what went wrong, by matrix: "",
    "not_converged", "rotation_not_converged", "second_order_heywood_case" or "heywood_case".
    """

    total: Floats
    hierarchical: Floats
    general: Floats
    pattern: Floats
    factors: FactorSolution
    trouble: NDArray[np.str_]


def omega_one_factor(
    corr: Floats, *, start: Floats | None = None, tolerance: float = 1e-10
) -> Omega:
    """1 - sum of the uniquenesses of one factor / sum of all correlations."""
    factors = minres(corr, 1, start=start, tolerance=tolerance)
    trouble = np.where(factors.heywood, "heywood_case", "")
    trouble = np.where(factors.converged, trouble, "not_converged")
    total = 1.0 - factors.uniqueness.sum(axis=1) / corr.sum(axis=(1, 2))
    nothing = np.full(len(corr), np.nan)
    no_general = np.full(corr.shape[:2], np.nan)
    return Omega(total, nothing, no_general, factors.loadings, factors, trouble)


def omega_three_factors(
    corr: Floats,
    *,
    start: Floats | None = None,
    pattern: Floats | None = None,
    tolerance: float = 1e-10,
    rotation_eps: float = 1e-5,
) -> Omega:
    """Three oblimin factors, one factor behind them, and the Schmid-Leiman general loadings.

    omega_total = 1 - sum u2 / sum R; omega_hierarchical = (sum of general loadings)^2 / sum R.
    `start` and `pattern` are the uniquenesses and rotated loadings of a similar matrix.
    """
    factors = minres(corr, GROUP_FACTORS, start=start, tolerance=tolerance)
    if pattern is None:
        rotated = oblimin(varimax(factors.loadings), eps=rotation_eps)
    else:
        turn = turn_towards(factors.loadings, pattern)
        rotated = oblimin(factors.loadings, start=turn, eps=rotation_eps, max_steps=200)
    second, second_fits = _second_order(rotated.correlations)
    general = np.einsum("bjm,bm->bj", rotated.loadings, second)
    sum_of_r = corr.sum(axis=(1, 2))
    trouble = np.where(factors.heywood, "heywood_case", "")
    trouble = np.where(second_fits, trouble, "second_order_heywood_case")
    trouble = np.where(rotated.converged, trouble, "rotation_not_converged")
    trouble = np.where(factors.converged, trouble, "not_converged")
    total = 1.0 - factors.uniqueness.sum(axis=1) / sum_of_r
    hierarchical = general.sum(axis=1) ** 2 / sum_of_r
    return Omega(total, hierarchical, general, rotated.loadings, factors, trouble)


def _second_order(phi: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Loadings (B, 3) of three factors on one behind them, and whether the model allows them."""
    solution = minres(phi, 1, tolerance=1e-9, max_steps=500)
    return solution.loadings[:, :, 0], solution.converged & ~solution.heywood
