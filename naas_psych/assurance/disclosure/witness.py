"""Can a hidden count be worked out? Another solution, a proof that there is none, or a search.

A count is safe when whole numbers exist that agree with everything published and give it another
value. Small changes of the true numbers are tried first; then limits are drawn as tight as each
sum and share alone makes them; what neither settles goes to mixed integer programming (HiGHS).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from naas_psych.assurance.disclosure.system import Part, System

Numbers = NDArray[np.float64]
Changes = dict[int, int]
Limits = Mapping[int, tuple[float, float]]

#: Changes of the true numbers that are tried before the search is left to the solver.
_TRIALS = 80
#: Rounds of drawing limits tighter.
_ROUNDS = 12
#: A search that takes more nodes than this has failed, which errs on the side of withholding.
_NODES = 500
_SLACK = 1e-9
#: Sums over many cells lose digits, and a limit that is too wide does no harm here.
_ROUGH = 1e-6
#: More persons than any study has, so that sums of limits stay numbers.
_MANY = 1e8


def witness(system: System, part: Part, cell: int, known: Limits) -> Changes | None:
    """How the numbers can change so that `cell` changes and nothing published does."""
    low, high = known[cell]
    if low >= high:
        return None
    found = nearby(system, part, cell)
    return _searched(system, part, cell) if found is None else found


# --- small changes ------------------------------------------------------------------------------


@dataclass
class _Trials:
    left: int


def nearby(system: System, part: Part, cell: int) -> Changes | None:
    """A few small changes that leave all that is published as it is, where they are soon found."""
    trials = _Trials(_TRIALS)
    for step in (1, -1, 2, -2):
        if _allowed(system, cell, step):
            found = _repaired(system, part, {cell: step}, trials)
            if found is not None:
                return found
    return None


def _repaired(system: System, part: Part, changes: Changes, trials: _Trials) -> Changes | None:
    """The changes with further ones that make good what they break."""
    trials.left -= 1
    if trials.left < 0 or len(changes) > 8:
        return None
    for cell in changes:
        for place in part.relations_of(cell):
            relation = system.relations[place]
            gap = 0
            for k, step in changes.items():  # millions of times; a generator takes twice as long
                gap += relation.get(k, 0) * step
            if gap:
                return _first(system, part, changes, _level(relation, gap, changes), trials)
        for place in part.ratios_of(cell):
            ratio = system.ratios[place]
            if not ratio.hidden and not _holds(system, place, changes):
                pair = (ratio.numerator, ratio.base)
                moves = ((k, step) for k in pair if k not in changes for step in (1, -1, 2, -2))
                return _first(system, part, changes, moves, trials)
    return changes


def _level(relation: Mapping[int, int], gap: int, changes: Changes) -> Iterator[tuple[int, int]]:
    """Each way to make a sum good by one more cell."""
    for k, sign in relation.items():
        if k not in changes and gap % sign == 0:
            yield k, -gap // sign


def _first(
    system: System,
    part: Part,
    changes: Changes,
    moves: Iterator[tuple[int, int]],
    trials: _Trials,
) -> Changes | None:
    for cell, step in moves:
        if _allowed(system, cell, step):
            found = _repaired(system, part, {**changes, cell: step}, trials)
            if found is not None:
                return found
    return None


def _allowed(system: System, cell: int, step: int) -> bool:
    one = system.cells[cell]
    return one.low <= one.value + step <= one.high


def _holds(system: System, place: int, changes: Changes) -> bool:
    ratio = system.ratios[place]
    top = system.cells[ratio.numerator].value + changes.get(ratio.numerator, 0)
    base = system.cells[ratio.base].value + changes.get(ratio.base, 0)
    return ratio.low * base - _SLACK <= top <= ratio.high * base + _SLACK


# --- limits -------------------------------------------------------------------------------------


def limits(system: System, part: Part) -> dict[int, tuple[float, float]]:
    """Between which whole numbers each cell lies, drawn from one sum or share at a time."""
    table = published(system, part)
    low = np.array([system.cells[k].low for k in part.cells], dtype=np.float64)
    high = np.array([min(system.cells[k].high, _MANY) for k in part.cells], dtype=np.float64)
    for _ in range(_ROUNDS):
        before = low.copy(), high.copy()
        _draw(table, low, high)
        if (low == before[0]).all() and (high == before[1]).all():
            break
    return dict(zip(part.cells, zip(low.tolist(), high.tolist(), strict=True), strict=True))


def _draw(table: Published, low: Numbers, high: Numbers) -> None:
    """One round: each number is what its row leaves when the others take their extremes."""
    row, cell, sign = table.row, table.cell, table.sign
    one_end, other_end = sign * low[cell], sign * high[cell]
    small, large = np.minimum(one_end, other_end), np.maximum(one_end, other_end)
    smallest = np.bincount(row, small, len(table.least))
    largest = np.bincount(row, large, len(table.least))
    ceiling = (table.most[row] - (smallest[row] - small)) / sign
    floor = (table.least[row] - (largest[row] - large)) / sign
    np.minimum.at(high, cell, np.floor(np.where(sign > 0, ceiling, floor) + _ROUGH))
    np.maximum.at(low, cell, np.ceil(np.where(sign > 0, floor, ceiling) - _ROUGH))


# --- search -------------------------------------------------------------------------------------


def _searched(system: System, part: Part, cell: int) -> Changes | None:
    value = system.cells[cell].value
    for low, high in ((value + 1, inf), (-inf, value - 1)):
        found = _solution(system, part, cell, low, high)
        if found is not None:
            return found
    return None


def _solution(system: System, part: Part, cell: int, low: float, high: float) -> Changes | None:
    """Whole numbers that agree with all that is published and put `cell` between two limits."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    lows = np.array([system.cells[k].low for k in part.cells], dtype=np.float64)
    highs = np.array([system.cells[k].high for k in part.cells], dtype=np.float64)
    own = part.cells.index(cell)
    lows[own], highs[own] = max(lows[own], low), min(highs[own], high)
    if lows[own] > highs[own]:
        return None
    table = published(system, part)
    shape = (len(table.least), len(part.cells))
    matrix = csc_array((table.sign, (table.row, table.cell)), shape=shape)
    found = milp(
        np.zeros(len(part.cells)),
        integrality=np.ones(len(part.cells), dtype=np.int64),
        bounds=Bounds(lows, highs),
        constraints=LinearConstraint(matrix, table.least, table.most) if shape[0] else None,
        options={"node_limit": _NODES},
    )
    if found.x is None:
        return None
    steps = {k: round(x) - system.cells[k].value for k, x in zip(part.cells, found.x, strict=True)}
    return {k: step for k, step in steps.items() if step}


@dataclass(frozen=True, eq=False)
class Published:
    """What is published as rows with a least and a most: sums of signed cells, sparsely."""

    row: NDArray[np.int64]
    cell: NDArray[np.int64]
    sign: Numbers
    least: Numbers
    most: Numbers


def published(system: System, part: Part) -> Published:
    """The relations, and the shares that are not withheld, of a part."""
    place = part.column
    entries: list[tuple[int, int, float]] = []
    ends: list[tuple[float, float]] = []
    for k in part.relations:
        entries += [(len(ends), place[j], sign) for j, sign in system.relations[k].items()]
        ends.append((0.0, 0.0))
    for k in part.ratios:
        share = system.ratios[k]
        if share.hidden:
            continue
        for factor, end in ((share.low, (0.0, inf)), (share.high, (-inf, 0.0))):
            entries.append((len(ends), place[share.numerator], 1.0))
            if factor:
                entries.append((len(ends), place[share.base], -factor))
            ends.append(end)
    rows = np.array(entries, dtype=np.float64).reshape(-1, 3)
    limits_of_rows = np.array(ends, dtype=np.float64).reshape(-1, 2)
    return Published(
        row=rows[:, 0].astype(np.int64),
        cell=rows[:, 1].astype(np.int64),
        sign=rows[:, 2],
        least=limits_of_rows[:, 0],
        most=limits_of_rows[:, 1],
    )
