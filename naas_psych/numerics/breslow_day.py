"""Whether the odds ratio is the same at every matching score: Breslow and Day, Tarone, trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from naas_psych.numerics.arrays import Floats

#: Odds ratios this near 1 have the fitted count of independence, where the quadratic is a line.
_NEAR_ONE = 1e-9


@dataclass(frozen=True, eq=False)
class Homogeneity:
    """(J,) each; nan where fewer than two strata tell anything or there is no odds ratio.

    breslow_day, df, p : Breslow and Day (1980), on strata in which both groups are and both answers
    tarone, tarone_p : less what the Mantel-Haenszel estimate leaves over (Tarone 1985)
    trend, trend_p : of the log odds ratio along the score (df 1)
    """

    breslow_day: Floats
    df: Floats
    p: Floats
    tarone: Floats
    tarone_p: Floats
    trend: Floats
    trend_p: Floats


def breslow_day(counts: NDArray[Any], score: Floats, odds_ratio: Floats) -> Homogeneity:
    """The tests for items right or wrong, counts (J, S, 2, 2), scores (S,), MH odds ratios (J,).

    A_k is compared with the count A^_k that has the common odds ratio and the margins of stratum
    k, with variance V_k = 1 / (1/a + 1/b + 1/c + 1/d) at the fitted counts.
    """
    seen, fitted, variance = _fitted(counts, odds_ratio)
    told = variance > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(told, seen - fitted, 0.0)
        chi_square = np.where(told, gap**2 / variance, 0.0).sum(axis=1)
        sums = variance.sum(axis=1)
        tarone = chi_square - gap.sum(axis=1) ** 2 / sums
        spread = variance @ score**2 - (variance @ score) ** 2 / sums
        trend = (gap @ score) ** 2 / spread
    df = told.sum(axis=1) - 1.0
    known = (df > 0) & np.isfinite(odds_ratio)
    chi_square, tarone, df = (np.where(known, one, np.nan) for one in (chi_square, tarone, df))
    trend = np.where(known & (spread > 0), trend, np.nan)
    return Homogeneity(
        breslow_day=chi_square,
        df=df,
        p=chdtrc(df, chi_square),
        tarone=tarone,
        tarone_p=chdtrc(df, tarone),
        trend=trend,
        trend_p=chdtrc(1, trend),
    )


def _fitted(counts: NDArray[Any], odds_ratio: Floats) -> tuple[Floats, Floats, Floats]:
    """(J, S) rights of the reference as counted, as fitted, and their variance (0: left out)."""
    b, a, d, c = (counts[:, :, group, right].astype(float) for group in (0, 1) for right in (0, 1))
    reference, focal, rights = a + b, c + d, a + c
    told = (reference > 0) & (focal > 0) & (rights > 0) & (b + d > 0)
    psi = np.where(np.isfinite(odds_ratio), odds_ratio, 1.0)[:, None]
    middle = focal - rights + psi * (reference + rights)
    with np.errstate(divide="ignore", invalid="ignore"):
        # The root of (1 - psi) x^2 + middle x - psi m1 n_R in its form without cancellation.
        root = np.sqrt(middle**2 + 4 * (1 - psi) * psi * rights * reference)
        fitted = 2 * psi * rights * reference / (middle + root)
        fitted = np.where(
            np.abs(psi - 1) < _NEAR_ONE, rights * reference / (reference + focal), fitted
        )
        cells = (fitted, reference - fitted, rights - fitted, focal - rights + fitted)
        variance = 1 / sum(1 / cell for cell in cells)
    kept = told & np.isfinite(variance)
    return a, np.where(kept, fitted, 0.0), np.where(kept, variance, 0.0)
