"""The persons of one form side by side, with positions in place of items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Behaviour, Flags
from naas_psych.analyses.speed.places import FormPlaces
from naas_psych.numerics.arrays import Floats

#: Share of the time limit from which all of it was used.
ALL_OF_IT = 0.95


@dataclass(frozen=True, eq=False)
class View:
    """Some persons (n,) of a form by its items (j,): what they did, and at which position.

    where : (n, j) index into the positions of the form, -1 where the position is unknown
    tail : (P,) positions that the tail holds
    """

    form: FormPlaces
    rows: NDArray[np.int64]
    whole: Behaviour
    where: NDArray[np.int64]
    tail: Flags

    def of(self, cells: NDArray[Any]) -> NDArray[Any]:
        """(n, j) part of a matrix (N, J)."""
        return cells[np.ix_(self.rows, self.form.items)]

    @cached_property
    def seen(self) -> Flags:
        return np.asarray(self.of(self.whole.seen), dtype=bool)

    @cached_property
    def reached(self) -> Flags:
        return np.asarray(self.of(self.whole.reached), dtype=bool)

    @cached_property
    def answered(self) -> Flags:
        return np.asarray(self.of(self.whole.answered), dtype=bool)

    @cached_property
    def omitted(self) -> Flags:
        return np.asarray(self.of(self.whole.omitted), dtype=bool)

    @cached_property
    def rapid(self) -> Flags:
        return np.asarray(self.of(self.whole.rapid), dtype=bool)

    @cached_property
    def times(self) -> Floats:
        return np.asarray(self.of(self.whole.times))

    @cached_property
    def timed(self) -> Flags:
        """Answered with a time, on an item whose threshold is known."""
        return np.isfinite(self.times)

    @cached_property
    def earned(self) -> Floats:
        return np.asarray(self.of(self.whole.earned), dtype=float)

    @cached_property
    def chance(self) -> Floats:
        """(j,) share of the marks that blind choice earns."""
        return self.whole.chance[self.form.items]

    @cached_property
    def weights(self) -> Floats:
        """(j,) marks that each item can earn."""
        return self.whole.worth[self.form.items]

    @cached_property
    def in_tail(self) -> Flags:
        """(n, j) cells whose item the person met in the tail."""
        return (self.where >= 0) & self.tail[self.where]

    @cached_property
    def total_times(self) -> Floats:
        """(n,) seconds on all reached items; nan where one has no time or was lost."""
        seconds = np.asarray(self.of(self.whole.seconds), dtype=float)
        lost = (~self.seen | (self.reached & ~np.isfinite(seconds))).any(axis=1)
        return np.where(lost, np.nan, np.nansum(seconds, axis=1))

    @property
    def n(self) -> int:
        return self.rows.size

    def by_position(self, cells: NDArray[Any]) -> Floats:
        """(P,) sum of cells (n, j) at each position."""
        known = self.where >= 0
        size = self.form.positions.size
        weights = np.asarray(cells, dtype=float)[known]
        return np.asarray(np.bincount(self.where[known], weights=weights, minlength=size))

    def at(self, place: int) -> tuple[int, int]:
        """How many reached the position with this index, and how many of those who could."""
        here = (self.where == place) & self.seen
        return int((here & self.reached).sum()), int(here.sum())


def view(whole: Behaviour, form: FormPlaces, persons: Flags, *, tail: float) -> View:
    """The persons (N,) of a form who answered at least one item."""
    kept = persons[form.rows] & whole.answered[np.ix_(form.rows, form.items)].any(axis=1)
    places = form.places[kept]
    where = np.searchsorted(form.positions, places)
    where = np.where(places > 0, where, -1)
    last = np.isin(form.positions, form.tail(tail))
    return View(form, form.rows[kept], whole, where, last)
