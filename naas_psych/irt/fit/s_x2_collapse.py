"""How sparse cells of the score-by-category table of an item are put together before S-X2.

The rule is that of R's mirt, followed to the letter because the statistic depends on it: Orlando &
Thissen (2000) ask for expected counts of at least 1, and leave open how.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Share of the rows below which a column that still has cells is given up.
_RARE_COLUMN = 0.05
_RARE_LAST = 0.1


@dataclass(frozen=True)
class Cells:
    """observed, expected : (R, K). A cell that is not there any more has an expected count of 0."""

    observed: Floats
    expected: Floats


def collapsed(cells: Cells, possible: NDArray[np.bool_], *, least: float = 1.0) -> Cells | None:
    """The table with every expected count at least `least`, or None where none is left.

    possible : (R, K) False where the score cannot go with the category
    """
    whole = np.asarray(possible.all(axis=1))
    if not whole.any():
        return None
    cells = _into_whole_rows(cells, whole)
    cells = _some(cells, cells.observed.sum(axis=1) > 0)
    if cells.observed.shape[0] < 2:
        return None
    # Which rows are sparse is looked up before rows of one person go, and by place, as mirt does.
    sparse = np.asarray((cells.expected < least).any(axis=1))
    cells = _without_single_persons(cells)
    if cells.observed.shape[1] > 2:
        cells = _within_rows(cells, sparse, least)
        cells = _without_rare_columns(cells, least)
    return _across_rows(cells, least)


def _some(cells: Cells, keep: NDArray[np.bool_]) -> Cells:
    return Cells(cells.observed[keep], cells.expected[keep])


def _poured(cells: Cells, place: NDArray[np.int64]) -> Cells:
    """Rows added up at their new places."""
    n = int(place.max()) + 1
    both = np.zeros((2, n, cells.observed.shape[1]))
    np.add.at(both[0], place, cells.observed)
    np.add.at(both[1], place, cells.expected)
    return Cells(both[0], both[1])


def _into_whole_rows(cells: Cells, whole: NDArray[np.bool_]) -> Cells:
    """Low and high scores that some category cannot have go to the nearest score that all can."""
    rows = np.flatnonzero(whole)
    return _poured(cells, np.clip(np.arange(whole.size) - rows[0], 0, rows[-1] - rows[0]))


def _without_single_persons(cells: Cells) -> Cells:
    """A row with one person goes into the next one, and the last such row into the one before."""
    persons = cells.observed.sum(axis=1)
    moved = np.zeros(persons.size, bool)
    carried = 0.0
    for row in range(persons.size - 1):
        moved[row] = persons[row] + carried == 1
        carried = 1.0 if moved[row] else 0.0
    last_alone = persons[-1] + carried == 1
    place = np.concatenate([[0], np.cumsum(~moved)[:-1]])
    if last_alone and place[-1] > 0:
        place[place == place[-1]] -= 1
    return _poured(cells, place)


def _within_rows(cells: Cells, sparse: NDArray[np.bool_], least: float) -> Cells:
    observed, expected = cells.observed.copy(), cells.expected.copy()
    for row in np.flatnonzero(sparse[: observed.shape[0]]):
        o, e = _within_row(observed[row].tolist(), expected[row].tolist(), least)
        empty = [0.0] * (observed.shape[1] - len(e))
        observed[row], expected[row] = o + empty, e + empty
    return Cells(observed, expected)


def _within_row(o: list[float], e: list[float], least: float) -> tuple[list[float], list[float]]:
    """The smallest cell goes to its smaller neighbour until all are large enough, or two are left.

    One merge is done even where no cell is too small: a row is sparse by its place (see above).
    """
    while len(e) > 2:
        low = max(k for k, value in enumerate(e) if value == min(e))
        if 0 < low < len(e) - 1:
            to = low - 1 if e[low - 1] <= e[low + 1] else low + 1
        else:
            to = 1 if low == 0 else low - 1
        for cells in (o, e):
            cells[to] += cells[low]
            del cells[low]
        if min(e) >= least:
            break
    return o, e


def _without_rare_columns(cells: Cells, least: float) -> Cells:
    """The last columns while they hold next to nothing, then any that few rows still have."""
    observed, expected = cells.observed.copy(), cells.expected.copy()
    n_rows, n = expected.shape
    little = least * np.ceil(n_rows * _RARE_LAST)
    while n > 2 and expected[:, n - 1].sum() < little:
        n -= 1
        for table in (observed, expected):
            table[:, n - 1] += table[:, n]
    kept = np.arange(observed.shape[1]) < n
    for k in range(n - 1, 0, -1):
        if (expected[:, k] > 0).mean() < _RARE_COLUMN:
            kept[k] = False
            for table in (observed, expected):
                table[:, k - 1] += table[:, k]
    return Cells(observed[:, kept], expected[:, kept])


def _across_rows(cells: Cells, least: float) -> Cells | None:
    """The first row with a small cell goes to the neighbour with fewer persons, until none has."""
    observed, expected = cells.observed, cells.expected
    persons = observed.sum(axis=1)
    small = ((expected < least) & (expected != 0)).any(axis=1)
    while small.any():
        row, last = int(small.argmax()), small.size - 1
        if last == 0:
            return None
        up = row > 0 and (row == last or persons[row - 1] <= persons[row + 1])
        to = row - 1 if up else row + 1
        for table in (observed, expected, persons):
            table[to] += table[row]
        small[to] = bool(((expected[to] < least) & (expected[to] != 0)).any())
        keep = np.arange(last + 1) != row
        observed, expected, persons, small = (
            table[keep] for table in (observed, expected, persons, small)
        )
    return Cells(observed, expected)
