"""Persons by items as recorded, the same whatever the layout of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.cells import Coded

#: In `Grid.columns`: the cell is empty; there is no record of it at all (long data).
EMPTY = -1
NO_RECORD = -2


@dataclass(frozen=True)
class Place:
    """Where a cell stands in the file."""

    row: int
    column: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """What N persons recorded on J items, before any of it is scored.

    columns : J Coded of N records; -1 empty, -2 no record
    scores : the same for scores that came beside the responses, or None
    place : person index and item index to the place in the file
    given : (N, J) bool, False where the person's form lacks the item; None when nothing is known
    states : (N, J) int8, 0 or an absence code that the file states; None when there is no column
    times, positions : as in Responses
    """

    file: str
    person_ids: NDArray[np.object_]
    item_ids: tuple[str, ...]
    columns: tuple[Coded, ...]
    place: Callable[[int, int], Place]
    scores: tuple[Coded, ...] | None = None
    given: NDArray[np.bool_] | None = None
    states: NDArray[np.int8] | None = None
    times: NDArray[np.float32] | None = None
    positions: NDArray[np.int16] | None = None
    anonymous: bool = False

    @property
    def n_persons(self) -> int:
        return len(self.person_ids)


@dataclass(frozen=True)
class Laid:
    """A Grid, and for each person a record of the file that describes the person."""

    grid: Grid
    records: NDArray[np.int64]
