"""Haberman's comparison: is a true subscore better predicted by the subscore or by the total?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha


@dataclass(frozen=True)
class Prmse:
    """Proportional reductions of mean squared error (...,): from the subscore, the total, both."""

    subscore: Floats
    total: Floats
    augmented: Floats


def prmse(v_s: Floats, r_s: Floats, v_x: Floats, c: Floats) -> Prmse:
    """Subscore variance and reliability, variance of the total that contains it, their covariance.

    PRMSE_s = r_s; PRMSE_x = g_x^2 / (r_s v_s v_x) with g_x = c - (1 - r_s) v_s, the covariance of
    the true subscore with the total; joint: g' S^-1 g / (r_s v_s).
    """
    true_variance = np.where(r_s * v_s > 0, r_s * v_s, np.nan)
    g_s, g_x = true_variance, c - (1 - r_s) * v_s
    determinant = v_s * v_x - c**2
    # A subscore that is the whole total leaves nothing to add to it.
    sound = determinant > 1e-12 * v_s * v_x
    determinant = np.where(sound, determinant, np.nan)
    joint = (v_x * g_s**2 - 2 * c * g_s * g_x + v_s * g_x**2) / determinant / true_variance
    subscore = np.where(np.isnan(true_variance), np.nan, r_s)
    return Prmse(subscore, g_x**2 / (true_variance * v_x), np.where(sound, joint, subscore))


def domain_prmse(covariance: Floats, members: NDArray[np.int64]) -> Prmse:
    """`prmse` of the items `members` in tests of covariance (..., J, J), reliability by alpha."""
    block = covariance[..., members[:, None], members[None, :]]
    if members.size < 2:
        nothing = np.full(covariance.shape[:-2], np.nan)
        return Prmse(nothing, nothing, nothing)
    return prmse(
        v_s=block.sum(axis=(-2, -1)),
        r_s=alpha(block),
        v_x=covariance.sum(axis=(-2, -1)),
        c=covariance[..., members, :].sum(axis=(-2, -1)),
    )
