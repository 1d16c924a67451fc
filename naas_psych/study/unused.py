"""Items of the items table that nobody was given: told one by one, or counted when of a bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.audit import Where
from naas_psych.study.cells import fold, is_blank
from naas_psych.study.grid import Grid, Place
from naas_psych.study.items import ItemTable
from naas_psych.study.longcells import forms_of
from naas_psych.study.names import FORM
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.scoring import BLANK, Task


def without_unused(task: Task, persons: pd.DataFrame) -> Grid:
    """The grid without empty columns of forms that nobody sat; every item without use is told."""
    grid, items = task.grid, task.items
    if items is None:
        return grid
    place = {item: j for j, item in enumerate(grid.item_ids)}
    bank = _bank(task, items, persons)
    for item in items.ids:
        if item not in bank and item not in place:
            where: Where = {"file": items.file, "row": items.row(item), "value": item}
            said = f"the item {item!r} has no responses."
            task.audit.add("item_without_responses", said, **where)
    if bank:
        _tell_bank(task, items, bank)
    return _without(grid, np.array([j for item, j in place.items() if item not in bank], dtype=int))


def _bank(task: Task, items: ItemTable, persons: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Items that are only of forms that nobody sat, and that nobody was given: to their forms."""
    sat = _sat(task, items, persons)
    place = {item: j for j, item in enumerate(task.grid.item_ids)}
    of_item = ((item, forms_of(items.get(item, "form_id"))) for item in items.ids)
    return {
        item: forms
        for item, forms in of_item
        if forms and not forms & sat and not (item in place and _was_given(task, place[item]))
    }


def _tell_bank(task: Task, items: ItemTable, bank: Mapping[str, frozenset[str]]) -> None:
    names = ", ".join(sorted(frozenset[str]().union(*bank.values())))
    belong = "1 item belongs" if len(bank) == 1 else f"{len(bank)} items belong"
    found = f"{belong} to forms that nobody sat ({names})."
    where: Where = {"file": items.file, "column": "form_id", "value": str(len(bank))}
    task.audit.add("items_of_unused_forms", found, **where)


def _sat(task: Task, items: ItemTable, persons: pd.DataFrame) -> frozenset[str]:
    """The forms that persons took: as they are named, else those of the items with responses."""
    column = next((name for name in persons.columns if fold(name) in FORM), None)
    named = [] if column is None else persons[column].dropna().unique().tolist()
    forms = frozenset(str(form).casefold() for form in named if not is_blank(str(form)))
    if forms:
        return forms
    given = [i for j, i in enumerate(task.grid.item_ids) if _was_given(task, j)]
    return frozenset[str]().union(*(forms_of(items.get(i, "form_id")) or () for i in given))


def _was_given(task: Task, item: int) -> bool:
    """Somebody has a response to the item, or an absence that says that he was given it."""
    coded, states = task.grid.columns[item], task.grid.states
    for text, n in zip(coded.texts, coded.counts(), strict=True):
        if n and task.absent.of(text) not in (BLANK, NOT_ADMINISTERED):
            return True
    return states is not None and not np.isin(states[:, item], (0, NOT_ADMINISTERED)).all()


def _without(grid: Grid, kept: NDArray[np.int64]) -> Grid:
    """The grid with these items only."""
    if len(kept) == len(grid.item_ids):
        return grid

    def place(person: int, item: int) -> Place:
        return grid.place(person, int(kept[item]))

    return replace(
        grid,
        item_ids=tuple(grid.item_ids[j] for j in kept),
        columns=tuple(grid.columns[j] for j in kept),
        scores=None if grid.scores is None else tuple(grid.scores[j] for j in kept),
        place=place,
        given=None if grid.given is None else grid.given[:, kept],
        states=None if grid.states is None else grid.states[:, kept],
        times=None if grid.times is None else grid.times[:, kept],
        positions=None if grid.positions is None else grid.positions[:, kept],
    )
