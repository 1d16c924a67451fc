"""The counts behind all tables of a run as one system: equal counts are one, levels add up.

A count is known by what is counted, of whom (the columns that name its row) and its value. The
same count in two tables is one cell, so what is withheld in one is withheld in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isnan
from typing import Any

import numpy as np

from naas_psych.assurance.disclosure.alongside import withhold_gaps, withhold_lone_means
from naas_psych.assurance.disclosure.book import Book, Place
from naas_psych.assurance.disclosure.declared import SHARES, Column, Kind, Layout
from naas_psych.assurance.disclosure.keys import (
    Combined,
    Conditions,
    Key,
    group_column,
    key_at,
    key_of,
)
from naas_psych.assurance.disclosure.primary import (
    FEW_WITH_OUTCOME,
    SECONDARY,
    SMALL_BASE,
    SMALL_NUMERATOR,
    Sheet,
    spread,
    withhold_share,
)
from naas_psych.assurance.disclosure.profiles import Numbers, Profile
from naas_psych.assurance.disclosure.suppression import protect
from naas_psych.assurance.disclosure.system import Item


def secondary(sheets: Sequence[Sheet], combined: Combined, profile: Profile) -> None:
    """Withhold what would give withheld numbers away, in every table where it stands."""
    _counts(sheets, combined, profile)
    withhold_lone_means(sheets, combined)
    withhold_gaps(sheets)


def _counts(sheets: Sequence[Sheet], combined: Combined, profile: Profile) -> None:
    book = Book(profile)
    related = [sheet for sheet in sheets if _relates(sheet.layout)]
    if not any(sheet.marks for sheet in related):
        return
    for sheet in related:
        rows = _rows(sheet)
        for row in rows:
            _enter(book, sheet, row)
        _add_up_rows(book, sheet, rows)
    _add_up_levels(book, combined)
    taken = protect(book.system)
    _withhold(book, taken, sheets)


def _relates(layout: Layout) -> bool:
    return bool(layout.by or layout.totals or layout.joined) and not layout.blocks


def _groups_of(sheet: Sheet, name: str, *kinds: Kind) -> set[str]:
    """The group columns of a table in which columns of these kinds lose cells."""
    lost = np.zeros(len(sheet.frame), dtype=bool)
    for column in sheet.layout.of_kind(*kinds):
        lost |= sheet.hidden(column.name)
    words = sheet.words(name)
    return {words[row] for row in np.flatnonzero(lost).tolist()}


def _rows(sheet: Sheet) -> list[int]:
    """The rows that bear on a withheld number.

    Where shares stand, all do: the levels of one group column give the total of another. Counts
    alone add up to totals that are known as they are shown.
    """
    kept = sheet.counted.copy()
    name = group_column(sheet)
    if name is not None and not _has_shares(sheet.layout):
        own = _groups_of(sheet, name, "count")
        kept &= np.array([word in own for word in sheet.words(name)], dtype=bool)
    elif not (sheet.marks or sheet.layout.joined or sheet.layout.by):
        kept[:] = False
    return np.flatnonzero(kept).tolist()


def _has_shares(layout: Layout) -> bool:
    return any(
        column.of == column.name and column.counts_persons for column in layout.of_kind(*SHARES)
    )


def _enter(book: Book, sheet: Sheet, row: int) -> None:
    """The counts and shares of a row."""
    for column in sheet.layout.of_kind("count"):
        key = key_of(sheet, column, row)
        if key is not None:
            hidden = bool(sheet.hidden(column.name)[row])
            book.show(key, Place(sheet, column, row), hidden=hidden)
    for column in sheet.layout.of_kind(*SHARES):
        if column.of == column.name and column.counts_persons:
            _enter_share(book, sheet, column, row)
    for total in sheet.layout.totals:
        if "sum" in total:
            _sum_of_row(book, sheet, total, row)


def _enter_share(book: Book, sheet: Sheet, column: Column, row: int) -> None:
    parts = _parts_of_share(sheet, column, row)
    if parts is None:
        return
    top, base = (book.cell(key) for key in parts)
    marks = sheet.marks.get(column.name)
    rule = None if marks is None else marks[row]
    place = Place(sheet, column, row)
    shown = round(_share(sheet, column, row), 3)
    ratio = book.share(top, base, shown, place, hidden=rule is not None)
    if not sheet.layout.by:
        return
    rest = book.cell(_other(parts[0], "not " + parts[0].what, parts[1].value - parts[0].value))
    book.system.relations.append({top: 1, rest: 1, base: -1})
    ratio.guarded = tuple(number for number in (top, rest) if number not in book.cells)
    if rule not in (FEW_WITH_OUTCOME, SMALL_NUMERATOR, SMALL_BASE):
        return
    small = rule in (FEW_WITH_OUTCOME, SMALL_NUMERATOR)
    for number in (top, rest):
        value = book.system.cells[number].value
        low, high = _span(book, value, rule) if small else (0.0, inf)
        book.guard(number, low, high)


def _span(book: Book, value: int, rule: str) -> tuple[float, float]:
    if rule == SMALL_NUMERATOR and book.profile.hides(np.array([value]))[0]:
        return book.profile.span(value)
    return book.outcome_span(value) if rule == FEW_WITH_OUTCOME else (0.0, inf)


def _share(sheet: Sheet, column: Column, row: int) -> float:
    return float(sheet.values(column.name)[row] / SHARES[column.kind])


def _parts_of_share(sheet: Sheet, column: Column, row: int) -> tuple[Key, Key] | None:
    """Numerator and base of a share, or nothing where it is not the share of a count."""
    share = _share(sheet, column, row)
    if isnan(share):
        return None
    layout = sheet.layout
    top = base = None
    if column.numerator is not None:
        top = key_of(sheet, layout.columns[column.numerator], row)
        if top is not None and not column.bases:
            base = _derived_base(sheet, top, share)
    if column.bases and (own := layout.columns.get(column.bases[0])) is not None:
        base = key_of(sheet, own, row)
    if base is None or (top is None and column.numerator is not None):
        return None
    if top is None:
        count = share * base.value
        if abs(count - round(count)) > 1e-6:
            return None
        top = key_at(sheet, column, row, round(count))
    return (top, base) if abs(top.value - share * base.value) < 1e-6 else None


def _derived_base(sheet: Sheet, top: Key, share: float) -> Key | None:
    """The base that no column gives: so many that the share is this count of them."""
    if share <= 0:
        return None
    base = round(top.value / share)
    if abs(top.value / share - base) > 1e-6 * base:
        return None
    over = {str(total["over"]) for total in sheet.layout.totals if "over" in total}
    left = frozenset(one for one in top.conditions if one[0] not in over)
    return Key("n", left, frozenset(one for one in top.levels if one[0] not in over), base)


def _sum_of_row(book: Book, sheet: Sheet, total: Mapping[str, Any], row: int) -> None:
    """A count, or the numerator of a share, that is the sum of others in its row."""
    column = sheet.layout.columns[total["sum"]]
    whole = _parts_of_share(sheet, column, row)
    key = whole[0] if whole else None
    if column.kind == "count":
        key = key_of(sheet, column, row)
    parts = [key_of(sheet, sheet.layout.columns[name], row) for name in total["parts"]]
    known = [part for part in parts if part is not None]
    if key is None or sum(part.value for part in known) != key.value:
        return
    book.system.relations.append(_relation(book, key, known))


def _relation(book: Book, total: Key, parts: Iterable[Key]) -> dict[int, int]:
    found = {book.cell(total): -1}
    for part in parts:
        number = book.cell(part)
        found[number] = found.get(number, 0) + 1
    return {number: sign for number, sign in found.items() if sign}


def _other(key: Key, what: str, value: int) -> Key:
    return Key(what, key.conditions, key.levels, value)


def _add_up_rows(book: Book, sheet: Sheet, rows: Sequence[int]) -> None:
    """The rows of a block add up to its base, with those who are in no row."""
    for total in sheet.layout.totals:
        if "over" not in total or not rows:
            continue
        column = sheet.layout.columns[total["rows"]]
        blocks: dict[Any, list[Key]] = {}
        for row in rows:
            key = key_of(sheet, column, row)
            if key is not None:
                blocks.setdefault(_without(key, total["over"]), []).append(key)
        for (conditions, levels), parts in blocks.items():
            if "steps" in total:
                _add_steps(book, total, parts)
            _add_up(book, Key("n", conditions, levels, sum(part.value for part in parts)), parts)


def _add_steps(book: Book, total: Mapping[str, Any], parts: Sequence[Key]) -> None:
    """Classes from the highest down: those who reach at least the k-th are the first k together."""
    for k, part in enumerate(parts[:-1]):
        conditions, levels = _without(part, total["over"])
        name = next(said for name, said in part.conditions if name == total["over"])
        above = Key(
            total["what"],
            conditions | {(total["steps"], name)},
            levels,
            sum(one.value for one in parts[: k + 1]),
        )
        if above.value != part.value or k:
            book.system.relations.append(_relation(book, above, parts[: k + 1]))
        else:
            book.system.relations.append({book.cell(above): -1, book.cell(part): 1})


def _without(key: Key, name: str) -> tuple[Conditions, Conditions]:
    """What holds of the total over a column."""
    kept = (
        frozenset(one for one in held if one[0] != name) for held in (key.conditions, key.levels)
    )
    conditions, levels = kept
    return conditions, levels


def _add_up(book: Book, total: Key, parts: Sequence[Key]) -> None:
    """Parts of a total that readers know as it would be shown; a larger base has a rest."""
    bases = [key for key in book.index if _may_hold(key, total)]
    if total in book.index or not bases:
        _known(book, total)
        book.system.relations.append(_relation(book, total, parts))
        return
    base = min(bases, key=lambda key: key.value)
    rest = Key("rest", total.conditions, total.levels, base.value - total.value)
    for key in (base, rest):
        _known(book, key)
    book.system.relations.append(_relation(book, base, (*parts, rest)))


def _may_hold(base: Key, total: Key) -> bool:
    """Whether the parts of a total are some of the persons of a base."""
    same = base.what == "n" and base.conditions == total.conditions
    return same and base.levels == total.levels and base.value > total.value


def _known(book: Book, key: Key) -> None:
    """A total that stands in no table here is taken to be known as it would be shown."""
    number = book.cell(key)
    if number not in book.cells:
        cell = book.system.cells[number]
        low, high = book.profile.span(key.value)
        cell.low, cell.high = max(cell.low, low), min(cell.high, high)


def _add_up_levels(book: Book, combined: Combined) -> None:
    """The levels of a group make up everybody; a level that takes others together, those."""
    blocks: dict[Any, dict[str, Key]] = {}
    for key in list(book.index):
        for group, level in key.levels:
            others = key.levels - {(group, level)}
            blocks.setdefault((key.what, key.conditions, others, group), {})[level] = key
    for (what, conditions, others, group), levels in blocks.items():
        joined = {level for level in levels if (group, level) in combined}
        parts = [key for level, key in levels.items() if level not in joined]
        total = Key(what, conditions, others, sum(key.value for key in parts))
        if len(parts) > 1 or (parts and total in book.index):
            if not what.startswith("not "):
                _known(book, total)
            book.system.relations.append(_relation(book, total, parts))
        for level in sorted(joined):
            own = [levels[one] for one in combined[group, level] if one in levels]
            if own and sum(key.value for key in own) == levels[level].value:
                book.system.relations.append(_relation(book, levels[level], own))


def _withhold(book: Book, taken: Sequence[Item], sheets: Sequence[Sheet]) -> None:
    """Mark what was taken wherever it stands, and what rests on it."""
    lost: set[Key] = set()
    names = {number: key for key, number in book.index.items()}
    for item in taken:
        if item.kind == "cell":
            lost.add(names[item.place])
            places = book.cells[item.place]
        else:
            places = book.ratios[item.place]
        for place in places:
            _mark(place)
    for sheet in sheets:
        if lost:
            _mark_equal(sheet, lost)
        if sheet.marks:
            spread(sheet, SECONDARY)


def _mark(place: Place) -> None:
    where = np.zeros(len(place.sheet.frame), dtype=bool)
    where[place.row] = True
    if place.column.kind == "count":
        place.sheet.withhold(place.column.name, where, SECONDARY)
    else:
        withhold_share(place.sheet, place.column, where, SECONDARY)


def _mark_equal(sheet: Sheet, lost: set[Key]) -> None:
    """The same counts in tables that are in no relation of their own."""
    for column in sheet.layout.of_kind("count"):
        wanted = np.array(sorted({key.value for key in lost if key.what == column.what}))
        values: Numbers = sheet.values(column.name)
        for row in np.flatnonzero(np.isin(values, wanted)).tolist():
            if key_of(sheet, column, row) in lost:
                _mark(Place(sheet, column, row))
