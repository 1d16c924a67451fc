"""Opens data files: csv, tsv, txt (also .gz), parquet, xlsx, sav. Nothing else here does."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, text_table
from naas_psych.study.delimited import parse, utf16
from naas_psych.study.names import ending_of
from naas_psych.study.privacy import inspect_privacy
from naas_psych.study.unpack import Damaged, TooMuchInside, unpacked

_GZIP = "a gzip archive"
#: How a file of each format begins.
_SIGNATURES = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a zip archive (Excel .xlsx is one)",
    b"$FL2": "SPSS",
    b"$FL3": "SPSS",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"\x1f\x8b": _GZIP,
    b"%PDF": "PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
PACKED_ENDINGS = (".csv.gz", ".tsv.gz", ".txt.gz")
ENDINGS = (*TEXT_ENDINGS, *PACKED_ENDINGS, ".parquet", ".xlsx", ".sav")
_WANTED = {
    ".parquet": "Parquet",
    ".xlsx": "a zip archive (Excel .xlsx is one)",
    ".sav": "SPSS",
    **dict.fromkeys(PACKED_ENDINGS, _GZIP),
}
#: Bytes of memory needed for each byte of a file, about.
_GROWTH = {".parquet": 40.0, ".xlsx": 60.0, ".sav": 20.0}
_TEXT_GROWTH = 6.0


def read_table(path: Path, audit: Audit) -> RawTable | None:
    """The table in `path`, or None with the reasons among the faults."""
    ending = ending_of(path)
    if ending not in ENDINGS:
        found = f"its name ends in {ending!r}." if ending else "its name has no ending."
        audit.add("unknown_ending", found, file=path.name, expected=f"{_listed(ENDINGS)}.")
        return None
    data = _open(path, audit)
    if data is None or not _is_what_it_says(path, data, _WANTED.get(ending), audit):
        return None
    if ending in _GROWTH:
        table = _typed(path, ending, audit)
    else:
        text = _unpacked(path, data, audit) if ending in PACKED_ENDINGS else data
        table = None if text is None else parse(path, text, audit)
    table = _named(_without_empty_end(table, audit), audit) if table else None
    if table is not None:
        inspect_privacy(table, audit)
    return table


def _listed(endings: tuple[str, ...]) -> str:
    return f"one of {' '.join(endings)}"


def _unpacked(path: Path, data: Any, audit: Audit) -> Any:
    """The text in a gzip archive, or None with the reason."""
    free = _memory()
    most = np.inf if free is None else free / _TEXT_GROWTH
    try:
        text = unpacked(data, most=most)
    except TooMuchInside:
        found = f"it holds more than {most / 1e9:.1f} GB of text, and {_room(free)}."
        audit.add("too_large_for_memory", found, file=path.name)
        return None
    except Damaged as error:
        audit.add("damaged_file", f"the gzip archive is damaged: {error}.", file=path.name)
        return None
    if not text:
        audit.add("empty_file", "there is nothing in the archive (0 bytes).", file=path.name)
        return None
    buffer = pa.py_buffer(text)
    return buffer if _is_what_it_says(path, buffer, None, audit) else None


def read_text(path: Path, audit: Audit) -> str | None:
    """A small text file (study.toml, a key on one line), or None with the reason."""
    data = _open(path, audit)
    if data is None:
        return None
    try:
        return bytes(data).decode("utf-8-sig")
    except UnicodeDecodeError:
        audit.add("not_text", "the file is not UTF-8 text.", file=path.name)
        return None


def _open(path: Path, audit: Audit) -> Any:
    try:
        size = path.stat().st_size
        if size == 0:
            audit.add("empty_file", "the file is empty (0 bytes).", file=path.name)
            return None
        if not _fits(path, size, audit):
            return None
        with pa.memory_map(str(path)) as mapped:
            return mapped.read_buffer()
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        audit.add("unreadable_file", f"the file cannot be opened: {reason}.", file=path.name)
        return None


def _fits(path: Path, size: int, audit: Audit) -> bool:
    needed = size * _GROWTH.get(ending_of(path), _TEXT_GROWTH)
    free = _memory()
    if free is None or needed < free:
        return True
    found = f"reading it needs about {needed / 1e9:.1f} GB and {_room(free)}."
    audit.add("too_large_for_memory", found, file=path.name)
    return False


def _room(free: float | None) -> str:
    return f"this machine has {(free or 0) / 1e9:.1f} GB of memory"


def _memory() -> float | None:
    """Memory of this machine in bytes, where the system tells (None elsewhere)."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None


def _is_what_it_says(path: Path, data: Any, wanted: str | None, audit: Audit) -> bool:
    """The content begins as `wanted` does; None: as text does."""
    ending = ending_of(path)
    head = bytes(data[:4096])
    is_kind = next((kind for mark, kind in _SIGNATURES.items() if head.startswith(mark)), None)
    if wanted is None and is_kind is None:
        is_kind = "binary data" if b"\0" in head and not utf16(head) else None
    if is_kind == wanted:
        return True
    text = "delimited text, packed with gzip," if ending in PACKED_ENDINGS else "delimited text"
    usual = text if ending not in _GROWTH else wanted
    audit.add(
        "not_what_its_ending_says",
        f"its name ends in {ending} but its content is {is_kind or 'something else'}.",
        file=path.name,
        expected=f"{usual} in a file that ends in {ending}.",
    )
    return False


def _typed(path: Path, ending: str, audit: Audit) -> RawTable | None:
    read = {".parquet": _parquet, ".xlsx": _xlsx, ".sav": _sav}[ending]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(path, audit)
    except MemoryError:
        audit.add("too_large_for_memory", "memory ran out while reading it.", file=path.name)
    except Exception as error:
        # Three libraries with no common base of errors: a damaged file may raise anything.
        found = f"the file is damaged: {type(error).__name__}."
        audit.add("damaged_file", found, file=path.name)
    return None


def _parquet(path: Path, _: Audit) -> RawTable | None:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    if "__index_level_0__" in table.column_names:
        table = table.drop_columns(["__index_level_0__"])
    columns = tuple(_arrow_text(column) for column in table.columns)
    names = tuple(table.column_names)
    return RawTable(path.name, path, names, columns, table.num_rows, lambda record: record + 2)


def _arrow_text(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_boolean(column.type):
        return pa.chunked_array([pa.array([_flag(v) for v in column.to_pylist()], pa.string())])
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    return column.cast(pa.string())


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).upper()


def _xlsx(path: Path, audit: Audit) -> RawTable | None:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.max_row]
        rows = [list(row) for row in sheets[0].iter_rows(values_only=True)] if sheets else []
        if len(book.worksheets) > 1:
            audit.say(f"{path.name} has several sheets; the first, {sheets[0].title!r}, was read.")
    finally:
        book.close()
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if not rows:
        audit.add("empty_file", "the first sheet is empty.", file=path.name)
        return None
    header = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    width = max(len(row) for row in rows)
    header += [""] * (width - len(header))
    body = [row + [None] * (width - len(row)) for row in rows[1:]]
    columns = [[row[k] for row in body] for k in range(width)]
    return text_table(path=path, names=header, columns=columns)


def _sav(path: Path, _: Audit) -> RawTable | None:
    import pyreadstat

    columns, meta = pyreadstat.read_sav(str(path), output_format="dict")
    names = list(meta.column_names)
    return text_table(path=path, names=names, columns=[list(columns[name]) for name in names])


def _without_empty_end(table: RawTable, audit: Audit) -> RawTable:
    """The table without wholly empty records at its end, which spreadsheets like to export."""
    if table.n == 0 or any(column[-1].is_valid for column in table.columns):
        return table
    filled = np.zeros(table.n, dtype=bool)
    for column in table.columns:
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
    n = int(np.flatnonzero(filled)[-1]) + 1 if filled.any() else table.n
    if n < table.n:
        audit.say(f"{table.file}: {table.n - n} empty rows at the end were left out.")
    columns = tuple(column.slice(0, n) for column in table.columns)
    return replace(table, columns=columns, n=n)


def _named(table: RawTable, audit: Audit) -> RawTable | None:
    """The table without nameless empty columns; refused when names repeat or no row is left."""
    keep = [
        k
        for k, name in enumerate(table.names)
        if name or table.columns[k].null_count < len(table.columns[k])
    ]
    names = tuple(table.names[k] for k in keep)
    repeated = sorted({name for name in names if names.count(name) > 1})
    for name in repeated:
        found = f"the header names {name!r} {names.count(name)} times."
        audit.add("duplicate_column", found, file=table.file, row=1, column=name, value=name)
    if table.n == 0:
        audit.add("header_only", "there is a header and not one row below it.", file=table.file)
    if repeated or table.n == 0:
        return None
    columns = tuple(table.columns[k] for k in keep)
    return RawTable(
        table.file, table.path, names, columns, table.n, table.line, table.decimal_comma
    )
