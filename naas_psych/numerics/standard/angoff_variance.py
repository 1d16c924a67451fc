"""Where the ratings of a panel differ: judges, items and the rest; what error of a cut follows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.two_way import variance_components


@dataclass(frozen=True)
class Variances:
    """Variance components of ratings (J, I) in shares of the marks, negative ones put to 0.

    judges, items, rest : s2_j, s2_i, s2_ji; nan with fewer than two judges or items
    truncated : which of them were negative as estimated
    icc_single, icc_panel : absolute agreement of one judge and of the panel's mean, ICC(2,1) and
        ICC(2,J), from the components as estimated
    """

    judges: float
    items: float
    rest: float
    truncated: tuple[str, ...]
    icc_single: float
    icc_panel: float


def rating_variances(ratings: Floats, weights: Floats | None = None) -> Variances:
    """Components of the analysis of variance, judge by item (gaps: Henderson's method 1).

    With `weights` (I,) that differ, s2_j is taken from the judges' weighted means, so that with all
    cells given the error of their mean is s / sqrt(J) whatever the weights.
    """
    found = variance_components(ratings)
    judges = found.raters
    if weights is not None and len(ratings) > 1 and np.isfinite(ratings).all():
        means = np.einsum("ji,i->j", ratings, weights / weights.sum())
        judges = float(means.var(ddof=1)) - found.residual * concentration(weights)
    named = {"judges": judges, "items": found.units, "rest": found.residual}
    known = [abs(v) for v in named.values() if math.isfinite(v)]
    # Below this it is rounding of the ratings themselves, or of their largest component.
    nothing = 1e-15 * float(np.nanmean(np.square(ratings))) if known else 0.0
    noise = max(1e-12 * max(known, default=0.0), nothing)
    flat = sum(known) <= nothing
    return Variances(
        **{k: (v if v > noise else 0.0) if math.isfinite(v) else v for k, v in named.items()},
        truncated=tuple(k for k, v in named.items() if v < -noise),
        icc_single=float("nan") if flat else found.icc_single,
        icc_panel=float("nan") if flat else found.icc_panel,
    )


@dataclass(frozen=True)
class CutError:
    """Standard error of a panel's mean share: these items, and items drawn anew."""

    items_fixed: float
    items_random: float


def cut_error(found: Variances, *, judges: float, rest: float, items: float) -> CutError:
    """Var = s2_j / J + s2_ji * rest (+ s2_i * items), Brennan and Lockwood (1980).

    `rest` and `items` are what sums of independent errors of cells and of items come to in the
    mean: 1 / (J I) and 1 / I where all cells are given and items have equal marks.
    """
    fixed = found.judges / judges + found.rest * rest
    return CutError(math.sqrt(fixed), math.sqrt(fixed + found.items * items))


def concentration(weights: Floats) -> float:
    """Sum of squared shares of the marks: 1 / I for I items of equal marks."""
    return float(np.square(weights / weights.sum()).sum())


def rest_of_design(ratings: Floats, weights: Floats) -> float:
    """What errors of single ratings (J, I) come to in the panel's mean, by its least squares.

    L (X'X)^+ L' for the additive model of judges and items, L their weights in the mean.
    """
    given = np.isfinite(ratings)
    judges = len(ratings)
    if given.all():
        return concentration(weights) / judges
    g = given.astype(float)
    cross = np.block([[np.diag(g.sum(axis=1)), g], [g.T, np.diag(g.sum(axis=0))]])
    asked = np.concatenate([np.full(judges, 1 / judges), weights / weights.sum()])
    with one_blas_thread():
        return float(asked @ np.linalg.pinv(cross, hermitian=True) @ asked)


def judges_needed(found: Variances, *, error: float, rest: float, items: float) -> float:
    """The fewest judges (two at least) whose mean has at most this standard error.

    `rest` is that of one judge (`concentration`); `items` is 0 for these items. nan where the items
    alone bring more error than that, however many judges there are.
    """
    room = error**2 - found.items * items
    one = found.judges + found.rest * rest
    if not room > 0 or not math.isfinite(one):
        return float("nan")
    return float(max(2, math.ceil(one / room - 1e-9)))


@dataclass(frozen=True)
class AgreementLimits:
    """Limits of ICC(2,1) and ICC(2,J)."""

    single: Interval[float]
    panel: Interval[float]


def icc_limits(ratings: Floats, *, level: float) -> AgreementLimits:
    """McGraw and Wong's (1996) limits of absolute agreement, for ratings (J, I) without gaps."""
    found = variance_components(ratings)
    k, n = ratings.shape
    rho = found.icc_single
    flat = not math.isfinite(rating_variances(ratings).icc_single)
    if flat or not np.isfinite(ratings).all() or not math.isfinite(rho) or not rho < 1:
        return AgreementLimits(UNDEFINED, UNDEFINED)
    rest = found.residual
    judges, items = rest + n * found.raters, rest + k * found.units
    a, b = k * rho / (n * (1 - rho)), 1 + k * rho * (n - 1) / (n * (1 - rho))
    below = (a * judges) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    if not below > 0:
        return AgreementLimits(UNDEFINED, UNDEFINED)
    df, tail = (a * judges + b * rest) ** 2 / below, 0.5 + level / 2
    left, right = float(fdtri(n - 1, df, tail)), float(fdtri(df, n - 1, tail))
    others = k * judges + (k * n - k - n) * rest
    low = n * (items - left * rest) / (left * others + n * items)
    high = n * (right * items - rest) / (others + n * right * items)
    return AgreementLimits(Interval(low, high), Interval(_stepped_up(low, k), _stepped_up(high, k)))


def _stepped_up(value: float, k: int) -> float:
    return k * value / (1 + (k - 1) * value)
