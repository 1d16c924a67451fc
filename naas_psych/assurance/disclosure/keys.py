"""What makes two counts in tables the same count: what is counted, of whom, and its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from naas_psych.assurance.disclosure.declared import Column, defaults
from naas_psych.assurance.disclosure.primary import Sheet

#: What holds of those who are counted: pairs such as (form, alpha), or (sex, male) of levels.
Conditions = frozenset[tuple[str, str]]
#: Levels that take others together, as study.toml says: {(sex, other): (level, ...)}.
Combined = Mapping[tuple[str, str], Sequence[str]]
#: Columns with a level of the group column that another column names.
_LEVELS = ("group_level", "characteristic_value", "lower", "higher")


@dataclass(frozen=True)
class Key:
    """What makes two counts the same count."""

    what: str
    conditions: Conditions
    levels: Conditions
    value: int


def key_of(sheet: Sheet, column: Column, row: int) -> Key | None:
    """What is counted in a cell, and of whom; nothing where there is no number."""
    value = sheet.values(column.name)[row]
    return None if isnan(value) else key_at(sheet, column, row, round(value))


def key_at(sheet: Sheet, column: Column, row: int, value: int) -> Key:
    """The key of a value of a column in a row."""
    return Key(
        what=column.what,
        conditions=_conditions(sheet)[row],
        levels=levels_of(sheet, column, row),
        value=value,
    )


def _conditions(sheet: Sheet) -> list[Conditions]:
    """What holds of each row, read once for all of its columns."""
    if "conditions" not in sheet.read:
        layout, said = sheet.layout, defaults()
        names = [name for name in layout.keys if name not in {*said["ignored"], *layout.by}]
        columns = [
            [(said["aliases"].get(name, name), word) for word in sheet.words(name)]
            for name in names
        ]
        sheet.read["conditions"] = [
            frozenset(one for one in row if one[1] not in said["everybody"])
            for row in zip(*columns, strict=True)
        ] or [frozenset()] * len(sheet.frame)
    found: list[Conditions] = sheet.read["conditions"]
    return found


def levels_of(sheet: Sheet, column: Column, row: int) -> Conditions:
    """The groups and levels that a count is about: of its side, where a row compares two."""
    layout = sheet.layout
    group = group_column(sheet)
    if column.side is not None and column.side in sheet.frame.columns:
        return frozenset(
            {(sheet.words(group)[row] if group else "", sheet.words(column.side)[row])}
        )
    found: set[tuple[str, str]] = set()
    for name in layout.by:
        said = sheet.words(name)[row]
        if name == "cell":
            found |= {(part[0], part[2]) for part in (p.partition("=") for p in said.split(", "))}
        elif name not in ("focal", "reference"):
            own = sheet.words(group)[row] if group and name in _LEVELS else name
            found.add((own, said))
    return frozenset(found)


def group_column(sheet: Sheet) -> str | None:
    """The column that names the group column of a row, where levels stand in another."""
    names = ("group", "group_by", "characteristic", "grouping", "crossed")
    return next((name for name in names if name in sheet.layout.keys and sheet.layout.by), None)
