"""Persons seen through a calibration: their categories, and their posteriors on the grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration, Column
from naas_psych.irt.engine.coding import as_scores
from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.expectation import look_ups
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.engine.posterior import row_posteriors
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import log_probabilities
from naas_psych.irt.refusal import Refused
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
    array = as_scores(scores)
    if array.shape[1] != len(fit.models):
        raise Refused(
            "other_items",
            f"there are scores on {array.shape[1]} items",
            f"the calibration has {len(fit.models)}",
        )
    found = np.empty((array.shape[0], len(fit.columns)), np.int8)
    strange = np.full(len(fit.columns), -1, np.int64)
    item = np.array([column.item for column in fit.columns])
    compiled(_look_up)(np.ascontiguousarray(array), item, _places(fit), found, strange)
    for place in np.flatnonzero(strange >= 0)[:1]:
        _refuse_score(fit.columns[place], int(strange[place]))
    for place, column in enumerate(fit.columns):
        if column.group >= 0:
            mine = np.full(array.shape[0], fit.reference) if groups is None else groups
            found[mine != column.group, place] = -1
    return found


def _places(fit: Calibration) -> NDArray[np.int8]:
    """The category (columns, scores) of every score up to the highest known, -1 where unknown."""
    highest = max(int(column.scores[-1]) for column in fit.columns)
    places = np.full((len(fit.columns), highest + 1), -1, np.int8)
    for place, column in enumerate(fit.columns):
        places[place, column.scores] = np.arange(column.scores.size)
    return places


def _look_up(scores: Any, item: Any, places: Any, found: Any, strange: Any) -> None:
    """Categories from scores; `strange` gets a score of each column that is not known."""
    for n in range(scores.shape[0]):
        for c in range(item.size):
            score = scores[n, item[c]]
            known = places[c, score] if 0 <= score < places.shape[1] else -1
            if known < 0 <= score:
                strange[c] = score
            found[n, c] = known


def _refuse_score(column: Column, score: int) -> None:
    raise Refused(
        "unknown_score",
        f"item {column.item + 1} has a score of {score}",
        f"the calibration knows {', '.join(map(str, column.scores.tolist()))}",
    )


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
    group = np.full(n_persons, fit.reference) if groups is None else groups
    packed = pack(categories, fit.model.n_categories, group=group, merge=False)
    seen = look_ups(packed, log_probabilities(fit.model, fit.x, grid.theta), grid)
    for start in range(0, n_persons, BLOCK):
        rows = slice(start, min(start + BLOCK, n_persons))
        found = row_posteriors(packed, seen, rows)
        yield Posteriors(rows, found.posterior, found.log_marginal)
