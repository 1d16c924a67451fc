"""Persons who met the same items, item by item: what the analyses of this chapter work on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import left_out_notes, named_booklets
from naas_psych.numerics.rest_table import RestTable, rest_table
from naas_psych.study.booklets import Booklet, Booklets
from naas_psych.study.responses import NOT_REACHED, Counted
from naas_psych.study.study import Study

OMITTED_SAID = {
    "wrong": "Omitted responses count as wrong (the item's lowest score).",
    "left_out": "Omitted responses are left out; a person who omitted an item has no total, and is "
    "left out of everything that needs one.",
}
_OWN_SAID = {
    "left_out": "Persons who did not reach an item are left out of its own statistics",
    "wrong": "Items not reached count as wrong in an item's own statistics",
}
_TOTALS_SAID = {
    "left_out": "who did not reach every item has no total.",
    "wrong": "in totals and rest scores not reached counts as wrong.",
}


@dataclass(frozen=True, eq=False)
class Form:
    """Persons (n,) with the same items (j,): marks (j, n) in points, item by item, and totals."""

    name: str
    rows: NDArray[np.int64] | slice
    items: NDArray[np.int64]
    marks: NDArray[Any]

    @cached_property
    def totals(self) -> NDArray[np.int64]:
        """Total in points, (n,)."""
        return np.asarray(self.marks.sum(axis=0, dtype=np.int64))

    @property
    def n(self) -> int:
        return int(self.marks.shape[1])

    def rest(self, place: int) -> NDArray[np.int64]:
        """Rest scores (n,): the total less this item."""
        return np.asarray(self.totals - self.marks[place])

    def table(self, place: int, n_points: int, among: NDArray[np.bool_] | None) -> RestTable:
        """Persons by score of the item (in points) and rest score, `among` some of them."""
        codes, rest = self.marks[place], self.rest(place)
        if among is not None:
            codes, rest = codes[among], rest[among]
        return rest_table(codes, rest, n_codes=n_points)


@dataclass(frozen=True)
class Seat:
    """An item in a form: the form's number among all, the form, and the item's row in it."""

    number: int
    form: Form
    place: int


@dataclass(frozen=True)
class Forms:
    """Every form with enough persons, and the booklets they were made from."""

    forms: tuple[Form, ...]
    booklets: Booklets

    def holding(self, item: int) -> tuple[Seat, ...]:
        """Where `item` sits in every form that has it."""
        seats = []
        for k, form in enumerate(self.forms):
            place = int(np.searchsorted(form.items, item))
            if place < form.items.size and form.items[place] == item:
                seats.append(Seat(k, form, place))
        return tuple(seats)

    def main_seat(self, item: int, n_items: int) -> Seat | None:
        """The one form in which the item is judged as part of a test, or None if several have it.

        Persons with every item make that form even beside persons with gaps.
        """
        seats = self.holding(item)
        whole = [seat for seat in seats if seat.form.items.size == n_items]
        if whole:
            return whole[0]
        return seats[0] if len(seats) == 1 else None

    @property
    def notes(self) -> tuple[str, ...]:
        said: tuple[str, ...] = ()
        if len(self.forms) > 1:
            said = (
                f"There are {len(self.forms)} forms (sets of items that persons share); "
                "correlations and groups are formed within forms and then put together.",
            )
        without_total = "they count in facilities and shares of options only."
        return (*said, *left_out_notes(self.booklets, without_total))


def not_reached_said(study: Study, *, own: Counted, omitted: Counted) -> str:
    """How items not reached count, in their own statistics and in totals."""
    return f"{_OWN_SAID[own]}; {_TOTALS_SAID[study.unreached(omitted)]}"


def find_forms(study: Study, *, omitted: Counted, not_reached: Counted | None = None) -> Forms:
    """The forms of a study, largest first; items not reached count as the study says."""
    found = named_booklets(study, omitted=omitted, not_reached=not_reached)
    forms = tuple(
        _form(found.marks, booklet, name)
        for booklet, name in zip(found.booklets.kept, found.names, strict=True)
    )
    return Forms(forms, found.booklets)


def _form(marks: NDArray[Any], booklet: Booklet, name: str) -> Form:
    part = marks[booklet.rows]
    if booklet.items.size < marks.shape[1]:
        part = part[:, booklet.items]
    return Form(name, booklet.rows, booklet.items, np.ascontiguousarray(part.T))


def who_reached(points: NDArray[Any], not_reached: Counted) -> NDArray[np.bool_] | None:
    """Persons whose response to the item counts in its own statistics; None when all do."""
    if not_reached == "wrong":
        return None
    reached = points != NOT_REACHED
    return None if reached.all() else reached
