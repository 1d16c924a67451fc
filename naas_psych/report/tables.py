"""A table of a result as the report shows it: intervals folded in, reasons beside the dashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.report.document import rows as plain_rows
from naas_psych.report.wording import (
    UNDEFINED,
    interval,
    interval_words,
    is_undefined,
    number,
    reason_words,
    term_of,
)

WIDE = 7


@dataclass(frozen=True)
class Heading:
    """A column as shown; `term` is the glossary entry its heading leads to."""

    term: str
    label: str
    numeric: bool
    symbol: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; `order` is what the browser sorts by; `reason` why nothing does."""

    text: str
    order: str = ""
    reason: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class TableView:
    """A table ready to be shown."""

    name: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    file: str = ""
    hidden: int = 0

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(heading.term for heading in self.headings)


def view(
    name: str,
    table: pd.DataFrame,
    *,
    caption: str,
    file: str = "",
    leave_out: tuple[str, ...] = (),
    limit: int | None = None,
    wide: int | None = WIDE,
    options: Mapping[str, Any] | None = None,
) -> TableView:
    """`table` as shown: one column a quantity, its interval next to it, at most `limit` rows.

    No table is wider than a page: the first `wide` columns are shown, the files have the others.
    `options` are those the table was made with; headings of intervals say their level.
    """
    kept = table.drop(columns=[c for c in leave_out if c in table.columns])
    columns = [str(c) for c in kept.columns]
    every = [c for c in columns if not _is_folded(c, columns)]
    shown = every[:wide]
    data = plain_rows(kept if limit is None else kept.head(limit))
    numeric = {c for c in shown if _is_numeric(kept[c])}
    limits = interval_words(options or {})
    return TableView(
        name=name,
        caption=caption,
        headings=tuple(
            h for c in shown for h in _headings(c, columns, numeric=c in numeric, limits=limits)
        ),
        rows=tuple(
            tuple(cell for c in shown for cell in _cells(c, row, c in numeric)) for row in data
        ),
        total=len(table),
        file=file,
        hidden=len(every) - len(shown),
    )


def _is_numeric(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _is_folded(column: str, columns: list[str]) -> bool:
    """Limits and reasons are shown with the number they belong to."""
    if column in {"low", "high"}:
        return "estimate" in columns
    if column.endswith("_reason"):
        return column.removesuffix("_reason") in columns
    base = column.removesuffix("_low").removesuffix("_high")
    if base == column:
        return False
    return base in columns or (column.endswith("_high") and f"{base}_low" in columns)


def _limits(column: str) -> tuple[str, str]:
    return ("low", "high") if column == "estimate" else (f"{column}_low", f"{column}_high")


def _lone_limit(column: str, columns: list[str] | Mapping[str, Any]) -> bool:
    """An interval that comes without the number it is about."""
    base = column.removesuffix("_low")
    return base != column and base not in columns and f"{base}_high" in columns


def _headings(column: str, columns: list[str], *, numeric: bool, limits: str) -> list[Heading]:
    known = term_of(column)
    if _lone_limit(column, columns):
        about = term_of(column.removesuffix("_low")).label
        return [Heading(column, f"{about}, {limits}", True)]
    made = [Heading(column, known.label, numeric, known.symbol)]
    if _limits(column)[0] in columns:
        own = any(name.endswith("_level") and name.startswith("rmsea") for name in columns)
        made.append(Heading(column, "interval" if own else limits, True))
    return made


def _cells(column: str, row: Mapping[str, Any], numeric: bool) -> list[Cell]:
    if _lone_limit(column, row):
        return [_interval(row, column, f"{column.removesuffix('_low')}_high", column)]
    value = row[column]
    low, high = _limits(column)
    made = [_cell(value, column, row.get(f"{column}_reason"), numeric)]
    if low in row:
        made.append(_interval(row, low, high, column))
    return made


def _interval(row: Mapping[str, Any], low: str, high: str, column: str) -> Cell:
    gone = is_undefined(row[low]) or is_undefined(row[high])
    why = reason_words(row.get(f"{low}_reason")) if gone else ""
    text = interval(row[low], row[high], column)
    return Cell(text, "" if gone else repr(row[low]), why, numeric=True)


def _cell(value: Any, column: str, reason: Any, numeric: bool) -> Cell:
    if is_undefined(value):
        return Cell(UNDEFINED, "", reason_words(reason) if reason else "", numeric)
    order = repr(value) if numeric and not isinstance(value, bool) else str(value)
    return Cell(number(value, column), order, "", numeric)
