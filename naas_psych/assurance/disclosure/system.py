"""Counts of persons as a system of equations: which add up, which are shares of which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Literal, NamedTuple


class Item(NamedTuple):
    """A published number that can be withheld: a count, or a ratio of two."""

    kind: Literal["cell", "ratio"]
    place: int


@dataclass
class Cell:
    """A count of persons: its value, and between which numbers a reader knows it to be.

    `hidden` cells must not be worked out. A `fixed` one cannot be withheld: readers know it from
    elsewhere. `unknown_low` is what is known of it once it is withheld.
    """

    value: int
    low: float
    high: float
    hidden: bool = False
    fixed: bool = False
    unknown_low: float = 0.0


@dataclass
class Ratio:
    """A published share: the numerator lies between `low` and `high` times the base.

    When it is withheld, `guarded` counts that no table shows must not be worked out either.
    """

    numerator: int
    base: int
    low: float
    high: float
    hidden: bool = False
    guarded: tuple[int, ...] = ()


@dataclass
class System:
    """Counts, which of them add up (coefficients that sum to nothing), and published shares."""

    cells: list[Cell] = field(default_factory=list)
    relations: list[Mapping[int, int]] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)

    def hide(self, item: Item) -> None:
        """Withhold a number."""
        if item.kind == "ratio":
            ratio = self.ratios[item.place]
            ratio.hidden = True
            for k in ratio.guarded:
                self.cells[k].hidden = True
            return
        cell = self.cells[item.place]
        cell.hidden, cell.low, cell.high = True, cell.unknown_low, inf


@dataclass(frozen=True)
class Part:
    """Cells that hang together, with the relations and ratios that bind them."""

    system: System
    cells: tuple[int, ...]
    relations: tuple[int, ...]
    ratios: tuple[int, ...]

    def relations_of(self, cell: int) -> list[int]:
        """The relations that a cell stands in."""
        return self._relations.get(cell, [])

    def ratios_of(self, cell: int) -> list[int]:
        """The ratios that a cell stands in."""
        return self._ratios.get(cell, [])

    @cached_property
    def column(self) -> dict[int, int]:
        """The place of each cell among those of the part."""
        return {k: place for place, k in enumerate(self.cells)}

    @cached_property
    def _relations(self) -> dict[int, list[int]]:
        return _grouped(
            (k, place) for place in self.relations for k in self.system.relations[place]
        )

    @cached_property
    def _ratios(self) -> dict[int, list[int]]:
        ratios = self.system.ratios
        return _grouped(
            (k, place)
            for place in self.ratios
            for k in (ratios[place].numerator, ratios[place].base)
        )


def parts_with_hidden(system: System) -> Iterator[Part]:
    """The parts of the system that hold a hidden cell; no number of one bears on another."""
    top = _leaders(system)
    cells = _grouped((top[k], k) for k in range(len(system.cells)))
    relations = _grouped((top[next(iter(one))], k) for k, one in enumerate(system.relations) if one)
    ratios = _grouped((top[one.numerator], k) for k, one in enumerate(system.ratios))
    for root, members in cells.items():
        if any(system.cells[k].hidden for k in members):
            own = (tuple(found.get(root, ())) for found in (relations, ratios))
            yield Part(system, tuple(members), *own)


def _leaders(system: System) -> list[int]:
    """For each cell one cell of its part, the same for all of the part."""
    leader = list(range(len(system.cells)))

    def top(k: int) -> int:
        while leader[k] != k:
            leader[k] = leader[leader[k]]
            k = leader[k]
        return k

    bound = [*(tuple(one) for one in system.relations)]
    bound += [(one.numerator, one.base) for one in system.ratios]
    for members in bound:
        for k in members[1:]:
            leader[top(k)] = top(members[0])
    return [top(k) for k in range(len(leader))]


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for root, place in pairs:
        found.setdefault(root, []).append(place)
    return found
