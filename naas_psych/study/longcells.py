"""What long data say about a cell beside the response: state, position, form."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import Coded, RawTable, is_blank, number
from naas_psych.study.items import ItemTable
from naas_psych.study.responses import ABSENCES


def read_states(table: RawTable, column: str, audit: Audit) -> NDArray[np.int8]:
    """The state of each record: 0 answered (or not said), or an absence code."""
    coded = table.coded(column)
    known = {"answered": 0, **ABSENCES}
    states = []
    for k, text in enumerate(coded.texts):
        word = text.casefold().replace(" ", "_")
        if word not in known and not is_blank(text):
            where: Where = {"file": table.file, "column": column, "value": text}
            found = f"the state is {text!r}."
            audit.many("unknown_state", coded.rows_of(k), table.line, found, **where)
        states.append(known.get(word, 0))
    return np.asarray(np.array([*states, 0], dtype=np.int8)[coded.codes])


def read_positions(table: RawTable, column: str, audit: Audit) -> NDArray[np.int16]:
    """The place of each record in the test, from 1; 0 where it is not said."""
    coded = table.coded(column)
    places = []
    for k, text in enumerate(coded.texts):
        value = number(text)
        sound = value is not None and 1 <= value <= 32_000 and value == int(value)
        if not sound and not is_blank(text):
            where: Where = {"file": table.file, "column": column, "value": text}
            found = f"the position is {text!r}."
            audit.many("bad_position", coded.rows_of(k), table.line, found, **where)
        places.append(int(value) if sound and value is not None else 0)
    return np.asarray(np.array([*places, 0], dtype=np.int16)[coded.codes])


def booklet_items(
    items: ItemTable | None, item_ids: Sequence[str], forms: Sequence[str]
) -> NDArray[np.bool_] | None:
    """(F, J) which forms have which items, by `form_id` of the items table; None without it.

    An item without a form, and an anchor, belong to every form; `A|B` belongs to both.
    """
    if items is None or not any(items.columns.get("form_id", {}).values()):
        return None
    has = np.ones((len(forms), len(item_ids)), dtype=bool)
    for j, item in enumerate(item_ids):
        named = forms_of(items.get(item, "form_id"))
        if named is not None:
            known = {name.casefold() for name in named}
            has[:, j] = [form.casefold() in known for form in forms]
    return has


def forms_of(text: str | None) -> frozenset[str] | None:
    """The forms that a cell of `form_id` names; None when every form."""
    named = frozenset(part for part in re.split(r"[|;,\s]+", text or "") if part)
    everywhere = {name.casefold() for name in named} & {"all", "both", "common", "anchor"}
    return None if not named or everywhere else named


def given_items(
    form: Coded, records: NDArray[np.int64], item: NDArray[np.int64], n_items: int
) -> NDArray[np.bool_]:
    """(F, J) which forms have which items, by the rows of the persons who took the form."""
    has = np.zeros((len(form.texts), n_items), dtype=bool)
    forms = form.codes[records]
    said = forms >= 0
    has[forms[said], item[said]] = True
    return has
