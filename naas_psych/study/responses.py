"""Responses: persons by items. A response is not a score; a rule turns one into the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

#: Why a score is absent. Negative, so that one integer matrix holds scores and reasons.
OMITTED = -1
NOT_REACHED = -2
NOT_ADMINISTERED = -3
TECHNICAL_LOSS = -4

ABSENCES: dict[str, int] = {
    "omitted": OMITTED,
    "not_reached": NOT_REACHED,
    "not_administered": NOT_ADMINISTERED,
    "technical_loss": TECHNICAL_LOSS,
}

Counted = Literal["wrong", "left_out"]
Points = NDArray[np.int8] | NDArray[np.int16]


@dataclass(frozen=True, kw_only=True)
class Responses:
    """What N persons recorded on J items, and what it scored.

    Attributes
    ----------
    person_ids : (N,) object array of str
    item_ids : J strings
    points : (N, J) int8, or int16 where a score passes 127
        Scores in units of `unit` (score = points * unit), negative where absent (see `ABSENCES`).
    unit : float
        The smallest mark: 1, or 0.5 where a key gives half marks.
    min_points, max_points : (J,) int
        Lowest and highest possible points of each item, in the same units.
    choices : (N, J) int16, or None for data that came as scores
        Index into `options[j]` of what was recorded, negative where absent.
    options : J tuples of str, or None
        The options of each item in sorted order, as recorded.
    times : (N, J) float32 seconds, nan where unknown, or None
    positions : (N, J) int16, 0 where unknown, or None
        Where in the test each person met each item, from 1.
    anonymous : bool
        The file had no person column; `person_ids` are made from row numbers.
    """

    person_ids: NDArray[np.object_]
    item_ids: tuple[str, ...]
    points: Points
    unit: float
    min_points: NDArray[np.int64]
    max_points: NDArray[np.int64]
    choices: NDArray[np.int16] | None = None
    options: tuple[tuple[str, ...], ...] | None = None
    times: NDArray[np.float32] | None = None
    positions: NDArray[np.int16] | None = None
    anonymous: bool = False

    @property
    def n_persons(self) -> int:
        return int(self.points.shape[0])

    @property
    def n_items(self) -> int:
        return int(self.points.shape[1])

    def marks(self, *, omitted: Counted, not_reached: Counted) -> Points:
        """Points with what counts as wrong put at the item's lowest point.

        What is left out stays negative, and so does everything of a person who answered nothing:
        that is no score of 0. Returns `points` itself (not a copy) when nothing changes.
        """
        marks: Any = self.points
        answered = self.points.max(axis=1, initial=-1) >= 0
        for code, counted in ((OMITTED, omitted), (NOT_REACHED, not_reached)):
            if counted == "left_out":
                continue
            hit = (self.points == code) & answered[:, None]
            if hit.any():
                marks = marks.copy() if marks is self.points else marks
                np.copyto(marks, self.min_points.astype(marks.dtype)[None, :], where=hit)
        return marks  # type: ignore[no-any-return]

    def count(self, code: int) -> NDArray[np.int64]:
        """How many persons have the absence `code`, by item (J,)."""
        return np.asarray((self.points == code).sum(axis=0), dtype=np.int64)
