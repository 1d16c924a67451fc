"""Secondary suppression: withhold further numbers until no hidden count can be worked out.

Counts are unknowns that add up. What is published bounds them: a rounded count its rounding, a
percentage its numerator as a share of its base. A hidden count is safe when another whole number
agrees with all of that; a solution that shows it stays one however much more is withheld.
"""

from __future__ import annotations

from collections import deque
from math import inf

from naas_psych.assurance.disclosure.system import Cell, Item, Part, System, parts_with_hidden
from naas_psych.assurance.disclosure.witness import Changes, limits, nearby, witness

#: Numbers that are tried alone before the nearest is withheld and the search goes on.
_TRIED = 6


def protect(system: System) -> tuple[Item, ...]:
    """Withhold further numbers of the system until no hidden cell can be worked out.

    Returns what was withheld, in order; the system is changed.
    """
    taken: list[Item] = []

    for part in parts_with_hidden(system):
        taken += _Search(system, part).run()
    return tuple(taken)


class _Search:
    """The search for what else to withhold in one part of the system."""

    def __init__(self, system: System, part: Part) -> None:
        self.system = system
        self.part = part
        self.safe: set[int] = set()

    def run(self) -> list[Item]:
        taken: list[Item] = []
        while (cell := self._exposed()) is not None:
            nearby = self._candidates(cell)
            if not nearby:
                break
            helps = (item for item in nearby[:_TRIED] if self._would_help(cell, item))
            item = next(helps, nearby[0])
            self.system.hide(item)
            taken.append(item)
        return taken

    def _exposed(self) -> int | None:
        """The smallest hidden cell for which no second value is possible."""
        known = limits(self.system, self.part)
        hidden = [k for k in self.part.cells if self.system.cells[k].hidden]
        for k in sorted(hidden, key=lambda k: (self.system.cells[k].value, k)):
            if k in self.safe:
                continue
            found = witness(self.system, self.part, k, known)
            if found is None:
                return k
            self._note(found)
        return None

    def _note(self, found: Changes) -> None:
        self.safe |= {k for k in found if self.system.cells[k].hidden}

    def _would_help(self, cell: int, item: Item) -> bool:
        """Whether `cell` is safe once `item` alone is withheld."""
        cells, ratios = self.system.cells, self.system.ratios
        if item.kind == "ratio":
            ratios[item.place].hidden = True
            helps = self._is_safe(cell)
            ratios[item.place].hidden = False
            return helps
        kept = cells[item.place]
        cells[item.place] = Cell(kept.value, kept.unknown_low, inf, hidden=True)
        helps = self._is_safe(cell)
        cells[item.place] = kept
        return helps

    def _is_safe(self, cell: int) -> bool:
        """Small changes alone decide here: this only chooses between candidates."""
        return nearby(self.system, self.part, cell) is not None

    def _candidates(self, cell: int) -> list[Item]:
        """What can still be withheld: shares and counts in turn, nearest and smallest first."""
        cells, ratios = self.system.cells, self.system.ratios
        far = self._distances(cell)
        counts = sorted(
            (far[k], cells[k].value == 0, cells[k].value, k)
            for k in self.part.cells
            if k in far and not cells[k].hidden and not cells[k].fixed
        )
        shares = sorted(
            (far[one.numerator], cells[one.numerator].value, k)
            for k, one in ((k, ratios[k]) for k in self.part.ratios)
            if one.numerator in far and not one.hidden
        )
        found = [Item("ratio", k) for *_, k in shares]
        tried = _TRIED // 2
        others = [Item("cell", k) for *_, k in counts]
        return found[:tried] + others[:tried] + found[tried:] + others[tried:]

    def _distances(self, cell: int) -> dict[int, int]:
        """How many relations and ratios lie between `cell` and each other cell."""
        far, queue = {cell: 0}, deque([cell])
        while queue:
            here = queue.popleft()
            for k in self._beside(here):
                if k not in far:
                    far[k] = far[here] + 1
                    queue.append(k)
        return far

    def _beside(self, cell: int) -> list[int]:
        found = [k for place in self.part.relations_of(cell) for k in self.system.relations[place]]
        for place in self.part.ratios_of(cell):
            found += [self.system.ratios[place].numerator, self.system.ratios[place].base]
        return found
