"""Options to points: what each recorded option of each item earns under its key."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from naas_psych.study.keys import Key, Normal, score_multiple, split_options
from naas_psych.study.scoring import Column, Task, Worth

#: An option in fewer cells than this share, beyond a gap in the alphabet, is a slip of the pen.
_RARE = 0.0005


@dataclass(frozen=True)
class Offered:
    """The options on offer: declared ones are binding, seen ones are not."""

    declared: dict[str, tuple[str, ...]]
    strays: frozenset[str]


def raw_columns(task: Task, keys: dict[str, Key]) -> list[Column]:
    """One Column an item; options outside the item's options are told."""
    offered = Offered(_declared(task), _strays(task, keys))
    return [
        _column(task, j, keys[item], offered)
        if item in keys
        else Column((), Fraction(0), Fraction(1))
        for j, item in enumerate(task.grid.item_ids)
    ]


def _declared(task: Task) -> dict[str, tuple[str, ...]]:
    declared = {}
    for item in task.grid.item_ids:
        options = (task.items.options(item) if task.items else []) or task.spec.options or []
        if options:
            declared[item] = tuple(task.normal(option) for option in options)
    return declared


def _seen(task: Task, single: Collection[str]) -> Counter[str]:
    """How often each option was recorded, over all items of one option."""
    counts: Counter[str] = Counter()
    for item, column in zip(task.grid.item_ids, task.grid.columns, strict=True):
        if item not in single:
            continue
        for text, n in zip(column.texts, column.counts(), strict=True):
            if task.absent.of(text) is None:
                counts[task.normal(text)] += int(n)
    return counts


def _strays(task: Task, keys: dict[str, Key]) -> frozenset[str]:
    """Options beyond a gap that nobody keyed: rare ones are strays, frequent ones suspects.

    Only items of one option are looked at: those of several often have more letters (A to H).
    """
    singles = {item: key for item, key in keys.items() if not key.multiple}
    total = _seen(task, singles)
    keyed = {option for key in singles.values() for option in key.points}
    single = {option for option in total if len(option) == 1}
    usual = _run(single | keyed)
    if not usual or task.spec.options:
        return frozenset()
    odd = single - usual - keyed
    strays = {o for o in odd if total[o] < max(3, _RARE * total.total())}
    for option in sorted(odd - strays):
        task.audit.add(
            "suspected_absence_code",
            f"{option!r} was recorded {total[option]} times, is never the key and stands apart "
            f"from the other options ({', '.join(sorted(usual))}). It was scored as wrong.",
            file=task.grid.file,
            value=option,
            action=f'If it means that nothing was answered, set codes = {{ "{option}" = '
            '"omitted" }} under [responses].'.replace("}}", "}"),
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


def _column(task: Task, j: int, key: Key, offered: Offered) -> Column:
    texts, normal = task.grid.columns[j].texts, task.normal
    declared = offered.declared.get(task.grid.item_ids[j])
    labels = _labels(texts, task, key)
    on_offer = _on_offer(labels, key, declared, normal)
    names = sorted({label for label in labels if label is not None})
    worth: list[Worth] = []
    for k, (text, label) in enumerate(zip(texts, labels, strict=True)):
        if label is None:
            worth.append(task.absent.of(text))
            continue
        parts = _parts(text, key, normal)
        outside = _outside(parts, declared, key, offered.strays)
        if outside:
            _tell_outside(task, j, k, outside, declared)
        if key.multiple and key.rule == "capped" and len(parts) > len(key.points):
            _tell_too_many(task, j, k, n=len(parts), asked=len(key.points))
        worth.append(_worth(parts, key, on_offer))
    _tell_never_chosen(task, j, key, names)
    choice = tuple(
        names.index(label) if label is not None else int(task.absent.of(text) or 0)
        for text, label in zip(texts, labels, strict=True)
    )
    return Column(
        tuple(worth), Fraction(0), key.max_score, tuple(names) or ("",), choice, not key.multiple
    )


def _tell_never_chosen(task: Task, j: int, key: Key, names: list[str]) -> None:
    """A keyed option that nobody chose is often a slip in the key."""
    chosen = {option for name in names for option in _parts(name, key, task.normal)}
    if names and not chosen & key.correct:
        keyed = ", ".join(sorted(key.correct))
        found = f"nobody chose {keyed!r}, the key of item {task.grid.item_ids[j]!r}."
        task.audit.add("key_never_chosen", found, **task.where(j, keyed))


def _parts(text: str, key: Key, normal: Normal) -> frozenset[str]:
    return frozenset(normal(o) for o in (split_options(text) if key.multiple else [text]))


def _labels(texts: tuple[str, ...], task: Task, key: Key) -> list[str | None]:
    """What each text is called: options that differ in letter case only share a name."""
    spelling: dict[frozenset[str], str] = {}
    for text in sorted(texts):
        if task.absent.of(text) is None:
            parts = _parts(text, key, task.normal)
            name = "".join(sorted(split_options(text))) if key.multiple else text
            spelling.setdefault(parts, name)
    return [
        None if task.absent.of(text) is not None else spelling[_parts(text, key, task.normal)]
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
    task: Task, j: int, text: int, outside: frozenset[str], declared: tuple[str, ...] | None
) -> None:
    column, item = task.grid.columns[j], task.grid.item_ids[j]
    options = ", ".join(declared) if declared else "the options that other persons chose"
    shown = [o for o in split_options(column.texts[text]) if task.normal(o) in outside]
    shown = shown or [column.texts[text]]
    task.audit.many(
        "option_outside_options",
        column.rows_of(text),
        task.line(j),
        f"{', '.join(shown)!r} is not an option of item {item!r}.",
        expected=f"one of {options}.",
        **task.where(j, column.texts[text]),
    )


def _tell_too_many(task: Task, j: int, text: int, *, n: int, asked: int) -> None:
    column, item = task.grid.columns[j], task.grid.item_ids[j]
    found = f"{n} options of item {item!r}, which asks for {asked}: no marks."
    rows, where = column.rows_of(text), task.where(j, column.texts[text])
    task.audit.many("more_options_than_asked", rows, task.line(j), found, **where)


def _on_offer(
    labels: list[str | None], key: Key, declared: tuple[str, ...] | None, normal: Normal
) -> int:
    """How many options a multiple-response item offers: declared, else seen or keyed."""
    if declared:
        return len(declared)
    seen = {normal(o) for label in labels if label for o in split_options(label)}
    return len(seen | set(key.points))


def _worth(parts: frozenset[str], key: Key, on_offer: int) -> Fraction:
    if not key.multiple:
        return key.points.get(next(iter(parts)), Fraction(0))
    return score_multiple(parts, key, on_offer)
