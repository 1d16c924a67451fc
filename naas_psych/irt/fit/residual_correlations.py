"""Q3: do two items go together more than one dimension explains? (Yen 1984)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.irt.scores.person_scores import person_scores
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Persons whose curves are held at a time: what a cache holds.
_BLOCK = 512


@dataclass(frozen=True)
class ResidualCorrelations:
    """Of J items; the diagonal of a matrix is 1 (adjusted: NaN), NaN where undefined.

    q3 : (J, J) correlation of the residuals x - E(x | theta) over persons who have both items
    mean : of all pairs; about -1 / (J - 1) where nothing is wrong
    adjusted : (J, J) q3 - mean (Christensen, Makransky & Horton 2017)
    n : (J, J) persons of each pair
    """

    q3: Floats
    mean: float
    adjusted: Floats
    n: NDArray[np.int64]


def residual_correlations(
    fit: Calibration,
    scores: Any,
    *,
    theta: Floats | None = None,
    groups: NDArray[np.int64] | None = None,
) -> ResidualCorrelations:
    """Q3 and adjusted Q3 of all pairs of items.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    theta : (N,) estimates to hold persons at, NaN to leave one out; default: EAP, as mirt does
    groups : (N,) index of each person's group; default: the reference group

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    items = one_column_each(fit)
    categories = categories_of(fit, scores)
    if theta is None:
        theta = person_scores(fit, scores, groups=groups, methods=("eap",)).eap.theta
    # One thread, so that the order of a sum is the same on every machine.
    with one_blas_thread():
        made = residual_sums(fit, categories, theta)
    found, n = made.correlations(), np.rint(made.pairs).astype(np.int64)
    n_items = len(fit.models)
    q3, pairs = np.full((n_items, n_items), np.nan), np.zeros((n_items, n_items), np.int64)
    at = np.ix_(items, items)
    q3[at], pairs[at] = found, n
    mean = mean_of_all_pairs(q3)
    adjusted = np.where(np.eye(n_items, dtype=bool), np.nan, q3 - mean)
    return ResidualCorrelations(q3, mean, adjusted, pairs)


def mean_of_all_pairs(q3: Floats) -> float:
    """Mean of the defined values of Q3 (J, J) off the diagonal; nan where there is none."""
    off = q3[~np.eye(len(q3), dtype=bool)]
    known = off[np.isfinite(off)]
    return float(known.mean()) if known.size else float("nan")


def expected_a_posteriori(fit: Calibration, categories: NDArray[np.int8]) -> Floats:
    """EAP (N,) of persons of the reference group with these categories."""
    theta = np.empty(len(categories))
    for some in posteriors(fit, categories):
        # No matrix product: how one adds up a row may depend on the other rows.
        theta[some.rows] = np.einsum("nq,q->n", some.posterior, fit.grid.theta)
    return theta


@dataclass(frozen=True)
class ResidualSums:
    """What correlations of residuals are made of, (J, J) each; sums of persons add up.

    products : r_i r_j; sums : r_i where j is there; squares : r_i squared where j is there; pairs
    """

    products: Floats
    sums: Floats
    squares: Floats
    pairs: Floats

    def with_(self, others: ResidualSums) -> ResidualSums:
        """Of these persons and others."""
        return ResidualSums(
            self.products + others.products,
            self.sums + others.sums,
            self.squares + others.squares,
            self.pairs + others.pairs,
        )

    def without(self, some: ResidualSums) -> ResidualSums:
        """Of all persons but some."""
        return ResidualSums(
            self.products - some.products,
            self.sums - some.sums,
            self.squares - some.squares,
            self.pairs - some.pairs,
        )

    def correlations(self) -> Floats:
        """(J, J), NaN where undefined."""
        with np.errstate(divide="ignore", invalid="ignore"):
            covariance = self.products - self.sums * self.sums.T / self.pairs
            spread = self.squares - self.sums * self.sums / self.pairs
            return np.asarray(covariance / np.sqrt(spread * spread.T))


def residual_sums(fit: Calibration, categories: NDArray[np.int8], theta: Floats) -> ResidualSums:
    """Of persons with these categories (columns of the calibration); NaN theta leaves one out."""
    n_items = categories.shape[1]
    products, sums, squares, pairs = (np.zeros((n_items, n_items)) for _ in range(4))
    rows_used = np.flatnonzero(np.isfinite(theta))
    for start in range(0, rows_used.size, _BLOCK):
        rows = rows_used[start : start + _BLOCK]
        residual, there = _residuals(fit, categories[rows], theta[rows])
        products += residual.T @ residual
        sums += residual.T @ there
        squares += (residual * residual).T @ there
        pairs += there.T @ there
    return ResidualSums(products, sums, squares, pairs)


def _residuals(
    fit: Calibration, categories: NDArray[np.int8], theta: Floats
) -> tuple[Floats, Floats]:
    """x - E(x | theta) (n, J), 0 where absent, and 1 or 0 for where a response is."""
    p = probabilities(fit.model, fit.x, theta)
    mean = sum(k * p[:, k] for k in range(1, p.shape[1]))
    there = categories >= 0
    return np.where(there, categories - np.asarray(mean).T, 0.0), there.astype(float)
