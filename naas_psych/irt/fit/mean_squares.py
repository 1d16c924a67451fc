"""Infit and outfit: mean squared residuals of an item against what its model expects.

Two ways to stand a person on the scale. Averaged over the posterior the mean squares lie around 1.
At an estimate of theta they do not on a short test, because the estimate has adapted to the very
answers it is held against: EAP pulls them far below 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.expected_counts import expected_counts
from naas_psych.irt.fit.item_places import on_items, one_column_each
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of
from naas_psych.numerics.arrays import Floats

#: Persons whose curves are held at a time: what a cache holds.
_BLOCK = 512
#: The largest standard deviation of a mean square for which Wilson & Hilferty's t is of use.
_MOST_SPREAD = 2**0.5
#: Its square can still be divided by.
_TINY = 1e-150


@dataclass(frozen=True)
class MeanSquares:
    """Of J items, or of N persons; NaN where undefined.

    outfit, infit : mean squares, 1 where the model fits; infit weights residuals by information
    outfit_t, infit_t : the same as standard normal deviates (Wilson & Hilferty)
    n : responses
    """

    outfit: Floats
    infit: Floats
    outfit_t: Floats
    infit_t: Floats
    n: NDArray[np.int64]


@dataclass
class Sums:
    """What mean squares are made of, summed over responses; each (J,) or (N,).

    n : responses; squared : (x - E)^2; standardised : (x - E)^2 / V; variance : V;
    kurtosis : C / V^2; excess : C - V^2, with C the fourth central moment
    """

    n: Any
    squared: Any
    standardised: Any
    variance: Any
    kurtosis: Any
    excess: Any

    def __add__(self, other: Sums) -> Sums:
        names = ("n", "squared", "standardised", "variance", "kurtosis", "excess")
        return Sums(*(getattr(self, name) + getattr(other, name) for name in names))


@dataclass(frozen=True)
class ScoreMoments:
    """Of the category as a number: mean, variance, fourth central moment, each (J, Q)."""

    mean: Floats
    variance: Floats
    fourth: Floats


def score_moments(p: Floats) -> ScoreMoments:
    """From probabilities (J, K, Q); summed around the mean, so that nothing cancels."""
    n_categories = p.shape[1]
    mean = sum(k * p[:, k] for k in range(1, n_categories))
    squares = [(k - mean) ** 2 for k in range(n_categories)]
    variance = sum(square * p[:, k] for k, square in enumerate(squares))
    fourth = sum(square * square * p[:, k] for k, square in enumerate(squares))
    return ScoreMoments(np.asarray(mean), np.asarray(variance), np.asarray(fourth))


def mean_squares(
    fit: Calibration,
    scores: Any,
    *,
    groups: NDArray[np.int64] | None = None,
    threads: int = 1,
) -> MeanSquares:
    """Infit and outfit of items (J,), residuals and variances averaged over the posteriors.

    With r_kq the expected count of category k at node q and n_q their sum:

        outfit = sum_q sum_k r_kq (k - E_q)^2 / V_q / n,  infit = sum r (k - E)^2 / sum n_q V_q

    (Wright & Masters 1982; averaged as in TAM). t is Wilson & Hilferty's cube root with the
    variance that the model gives.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    groups : (N,) index of each person's group; default: the reference group

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    counts = expected_counts(fit, scores, groups=groups, threads=threads)
    p = probabilities(fit.model, fit.x, fit.grid.theta)
    return _on_items(fit, report(expected_sums(counts, score_moments(p))))


def expected_sums(counts: Floats, moments: ScoreMoments) -> Sums:
    """Sums (J,) from expected counts (J, K, Q)."""
    at = counts.sum(axis=1)
    squared = sum(counts[:, k] * (k - moments.mean) ** 2 for k in range(counts.shape[1]))
    variance = np.maximum(moments.variance, _TINY)
    return Sums(
        n=at.sum(axis=1),
        squared=np.sum(squared, axis=1),
        standardised=np.sum(squared / variance, axis=1),
        variance=np.sum(at * moments.variance, axis=1),
        kurtosis=np.sum(at * moments.fourth / variance**2, axis=1),
        excess=np.sum(at * (moments.fourth - moments.variance**2), axis=1),
    )


def mean_squares_at(
    fit: Calibration, scores: Any, theta: Floats, *, least_variance: float = 0.0
) -> MeanSquares:
    """Infit and outfit of items (J,) with persons at estimates theta (N,); NaN leaves one out.

    Say with the numbers which estimate it was: WLE is the custom of Rasch programs; EAP (as in
    mirt) gives mean squares well below 1 on short tests.

    Parameters
    ----------
    least_variance : a smaller variance of a response is taken for this one, so that one very
        surprising answer cannot rule an outfit; mirt has sqrt(1e-5), eRm and TAM none

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    one_column_each(fit)
    categories = categories_of(fit, scores)
    here = np.isfinite(theta)
    categories, theta = categories[here], theta[here]
    sums = Sums(*[np.zeros(len(fit.columns))] * 6)
    for start in range(0, theta.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        p = probabilities(fit.model, fit.x, theta[rows])
        sums = sums + plug_in_sums(p, categories[rows], axis=1, least_variance=least_variance)
    return _on_items(fit, report(sums))


def _on_items(fit: Calibration, found: MeanSquares) -> MeanSquares:
    return MeanSquares(
        outfit=on_items(fit, found.outfit),
        infit=on_items(fit, found.infit),
        outfit_t=on_items(fit, found.outfit_t),
        infit_t=on_items(fit, found.infit_t),
        n=on_items(fit, found.n, 0),
    )


def plug_in_sums(
    p: Floats, categories: NDArray[np.int8], *, axis: int, least_variance: float = 0.0
) -> Sums:
    """Sums over persons (axis 1) or items (axis 0) from p (J, K, n) and categories (n, J)."""
    moments = score_moments(p)
    x = categories.T
    there = x >= 0
    squared = np.where(there, (x - moments.mean) ** 2, 0.0)
    variance = np.maximum(moments.variance, max(least_variance, _TINY))
    return Sums(
        n=there.sum(axis=axis),
        squared=squared.sum(axis=axis),
        standardised=(squared / variance).sum(axis=axis),
        variance=(variance * there).sum(axis=axis),
        kurtosis=(moments.fourth / variance**2 * there).sum(axis=axis),
        excess=((moments.fourth - variance**2) * there).sum(axis=axis),
    )


def report(sums: Sums) -> MeanSquares:
    """Mean squares and their t."""
    with np.errstate(divide="ignore", invalid="ignore"):
        outfit = sums.standardised / sums.n
        infit = sums.squared / sums.variance
        outfit_spread = np.sqrt(sums.kurtosis / sums.n**2 - 1 / sums.n)
        infit_spread = np.sqrt(sums.excess) / sums.variance
        return MeanSquares(
            outfit,
            infit,
            _t(outfit, outfit_spread),
            _t(infit, infit_spread),
            np.rint(sums.n).astype(np.int64),
        )


def _t(mean_square: Floats, spread: Floats) -> Floats:
    spread = np.minimum(spread, _MOST_SPREAD)
    return np.asarray((np.cbrt(mean_square) - 1) * 3 / spread + spread / 3)
