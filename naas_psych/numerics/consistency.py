"""Every internal-consistency coefficient of a test, for one covariance matrix or many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics import coefficients as closed
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.glb import (
    FactorBound,
    common_factors,
    error_shares,
    factor_bound,
    greatest_lower_bound,
)
from naas_psych.numerics.omega import FEWEST_ITEMS, Omega, omega_one_factor, omega_three_factors
from naas_psych.numerics.split_half import extreme_split, good_splits, split_half_mean

Matrix = Literal["covariance", "correlation"]
Strata = tuple[NDArray[np.int64], ...]

COEFFICIENTS = (
    "alpha", "alpha_standardised", "kr20", "kr21",
    "lambda1", "lambda2", "lambda3", "lambda4", "lambda5", "lambda6",
    "omega_total", "omega_hierarchical", "omega_one_factor", "glb", "glb_factor",
    "split_half_mean", "split_half_best", "split_half_worst", "stratified_alpha",
)  # fmt: skip

#: Enough for a replicate, whose error from sampling is a thousand times larger.
_FAST = {"tolerance": 1e-4}
#: Half the items may be factors here, with several minima: a thousand fits would take minutes.
NOT_BOOTSTRAPPED = ("glb_factor",)


@dataclass(frozen=True)
class Design:
    """What is the same in every sample: 0/1 items or not, strata (item indices), which matrix."""

    binary: bool
    strata: Strata
    matrix: Matrix


@dataclass(frozen=True)
class Halves:
    """Good splits (S, J') to search on from, for the best and the worst; None: compare all."""

    best: NDArray[np.int8] | None
    worst: NDArray[np.int8] | None


@dataclass(frozen=True)
class Start:
    """The solution for all persons, from which each replicate's search begins."""

    one: Floats | None
    three: Floats | None
    pattern: Floats | None
    glb: Floats | None
    n_common: int
    halves: Halves


@dataclass(frozen=True)
class Estimates:
    """Value of each coefficient, why it is undefined (reasons), what to know (troubles)."""

    values: dict[str, float]
    reasons: dict[str, str]
    troubles: dict[str, str]
    start: Start


def estimate(covariance: Floats, mean_total: float, n: int, *, design: Design) -> Estimates:
    """All coefficients of one test: covariance (J, J) of items that all vary, n persons."""
    n_items = len(covariance)
    reasons = _not_asked(n_items, design)
    if n_items < 2 or n < 3 or not np.isfinite(closed.total_variance(covariance)):
        why = "too_few_items" if n_items < 2 else "too_few_persons" if n < 3 else "no_variance"
        empty = Start(None, None, None, None, 0, Halves(None, None))
        nothing = dict.fromkeys(COEFFICIENTS, float("nan"))
        return Estimates(nothing, dict.fromkeys(COEFFICIENTS, why), {}, empty)
    stack = covariance[None]
    fits = _fit(stack, None)
    halves = _halves(fits.corr[0] if design.matrix == "correlation" else covariance)
    mean, size = np.array([mean_total]), np.array([float(n)])
    values = _values(stack, mean, size, design=design, start=None, fits=fits, halves=halves)
    single = {name: float(values[name][0]) for name in COEFFICIENTS}
    for name, value in single.items():
        if not np.isfinite(value):
            reasons.setdefault(name, fits.why)
    return Estimates(
        values=single,
        reasons={k: v for k, v in reasons.items() if not np.isfinite(single[k])},
        troubles=_troubles(fits),
        start=_start(covariance, design, fits, halves),
    )


def replicate(
    covariance: Floats, mean_total: Floats, n: Floats, *, design: Design, start: Start
) -> dict[str, Floats]:
    """All coefficients (B,) of samples (B, J, J) from the same persons; nan where one fails.

    Those in `NOT_BOOTSTRAPPED` stay nan.
    """
    fits = _fit(covariance, start)
    return _values(
        covariance, mean_total, n, design=design, start=start, fits=fits, halves=start.halves
    )


@dataclass(frozen=True)
class _Fits:
    """Iterative solutions for the matrices in `good` (B,) that are positive definite."""

    good: NDArray[np.bool_]
    corr: Floats
    one: Omega | None
    three: Omega | None
    bound: FactorBound | None
    n_common: int
    why: str


def _fit(covariance: Floats, start: Start | None) -> _Fits:
    corr = closed.correlation_matrix(covariance)
    n_items = covariance.shape[-1]
    good = closed.positive_definite(corr)
    if not good.any():
        return _Fits(good, corr, None, None, None, 0, "singular_matrix")
    if n_items < 3:
        return _Fits(good, corr, None, None, None, 0, "too_few_items")
    sound = corr[good]
    if start is None:
        n_common = common_factors(sound[0])
        three = omega_three_factors(sound) if n_items >= FEWEST_ITEMS else None
        bound = factor_bound(sound, n_common)
        return _Fits(good, corr, omega_one_factor(sound), three, bound, n_common, "not_converged")
    one = omega_one_factor(sound, start=start.one, **_FAST)
    three = None
    if n_items >= FEWEST_ITEMS:
        three = omega_three_factors(
            sound, start=start.three, pattern=start.pattern, rotation_eps=1e-4, **_FAST
        )
    return _Fits(good, corr, one, three, None, start.n_common, "not_converged")


def _values(
    covariance: Floats,
    mean_total: Floats,
    n: Floats,
    *,
    design: Design,
    start: Start | None,
    fits: _Fits,
    halves: Halves,
) -> dict[str, Floats]:
    nothing = np.full(len(covariance), np.nan)
    values = dict.fromkeys(COEFFICIENTS, nothing)
    values |= _closed_form(covariance, mean_total, n, design, fits)
    values |= _splits(fits.corr if design.matrix == "correlation" else covariance, halves)
    return values | _iterative(covariance, design, start, fits)


def _closed_form(
    covariance: Floats, mean_total: Floats, n: Floats, design: Design, fits: _Fits
) -> dict[str, Floats]:
    n_items = covariance.shape[-1]
    shape = fits.corr if design.matrix == "correlation" else covariance
    values = {
        "alpha": closed.alpha(covariance),
        "alpha_standardised": closed.alpha(fits.corr),
        "lambda1": closed.lambda1(shape),
        "lambda2": closed.lambda2(shape),
        "lambda3": closed.alpha(shape),
        "lambda5": closed.lambda5(shape),
        "split_half_mean": split_half_mean(shape),
    }
    if design.binary:
        population = closed.total_variance(covariance) * (n - 1) / n
        values["kr20"] = values["alpha"]
        values["kr21"] = closed.kr21(mean_total, population, n_items)
    if len(design.strata) > 1:
        values["stratified_alpha"] = closed.stratified_alpha(covariance, design.strata)
    return values


def _halves(matrix: Floats) -> Halves:
    return Halves(good_splits(matrix, best=True), good_splits(matrix, best=False))


def _splits(matrix: Floats, halves: Halves) -> dict[str, Floats]:
    finite = np.isfinite(matrix).all(axis=(1, 2))
    best, worst = np.full(len(matrix), np.nan), np.full(len(matrix), np.nan)
    if finite.any():
        sound = matrix[finite]
        best[finite] = extreme_split(sound, best=True, starts=halves.best).coefficient
        worst[finite] = extreme_split(sound, best=False, starts=halves.worst).coefficient
    return {"lambda4": best, "split_half_best": best, "split_half_worst": worst}


def _iterative(
    covariance: Floats, design: Design, start: Start | None, fits: _Fits
) -> dict[str, Floats]:
    good = fits.good
    values: dict[str, Floats] = {}

    def put(name: str, found: Floats, converged: NDArray[np.bool_]) -> None:
        values[name] = np.full(len(covariance), np.nan)
        values[name][good] = np.where(converged, found, np.nan)

    if not good.any():
        return values
    shape = (fits.corr if design.matrix == "correlation" else covariance)[good]
    put("lambda6", closed.lambda6(shape), np.ones(len(shape), dtype=bool))
    if start is None:
        glb = greatest_lower_bound(shape)
    else:
        glb = greatest_lower_bound(shape, start=start.glb, accuracy=1e-4, follow_tangent=True)
    put("glb", glb.glb, glb.converged)
    _put_factor_values(put, fits)
    return values


def _put_factor_values(put: Callable[..., None], fits: _Fits) -> None:
    if fits.one:
        put("omega_one_factor", fits.one.total, fits.one.factors.converged)
        put("omega_total", fits.one.total, fits.one.factors.converged)
    if fits.three:
        put("omega_total", fits.three.total, fits.three.factors.converged)
        turned = ~np.isin(fits.three.trouble, ["not_converged", "rotation_not_converged"])
        put("omega_hierarchical", fits.three.hierarchical, turned)
    if fits.bound and fits.bound.factors:
        put("glb_factor", fits.bound.glb, fits.bound.factors.converged)


def _not_asked(n_items: int, design: Design) -> dict[str, str]:
    """Why a coefficient has no value whatever the numbers are."""
    reasons: dict[str, str] = {}
    if not design.binary:
        reasons |= {"kr20": "not_binary", "kr21": "not_binary"}
    if len(design.strata) < 2:
        reasons["stratified_alpha"] = "no_domains"
    if n_items < FEWEST_ITEMS:
        reasons["omega_hierarchical"] = "too_few_items"
    return reasons


def _troubles(fits: _Fits) -> dict[str, str]:
    troubles = {}
    if fits.one and str(fits.one.trouble[0]):
        troubles["omega_one_factor"] = str(fits.one.trouble[0])
    total = fits.three or fits.one
    if total and str(total.trouble[0]):
        troubles["omega_total"] = str(total.trouble[0])
    if fits.three and str(fits.three.trouble[0]):
        troubles["omega_hierarchical"] = str(fits.three.trouble[0])
    if fits.bound and fits.bound.factors:
        factors = fits.bound.factors
        if factors.heywood[0] or not factors.converged[0]:
            troubles["glb_factor"] = "heywood_case" if factors.converged[0] else "not_converged"
    return troubles


def _start(covariance: Floats, design: Design, fits: _Fits, halves: Halves) -> Start:
    matrix = fits.corr[0] if design.matrix == "correlation" else covariance
    share = None
    if fits.good[0]:
        # A point well off the wall is a better start than the solution itself.
        near = greatest_lower_bound(matrix[None], accuracy=1e-2)
        share = error_shares(matrix[None], near.psi)[0]
    return Start(
        one=fits.one.factors.uniqueness[0] if fits.one else None,
        three=fits.three.factors.uniqueness[0] if fits.three else None,
        pattern=fits.three.pattern[0] if fits.three else None,
        glb=share,
        n_common=fits.n_common,
        halves=halves,
    )
