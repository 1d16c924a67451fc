"""How the two most different halves of a test correlate: the size of a second dimension.

Items are put on two sides by the first contrast of the residuals that theta leaves. Found and
measured in the same persons the two sides would look different by chance; so the sides are found in
four fifths of the persons and measured in the last, five times over. Where there is one dimension
the sides are accidental and correlate 1 once measurement error is taken out; of two halves that
measure different things the answer is their correlation, which for two equal halves is also the
share of the common variance that one general factor explains (ECV).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.contrast import FEWEST, first_contrast
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.irt.fit.residual_correlations import (
    ResidualSums,
    expected_a_posteriori,
    mean_of_all_pairs,
    residual_sums,
)
from naas_psych.irt.persons import categories_of
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import canonical_order
from naas_psych.numerics.coefficients import correlation_matrix
from naas_psych.numerics.domain_relations import mean_of_pairs
from naas_psych.numerics.grouped_bootstrap import percentile_interval, resampled_statistics
from naas_psych.numerics.intervals import UNDEFINED
from naas_psych.numerics.moments import moments
from naas_psych.numerics.one_thread import one_blas_thread

FOLDS = 5
#: Persons that each fifth needs for correlations of its own.
_FEWEST_PERSONS = 10


@dataclass(frozen=True)
class Halves:
    """r : correlation of the halves without measurement error (HTMT), with bootstrap limits.

    side : (J,) the sides as all persons show them; reason : why there is no r
    """

    r: float
    low: float
    high: float
    side: NDArray[np.bool_]
    reason: str | None = None


@dataclass(frozen=True)
class Persons:
    """Persons of one form. points : (n, j) complete, from 0; residual rows of all columns.

    categories, theta : (n, columns) and (n,) as the calibration has them
    """

    points: NDArray[Any]
    categories: NDArray[np.int8]
    theta: Floats


def persons_of(fit: Calibration, scores: NDArray[Any], rows: Any, points: NDArray[Any]) -> Persons:
    """Of the persons `rows` of all `scores` (N, J); `points` (n, j) are the items looked at."""
    categories = categories_of(fit, scores)[rows]
    return Persons(points, categories, expected_a_posteriori(fit, categories))


def different_halves(
    fit: Calibration,
    persons: Persons,
    items: NDArray[np.int64],
    *,
    replicates: int,
    seed: int,
    level: float,
) -> Halves:
    """Of the calibrated `items` (j,), in the order of the columns of `persons.points`."""
    nobody = np.zeros(items.size, dtype=bool)
    if items.size < 2 * FEWEST:
        return Halves(np.nan, np.nan, np.nan, nobody, "too_few_items")
    if len(persons.points) < FOLDS * _FEWEST_PERSONS:
        return Halves(np.nan, np.nan, np.nan, nobody, "too_few_persons")
    columns = _columns_of(fit, items)
    order = canonical_order(persons.points, seed=seed)
    folds = [np.sort(order[fold::FOLDS]) for fold in range(FOLDS)]
    # One thread, so that the order of a sum is the same on every machine.
    with one_blas_thread():
        sums = [residual_sums(fit, persons.categories[at], persons.theta[at]) for at in folds]
    whole = reduce(ResidualSums.with_, sums)
    parts, drawn = [], []
    for fold, measured in enumerate(folds):
        belongs = _belongs(_sides(whole.without(sums[fold]), columns))
        points = persons.points[measured]
        parts.append(_means(moments(points).covariance[None], belongs)[0])
        if replicates > 1:
            drawn.append(
                resampled_statistics(
                    points,
                    lambda c, b=belongs: _means(c, b),  # type: ignore[misc]
                    replicates=replicates,
                    seed=seed + fold,
                )
            )
    r = float(_ratio(np.mean(parts, axis=0)))
    limits = UNDEFINED
    if drawn:
        # Where the correlation within a side may well be 0, so may be anything their ratio.
        limits = percentile_interval(_ratio(np.mean(drawn, axis=0)), level=level)
    why = None if np.isfinite(r) else "negative_reliability"
    return Halves(r, limits.low, limits.high, _sides(whole, columns), why)


def _columns_of(fit: Calibration, items: NDArray[np.int64]) -> NDArray[np.int64]:
    """(j,) the columns of the calibration that hold these items."""
    place = {int(item): k for k, item in enumerate(one_column_each(fit))}
    return np.array([place[int(item)] for item in items], dtype=np.int64)


def _sides(sums: ResidualSums, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which items stand on the first side by the residuals of some persons."""
    q3 = sums.correlations()
    return first_contrast(q3[np.ix_(columns, columns)] - mean_of_all_pairs(q3)).side


def _belongs(side: NDArray[np.bool_]) -> Floats:
    """(j, 2) of 0 and 1: which item is on which side."""
    return np.stack([side, ~side], axis=1).astype(float)


def _means(covariance: Floats, belongs: Floats) -> Floats:
    """(b, 2): mean correlation between the sides, and the product of those within."""
    means = mean_of_pairs(correlation_matrix(covariance), belongs)
    return np.stack([means[:, 0, 1], means[:, 0, 0] * means[:, 1, 1]], axis=1)


def _ratio(means: Floats) -> Floats:
    """HTMT from the means over folds, which no single small fold can throw off."""
    within = np.where(means[..., 1] > 0, means[..., 1], np.nan)
    return np.asarray(means[..., 0] / np.sqrt(within))
