"""The book of all counts of a run: each one once, with every place where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np

from naas_psych.assurance.disclosure.declared import Column
from naas_psych.assurance.disclosure.keys import Key
from naas_psych.assurance.disclosure.primary import Sheet
from naas_psych.assurance.disclosure.profiles import Profile
from naas_psych.assurance.disclosure.system import Cell, Ratio, System

#: Half a step of a share shown to one decimal of a percent, and a little for sums of decimals.
_HALF = 0.0005 + 1e-9


@dataclass(frozen=True, eq=False)
class Place:
    """Where a number stands."""

    sheet: Sheet
    column: Column
    row: int


@dataclass(eq=False)
class Book:
    """The system with the places of its numbers."""

    profile: Profile
    system: System = field(default_factory=System)
    index: dict[Key, int] = field(default_factory=dict)
    cells: dict[int, list[Place]] = field(default_factory=dict)
    ratios: dict[int, list[Place]] = field(default_factory=dict)
    shares: dict[tuple[int, int, float], int] = field(default_factory=dict)

    def cell(self, key: Key) -> int:
        """The cell of `key`; a new one is in no table, so nothing is known of it but its sums."""
        if key not in self.index:
            self.index[key] = len(self.system.cells)
            self.system.cells.append(Cell(key.value, 0.0, inf, fixed=True))
        return self.index[key]

    def show(self, key: Key, place: Place, *, hidden: bool) -> int:
        """The cell of a count that stands in a table."""
        number = self.cell(key)
        cell = self.system.cells[number]
        low, high = map(float, self.profile.span(key.value))
        if hidden and not self.profile.hides(np.array([key.value]))[0]:
            low, high = self.outcome_span(key.value)
        cell.low, cell.high = max(cell.low, low), min(cell.high, high)
        cell.hidden, cell.fixed = cell.hidden or hidden, False
        cell.unknown_low = float(self.profile.hidden[1] + 1 if self.profile.hidden else 0)
        if cell.value < cell.unknown_low:
            cell.unknown_low = 0.0
        self.cells.setdefault(number, []).append(place)
        return number

    def outcome_span(self, value: int) -> tuple[float, float]:
        """What the rule on outcomes tells of a number that it hides."""
        return (
            (1, self.profile.outcome_min - 1) if 0 < value < self.profile.outcome_min else (0, inf)
        )

    def guard(self, number: int, low: float, high: float) -> None:
        """A count that no table shows but that must not be worked out."""
        cell = self.system.cells[number]
        if number not in self.cells:
            cell.hidden = True
            cell.low, cell.high = max(cell.low, low), min(cell.high, high)

    def share(
        self, numerator: int, base: int, value: float, place: Place, *, hidden: bool
    ) -> Ratio:
        """A published share of two cells; the same one in two tables is one."""
        mark = (numerator, base, value)
        if mark not in self.shares:
            self.shares[mark] = len(self.system.ratios)
            self.system.ratios.append(Ratio(numerator, base, value - _HALF, value + _HALF, hidden))
        number = self.shares[mark]
        self.system.ratios[number].hidden |= hidden
        self.ratios.setdefault(number, []).append(place)
        return self.system.ratios[number]
