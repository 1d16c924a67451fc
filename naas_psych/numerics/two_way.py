"""Variance components of ratings of units by raters, with cells missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Components:
    """Variance of units, raters and what is left; ICC of one rater and of the panel's mean.

    Components are as estimated and may be negative; the ICCs (absolute agreement, two-way random;
    McGraw and Wong's A) use them as they are. nan where they cannot be had.
    """

    units: float
    raters: float
    residual: float
    icc_single: float
    icc_panel: float


_NOTHING = Components(*[float("nan")] * 5)


def variance_components(ratings: Floats) -> Components:
    """Henderson's method 1 for `ratings` (R, U), nan where not given.

    Sums of squares of units, raters and all are set to what they are expected to be; with no cell
    missing that is the analysis of variance.
    """
    given = np.isfinite(ratings)
    n = float(given.sum())
    by_unit, by_rater = given.sum(axis=0).astype(float), given.sum(axis=1).astype(float)
    units, raters = int((by_unit > 0).sum()), int((by_rater > 0).sum())
    if units < 2 or raters < 2 or n <= units + raters - 1:
        return _NOTHING
    mean = ratings[given].mean()
    # Taken about the mean, so that no digits are lost to a large constant.
    x = np.where(given, ratings - mean, 0.0)
    seen_unit, seen_rater = np.maximum(by_unit, 1), np.maximum(by_rater, 1)
    squares = np.array(
        [
            (x.sum(axis=0) ** 2 / seen_unit).sum(),
            (x.sum(axis=1) ** 2 / seen_rater).sum(),
            (x**2).sum(),
        ]
    )
    common = np.array([(by_unit**2).sum(), (by_rater**2).sum(), n]) / n
    # Of the uncorrected sums: a cell holds one rating at most.
    expected = np.array([[n, units, units], [raters, n, raters], [n, n, n]], dtype=float)
    try:
        found = np.linalg.solve(expected - common, squares)
    except np.linalg.LinAlgError:
        return _NOTHING
    return _with_coefficients(*map(float, found), raters=n / units)


def _with_coefficients(unit: float, rater: float, residual: float, *, raters: float) -> Components:
    one, many = unit + rater + residual, unit + (rater + residual) / raters
    return Components(
        unit,
        rater,
        residual,
        unit / one if one > 0 else float("nan"),
        unit / many if many > 0 else float("nan"),
    )
