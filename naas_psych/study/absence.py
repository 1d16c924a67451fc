"""Empty cells: omitted, not reached or not administered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.grid import Grid
from naas_psych.study.items import ItemTable
from naas_psych.study.responses import NOT_ADMINISTERED, NOT_REACHED, OMITTED
from naas_psych.study.scoring import BLANK
from naas_psych.study.spec import ResponsesSpec

_MEANING = {
    "omitted": OMITTED,
    "not_reached": NOT_REACHED,
    "not_administered": NOT_ADMINISTERED,
}
_ROWS = 50_000


def settle(points: NDArray[Any], grid: Grid, spec: ResponsesSpec, items: ItemTable | None) -> None:
    """Give every absent cell of `points` (N, J) its meaning, in place.

    A stated state wins. What the person's form lacks is not administered. Other empty cells mean
    what `blank` says; those after the last item that a person answered (or is stated to have
    omitted), in the order of presentation, mean what `trailing_blank` says.
    """
    if grid.states is not None:
        np.copyto(points, grid.states.astype(points.dtype), where=grid.states < 0)
    if grid.given is not None:
        np.copyto(points, NOT_ADMINISTERED, where=~grid.given & (points < 0))
        np.copyto(points, BLANK, where=grid.given & (points == NOT_ADMINISTERED) & _missing(grid))
    order = item_order(grid, items)
    for start in range(0, grid.n_persons, _ROWS):
        rows = slice(start, min(start + _ROWS, grid.n_persons))
        some = start + np.flatnonzero((points[rows] == BLANK).any(axis=1))
        if some.size:
            points[some] = _settled(points[some], _order_of(grid, order, some), spec)


def _missing(grid: Grid) -> NDArray[np.bool_]:
    """Cells without any record (long data)."""
    return np.stack([column.codes == -2 for column in grid.columns], axis=1)


def item_order(grid: Grid, items: ItemTable | None) -> NDArray[np.int64]:
    """The items in order of presentation: by position where the items table has it."""
    places = [items.number(item, "position") if items else None for item in grid.item_ids]
    if any(place is None for place in places):
        return np.arange(len(grid.item_ids))
    return np.argsort(np.array(places, dtype=float), kind="stable")


def _order_of(grid: Grid, order: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, J) items in the order in which each of these persons met them."""
    if grid.positions is None:
        return np.broadcast_to(order, (len(rows), len(order)))
    places = grid.positions[rows].astype(np.int64)
    # An item whose place is unknown keeps its place in the common order.
    common = np.empty(len(order), dtype=np.int64)
    common[order] = np.arange(1, len(order) + 1)
    return np.argsort(np.where(places > 0, places, common), axis=1, kind="stable")


def _settled(points: NDArray[Any], order: NDArray[np.int64], spec: ResponsesSpec) -> NDArray[Any]:
    """The same rows with every blank replaced."""
    n_items = points.shape[1]
    shown = np.take_along_axis(points, order, axis=1)
    reached = (shown >= 0) | (shown == OMITTED)
    after_last = np.where(reached.any(axis=1), n_items - np.argmax(reached[:, ::-1], axis=1), 0)
    trailing = np.arange(n_items) >= after_last[:, None]
    blank = shown == BLANK
    inside = _MEANING[spec.blank]
    shown[blank] = inside
    if spec.blank == "omitted" and spec.trailing_blank != "omitted":
        unreached = blank & trailing
        if spec.trailing_blank == "not_reached_after_first":
            unreached &= np.cumsum(unreached, axis=1) > 1
        shown[unreached] = NOT_REACHED
    settled = np.empty_like(shown)
    np.put_along_axis(settled, order, shown, axis=1)
    return settled
