"""Which cells of a table changed: rows are matched by what names them, never by their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

#: Endings of columns that say something about another column, so that they never name a row.
_ABOUT_ANOTHER = ("_reason", "_low", "_high", "_se", "_share")
#: More numbers than this in the name of a row means that nothing names it.
_MOST_NUMBERS = 3
#: A relative difference below this is the arithmetic of another machine.
_TINY = 1e-9
#: Cells with the largest changes that are kept of a table.
_KEPT = 3


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """One cell that changed. `relative` is the difference over the larger size, 0 to 2."""

    row: str
    column: str
    before: Any
    after: Any
    relative: float | None = None


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """What changed in one table.

    cells : of rows and columns that both have
    changed : of these, how many differ; `tiny` of them in the tenth digit or beyond
    rows_added, rows_removed : rows that only one of the two has
    columns_added, columns_removed : the same of columns
    largest : the cells with the largest changes; words before numbers
    """

    analysis: str
    table: str
    cells: int
    changed: int
    tiny: int = 0
    rows_added: int = 0
    rows_removed: int = 0
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    largest: tuple[CellChange, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.analysis}/{self.table}"


def changed_table(name: str, before: Path, after: Path) -> TableChange | None:
    """What changed in the table `analysis__table` of two folders; None where nothing did."""
    if _same_bytes(before, after):
        return None
    old, new = _read(before), _read(after)
    shared = [column for column in old.columns if column in new.columns]
    keys = _keys(old, new, shared)
    old_rows, new_rows = _matched(old, new, keys)
    was, now = old[shared].iloc[old_rows], new[shared].iloc[new_rows]
    columns = [_column(was[name], now[name]) for name in shared]
    largest = sorted((cell for one in columns for cell in one.largest), key=_size, reverse=True)
    analysis, _, table = name.partition("__")
    found = TableChange(
        analysis=analysis,
        table=table,
        cells=len(old_rows) * len(shared),
        changed=sum(one.changed for one in columns),
        tiny=sum(one.tiny for one in columns),
        rows_added=len(new) - len(new_rows),
        rows_removed=len(old) - len(old_rows),
        columns_added=tuple(c for c in new.columns if c not in shared),
        columns_removed=tuple(c for c in old.columns if c not in shared),
        largest=tuple(_said(cell, was, keys) for cell in largest[:_KEPT]),
    )
    return found if _says_something(found) else None


def _says_something(found: TableChange) -> bool:
    counts = (found.changed, found.rows_added, found.rows_removed)
    return any(counts) or bool(found.columns_added or found.columns_removed)


def _same_bytes(before: Path, after: Path) -> bool:
    """By the CSV, which has all digits and does not depend on who wrote it."""
    return before.read_bytes() == after.read_bytes()


def _read(csv: Path) -> pd.DataFrame:
    """The Parquet table beside a CSV, whose columns know their kinds; else the CSV itself."""
    import pandas as pd

    parquet = csv.with_suffix(".parquet")
    return pd.read_parquet(parquet) if parquet.is_file() else pd.read_csv(csv)


def _keys(old: pd.DataFrame, new: pd.DataFrame, shared: Sequence[str]) -> list[str]:
    """The fewest columns that name every row in both: words from the left, then numbers."""
    words: list[str] = []
    numbers: list[str] = []
    for column in shared:
        if column.endswith(_ABOUT_ANOTHER) or column == "n" or column.startswith("n_"):
            continue
        (numbers if old[column].dtype.kind in "iufb" else words).append(column)
    keys = list(words)
    for number in numbers[:_MOST_NUMBERS]:
        if _unique(old, keys) and _unique(new, keys):
            break
        keys.append(number)
    if not (_unique(old, keys) and _unique(new, keys)):
        return words
    for column in reversed(tuple(keys)):
        fewer = [key for key in keys if key != column]
        if fewer and _unique(old, fewer) and _unique(new, fewer):
            keys = fewer
    return keys


def _unique(table: pd.DataFrame, keys: Sequence[str]) -> bool:
    return bool(keys) and not table.duplicated(list(keys)).any()


def _matched(
    old: pd.DataFrame, new: pd.DataFrame, keys: Sequence[str]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The places of the rows that both have. Rows of one name go in their order."""
    import numpy as np

    if len(old) == len(new) == 1 or not keys:
        both = np.arange(min(len(old), len(new)))
        return both, both
    sides = []
    for table in (old, new):
        named = table[list(keys)].astype(str)
        sides.append(
            named.assign(_turn=named.groupby(list(keys)).cumcount(), _at=range(len(table)))
        )
    paired = sides[0].merge(sides[1], on=[*keys, "_turn"], suffixes=("_old", "_new"))
    return paired["_at_old"].to_numpy(), paired["_at_new"].to_numpy()


@dataclass(frozen=True)
class _Cell:
    """A cell that changed, its row by place."""

    place: int
    column: str
    before: Any
    after: Any
    relative: float | None


@dataclass(frozen=True)
class _Column:
    changed: int
    tiny: int
    largest: tuple[_Cell, ...]


def _column(was: pd.Series[Any], now: pd.Series[Any]) -> _Column:
    """What changed in one column; nothing on both sides is no difference."""
    import numpy as np

    missing = (was.isna().to_numpy(), now.isna().to_numpy())
    before, after = was.to_numpy(dtype=object), now.to_numpy(dtype=object)
    changed = np.flatnonzero((before != after) & ~(missing[0] & missing[1]))
    if not changed.size:
        return _Column(0, 0, ())
    numeric = was.dtype.kind in "iuf" and now.dtype.kind in "iuf"
    sizes = _relative(was.to_numpy()[changed], now.to_numpy()[changed]) if numeric else None
    first = changed[:_KEPT] if sizes is None else changed[np.argsort(-sizes, kind="stable")[:_KEPT]]
    largest = tuple(_cell(str(was.name), int(k), before[k], after[k]) for k in first)
    tiny = 0 if sizes is None else int(((sizes >= 0) & (sizes < _TINY)).sum())
    return _Column(int(changed.size), tiny, largest)


def _relative(was: npt.NDArray[Any], now: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The difference over the larger size; -1 where one of the two is missing."""
    import numpy as np

    old, new = was.astype(float), now.astype(float)
    sizes: npt.NDArray[Any] = abs(new - old) / np.maximum(abs(old), abs(new))
    sizes[np.isnan(sizes)] = -1.0
    return sizes


def _cell(column: str, place: int, before: Any, after: Any) -> _Cell:
    was, now = _plain(before), _plain(after)
    numbers = _is_number(was) and _is_number(now)
    relative = abs(now - was) / max(abs(now), abs(was)) if numbers else None
    return _Cell(place, column, was, now, relative)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _said(cell: _Cell, was: pd.DataFrame, keys: Sequence[str]) -> CellChange:
    """A cell with its row by name."""
    row = was.iloc[cell.place]
    named = ((key, _plain(row[key])) for key in keys)
    return CellChange(
        row=", ".join(f"{key} {value}" for key, value in named if value is not None),
        column=cell.column,
        before=cell.before,
        after=cell.after,
        relative=cell.relative,
    )


def _size(cell: _Cell) -> float:
    """Words that changed first, then numbers, then what is no longer there, and why."""
    if cell.column.endswith("_reason"):
        return -2.0
    if cell.relative is not None:
        return float(cell.relative)
    return -1.0 if cell.before is None or cell.after is None else 3.0


def _plain(value: Any) -> Any:
    """A cell as Python knows it; None for what is missing."""
    import pandas as pd

    value = value.item() if hasattr(value, "item") else value
    return None if pd.isna(value) else value
