"""Cells as canonical text: a number is the same text whatever the file format it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

#: Texts that mean "nothing here" in any column, whatever their letter case.
BLANK_TEXTS = frozenset({"", "na", "n/a", "nan"})

_WHOLE = r"^([+-]?\d+)\.0+$"
_DECIMAL_COMMA = r"^([+-]?\d+),(\d+)$"


@dataclass(frozen=True)
class Coded:
    """One column: `codes` (n,) index into `texts` (distinct, canonical), -1 where empty."""

    codes: NDArray[Any]
    texts: tuple[str, ...]

    def rows_of(self, text: int) -> NDArray[np.int64]:
        """The records that hold `texts[text]`."""
        return np.flatnonzero(self.codes == text)

    def counts(self) -> NDArray[np.int64]:
        """How many records hold each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    def values(self, *, blanks_are_none: bool = True) -> NDArray[np.object_]:
        """The texts record by record, None where empty (and, unless told otherwise, where NA)."""
        texts: list[str | None] = list(self.texts)
        if blanks_are_none:
            texts = [None if is_blank(text) else text for text in self.texts]
        return np.asarray(np.array([*texts, None], dtype=object)[self.codes])

    def at(self, record: int) -> str | None:
        """The text of one record."""
        code = int(self.codes[record])
        return None if code < 0 else self.texts[code]


def is_blank(text: str | None) -> bool:
    """True for nothing, NA, N/A and NaN."""
    return text is None or text.casefold() in BLANK_TEXTS


def fold(name: str) -> str:
    """A column name without letter case, blanks, dots and dashes: `Person ID` is `person_id`."""
    return "_".join(name.strip().casefold().replace(".", " ").replace("-", " ").split())


def number(text: str | None) -> float | None:
    """The finite number that a text is, or None."""
    if text is None or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """The finite number that each text is, else nan: `number` of many at once."""
    found = np.fromiter(map(_float, texts), dtype=float, count=len(texts))
    if "_" in "".join(texts):
        found[["_" in text for text in texts]] = np.nan
    return np.where(np.isfinite(found), found, np.nan)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def number_text(value: object) -> str | None:
    """A cell of a typed file (Excel, SPSS) as canonical text."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)


def score_of(text: str) -> float | None:
    """The score that a text is: a number, or TRUE and FALSE."""
    return {"true": 1.0, "false": 0.0}.get(text.casefold(), number(text))


@dataclass(frozen=True)
class RawTable:
    """One table as it came: names, columns of text, and the line of the file of each record."""

    file: str
    path: Path
    names: tuple[str, ...]
    columns: tuple[Any, ...]
    n: int
    line: Callable[[int], int]
    decimal_comma: bool = False
    _coded: dict[str, Coded] = field(default_factory=dict, repr=False)

    def coded(self, name: str) -> Coded:
        """The column `name` as codes and distinct canonical texts."""
        if name not in self._coded:
            column = self.columns[self.names.index(name)]
            self._coded[name] = encode(column, decimal_comma=self.decimal_comma)
        return self._coded[name]

    def find(self, *wanted: str) -> str | None:
        """The first column whose folded name is one of `wanted`, in the order wanted."""
        folded = {fold(name): name for name in reversed(self.names)}
        return next((folded[name] for name in wanted if name in folded), None)


def encode(column: Any, *, decimal_comma: bool = False) -> Coded:
    """An arrow column (text, or text already dictionary-encoded) as a Coded column."""
    chunked = pa.chunked_array([column]) if isinstance(column, pa.Array) else column
    if chunked.num_chunks == 0:
        return Coded(np.zeros(0, dtype=np.int8), ())
    if pa.types.is_dictionary(chunked.type):
        array = _one(chunked.unify_dictionaries())
    else:
        # One piece first: a dictionary that grows piece by piece is copied every time.
        array = _one(chunked).dictionary_encode()
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _merge(codes, _canonical(array.dictionary.cast(pa.string()), decimal_comma))


def _one(chunked: Any) -> Any:
    array = chunked.combine_chunks()
    return array.chunk(0) if isinstance(array, pa.ChunkedArray) else array


def _canonical(texts: Any, decimal_comma: bool) -> list[str | None]:
    trimmed = pc.utf8_trim_whitespace(texts)
    if decimal_comma:
        trimmed = pc.replace_substring_regex(trimmed, _DECIMAL_COMMA, r"\1.\2")
    whole = pc.replace_substring_regex(trimmed, _WHOLE, r"\1")
    return [text or None for text in whole.to_pylist()]


def _merge(codes: NDArray[Any], texts: list[str | None]) -> Coded:
    """Texts that became equal share a code; empty ones become -1; the smallest integer type."""
    distinct = dict.fromkeys(text for text in texts if text is not None)
    place = {text: k for k, text in enumerate(distinct)}
    kind = np.min_scalar_type(-max(len(place), 1) - 1)
    if len(place) != len(texts):
        table = np.array([-1 if t is None else place[t] for t in texts] + [-1], dtype=kind)
        return Coded(table[codes], tuple(distinct))
    return Coded(codes.astype(kind), tuple(distinct))


def text_table(
    *, path: Path, names: Sequence[str], columns: Sequence[Sequence[object]]
) -> RawTable:
    """A table from columns of Python values (Excel, SPSS): record 0 stands on line 2."""
    arrays = tuple(pa.array([number_text(v) for v in column], pa.string()) for column in columns)
    n = len(columns[0]) if columns else 0
    return RawTable(path.name, path, tuple(names), arrays, n, lambda record: record + 2)
