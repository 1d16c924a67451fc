"""Options to points: what each recorded option of each item earns under its key."""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from naas_psych.study.audit import Audit
from naas_psych.study.grid import Grid
from naas_psych.study.items import ItemTable
from naas_psych.study.keys import Key, Normal, score_multiple, split_options
from naas_psych.study.scoring import Absences, Column, Worth
from naas_psych.study.spec import ResponsesSpec

#: An option in fewer cells than this share, beyond a gap in the alphabet, is a slip of the pen.
_RARE = 0.0005


@dataclass(frozen=True)
class Offered:
    """The options on offer: declared ones are binding, seen ones are not."""

    declared: dict[str, tuple[str, ...]]
    strays: frozenset[str]


def raw_columns(
    grid: Grid,
    spec: ResponsesSpec,
    keys: dict[str, Key],
    items: ItemTable | None,
    absent: Absences,
    normal: Normal,
    audit: Audit,
) -> list[Column]:
    """One Column an item; options outside the item's options are told."""
    seen = _seen(grid, absent, normal)
    offered = Offered(_declared(grid, spec, items, normal), _strays(seen, keys, audit, grid.file))
    return [
        _column(grid, j, keys[item], offered, absent, normal, audit)
        if item in keys
        else Column((), Fraction(0), Fraction(1))
        for j, item in enumerate(grid.item_ids)
    ]


def _seen(grid: Grid, absent: Absences, normal: Normal) -> list[Counter[str]]:
    """How often each option was recorded, item by item."""
    seen = []
    for column in grid.columns:
        counts: Counter[str] = Counter()
        for text, n in zip(column.texts, column.counts(), strict=True):
            if absent.of(text) is None:
                counts[normal(text)] += int(n)
        seen.append(counts)
    return seen


def _declared(
    grid: Grid, spec: ResponsesSpec, items: ItemTable | None, normal: Normal
) -> dict[str, tuple[str, ...]]:
    declared = {}
    for item in grid.item_ids:
        options = (items.options(item) if items else []) or spec.options or []
        if options:
            declared[item] = tuple(normal(option) for option in options)
    return declared


def _strays(
    seen: list[Counter[str]], keys: dict[str, Key], audit: Audit, file: str
) -> frozenset[str]:
    """Options beyond a gap that nobody keyed: rare ones are strays, frequent ones suspects."""
    total: Counter[str] = sum(seen, Counter())
    keyed = {option for key in keys.values() for option in key.points}
    single = {option for option in total if len(option) == 1}
    usual = _run(single | keyed)
    if not usual:
        return frozenset()
    odd = {option for option in single - usual - keyed if option in total}
    strays = {o for o in odd if total[o] < max(3, _RARE * total.total())}
    for option in sorted(odd - strays):
        audit.add(
            "suspected_absence_code",
            f"{option!r} was recorded {total[option]} times, is never the key and stands apart "
            f"from the other options ({', '.join(sorted(usual))}). It was scored as wrong.",
            file=file,
            value=option,
            action=f'If it means that nothing was answered, set codes = {{ "{option}" = "omitted" }}'
            " under [responses].",
        )
    return frozenset(strays)


def _run(options: set[str]) -> set[str]:
    """The options from the first of A, a, 0 or 1 on without a gap."""
    for alphabet in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        inside = [option in options for option in alphabet]
        if sum(inside) < 2:
            continue
        first = inside.index(True)
        last = first + [*inside[first:], False].index(False)
        run = set(alphabet[first:last])
        if first <= 1 and len(run) >= 2:
            return run
    return set()


def _column(
    grid: Grid,
    j: int,
    key: Key,
    offered: Offered,
    absent: Absences,
    normal: Normal,
    audit: Audit,
) -> Column:
    recorded, item = grid.columns[j], grid.item_ids[j]
    declared = offered.declared.get(item)
    labels = _labels(recorded.texts, absent, normal, key)
    names = sorted({label for label in labels if label is not None})
    worth: list[Worth] = []
    for k, (text, label) in enumerate(zip(recorded.texts, labels, strict=True)):
        if label is None:
            worth.append(absent.of(text))
            continue
        parts = _parts(text, key, normal)
        outside = _outside(parts, declared, key, offered.strays)
        if outside:
            _tell_outside(grid, j, k, outside, declared, audit)
        worth.append(_worth(parts, key, declared, labels, normal))
    choice = tuple(
        names.index(label) if label is not None else int(absent.of(text) or 0)
        for text, label in zip(recorded.texts, labels, strict=True)
    )
    return Column(tuple(worth), Fraction(0), key.max_score, tuple(names) or ("",), choice)


def _parts(text: str, key: Key, normal: Normal) -> frozenset[str]:
    return frozenset(normal(o) for o in (split_options(text) if key.multiple else [text]))


def _labels(texts: tuple[str, ...], absent: Absences, normal: Normal, key: Key) -> list[str | None]:
    """What each text is called: options that differ in letter case only share a name."""
    spelling: dict[frozenset[str], str] = {}
    for text in sorted(texts):
        if absent.of(text) is None:
            parts = _parts(text, key, normal)
            name = "".join(sorted(split_options(text))) if key.multiple else text
            spelling.setdefault(parts, name)
    return [
        None if absent.of(text) is not None else spelling[_parts(text, key, normal)]
        for text in texts
    ]


def _outside(
    parts: frozenset[str], declared: tuple[str, ...] | None, key: Key, strays: frozenset[str]
) -> frozenset[str]:
    if declared is not None:
        return parts - set(declared)
    if key.multiple:
        return frozenset()
    keyed_is_short = all(len(option) == 1 for option in key.points)
    long = frozenset(part for part in parts if keyed_is_short and len(part) > 1)
    return (parts & strays) | long


def _tell_outside(
    grid: Grid,
    j: int,
    text: int,
    outside: frozenset[str],
    declared: tuple[str, ...] | None,
    audit: Audit,
) -> None:
    records = np.flatnonzero(grid.columns[j].codes == text)
    value = grid.columns[j].texts[text]
    rows = [grid.place(int(r), j).row for r in records[:30]] + [0] * max(0, len(records) - 30)
    options = ", ".join(declared) if declared else "the options that other persons chose"
    audit.many(
        "option_outside_options",
        rows,
        f"{', '.join(sorted(outside))!r} is not an option of item {grid.item_ids[j]!r}.",
        file=grid.file,
        column=grid.place(0, j).column,
        value=value,
        expected=f"one of {options}.",
    )


def _worth(
    parts: frozenset[str],
    key: Key,
    declared: tuple[str, ...] | None,
    labels: list[str | None],
    normal: Normal,
) -> Fraction:
    if not key.multiple:
        return key.points.get(next(iter(parts)), Fraction(0))
    seen = {normal(o) for label in labels if label for o in split_options(label)}
    offered = set(declared) if declared else seen | set(key.points)
    return score_multiple(parts, key, len(offered))
