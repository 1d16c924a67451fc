"""Where the chance to be judged at or above a level passes a line: the cut of a logistic curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.fits import firth, logistic

Estimator = Literal["logistic", "firth"]
_CYCLES = 30
_TOLERANCE = 1e-7
#: Longest step of the log odds in one cycle.
_STEP = 4.0


@dataclass(frozen=True)
class Curve:
    """P(at or above | x) = expit(intercept + slope x), and where it passes the line.

    delta_se : of the cut, for ratings drawn one by one
    estimator : firth where the two groups are set apart, so that likelihood has no maximum
    reason : why there is no cut
    """

    slope: float
    intercept: float
    cut: float
    delta_se: float
    estimator: Estimator
    reason: str | None = None


def logistic_cut(scores: Floats, above: Floats, *, chance: float, shift: float) -> Curve:
    """Of scores (n,) and above (n,) of 0 and 1.

    Parameters
    ----------
    chance : the line: 0.5, or L_FP / (L_FP + L_FN) where a false pass costs L_FP
    shift : added to the intercept, ln of the odds in the population over those in the sample
    """
    why = no_curve(scores, above)
    if why is not None:
        return Curve(np.nan, np.nan, np.nan, np.nan, "logistic", why)
    centre, sd = float(scores.mean()), float(scores.std())
    x = np.column_stack([np.ones(scores.size), (scores - centre) / sd])
    apart = separated(scores, above)
    fit = firth(above, x) if apart else logistic(above, x)
    estimator: Estimator = "firth" if apart else "logistic"
    if fit is None and not apart:
        fit, estimator = firth(above, x), "firth"
    if fit is None:
        return Curve(np.nan, np.nan, np.nan, np.nan, estimator, "not_converged")
    a, b = float(fit.coefficients[0]) + shift, float(fit.coefficients[1])
    slope = b / sd
    intercept = a - slope * centre
    if b <= 0:
        return Curve(slope, intercept, np.nan, np.nan, estimator, "negative_slope")
    line = float(logit(chance))
    gradient = np.array([-1 / b, (a - line) / b**2])
    se = sd * float(np.sqrt(gradient @ fit.bread @ gradient))
    return Curve(slope, intercept, centre + sd * (line - a) / b, se, estimator)


def no_curve(scores: Floats, above: Floats) -> str | None:
    """Why no curve can be drawn, as the code of a reason."""
    if not above.size or not above.any() or above.all():
        return "group_empty"
    if scores.max() - scores.min() <= 1e-9 * max(1.0, float(np.abs(scores).max())):
        return "no_variance"
    return None


def separated(scores: Floats, above: Floats) -> bool:
    """One group is wholly on one side of the other; they may touch at one score."""
    low, high = scores[above == 0], scores[above == 1]
    return bool(low.max() <= high.min() or high.max() <= low.min())


def drawn_logistic_cuts(
    scores: Floats, trials: Floats, successes: Floats, *, chance: float, shift: float | Floats
) -> Floats:
    """(R,) cut of each sample, nan where its curve does not rise or a group is empty.

    Parameters
    ----------
    scores : (V,) distinct scores
    trials, successes : (R, V) ratings at each score, and those at or above the level
    shift : one, or (R,) where the shares among the judged count

    A sample in which the groups are set apart has its curve by Firth's likelihood.
    """
    centre, sd = float(scores.mean()), float(scores.std())
    z = (scores - centre) / (sd if sd > 0 else 1.0)
    total, top = trials.sum(axis=1), successes.sum(axis=1)
    some = (top > 0) & (top < total)
    found = np.full((trials.shape[0], 2), np.nan)
    for penalised in (False, True):
        rows = np.flatnonzero(some & np.isnan(found[:, 0]))
        if rows.size:
            found[rows] = _newton(z, trials[rows], successes[rows], penalised=penalised)
    a, b = found[:, 0] + shift, found[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        cuts = centre + sd * (float(logit(chance)) - a) / b
    return np.asarray(np.where(b > 0, cuts, np.nan))


def _newton(z: Floats, trials: Floats, successes: Floats, *, penalised: bool) -> Floats:
    """(R, 2) intercept and slope of each row, nan where they do not settle."""
    share = (successes.sum(axis=1) + 0.5) / (trials.sum(axis=1) + 1)
    a, b = logit(share), np.zeros(share.size)
    settled = np.zeros(share.size, dtype=bool)
    for _ in range(_CYCLES * (4 if penalised else 1)):
        step = _step(z, trials, successes, a, b, penalised=penalised)
        size = np.abs(step).max(axis=1)
        settled = size < _TOLERANCE
        if settled.all():
            break
        step *= np.minimum(1.0, _STEP / np.maximum(size, 1e-300))[:, None]
        a, b = a + step[:, 0], b + step[:, 1]
    # Where groups are set apart a plain slope runs on until the steps are lost in rounding.
    settled &= np.isfinite(a) & np.isfinite(b) & (np.abs(b) < 60)
    return np.where(settled[:, None], np.column_stack([a, b]), np.nan)


def _step(
    z: Floats, trials: Floats, successes: Floats, a: Floats, b: Floats, *, penalised: bool
) -> Floats:
    p = expit(a[:, None] + b[:, None] * z)
    weight = trials * p * (1 - p)
    i0 = weight.sum(axis=1)
    i1, i2 = (weight * z).sum(axis=1), (weight * z * z).sum(axis=1)
    determinant = np.maximum(i0 * i2 - i1 * i1, 1e-12 * np.maximum(i0 * i2, 1e-280))
    rest = successes - trials * p
    if penalised:
        spread = (i2[:, None] - 2 * i1[:, None] * z + i0[:, None] * z * z) / determinant[:, None]
        rest = rest + weight * spread * (0.5 - p)
    u0, u1 = rest.sum(axis=1), (rest * z).sum(axis=1)
    found = np.column_stack([i2 * u0 - i1 * u1, i0 * u1 - i1 * u0]) / determinant[:, None]
    return np.asarray(found)
