"""From what was recorded to what it scored: by key for options, as they are for scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import Coded, is_blank
from naas_psych.study.grid import Grid
from naas_psych.study.items import ItemTable
from naas_psych.study.keys import Normal
from naas_psych.study.responses import ABSENCES, NOT_ADMINISTERED, OMITTED, Points
from naas_psych.study.spec import ResponsesSpec

#: In a points matrix under construction: an empty cell whose meaning is not settled yet.
BLANK = -9

Worth = Fraction | int | None


@dataclass(frozen=True)
class Column:
    """What each text of one item is worth.

    worth : a Fraction (a score), a negative int (an absence) or None (not allowed), by text
    low, high : the limits of the item
    options, choice : the options of the item, and which of them each text is (-1: none)
    single : one option is recorded, of several
    """

    worth: tuple[Worth, ...]
    low: Fraction
    high: Fraction
    options: tuple[str, ...] = ()
    choice: tuple[int, ...] = ()
    single: bool = False


@dataclass(frozen=True)
class Absences:
    """Which texts mean that nothing was recorded, and why."""

    codes: dict[str, int] = field(default_factory=dict)

    def of(self, text: str) -> int | None:
        """The absence that a text stands for: a declared code first, then NA and the like."""
        if text in self.codes:
            return self.codes[text]
        return BLANK if is_blank(text) else None


@dataclass(frozen=True)
class Task:
    """All that scoring needs beside the key: what was recorded, and how to read it."""

    grid: Grid
    spec: ResponsesSpec
    items: ItemTable | None
    absent: Absences
    normal: Normal
    audit: Audit

    def where(self, item: int, value: str) -> Where:
        """The column of an item, for telling a fault in it."""
        column = self.grid.place(0, item).column
        return {"file": self.grid.file, "column": column, "value": value}

    def line(self, item: int) -> Callable[[int], int]:
        """Person index to line of the file, in the column of an item."""
        return lambda person: self.grid.place(person, item).row


@dataclass(frozen=True)
class Scored:
    """Points in units of `unit`, with BLANK where a cell is empty."""

    points: Points
    unit: float
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    choices: NDArray[np.int16] | None = None
    options: tuple[tuple[str, ...], ...] | None = None


def absences(spec: ResponsesSpec, texts: Sequence[str], normal: Normal) -> Absences:
    """The declared codes, found in the data whatever their letter case (unless it counts)."""
    declared = {normal(code): ABSENCES[state] for code, state in spec.codes.items()}
    codes = {text: declared[normal(text)] for text in texts if normal(text) in declared}
    return Absences(codes)


def fill(
    grid: Grid, recorded: Sequence[Coded], columns: Sequence[Column], audit: Audit
) -> Scored | None:
    """The points matrix, looked up text by text (never cell by cell).

    `recorded` is what the columns were made from: responses, or the scores beside them.
    """
    unit = _unit(columns)
    highest = max((abs(c.high) for c in columns), default=Fraction(1)) / unit
    if highest > np.iinfo(np.int16).max:
        found = f"scores up to {float(highest * unit):g} in steps of {float(unit):g}."
        audit.add("too_many_score_points", found, file=grid.file)
        return None
    kind: Any = np.int8 if highest <= np.iinfo(np.int8).max else np.int16
    points = np.empty((grid.n_persons, len(columns)), dtype=kind)
    for j, column in enumerate(columns):
        points[:, j] = _table(column, unit, kind)[recorded[j].codes]
    raw = any(column.options for column in columns)
    return Scored(
        points=points,
        unit=float(unit),
        low=np.array([int(c.low / unit) for c in columns], dtype=np.int64),
        high=np.array([int(c.high / unit) for c in columns], dtype=np.int64),
        choices=_choices(recorded, columns) if raw else None,
        options=tuple(c.options for c in columns) if raw else None,
    )


def _unit(columns: Sequence[Column]) -> Fraction:
    worths = [w for c in columns for w in (*c.worth, c.low, c.high)]
    return Fraction(1, lcm(*(w.denominator for w in worths if isinstance(w, Fraction))))


def _table(column: Column, unit: Fraction, kind: Any) -> NDArray[Any]:
    """Text to points; the last two places serve codes -2 (no record) and -1 (empty)."""
    points = [int(w / unit) if isinstance(w, Fraction) else (w or OMITTED) for w in column.worth]
    return np.array([*points, NOT_ADMINISTERED, BLANK], dtype=kind)


def _choices(recorded: Sequence[Coded], columns: Sequence[Column]) -> NDArray[np.int16]:
    choices = np.empty((len(recorded[0].codes), len(columns)), dtype=np.int16)
    for j, column in enumerate(columns):
        choice = np.array([*column.choice, NOT_ADMINISTERED, BLANK], dtype=np.int16)
        choices[:, j] = choice[recorded[j].codes]
    return choices
