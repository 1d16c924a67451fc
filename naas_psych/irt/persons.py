"""Persons seen through a calibration: their categories, and their posteriors on the grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.coding import known_categories
from naas_psych.irt.engine.expectation import look_ups
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.engine.posterior import row_posteriors
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import log_probabilities
from naas_psych.numerics.arrays import Floats

#: Persons whose posteriors are held at a time.
BLOCK = 4096


@dataclass(frozen=True)
class Posteriors:
    """Of the persons in `rows`: posterior (n, Q), each row summing to 1, and log marginal (n,)."""

    rows: slice
    posterior: Floats
    log_marginal: Floats


def categories_of(
    fit: Calibration, scores: Any, *, groups: NDArray[np.int64] | None = None
) -> NDArray[np.int8]:
    """Categories (N, columns) of raw scores (N, J), -1 where absent; groups index group_labels.

    Raises
    ------
    Refused
        A score that the calibration has not seen, or another number of items.
    """
    item = np.array([column.item for column in fit.columns])
    known = [column.scores for column in fit.columns]
    found = known_categories(scores, item, known=known, n_items=len(fit.models))
    group = group_of(fit, groups, found.shape[0])
    for place, column in enumerate(fit.columns):
        if column.group >= 0:
            found[group != column.group, place] = -1
    return found


def group_of(fit: Calibration, groups: Any, n_persons: int) -> NDArray[np.int64]:
    """Index (N,) of each person's group in `fit.group_labels`; default: the reference group."""
    if groups is None:
        return np.full(n_persons, fit.reference, np.int64)
    return np.asarray(groups, np.int64)


def posteriors(
    fit: Calibration,
    categories: NDArray[np.int8],
    *,
    groups: NDArray[np.int64] | None = None,
    grid: Grid | None = None,
) -> Iterator[Posteriors]:
    """Posteriors of persons with these categories (see `categories_of`), a block at a time.

    groups : (N,) which group's distribution each person comes from; default: the reference group
    grid : other nodes or weights than those of the calibration
    """
    grid = fit.grid if grid is None else grid
    n_persons = categories.shape[0]
    group = group_of(fit, groups, n_persons)
    packed = pack(categories, fit.model.n_categories, group=group, merge=False)
    seen = look_ups(packed, log_probabilities(fit.model, fit.x, grid.theta), grid)
    for start in range(0, n_persons, BLOCK):
        rows = slice(start, min(start + BLOCK, n_persons))
        found = row_posteriors(packed, seen, rows)
        yield Posteriors(rows, found.posterior, found.log_marginal)
