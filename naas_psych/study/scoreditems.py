"""Scores as they came: what is a score, and between which limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from naas_psych.study.cells import Coded, score_of
from naas_psych.study.items import ItemTable
from naas_psych.study.responses import Counted
from naas_psych.study.scoring import Absences, Column, Task, Worth

#: What people write for no answer; never a score when it stands far above all others.
_CODES = {9.0: 6.0, 77.0: 50.0, 88.0: 50.0, 99.0: 50.0, 777.0: 500.0, 888.0: 500.0, 999.0: 500.0}
#: A score above the other items' maximum in no more than this share of persons is a slip.
_RARE = 0.01


@dataclass(frozen=True)
class Limits:
    """Lowest and highest possible score of each item, and how an omission counts by default."""

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]
    omitted: Counted


def scored_columns(
    task: Task,
    recorded: Sequence[Coded],
    limits: Limits,
    only: frozenset[str] | None = None,
) -> list[Column]:
    """One Column an item (or `only` for some); text, and scores beyond the limits, are told."""
    columns = []
    for j, coded in enumerate(recorded):
        worth: list[Worth] = []
        here = only is None or task.grid.item_ids[j] in only
        for k, text in enumerate(coded.texts if here else ()):
            state = task.absent.of(text)
            worth.append(state if state is not None else _worth(text))
            if state is None:
                _check(task, j, coded, k, limits)
        columns.append(Column(tuple(worth), limits.low[j], limits.high[j]))
    return columns


def as_recorded(column: Column, recorded: Coded) -> Column:
    """A score item among raw ones: its scores are its options."""
    options = tuple(
        sorted(
            t for t, w in zip(recorded.texts, column.worth, strict=True) if isinstance(w, Fraction)
        )
    )
    choice = tuple(
        options.index(text) if text in options else int(worth or 0)
        for text, worth in zip(recorded.texts, column.worth, strict=True)
    )
    return replace(column, options=options or ("",), choice=choice)


def _worth(text: str) -> Fraction | None:
    value = score_of(text)
    return None if value is None else fraction(value)


def fraction(value: float) -> Fraction:
    """A score as a fraction: thirds and hundredths survive their decimal spelling."""
    return Fraction(value).limit_denominator(100)


def _check(task: Task, j: int, coded: Coded, text: int, limits: Limits) -> None:
    shown, item = coded.texts[text], task.grid.item_ids[j]
    value = score_of(shown)
    low, high = float(limits.low[j]), float(limits.high[j])
    if value is None:
        code, found = "text_in_score_column", f"{shown!r} is not a score."
    elif value > high + 1e-9:
        code, found = "score_above_max", f"{shown} is above the highest score of item {item!r}."
    elif value < low - 1e-9:
        code, found = "score_below_min", f"{shown} is below the lowest score of item {item!r}."
    else:
        return
    expected = f"a number from {low:g} to {high:g}."
    where = task.where(j, shown)
    task.audit.many(code, coded.rows_of(text), task.line(j), found, expected=expected, **where)


def find_limits(
    task: Task, recorded: Sequence[Coded], only: frozenset[str] | None = None
) -> Limits:
    """Limits from the items table, else from the study, else from the scores themselves."""
    ids, spec, items = task.grid.item_ids, task.spec, task.items
    counts = [
        _score_counts(coded, task.absent) if only is None or item in only else Counter[float]()
        for item, coded in zip(ids, recorded, strict=True)
    ]
    _set_codes_aside(task, counts)
    everything = [value for seen in counts for value in seen if value >= 0]
    lowest, highest = min(everything, default=0.0), max(everything, default=1.0)
    rating = lowest >= 1 and highest > 1 and not _has(items, "max_score")
    tops = _sensible_highs(counts)
    common = _common_maximum(tops, rating)
    lows = [_given(items, item, "min_score", spec.min_score) for item in ids]
    highs = [_given(items, item, "max_score", spec.max_score) for item in ids]
    low = tuple(fraction(float(rating) if v is None else v) for v in lows)
    high = tuple(
        fraction((common or max(top, 1.0)) if v is None else v)
        for v, top in zip(highs, tops, strict=True)
    )
    if None in highs:
        _say_limits(task, rating, common)
    return Limits(low, high, _omitted(task, low))


def _set_codes_aside(task: Task, counts: list[Counter[float]]) -> None:
    """Take 9, 99 and the like out of the counts where no other score comes near them."""
    present = {value for seen in counts for value in seen}
    for code, below in _CODES.items():
        rest = [value for value in present if value not in _CODES]
        if code not in present or task.spec.max_score is not None or max(rest, default=0) > below:
            continue
        times = sum(seen.pop(code, 0) for seen in counts)
        task.audit.add(
            "suspected_absence_code",
            f"{code:g} was recorded {times} times, far above every other score.",
            file=task.grid.file,
            value=f"{code:g}",
            expected=f"scores up to {max(rest, default=0):g}.",
            action=f'If it means no answer, set codes = {{ "{code:g}" = "omitted" }} under '
            "[responses]; if it is a score, give max_score in the items table.",
        )


def _omitted(task: Task, low: tuple[Fraction, ...]) -> Counted:
    """An omission on a rating scale is no rating at all."""
    if task.spec.omitted is not None:
        return task.spec.omitted
    if min(low, default=Fraction(0)) < 1:
        return "wrong"
    task.audit.say("A blank on a rating scale is left out, not counted as the lowest rating.")
    return "left_out"


def _score_counts(coded: Coded, absent: Absences) -> Counter[float]:
    counts: Counter[float] = Counter()
    for text, n in zip(coded.texts, coded.counts(), strict=True):
        value = score_of(text)
        if value is not None and absent.of(text) is None:
            counts[value] += int(n)
    return counts


def _has(items: ItemTable | None, column: str) -> bool:
    return items is not None and any(items.columns.get(column, {}).values())


def _given(items: ItemTable | None, item: str, column: str, common: float | None) -> float | None:
    value = items.number(item, column) if items else None
    return value if value is not None else common


def _common_maximum(highs: list[float], rating: bool) -> float | None:
    """The maximum that all items share: of every rating scale; of nearly all scored items."""
    if not highs:
        return None
    if rating:
        return max(highs)
    high, times = Counter(highs).most_common(1)[0]
    return high if times >= 0.8 * len(highs) and high > 1 else None


def _sensible_highs(counts: list[Counter[float]]) -> list[float]:
    """The highest score of each item, without slips far above every other item's."""
    tops = [max(seen, default=0.0) for seen in counts]
    highs = []
    for j, seen in enumerate(counts):
        others = tops[:j] + tops[j + 1 :]
        usual = [v for v in seen if len(others) < 2 or not _slip(v, seen, others)]
        highs.append(max(usual, default=0.0))
    return highs


def _slip(value: float, seen: Counter[float], others: list[float]) -> bool:
    """A score that one item alone has, in a cell or two, beyond a gap above what is usual."""
    rare = seen[value] <= max(1, _RARE * seen.total())
    if not rare or value <= max(others):
        return False
    below = max((v for v in seen if v < value), default=0.0)
    return value > max(below, *others) + 1 or len(set(others)) == 1


def _say_limits(task: Task, rating: bool, common: float | None) -> None:
    say = task.audit.say
    if rating and task.spec.min_score is None and common is not None:
        say(f"No score is below 1: a rating scale from 1 to {common:g} (options need a key).")
    elif common is not None:
        say(f"Nearly all items go up to {common:g}: each item's highest score is {common:g}.")
    else:
        say("The highest score of each item is the highest that anyone got (at least 1).")
