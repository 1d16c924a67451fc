"""Person fit: is a pattern of responses one that the model expects of the person's theta?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.mean_squares import MeanSquares, plug_in_sums, report
from naas_psych.irt.model import Curves, curves
from naas_psych.irt.persons import categories_of, group_of
from naas_psych.numerics.arrays import Floats

Estimator = Literal["wle", "map", "ml", "eap"]
#: Persons whose curves are held at a time: what a cache holds.
_BLOCK = 512
#: Responses below which a pattern says too little.
FEWEST = 5


@dataclass(frozen=True)
class PersonFit:
    """Of N persons, NaN where undefined.

    lz : standardised log-likelihood of the pattern at the estimate (Drasgow et al. 1985); too small
        in size, because the estimate has adapted to the pattern
    lz_star : lz corrected for that (Snijders 2001): standard normal where the model fits; a low
        value is a surprising pattern
    p : probability of an lz_star as low
    mean_squares : outfit, infit, their t and the number of responses, at the estimate
    reasons : why lz_star is undefined: no_responses, too_few_responses, all_right or all_wrong
        (highest or lowest score on every item), no_estimate, no_information, not_corrected (EAP)
    """

    lz: Floats
    lz_star: Floats
    p: Floats
    mean_squares: MeanSquares
    reasons: NDArray[np.object_]


@dataclass(frozen=True)
class _Pattern:
    """Of n persons: l - E(l), its variance, l's covariance with the score, information, J."""

    surplus: Floats
    variance: Floats
    covariance: Floats
    information: Floats
    bias: Floats


def person_fit(
    fit: Calibration,
    scores: Any,
    theta: Floats,
    *,
    estimator: Estimator,
    groups: NDArray[np.int64] | None = None,
    fewest: int = FEWEST,
    least_variance: float = 0.0,
) -> PersonFit:
    """lz and lz* of every person at estimates of theta, and mean squares.

    With l the log-likelihood, I the information, A = sum P' ln P over items and categories and
    c = A / I (Snijders 2001; Sinharay 2016 for several categories):

        lz* = (l - E(l) + c r0) / sqrt(Var(l) - A^2 / I)

    r0 belongs to the estimator, which solves l' + r0 = 0: 0 (ML), J / 2I (WLE), minus
    (theta - mean) / variance (MAP; Magis, Raiche & Beland 2012). EAP solves no such equation and
    has no lz*.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    theta : (N,) estimates by `estimator`; infinite or NaN where there is none
    groups : (N,) index of each person's group; default: the reference group
    fewest : responses below which there is no lz*
    least_variance : of a response in the mean squares, see `mean_squares_at`

    Raises
    ------
    Refused
        Scores that the calibration does not know.
    """
    categories = categories_of(fit, scores, groups=groups)
    group = group_of(fit, groups, len(categories))
    usable = np.isfinite(theta) & (categories >= 0).any(axis=1)
    lz, lz_star = np.full((2, theta.size), np.nan)
    squares = {name: np.full(theta.size, np.nan) for name in _SQUARES}
    rows_used = np.flatnonzero(usable)
    for start in range(0, rows_used.size, _BLOCK):
        rows = rows_used[start : start + _BLOCK]
        here = curves(fit.model, fit.x, theta[rows])
        pattern = _pattern(here, categories[rows])
        origin = _origin(fit, estimator, theta[rows], group[rows], pattern)
        lz[rows], lz_star[rows] = _standardised(pattern, origin)
        found = report(
            plug_in_sums(here.p, categories[rows], axis=0, least_variance=least_variance)
        )
        for name, values in squares.items():
            values[rows] = getattr(found, name)
    reasons = _reasons(fit, categories, theta, lz_star, estimator=estimator, fewest=fewest)
    lz_star[reasons != ""] = np.nan
    n = (categories >= 0).sum(axis=1)
    return PersonFit(lz, lz_star, ndtr(lz_star), MeanSquares(**squares, n=n), reasons)


_SQUARES = ("outfit", "infit", "outfit_t", "infit_t")


def _pattern(here: Curves, categories: NDArray[np.int8]) -> _Pattern:
    """Sums over the items that each person has."""
    there = (categories >= 0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = np.where(here.p > 0, np.log(here.p), 0.0)
        rate = np.where(here.p > 0, here.p1 / here.p, 0.0)
    chosen = np.take_along_axis(log_p, categories.T.clip(min=0)[:, None], axis=1)[:, 0]
    mean = (here.p * log_p).sum(axis=1)
    spread = (here.p * (log_p - mean[:, None]) ** 2).sum(axis=1)

    def total(of_items: Floats) -> Floats:
        return np.asarray(np.where(there, of_items, 0.0).sum(axis=0))

    return _Pattern(
        surplus=total(chosen - mean),
        variance=total(spread),
        covariance=total((here.p1 * log_p).sum(axis=1)),
        information=total((here.p1 * rate).sum(axis=1)),
        bias=total((here.p2 * rate).sum(axis=1)),
    )


def _origin(
    fit: Calibration,
    estimator: Estimator,
    theta: Floats,
    group: NDArray[np.int64],
    pattern: _Pattern,
) -> Floats:
    """r0 of the equation l' + r0 = 0 that the estimate solves."""
    if estimator == "wle":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(pattern.bias / (2 * pattern.information))
    if estimator == "map":
        return np.asarray(-(theta - fit.group_mean[group]) / fit.group_sd[group] ** 2)
    return np.zeros(theta.size)


def _standardised(pattern: _Pattern, origin: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = pattern.covariance / pattern.information
        left = pattern.variance - slope * pattern.covariance
        # What is left of the variance is 0 where l is a function of the score: nothing to test.
        left = np.where(left > 1e-10 * pattern.variance, left, np.nan)
        lz = pattern.surplus / np.sqrt(pattern.variance)
        return lz, np.asarray((pattern.surplus + slope * origin) / np.sqrt(left))


def _reasons(
    fit: Calibration,
    categories: NDArray[np.int8],
    theta: Floats,
    lz_star: Floats,
    *,
    estimator: Estimator,
    fewest: int,
) -> NDArray[np.object_]:
    """The first of the reasons that holds for each person, "" where there is none."""
    there = categories >= 0
    n = there.sum(axis=1)
    top = ((categories == fit.model.n_categories - 1) | ~there).all(axis=1)
    bottom = (categories <= 0).all(axis=1)
    found = np.full(theta.size, "", dtype=object)
    for reason, holds in (
        ("no_information", np.isnan(lz_star)),
        ("no_estimate", ~np.isfinite(theta)),
        ("not_corrected", np.full(theta.size, estimator == "eap")),
        ("all_wrong", bottom),
        ("all_right", top),
        ("too_few_responses", n < fewest),
        ("no_responses", n == 0),
    ):
        found[holds] = reason
    return found
