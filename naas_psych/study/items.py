"""The items table and the key, as they were given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from naas_psych.errors import UsageError
from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable, fold, is_blank, number
from naas_psych.study.names import ITEM, ITEM_NUMBERS, ITEM_TEXT, KEY, ending_of
from naas_psych.study.read import ENDINGS, read_table


@dataclass(frozen=True)
class ItemTable:
    """What is known about items: column to item to text, and the line of each item."""

    file: str
    ids: tuple[str, ...]
    columns: dict[str, dict[str, str | None]]
    line: Callable[[int], int]

    def get(self, item: str, column: str) -> str | None:
        """One cell, None when the column, the item or the text is not there."""
        return self.columns.get(column, {}).get(item)

    def number(self, item: str, column: str) -> float | None:
        return number(self.get(item, column))

    def row(self, item: str) -> int:
        return self.line(self.ids.index(item))

    @property
    def option_columns(self) -> tuple[str, ...]:
        """`option_A` ...: what an item offers."""
        return tuple(c for c in self.columns if c.casefold().startswith("option_"))

    def options(self, item: str) -> list[str]:
        """The options that an item offers, where the table has option columns."""
        offered = [c for c in self.option_columns if self.get(item, c) is not None]
        return [column[len("option_") :] for column in offered]


def read_items(path: Path, audit: Audit) -> ItemTable | None:
    """The items table; its faults are gathered."""
    table = read_table(path, audit)
    if table is None:
        return None
    name = table.find(*ITEM)
    if name is None:
        found = f"no column names the items; the columns are {', '.join(table.names)}."
        audit.add("missing_column", found, file=table.file, row=1, expected="a column item_id.")
        return None
    ids = table.coded(name).values()
    if not _unique(table, name, list(ids), audit):
        return None
    columns: dict[str, dict[str, str | None]] = {}
    for column in table.names:
        if column != name:
            values = table.coded(column).values()
            columns[_canonical(column)] = dict(zip(ids, values, strict=True))
    items = ItemTable(table.file, tuple(ids), columns, table.line)
    _check_numbers(items, audit)
    check_limits(items, audit)
    return items


def _canonical(column: str) -> str:
    folded = fold(column)
    if folded in KEY[:4]:
        return "key"
    return folded if folded in (*ITEM_TEXT, *ITEM_NUMBERS) else column.strip()


def _unique(table: RawTable, column: str, ids: list[str | None], audit: Audit) -> bool:
    seen: set[str] = set()
    sound = True
    for record, item in enumerate(ids):
        where: Where = {"file": table.file, "row": table.line(record), "column": column}
        if item is None:
            audit.add("item_id_blank", "the item has no name.", **where)
            sound = False
        elif item in seen:
            audit.add("duplicate_item", f"the item {item!r} was named before.", value=item, **where)
            sound = False
        else:
            seen.add(item)
    return sound


def _check_numbers(items: ItemTable, audit: Audit) -> None:
    for column in ITEM_NUMBERS:
        for item, text in items.columns.get(column, {}).items():
            if text is not None and number(text) is None:
                audit.add(
                    "text_in_number_column",
                    f"{column} of item {item!r} is {text!r}.",
                    file=items.file,
                    row=items.row(item),
                    column=column,
                    value=text,
                )


def check_limits(items: ItemTable, audit: Audit) -> None:
    """The highest score of every item must be above its lowest."""
    for item in items.ids:
        low, high = items.number(item, "min_score") or 0.0, items.number(item, "max_score")
        if high is not None and high <= low:
            found = f"item {item!r} goes from {low:g} to {high:g}."
            where: Where = {"row": items.row(item), "column": "max_score", "value": f"{high:g}"}
            audit.add("bad_limits", found, file=items.file, **where)


@dataclass(frozen=True)
class KeySource:
    """The keys as given: by item name, or in item order (`in_order`), and where they stand."""

    by_item: dict[str, str] = field(default_factory=dict)
    in_order: tuple[str, ...] = ()
    file: str | None = None
    line: Callable[[int], int] = lambda record: record + 2
    path: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.by_item or self.in_order)

    def row(self, item: str) -> int | None:
        names = list(self.by_item)
        return self.line(names.index(item)) if self.file and item in names else None


def key_from_argument(key: str | Path, audit: Audit) -> KeySource | None:
    """`--key`: a file, or the keys in item order as `ABDC` or `A,B,D,C`."""
    path = Path(key)
    if isinstance(key, Path) or ending_of(path) in ENDINGS:
        if not path.is_file():
            raise UsageError(
                f"There is no key file {str(key)!r}. Give a file, or the keys in item order "
                "as ABDC or A,B,D,C."
            )
        return read_key(path, audit)
    return key_from_text(key)


def key_from_text(text: str) -> KeySource:
    """Keys in item order: one character an item, or parted by commas (or blanks)."""
    text = text.strip()
    for separator in (",", None):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) > 1:
            return KeySource(in_order=tuple(parts))
    if not text:
        raise UsageError("The key is empty. Give the keys in item order, as ABDC or A,B,D,C.")
    return KeySource(in_order=(text,) if set(text) & set("|=;") else tuple(text))


def read_key(path: Path, audit: Audit) -> KeySource | None:
    """A key file: columns item and key, or one column of keys in item order."""
    table = read_table(path, audit)
    if table is None:
        return None
    item, key = table.find(*ITEM), table.find(*KEY)
    if key is None and len(table.names) == 2 and item is not None:
        key = next(name for name in table.names if name != item)
    if key is None and len(table.names) == 1:
        key = table.names[0]
    if key is None:
        found = f"no column holds keys; the columns are {', '.join(table.names)}."
        expected = "columns item and key, or one column of keys in item order."
        audit.add("missing_column", found, file=table.file, row=1, expected=expected)
        return None
    keys = table.coded(key).values(blanks_are_none=False)
    if item is None:
        return KeySource(
            in_order=tuple(k or "" for k in keys), file=table.file, line=table.line, path=path
        )
    ids = list(table.coded(item).values())
    if not _unique(table, item, ids, audit):
        return None
    by_item = {i: k for i, k in zip(ids, keys, strict=True) if not is_blank(k)}
    return KeySource(by_item=by_item, file=table.file, line=table.line, path=path)
