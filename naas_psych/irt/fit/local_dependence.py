"""LD X2: the table of two items against what the model expects of it (Chen & Thissen 1997)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of, group_of
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Counts up to 2^24 are whole numbers in float32; a block is far below, and small in memory.
_BLOCK = 4096


@dataclass(frozen=True)
class LocalDependence:
    """Of pairs of J items, (J, J) each, the diagonal NaN.

    x2 : Pearson's statistic of the pair's table, positive
    df : (K_i - 1)(K_j - 1); the distribution is chi-square only roughly
    v : sqrt(x2 / (n (min K - 1))) with the sign of the direction: positive where the items go
        together more than the model says
    standardised : (x2 - df) / sqrt(2 df)
    n : persons who have both
    """

    x2: Floats
    df: Floats
    v: Floats
    standardised: Floats
    n: NDArray[np.int64]


def local_dependence(
    fit: Calibration, scores: Any, *, groups: NDArray[np.int64] | None = None
) -> LocalDependence:
    """Signed LD X2 of all pairs of items.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    groups : (N,) index of each person's group; default: the reference group

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    items = one_column_each(fit)
    categories = categories_of(fit, scores)
    group = group_of(fit, groups, len(categories))
    n_items, n_most = categories.shape[1], int(fit.model.n_categories.max())
    observed, expected = np.zeros((2, n_items * n_most, n_items * n_most))
    curves = probabilities(fit.model, fit.x, fit.grid.theta).reshape(n_items * n_most, -1)
    with one_blas_thread():
        for g in range(len(fit.group_labels)):
            own = _observed(categories[group == g], n_most)
            persons = _pairs(own, n_items).sum(axis=(2, 3))
            share = (curves * np.exp(fit.grid.log_weight[g])) @ curves.T
            observed += own
            expected += share * np.kron(persons, np.ones((n_most, n_most)))
    found = _compared(_pairs(observed, n_items), _pairs(expected, n_items), fit.model.n_categories)
    return _on_items(found, items, len(fit.models))


def _observed(categories: NDArray[np.int8], n_most: int) -> Floats:
    """Counts (J K, J K) of persons by their categories on two items: a product of indicators."""
    n_items = categories.shape[1]
    found = np.zeros((n_items * n_most, n_items * n_most))
    for start in range(0, categories.shape[0], _BLOCK):
        block = categories[start : start + _BLOCK]
        shown = (block[:, :, None] == np.arange(n_most, dtype=np.int8)).astype(np.float32)
        flat = shown.reshape(block.shape[0], -1)
        found += flat.T @ flat
    return found


def _pairs(table: Floats, n_items: int) -> Floats:
    """(J K, J K) as (J, J, K, K)."""
    n_most = table.shape[0] // n_items
    return table.reshape(n_items, n_most, n_items, n_most).transpose(0, 2, 1, 3)


def _compared(
    observed: Floats, expected: Floats, n_categories: NDArray[np.int64]
) -> LocalDependence:
    n = observed.sum(axis=(2, 3))
    free = (n_categories - 1).astype(float)
    df = np.outer(free, free)
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = np.where(expected > 0, (observed - expected) ** 2 / expected, 0.0)
        x2 = np.where(n > 0, cells.sum(axis=(2, 3)), np.nan)
        size = np.sqrt(x2 / (n * np.minimum.outer(free, free)))
        sign = np.where(_gamma(observed) < _gamma(expected), -1.0, 1.0)
    standardised = (x2 - df) / np.sqrt(2 * df)
    return LocalDependence(x2, df, sign * size, standardised, np.rint(n).astype(np.int64))


def _gamma(tables: Floats) -> Floats:
    """Goodman and Kruskal's gamma of each table (..., K, K): concordant less discordant pairs."""
    after = tables[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :]
    below = np.zeros_like(tables)
    below[..., :-1, :] = after[..., 1:, :]
    right, left = np.zeros_like(tables), np.zeros_like(tables)
    right[..., :-1] = below[..., ::-1].cumsum(axis=-1)[..., ::-1][..., 1:]
    left[..., 1:] = below.cumsum(axis=-1)[..., :-1]
    with_, against = ((tables * side).sum(axis=(-2, -1)) for side in (right, left))
    return np.asarray((with_ - against) / (with_ + against))


def _on_items(found: LocalDependence, items: NDArray[np.int64], n_items: int) -> LocalDependence:
    at = np.ix_(items, items)
    placed = {}
    for name in ("x2", "df", "v", "standardised"):
        matrix = np.full((n_items, n_items), np.nan)
        matrix[at] = getattr(found, name)
        np.fill_diagonal(matrix, np.nan)
        placed[name] = matrix
    n = np.zeros((n_items, n_items), np.int64)
    n[at] = found.n
    return LocalDependence(**placed, n=n)
