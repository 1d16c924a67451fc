"""Guess what a bare table of responses holds: layout, person column, items, raw or scored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from naas_psych.study import names
from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, fold, is_blank, number
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.keys import normal_form
from naas_psych.study.spec import ResponsesSpec

#: A column with more distinct texts than this is not an item.
_MOST_OPTIONS = 60
#: Scores and rating categories above this are not taken for an item unless the study says so.
_HIGHEST_GUESS = 12


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
class Looks:
    """What the texts of a column look like, blanks and declared codes apart.

    A column is judged by four fifths of its cells, so that a slip of the pen does not hide an item.
    """

    name: str
    counts: dict[str, int]

    @property
    def texts(self) -> frozenset[str]:
        return frozenset(self.counts)

    @property
    def numeric(self) -> bool:
        return bool(self.counts) and all(number(text) is not None for text in self.counts)

    def mostly(self, fits: Callable[[str], bool]) -> bool:
        """Four fifths of the cells fit."""
        total = sum(self.counts.values())
        return total > 0 and sum(n for t, n in self.counts.items() if fits(t)) >= 0.8 * total

    @property
    def letters(self) -> bool:
        """Option letters, or several in a row (`ACF`)."""
        return self.mostly(lambda text: bool(re.fullmatch(r"[A-Za-z]{1,6}", text)))

    @property
    def options(self) -> bool:
        """Single letters: what multiple choice looks like."""
        return self.mostly(lambda text: bool(re.fullmatch(r"[A-Za-z]", text)))

    @property
    def low_scores(self) -> bool:
        """Numbers from 0 to a dozen: what scores and rating categories look like."""
        return self.mostly(lambda text: low_score(text))

    @property
    def usual_high(self) -> float:
        """The highest number that more than a cell or two hold."""
        least = max(1, sum(self.counts.values()) // 100)
        values = {t: number(t) for t in self.counts}
        usual = [v for t, v in values.items() if v is not None and self.counts[t] > least]
        return max(usual or [v for v in values.values() if v is not None], default=0.0)


def low_score(text: str) -> bool:
    """The text is a number from 0 to a dozen."""
    value = number(text)
    return value is not None and 0 <= value <= _HIGHEST_GUESS


def looks(table: RawTable, column: str, spec: ResponsesSpec) -> Looks:
    """What the texts of a column look like."""
    coded = table.coded(column)
    if len(coded.texts) > _MOST_OPTIONS:
        return Looks(column, {})
    counts = zip(coded.texts, coded.counts().tolist(), strict=True)
    return Looks(column, {t: n for t, n in counts if not is_blank(t) and t not in spec.codes})


def is_long(table: RawTable, spec: ResponsesSpec) -> bool:
    """One row a person and item, by the names of the columns."""
    if spec.layout is not None:
        return spec.layout == "long"
    item = spec.item or table.find(*names.ITEM)
    value = spec.response or spec.score or table.find(*names.RESPONSE, *names.SCORE)
    person = spec.person or table.find(*names.PERSON)
    return bool(item and value and person)


def plan_wide(
    table: RawTable, spec: ResponsesSpec, key: KeySource, items: ItemTable | None, audit: Audit
) -> Plan | None:
    """Which columns of a wide table are items, which the person, which a total."""
    person = _person_column(table, spec, items, key, audit)
    columns = _item_columns(table, spec, key, items, person, audit)
    if not columns:
        _tell_no_items(table, audit)
        return None
    totals = [c for c in table.names if c not in (*columns, person)]
    totals = _totals(table, totals, columns, spec, audit)
    empty = [c for c in table.names if c not in columns and not c]
    out = (*spec.leave_out, *(c for c in totals if c not in spec.leave_out), *empty)
    inline = tuple(c for c in table.names if c not in (*columns, person, *out))
    inline = _not_forgotten(table, inline, columns, items, key, audit)
    if inline and spec.items is None:
        audit.say(f"{table.file}: not items but columns about the person: {', '.join(inline)}.")
    filled = spec.model_copy(
        update={
            "layout": "wide",
            "person": person,
            "items": list(columns),
            "leave_out": list(out),
            "raw": is_raw(table, columns, spec, key, audit),
        }
    )
    return Plan(filled, columns, inline, out)


def _not_forgotten(
    table: RawTable,
    inline: tuple[str, ...],
    columns: tuple[str, ...],
    items: ItemTable | None,
    key: KeySource,
    audit: Audit,
) -> tuple[str, ...]:
    """Columns named like the items that the items table (or the key) leaves out are told."""
    stem = family(columns)
    forgotten = [name for name in inline if in_family(name, stem)]
    for name in forgotten:
        where = {"row": 1, "column": name, "value": name, "file": table.file}
        if items is not None:
            found = f"{name!r} looks like an item and {items.file} does not have it."
            audit.add("item_not_in_items_table", found, **where)
        elif key.by_item:
            audit.add("key_missing", f"{name!r} looks like an item and has no key.", **where)
    return inline


def _tell_no_items(table: RawTable, audit: Audit) -> None:
    if all(all(map(is_blank, table.coded(n).texts)) for n in table.names[1:]):
        found = "every cell beside the first column is empty."
        audit.add("nothing_recorded", found, file=table.file)
        return
    found = f"no column looks like an item; the columns are {', '.join(table.names[:12])}."
    audit.add("no_item_column", found, file=table.file, row=1)


def _person_column(
    table: RawTable,
    spec: ResponsesSpec,
    items: ItemTable | None,
    key: KeySource,
    audit: Audit,
) -> str | None:
    if spec.person is not None:
        if spec.person in table.names:
            return spec.person
        found = (
            f"there is no column {spec.person!r}; the columns are {', '.join(table.names[:12])}."
        )
        audit.add("missing_column", found, file=table.file, row=1, column=spec.person)
        return None
    known = set(items.ids if items else ()) | set(key.by_item)
    free = [name for name in table.names if name not in known]
    canonical = {fold(name): name for name in reversed(free)}
    by_name = next((canonical[name] for name in names.PERSON if name in canonical), None)
    person = by_name or next((name for name in free if _is_id_like(table, name)), None)
    if person is None:
        audit.say(f"{table.file} has no person column; persons are named by their rows.")
    elif by_name is None:
        audit.say(f"{table.file}: column {person!r} names each person once and was taken as id.")
    return person


def _is_id_like(table: RawTable, name: str) -> bool:
    """Every record has its own text, and the name says so (or is that of R's row names)."""
    folded = fold(name)
    ends = folded.endswith(("id", "_no", "_nr", "number", "code", "_num")) or folded in ("", "no")
    coded = table.coded(name) if ends and table.n > 1 else None
    return bool(coded and len(coded.texts) == table.n and (coded.codes >= 0).all())


def _item_columns(
    table: RawTable,
    spec: ResponsesSpec,
    key: KeySource,
    items: ItemTable | None,
    person: str | None,
    audit: Audit,
) -> tuple[str, ...]:
    free = [name for name in table.names if name != person and name not in spec.leave_out]
    if spec.items is not None:
        return _named_items(table, spec.items, free, audit)
    if items is not None:
        return tuple(name for name in free if name in set(items.ids))
    if key.by_item:
        return tuple(name for name in free if name in key.by_item)
    seen = [looks(table, name, spec) for name in free if name]
    if key.in_order:
        return _keyed_in_order(seen, key, spec)
    return _alike(seen)


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
    likely = _alike(about)
    for columns in (likely, tuple(s.name for s in fits), tuple(s.name for s in about)):
        if len(columns) == len(key.in_order):
            return columns
    return likely


def _alike(seen: list[Looks]) -> tuple[str, ...]:
    """The columns that share one coding: option letters, or low scores."""
    about = [s for s in seen if fold(s.name) not in names.ABOUT_PERSON | names.TOTALS]
    letters = [s for s in about if s.options]
    scores = _share_coding([s for s in about if s.low_scores])
    if letters and len(letters) >= len(scores):
        multiple = {_stem(s.name) for s in letters}
        letters = [s for s in about if s.options or (s.letters and _stem(s.name) in multiple)]
        return _one_family(about, letters)
    return _one_family(about, scores)


def _share_coding(scores: list[Looks]) -> list[Looks]:
    """Columns that go no higher than most columns do."""
    if not scores:
        return []
    highest = Counter(s.usual_high for s in scores).most_common(1)[0][0]
    return [s for s in scores if s.usual_high <= max(highest, 1)]


def _one_family(about: list[Looks], sure: list[Looks]) -> tuple[str, ...]:
    """Those that share a coding; where numbered names tell (Q1, Q2 ...), all of these names."""
    stem = family([s.name for s in sure])
    if stem is not None:
        return tuple(s.name for s in about if _stem(s.name) == stem and _numbered(s.name))
    kept = {s.name for s in sure}
    return tuple(s.name for s in about if s.name in kept)


def family(columns: Sequence[str]) -> str | None:
    """The stem that nearly all these names share, when they are numbered (Q1, Q2 ...)."""
    stems = Counter(_stem(name) for name in columns if _numbered(name))
    stem, times = stems.most_common(1)[0] if stems else ("", 0)
    return stem if times >= 2 and times >= 0.8 * len(columns) else None


def in_family(name: str, stem: str | None) -> bool:
    """The name is one of a numbered family."""
    return stem is not None and _numbered(name) and _stem(name) == stem


def _numbered(name: str) -> bool:
    return any(c.isdigit() for c in name)


def _stem(name: str) -> str:
    """`Item 12` and `Item.7` are of the stem `item`."""
    return re.sub(r"[\W\d_]+", "", name).casefold()


def _totals(
    table: RawTable, free: list[str], columns: tuple[str, ...], spec: ResponsesSpec, audit: Audit
) -> list[str]:
    """Columns that are made from the items, by name or because they equal their sum."""
    named = [name for name in free if fold(name) in names.TOTALS]
    totals = list(named)
    numeric = [looks(table, name, spec).numeric or table.coded(name).texts for name in columns]
    rest = [name for name in free if name not in named and name]
    if all(numeric) and rest and table.n <= 100_000:
        sums = sum(_values(table, name) for name in columns)
        totals += [
            name for name in rest if table.n > 2 and np.array_equal(_values(table, name), sums)
        ]
    if totals and not set(totals) <= set(spec.leave_out):
        audit.say(f"{table.file}: left out, because made from the items: {', '.join(totals)}.")
    return totals


def _values(table: RawTable, name: str) -> np.ndarray:
    """A column as numbers, nan where it is none."""
    coded = table.coded(name)
    values = [number(text) for text in coded.texts]
    worth = np.array([np.nan if v is None else v for v in values] + [0.0])
    return worth[coded.codes]


def is_raw(
    table: RawTable,
    columns: Sequence[str],
    spec: ResponsesSpec,
    key: KeySource,
    audit: Audit,
) -> bool:
    """Options to be scored by a key, or scores already."""
    if spec.raw is not None:
        return spec.raw
    seen = [looks(table, name, spec) for name in columns]
    texts = {text for s in seen for text in s.texts}
    if not texts:
        return False
    if key and texts <= {"0", "1"} and not _keys_are_binary(key):
        audit.say(f"{table.file} holds 0 and 1 only: scores already, so the key is not used.")
        return False
    if key:
        return True
    return sum(s.options for s in seen) > len(seen) / 2


def _keys_are_binary(key: KeySource) -> bool:
    return set(key.by_item.values() or key.in_order) <= {"0", "1"}
