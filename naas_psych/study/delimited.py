"""Delimited text: which encoding, which delimiter, which line is ragged. Opens no file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable
from naas_psych.study.names import ending_of

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_SAMPLE = 1 << 18
#: Above this size quoted fields may not hold line breaks and lines are not counted again.
_SMALL = 1 << 26
_FEW = 300
_LONGEST_FIELD = (1 << 31) - 1


@dataclass(frozen=True)
class _Text:
    """UTF-8 bytes of a file and the beginning of them as text."""

    data: Any
    sample: str
    size: int


@dataclass(frozen=True)
class _Shape:
    """Delimiter, names and the number of lines that the header takes."""

    delimiter: str
    names: tuple[str, ...]
    header_lines: int
    few: tuple[bool, ...]


def parse(path: Path, data: Any, audit: Audit) -> RawTable | None:
    """The bytes of a delimited file as a table, or None with the reason among the faults."""
    text = _decode(path.name, data, audit)
    if text is None:
        return None
    shape = _shape(path, text)
    if not _header_ok(path.name, shape, text, audit):
        return None
    return _read(path, text, shape, audit)


def _decode(file: str, data: Any, audit: Audit) -> _Text | None:
    wide = utf16(bytes(data[:4096]))
    if wide:
        audit.say(f"{file} is UTF-16 text.")
        return _recoded(file, data, wide, audit)
    try:
        sample = _sample(data, "utf-8-sig")
        if len(data) <= _SMALL:
            bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        return _recoded(file, data, "cp1252", audit)
    return _Text(data, sample, len(data))


def utf16(head: bytes) -> str | None:
    """The UTF-16 encoding of text that begins so, with a byte order mark or without, else None.

    Without a mark, text in a Latin script has a zero in every other byte.
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) > 0.8 * pairs and head[::2].count(0) == 0:
        return "utf-16-le"
    if pairs and head[::2].count(0) > 0.8 * pairs and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _sample(data: Any, encoding: str) -> str:
    """The beginning of the file: the whole header at least, and no character halved."""
    size = _SAMPLE
    while True:
        head = bytes(data[:size])
        if size >= len(data):
            return head.decode(encoding)
        end = max(head.rfind(b"\n"), head.rfind(b"\r"))
        if end >= 0 and head.rstrip(b"\r\n").splitlines()[1:]:
            return head[: end + 1].decode(encoding)
        size *= 2


def _recoded(file: str, data: Any, encoding: str, audit: Audit) -> _Text | None:
    try:
        text = bytes(data).decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "cp1252":
            audit.add(
                "not_text", f"the file cannot be read as {encoding}: {error.reason}.", file=file
            )
            return None
        text, encoding = bytes(data).decode("latin-1"), "Latin-1"
    if not encoding.startswith("utf-16"):
        audit.say(f"{file} is not UTF-8; it was read as {encoding} (Western European).")
    coded = text.lstrip("\ufeff").encode("utf-8")
    return _Text(pa.py_buffer(coded), _sample(coded, "utf-8"), len(coded))


def _shape(path: Path, text: _Text) -> _Shape:
    tabbed = ending_of(path).startswith(".tsv")
    order = ["\t", ",", ";", "|"] if tabbed else [",", ";", "\t", "|"]
    delimiter = max(order, key=lambda d: (_columns(text.sample, d), -order.index(d)))
    reader = _records(text.sample, delimiter)
    names: list[str] = []
    for row in reader:
        if any(cell.strip() for cell in row):
            names = [cell.strip() for cell in row]
            break
    header_lines = reader.line_num
    rows = [row for row in islice(reader, 2000) if len(row) == len(names)]
    distinct = [len(set(cells)) for cells in zip(*rows, strict=True)] or [0] * len(names)
    few = tuple(count <= _FEW for count in distinct)
    return _Shape(delimiter, tuple(names), header_lines, few)


def _records(text: str, delimiter: str) -> Any:
    """The records of a text, however long a field is (a wrong delimiter gives one of a line)."""
    csv.field_size_limit(_LONGEST_FIELD)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _columns(sample: str, delimiter: str) -> float:
    """How many columns the first records agree on under this delimiter (1 when they do not)."""
    rows = _records(sample, delimiter)
    widths = [len(row) for row in islice(rows, 60) if row]
    if not widths:
        return 1
    width, times = Counter(widths).most_common(1)[0]
    if widths[0] == 1 or width == 1:
        return 1
    return width if times > len(widths) / 2 else 1 + widths[0] / 1000


def _header_ok(file: str, shape: _Shape, text: _Text, audit: Audit) -> bool:
    if not shape.names:
        audit.add("empty_file", "the file holds nothing but blanks.", file=file)
        return False
    repeated = [name for name, times in Counter(shape.names).items() if times > 1 and name]
    for name in repeated:
        place = [str(k + 1) for k, n in enumerate(shape.names) if n == name]
        audit.add(
            "duplicate_column",
            f"the header names {name!r} {len(place)} times (columns {', '.join(place)}).",
            file=file,
            row=shape.header_lines,
            column=name,
            value=name,
        )
    lines = [line for line in text.sample.splitlines() if line.strip()][:6]
    if len(shape.names) == 1 and all(re.search(r"[\w\"'][ \t:;,|/^~!]+[\w\"']", x) for x in lines):
        found = f"only one column was found; the header reads {lines[0][:80]!r}."
        audit.add("wrong_delimiter", found, file=file, row=1, value=lines[0][:80])
        return False
    return not repeated


class _Ragged:
    """Collects the rows whose number of fields differs from the header's."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def __call__(self, row: Any) -> str:
        self.rows.append(row)
        return "skip"


def _read(path: Path, text: _Text, shape: _Shape, audit: Audit) -> RawTable | None:
    ragged = _Ragged()
    try:
        table = _arrow(text, shape, ragged, threads=True)
        if ragged.rows:
            ragged = _Ragged()
            table = _arrow(text, shape, ragged, threads=False)
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error) or "UTF-8" in str(error):
            again = _recoded(path.name, text.data, "cp1252", audit)
            return _read(path, again, shape, audit) if again else None
        if "Empty CSV" in str(error):
            return _no_rows(path, audit)
        audit.add("not_text", f"the file cannot be read as a table: {error}.", file=path.name)
        return None
    _tell_ragged(path.name, ragged, shape, audit, n_read=table.num_rows)
    if table.num_rows == 0:
        return None if ragged.rows else _no_rows(path, audit)
    line = _lines(text, shape, table.num_rows, [row.number for row in ragged.rows])
    comma = shape.delimiter == ";"
    return RawTable(path.name, path, shape.names, tuple(table.columns), table.num_rows, line, comma)


def _no_rows(path: Path, audit: Audit) -> RawTable | None:
    audit.add("header_only", "there is a header and not one row below it.", file=path.name, row=1)
    return None


def _arrow(text: _Text, shape: _Shape, ragged: _Ragged, *, threads: bool) -> Any:
    places = [f"c{k}" for k in range(len(shape.names))]
    coded = pa.dictionary(pa.int32(), pa.string())
    types = {p: coded if few else pa.string() for p, few in zip(places, shape.few, strict=True)}
    return pacsv.read_csv(
        pa.BufferReader(text.data),
        read_options=pacsv.ReadOptions(
            column_names=places, skip_rows=shape.header_lines, use_threads=threads
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=shape.delimiter,
            newlines_in_values=text.size <= _SMALL and '"' in text.sample,
            invalid_row_handler=ragged,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _tell_ragged(file: str, ragged: _Ragged, shape: _Shape, audit: Audit, *, n_read: int) -> None:
    if len(ragged.rows) > 1 and n_read == 0:
        first = ragged.rows[0]
        found = f"not one row has {first.expected_columns} fields, as the header has."
        text = (first.text or "")[:80]
        audit.add("wrong_delimiter", found, file=file, row=first.number, value=text)
        return
    for row in ragged.rows:
        audit.add(
            "ragged_row",
            f"{row.actual_columns} fields where the header has {row.expected_columns}.",
            file=file,
            row=row.number,
            value=(row.text or "")[:80],
            expected=f"{len(shape.names)} fields, parted by a {DELIMITERS[shape.delimiter]}.",
        )


def _lines(text: _Text, shape: _Shape, n: int, skipped: list[int | None]) -> Callable[[int], int]:
    """Record number to line of the file; counted only when it is asked for."""
    known: list[Any] = []
    first = shape.header_lines + 1

    def line(record: int) -> int:
        if not known:
            known.append(_starts(text, shape, n, skipped))
        starts = known[0]
        return first + record if starts is None else int(starts[record])

    return line


def _starts(text: _Text, shape: _Shape, n: int, skipped: list[int | None]) -> Any:
    """First line of every record, or None when each line is a record (or the file is large)."""
    if text.size > _SMALL:
        return None
    data = bytes(text.data)
    # Fields over several lines, blank lines and ragged rows all make more lines than records.
    if len(data.splitlines()) == shape.header_lines + n:
        return None
    reader = _records(data.decode("utf-8-sig"), shape.delimiter)
    starts, before = [], 0
    for row in reader:
        if row and before >= shape.header_lines and before + 1 not in skipped:
            starts.append(before + 1)
        before = reader.line_num
    return np.array(starts) if len(starts) == n else None
