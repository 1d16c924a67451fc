"""Response times in a table of their own: one row a person, one column an item, in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, fold, number
from naas_psych.study.grid import Grid
from naas_psych.study.names import PERSON
from naas_psych.study.read import read_table
from naas_psych.study.times import Unit, read_times, unit_of


def wide_times(
    path: Path, grid: Grid, unit: Unit | None, audit: Audit
) -> NDArray[np.float32] | None:
    """(N, J) seconds in the order of the grid, nan where unknown; None when nothing fits."""
    table = read_table(path, audit)
    if table is None:
        return None
    rows = _rows(table, grid, audit)
    columns = {fold(name): name for name in table.names}
    found = [(j, columns[fold(i)]) for j, i in enumerate(grid.item_ids) if fold(i) in columns]
    if rows is None or not found:
        if not found:
            text = (
                f"no column is named like an item; the columns are {', '.join(table.names[:12])}."
            )
            audit.add("missing_column", text, file=table.file, row=1, expected="item names.")
        return None
    unit = unit or unit_of(_numbers(table, [name for _, name in found]), "the items", table, audit)
    seconds = np.full((grid.n_persons, len(grid.item_ids)), np.nan, dtype=np.float32)
    for j, name in found:
        seconds[:, j] = _picked(read_times(table, name, unit, audit), rows)
    return seconds


def _rows(table: RawTable, grid: Grid, audit: Audit) -> NDArray[np.int64] | None:
    """(N,) the record of each person, -1 where there is none."""
    column = table.find(*PERSON)
    if column is None or grid.anonymous:
        if table.n == grid.n_persons:
            audit.say(f"{table.file}: no column names the persons; rows follow the responses.")
            return np.arange(table.n)
        found = f"no column names the persons, and there are {table.n} rows."
        expected = f"a column person_id, or {grid.n_persons} rows."
        audit.add("missing_column", found, file=table.file, row=1, expected=expected)
        return None
    ids = pd.Series(table.coded(column).values(blanks_are_none=False))
    first = ids[~ids.duplicated() & ids.notna()]
    place = pd.Series(first.index.to_numpy(), index=first.to_numpy())
    return np.asarray(place.reindex(grid.person_ids).fillna(-1), dtype=np.int64)


def _numbers(table: RawTable, names: Sequence[str]) -> NDArray[np.float64]:
    found = [number(text) for name in names for text in table.coded(name).texts]
    return np.array([value for value in found if value is not None], dtype=float)


def _picked(times: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray(np.append(times, np.float32(np.nan))[rows], dtype=np.float32)
