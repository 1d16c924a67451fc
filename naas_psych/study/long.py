"""A long table (one row a person and item) as a Grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.audit import Audit
from naas_psych.study.cells import Coded, RawTable
from naas_psych.study.grid import NO_RECORD, Grid, Laid, Place
from naas_psych.study.infer import Plan
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.longcells import booklet_items, given_items, read_positions, read_states
from naas_psych.study.times import read_times


@dataclass(frozen=True)
class Index:
    """Which record of the file is which cell of the grid.

    cell : (n,) flat index person * J + item of each kept record
    records : (n,) the kept records
    record_of : (N * J,) the record of each cell, -1 where there is none
    """

    n_persons: int
    n_items: int
    cell: NDArray[np.int64]
    records: NDArray[np.int64]
    record_of: NDArray[np.int32]

    def spread(self, values: NDArray[Any], fill: Any) -> NDArray[Any]:
        """One value a record as an (N, J) matrix."""
        flat = np.full(self.n_persons * self.n_items, fill, dtype=values.dtype)
        flat[self.cell] = values[self.records]
        return flat.reshape(self.n_persons, self.n_items)


def long_grid(
    table: RawTable, plan: Plan, items: ItemTable | None, key: KeySource, audit: Audit
) -> Laid:
    """Rows gathered by person and item; repeated and unknown ones are told."""
    spec = plan.spec
    person, item = table.coded(spec.person or ""), table.coded(spec.item or "")
    use = _usable(table, plan, person, item, audit)
    use &= _known_items(table, plan, item, items, key, audit)
    persons, first, item_ids = _order(person, item, use, items)
    index = _index(table, plan, person, item, use, item_ids, persons, audit)
    value = spec.response if spec.response else spec.score

    def place(row: int, column: int) -> Place:
        record = int(index.record_of[row * index.n_items + column])
        line = table.line(record if record >= 0 else int(first[row]))
        return Place(line, value or "")

    texts = _spread_coded(table, spec.response or spec.score or "", index)
    beside = spec.score if spec.response and spec.score else None
    grid = Grid(
        file=table.file,
        person_ids=np.array(person.texts, dtype=object)[persons],
        item_ids=item_ids,
        columns=texts,
        place=place,
        scores=_spread_coded(table, beside, index) if beside else None,
        given=_given(table, plan, index, item_ids, items, first),
        states=index.spread(read_states(table, spec.state, audit), 0) if spec.state else None,
        times=_times(table, plan, index, audit),
        positions=index.spread(read_positions(table, spec.position, audit), 0)
        if spec.position
        else None,
    )
    return Laid(grid, first)


def _times(table: RawTable, plan: Plan, index: Index, audit: Audit) -> NDArray[np.float32] | None:
    if plan.spec.time is None:
        return None
    return index.spread(read_times(table, plan.spec.time, plan.spec.time_unit, audit), np.nan)


def _usable(
    table: RawTable, plan: Plan, person: Coded, item: Coded, audit: Audit
) -> NDArray[np.bool_]:
    """Records that name a person and an item."""
    spec = plan.spec
    for coded, code, found, column in (
        (person, "person_id_blank", "the row has no person.", spec.person),
        (item, "item_id_missing", "the row has no item.", spec.item),
    ):
        blank = np.flatnonzero(coded.codes < 0)
        rows = [table.line(int(k)) for k in blank[:30]] + [0] * max(0, len(blank) - 30)
        audit.many(code, rows, found, file=table.file, column=column)
    use = (person.codes >= 0) & (item.codes >= 0)
    return use & _first_wave(table, plan, audit)


def _first_wave(table: RawTable, plan: Plan, audit: Audit) -> NDArray[np.bool_]:
    name = table.find("wave")
    everything = np.ones(table.n, dtype=bool)
    if name is None or name in plan.spec.leave_out:
        return everything
    coded = table.coded(name)
    if len(coded.texts) < 2:
        return everything
    first = min(coded.texts, key=lambda text: (len(text), text))
    found = f"{len(coded.texts)} waves; only wave {first!r} was used."
    audit.add("several_waves", found, file=table.file, column=name, value=first)
    return np.asarray(coded.codes == coded.texts.index(first))


def _known_items(
    table: RawTable,
    plan: Plan,
    item: Coded,
    items: ItemTable | None,
    key: KeySource,
    audit: Audit,
) -> NDArray[np.bool_]:
    """Records of items that the items table (or else the key) has."""
    known = set(items.ids) if items else set(key.by_item)
    strange = [k for k, text in enumerate(item.texts) if known and text not in known]
    for k in strange:
        records = item.rows_of(k)
        rows = [table.line(int(r)) for r in records[:30]] + [0] * max(0, len(records) - 30)
        source = items.file if items else key.file or "the key"
        audit.many(
            "unknown_item_in_responses",
            rows,
            f"the item {item.texts[k]!r} is not in {source}.",
            file=table.file,
            column=plan.spec.item,
            value=item.texts[k],
        )
    return ~np.isin(item.codes, strange)


def _order(
    person: Coded, item: Coded, use: NDArray[np.bool_], items: ItemTable | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]:
    """Persons in the order of the file; items in that of the items table, else of the file."""
    records = np.flatnonzero(use)
    persons, at = np.unique(person.codes[records], return_index=True)
    by_file = np.argsort(at, kind="stable")
    present, met = np.unique(item.codes[records], return_index=True)
    names = [item.texts[k] for k in present[np.argsort(met, kind="stable")]]
    if items is not None:
        known = {name: k for k, name in enumerate(items.ids)}
        names.sort(key=lambda name: known.get(name, len(known)))
    return persons[by_file], records[at[by_file]], tuple(names)


def _index(
    table: RawTable,
    plan: Plan,
    person: Coded,
    item: Coded,
    use: NDArray[np.bool_],
    item_ids: tuple[str, ...],
    persons: NDArray[np.int64],
    audit: Audit,
) -> Index:
    row_of = np.full(len(person.texts) + 1, -1, dtype=np.int64)
    row_of[persons] = np.arange(len(persons))
    place = {name: j for j, name in enumerate(item_ids)}
    column_of = np.array([*(place.get(text, -1) for text in item.texts), -1], dtype=np.int64)
    records = np.flatnonzero(use)
    cell = row_of[person.codes[records]] * len(item_ids) + column_of[item.codes[records]]
    again = pd.Series(cell).duplicated().to_numpy()
    _tell_repeated(table, plan, cell, records, again, item_ids, audit)
    cell, records = cell[~again], records[~again]
    record_of = np.full(len(persons) * len(item_ids), -1, dtype=np.int32)
    record_of[cell] = records
    return Index(len(persons), len(item_ids), cell, records, record_of)


def _tell_repeated(
    table: RawTable,
    plan: Plan,
    cell: NDArray[np.int64],
    records: NDArray[np.int64],
    again: NDArray[np.bool_],
    item_ids: tuple[str, ...],
    audit: Audit,
) -> None:
    where = np.flatnonzero(again)
    person = table.coded(plan.spec.person or "")
    for k in where[:30]:
        first = records[np.flatnonzero(cell == cell[k])[0]]
        name, item = person.at(int(records[k])), item_ids[int(cell[k]) % len(item_ids)]
        audit.add(
            "duplicate_response",
            f"person {name!r} and item {item!r} stand on row {table.line(int(first))} already.",
            file=table.file,
            row=table.line(int(records[k])),
            column=plan.spec.item,
            value=item,
        )
    audit.count_more("duplicate_response", table.file, len(where) - 30)


def _spread_coded(table: RawTable, column: str, index: Index) -> tuple[Coded, ...]:
    """A column of the file as J columns of N cells; each keeps only the texts it has."""
    coded = table.coded(column)
    codes = index.spread(coded.codes.astype(np.int32), NO_RECORD)
    return tuple(_own_texts(codes[:, j], coded.texts) for j in range(index.n_items))


def _own_texts(codes: NDArray[np.int32], texts: tuple[str, ...]) -> Coded:
    present = np.unique(codes[codes >= 0])
    place = np.array([*np.full(len(texts), -1), NO_RECORD, -1], dtype=np.int32)
    place[present] = np.arange(len(present))
    kind = np.min_scalar_type(-len(present) - 2)
    return Coded(place[codes].astype(kind), tuple(texts[k] for k in present))


def _given(
    table: RawTable,
    plan: Plan,
    index: Index,
    item_ids: tuple[str, ...],
    items: ItemTable | None,
    first: NDArray[np.int64],
) -> NDArray[np.bool_] | None:
    """Which items each person's form has, by the items table or by the rows of the form."""
    if plan.spec.form is None:
        return None
    form = table.coded(plan.spec.form)
    forms = form.codes[first]
    named = booklet_items(items, item_ids, form.texts)
    if named is None:
        named = given_items(form, index.records, index.cell % index.n_items, index.n_items)
    known = np.concatenate([named, np.zeros((1, index.n_items), dtype=bool)])
    return np.asarray(known[forms])
