"""Guess what a bare table of responses holds: layout, person column, items, raw or scored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from naas_psych.study import names
from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable, fold, is_blank, score_of
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.keys import normal_form
from naas_psych.study.looks import Looks, alike, family, in_family, looks
from naas_psych.study.spec import ResponsesSpec


@dataclass(frozen=True)
class Plan:
    """The responses table, understood: nothing is left open.

    items : column names in file order (wide), or () for long data
    inline : columns that describe the person
    """

    spec: ResponsesSpec
    items: tuple[str, ...]
    inline: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Bare:
    """All that is known when guessing begins."""

    table: RawTable
    spec: ResponsesSpec
    key: KeySource
    items: ItemTable | None
    audit: Audit


def is_long(table: RawTable, spec: ResponsesSpec) -> bool:
    """One row a person and item, by the names of the columns."""
    if spec.layout is not None:
        return spec.layout == "long"
    item = spec.item or table.find(*names.ITEM)
    value = spec.response or spec.score or table.find(*names.RESPONSE, *names.SCORE)
    person = spec.person or table.find(*names.PERSON)
    return bool(item and value and person)


def plan_wide(bare: Bare) -> Plan | None:
    """Which columns of a wide table are items, which the person, which a total."""
    table, spec = bare.table, bare.spec
    person = _person_column(bare)
    columns = _item_columns(bare, person)
    if not columns:
        _tell_no_items(table, bare.audit)
        return None
    totals = _totals(bare, [c for c in table.names if c not in (*columns, person)], columns)
    empty = [c for c in table.names if c not in columns and not c and c != person]
    out = tuple(dict.fromkeys((*spec.leave_out, *totals, *empty)))
    inline = tuple(c for c in table.names if c not in (*columns, person, *out))
    _tell_forgotten(bare, inline, columns)
    if inline and spec.items is None:
        said = f"{table.file}: not items but columns about the person: {', '.join(inline)}."
        bare.audit.say(said)
    filled = spec.model_copy(
        update={
            "layout": "wide",
            "person": person,
            "items": list(columns),
            "leave_out": list(out),
            "raw": is_raw(bare, columns),
        }
    )
    if spec.layout is None:
        bare.audit.say(_in_words(table.file, filled, columns))
    return Plan(filled, columns, inline, out)


def _in_words(file: str, spec: ResponsesSpec, columns: tuple[str, ...]) -> str:
    """What a wide table was taken for."""
    who = f" ({spec.person})" if spec.person else ""
    many = f"{len(columns)} items from {columns[0]} to {columns[-1]}"
    which = many if len(columns) > 1 else f"one item, {columns[0]}"
    kind = "options to be scored by the key" if spec.raw else "scores"
    return f"{file} has one row a person{who}: {which}, recorded as {kind}."


def _tell_forgotten(bare: Bare, inline: tuple[str, ...], columns: tuple[str, ...]) -> None:
    """Columns named like the items that the items table (or the key) leaves out are told."""
    stem = family(columns)
    for name in inline:
        if not in_family(name, stem):
            continue
        where: Where = {"row": 1, "column": name, "value": name, "file": bare.table.file}
        if bare.items is not None:
            found = f"{name!r} looks like an item and {bare.items.file} does not have it."
            bare.audit.add("item_not_in_items_table", found, **where)
        elif bare.key.by_item:
            found = f"{name!r} looks like an item and has no key."
            bare.audit.add("key_missing", found, **where)


def _tell_no_items(table: RawTable, audit: Audit) -> None:
    rest = table.names[1:]
    if rest and all(all(map(is_blank, table.coded(n).texts)) for n in rest):
        found = "every cell beside the first column is empty."
        audit.add("nothing_recorded", found, file=table.file)
        return
    found = f"no column looks like an item; the columns are {', '.join(table.names[:12])}."
    audit.add("no_item_column", found, file=table.file, row=1)


def _person_column(bare: Bare) -> str | None:
    table, audit = bare.table, bare.audit
    if bare.spec.person is not None:
        return _wanted_column(table, bare.spec.person, audit)
    known = set(bare.items.ids if bare.items else ()) | set(bare.key.by_item)
    free = [name for name in table.names if name not in known]
    canonical = {fold(name): name for name in reversed(free)}
    by_name = next((canonical[name] for name in names.PERSON if name in canonical), None)
    person = by_name or next((name for name in free if _is_id_like(table, name)), None)
    if person is None:
        audit.say(f"{table.file} has no person column; persons are named by their rows.")
    elif by_name is None:
        audit.say(f"{table.file}: column {person!r} names each person once and was taken as id.")
    return person


def _wanted_column(table: RawTable, name: str, audit: Audit) -> str | None:
    if name in table.names:
        return name
    found = f"there is no column {name!r}; the columns are {', '.join(table.names[:12])}."
    audit.add("missing_column", found, file=table.file, row=1, column=name)
    return None


def _is_id_like(table: RawTable, name: str) -> bool:
    """Every record has its own text, and the name says so (or is that of R's row names)."""
    folded = fold(name)
    ends = folded.endswith(("id", "_no", "_nr", "number", "code", "_num")) or folded in ("", "no")
    coded = table.coded(name) if ends and table.n > 1 else None
    return bool(coded and len(coded.texts) == table.n and (coded.codes >= 0).all())


def _item_columns(bare: Bare, person: str | None) -> tuple[str, ...]:
    spec, items, key = bare.spec, bare.items, bare.key
    free = [n for n in bare.table.names if n != person and n not in spec.leave_out]
    if spec.items is not None:
        return _named_items(bare.table, spec.items, free, bare.audit)
    if items is not None:
        return tuple(name for name in free if name in set(items.ids))
    if key.by_item:
        return tuple(name for name in free if name in key.by_item)
    seen = [looks(bare.table, name, spec) for name in free if name]
    return _keyed_in_order(seen, key, spec) if key.in_order else alike(seen)


def _named_items(
    table: RawTable, wanted: Sequence[str] | str, free: list[str], audit: Audit
) -> tuple[str, ...]:
    patterns = [wanted] if isinstance(wanted, str) else list(wanted)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) or name == pattern for name in free):
            found = f"[responses] items names {pattern!r}, which is no column of {table.file}."
            audit.add("unknown_item_column", found, file=table.file, row=1, value=pattern)
    return tuple(n for n in free if any(fnmatchcase(n, p) or n == p for p in patterns))


def _keyed_in_order(seen: list[Looks], key: KeySource, spec: ResponsesSpec) -> tuple[str, ...]:
    """The columns that could be answers to the nameless keys: as many as there are keys."""
    normal = normal_form(spec.case_sensitive)
    keyed = {normal(k) for keys in key.in_order for k in (keys, *re.split(r"[|=;]", keys))}
    about = [s for s in seen if fold(s.name) not in names.ABOUT_PERSON | names.TOTALS]
    fits = [s for s in about if {normal(t) for t in s.texts} & keyed]
    likely = alike(about)
    for columns in (likely, tuple(s.name for s in fits), tuple(s.name for s in about)):
        if len(columns) == len(key.in_order):
            return columns
    return likely


def _totals(bare: Bare, free: list[str], columns: tuple[str, ...]) -> list[str]:
    """Columns that are made from the items, by name or because they equal their sum."""
    table, spec = bare.table, bare.spec
    totals = [name for name in free if fold(name) in names.TOTALS]
    rest = [name for name in free if name and name not in totals and table.n > 2]
    if rest and all(looks(table, name, spec).numeric for name in columns):
        sums = sum(_values(table, name) for name in columns)
        totals += [name for name in rest if np.array_equal(_values(table, name), sums)]
    if totals and not set(totals) <= set(spec.leave_out):
        said = f"{table.file}: left out, because made from the items: {', '.join(totals)}."
        bare.audit.say(said)
    return totals


def _values(table: RawTable, name: str) -> NDArray[np.float64]:
    """A column as numbers, nan where it is none."""
    coded = table.coded(name)
    values = [score_of(text) for text in coded.texts]
    worth = np.array([np.nan if v is None else v for v in values] + [0.0])
    return np.asarray(worth[coded.codes])


def is_raw(bare: Bare, columns: Sequence[str]) -> bool:
    """Options to be scored by a key, or scores already."""
    if bare.spec.raw is not None:
        return bare.spec.raw
    seen = [looks(bare.table, name, bare.spec) for name in columns]
    texts = {text for s in seen for text in s.texts}
    if not texts:
        return False
    if bare.key and texts <= {"0", "1"} and not _keys_are_binary(bare.key):
        said = f"{bare.table.file} holds 0 and 1 only: scores already, so the key is not used."
        bare.audit.say(said)
        return False
    return bool(bare.key) or sum(s.options for s in seen) > len(seen) / 2


def _keys_are_binary(key: KeySource) -> bool:
    return set(key.by_item.values() or key.in_order) <= {"0", "1"}
