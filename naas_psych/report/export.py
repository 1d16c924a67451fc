"""Results as files: every table as CSV and Parquet, every figure as SVG and PNG, results.json."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from naas_psych import register
from naas_psych.aside import whole_folder
from naas_psych.assurance.disclosure import speaks
from naas_psych.drawing import Drawing
from naas_psych.report.document import document, dumps
from naas_psych.result import Result
from naas_psych.study.study import Study

#: A cell that starts with one of these is run as a formula by spreadsheet programs.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export(
    command: str,
    study: Study,
    results: Sequence[Result],
    out: str | os.PathLike[str],
    *,
    drawings: bool = True,
    not_examined: Mapping[str, str] | None = None,
) -> Path:
    """Write results to the new folder `out`; it appears whole or not at all.

    Raises
    ------
    UsageError
        `out` is not empty, is a file, or cannot be written.
    """
    with whole_folder(out) as folder:
        for result in results:
            write_tables(result, folder, banner=study.banner)
        if drawings:
            from naas_psych.report.figures import write_figures

            for result in results:
                write_figures(drawings_of(result), folder, banner=study.banner)
        made = document(command, study, results, not_examined=not_examined)
        write_text(folder / "results.json", dumps(made))
    return Path(out)


def drawings_of(result: Result) -> tuple[Drawing, ...]:
    """The drawings that the module of this analysis makes from its result.

    Without those whose words rest on a number that the disclosure gate withholds.
    """
    make = register.load(result.analysis).drawings
    drawn = make(result) if make else ()
    return tuple(one for one in drawn if speaks(one.title) and speaks(one.alt))


def write_tables(result: Result, folder: Path, *, banner: str = "") -> None:
    """`tables/<analysis>__<table>.csv` and `.parquet` for every table of a result.

    The banner of synthetic data stands inside Parquet; for CSV a file beside it says it.
    """
    place = folder / "tables"
    place.mkdir(exist_ok=True)
    if banner:
        write_text(place / "SYNTHETIC.txt", f"{banner}.\nThis holds for every table here.\n")
    for name, table in result.tables.items():
        stem = f"{result.analysis}__{name}"
        write_text(place / f"{stem}.csv", csv_text(table))
        _write_parquet(table, place / f"{stem}.parquet", banner=banner)


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV that a spreadsheet cannot mistake for a program; numbers keep all digits."""
    return str(_each(table, _neutral).to_csv(index=False, lineterminator="\n"))


def write_text(path: Path, text: str) -> None:
    """UTF-8 with plain line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _each(table: pd.DataFrame, change: Callable[[pd.Series[Any]], pd.Series[Any]]) -> pd.DataFrame:
    """The table with each column changed; `DataFrame.apply` would copy all that stay as well."""
    made = table.copy(deep=False)
    for place, (_, column) in enumerate(table.items()):
        changed = change(column)
        if changed is not column:
            made.isetitem(place, changed.array)
    return made


def _neutral(column: pd.Series[Any]) -> pd.Series[Any]:
    if column.dtype.kind in "iufb" or _is_harmless_text(column.to_numpy(dtype=object)):
        return column
    return column.map(
        lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA_STARTS else cell
    )


def _is_harmless_text(cells: Iterable[Any]) -> bool:
    """Text and nulls alone, nothing of it a formula: by far the most columns."""
    return all(
        type(cell) is str and not cell.startswith(_FORMULA_STARTS)
        for cell in set(cells)
        if cell is not None
    )


def _write_parquet(table: pd.DataFrame, path: Path, *, banner: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(_each(table, _one_kind), preserve_index=False)
    pq.write_table(arrow.replace_schema_metadata({"notice": banner} if banner else None), path)


def _one_kind(column: pd.Series[Any]) -> pd.Series[Any]:
    """Parquet wants one type a column: text where a column is of mixed or unknown kind."""
    if column.dtype != object or column.empty:
        return column
    there = column.notna()
    known = column[there]
    kinds = set(map(type, known))
    if kinds == {str}:
        return column.astype("string")
    if len(kinds) == 1 and isinstance(known.iloc[0], bool | int | float):
        return column
    return known.map(str).reindex(column.index).astype("string")
