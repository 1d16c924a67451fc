"""A long table (one row a person and item) as a Grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.audit import LISTED, Audit, Where
from naas_psych.study.cells import Coded, RawTable
from naas_psych.study.grid import NO_RECORD, Grid, Laid, Place
from naas_psych.study.infer import Plan
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.longcells import booklet_items, given_items, read_positions, read_states
from naas_psych.study.spec import ResponsesSpec
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


@dataclass(frozen=True)
class Long:
    """A long table and what its columns are."""

    table: RawTable
    plan: Plan
    items: ItemTable | None
    key: KeySource
    audit: Audit

    @property
    def spec(self) -> ResponsesSpec:
        return self.plan.spec

    @property
    def person(self) -> Coded:
        return self.table.coded(self.spec.person or "")

    @property
    def item(self) -> Coded:
        return self.table.coded(self.spec.item or "")

    @property
    def value_column(self) -> str:
        """The column of what was recorded: options when there are any, else scores."""
        return self.spec.response or self.spec.score or ""


def long_grid(long: Long) -> Laid:
    """Rows gathered by person and item; repeated and unknown ones are told."""
    table, spec = long.table, long.spec
    use = _usable(long) & _first_wave(long) & _known_items(long)
    persons, first, item_ids = _order(long, use)
    index = _index(long, use, item_ids, persons)

    def place(row: int, column: int) -> Place:
        record = int(index.record_of[row * index.n_items + column])
        line = table.line(record if record >= 0 else int(first[row]))
        return Place(line, long.value_column)

    beside = spec.score if spec.response else None
    grid = Grid(
        file=table.file,
        person_ids=np.array(long.person.texts, dtype=object)[persons],
        item_ids=item_ids,
        columns=_spread_coded(table, long.value_column, index),
        place=place,
        scores=_spread_coded(table, beside, index) if beside else None,
        given=_given(long, index, item_ids, first),
        states=_states(long, index),
        times=_times(long, index),
        positions=_positions(long, index),
    )
    return Laid(grid, first)


def _states(long: Long, index: Index) -> NDArray[np.int8] | None:
    column = long.spec.state
    return index.spread(read_states(long.table, column, long.audit), 0) if column else None


def _positions(long: Long, index: Index) -> NDArray[np.int16] | None:
    column = long.spec.position
    return index.spread(read_positions(long.table, column, long.audit), 0) if column else None


def _times(long: Long, index: Index) -> NDArray[np.float32] | None:
    column, unit = long.spec.time, long.spec.time_unit
    if column is None:
        return None
    return index.spread(read_times(long.table, column, unit, long.audit), np.nan)


def _usable(long: Long) -> NDArray[np.bool_]:
    """Records that name a person and an item."""
    table, spec = long.table, long.spec
    for coded, code, found, column in (
        (long.person, "person_id_blank", "the row has no person.", spec.person),
        (long.item, "item_id_missing", "the row has no item.", spec.item),
    ):
        blank = np.flatnonzero(coded.codes < 0)
        long.audit.many(code, blank, table.line, found, file=table.file, column=column)
    return np.asarray((long.person.codes >= 0) & (long.item.codes >= 0))


def _first_wave(long: Long) -> NDArray[np.bool_]:
    table = long.table
    name = table.find("wave")
    if name is None or len(table.coded(name).texts) < 2:
        return np.ones(table.n, dtype=bool)
    coded = table.coded(name)
    first = min(coded.texts, key=lambda text: (len(text), text))
    found = f"{len(coded.texts)} waves; only wave {first!r} was used."
    long.audit.add("several_waves", found, file=table.file, column=name, value=first)
    return np.asarray(coded.codes == coded.texts.index(first))


def _known_items(long: Long) -> NDArray[np.bool_]:
    """Records of items that the items table (or else the key) has."""
    items, item, table = long.items, long.item, long.table
    known = set(items.ids) if items else set(long.key.by_item)
    source = items.file if items else long.key.file or "the key"
    strange = [k for k, text in enumerate(item.texts) if known and text not in known]
    for k in strange:
        text = item.texts[k]
        where: Where = {"file": table.file, "column": long.spec.item, "value": text}
        found = f"the item {text!r} is not in {source}."
        at = item.rows_of(k)
        long.audit.many("unknown_item_in_responses", at, table.line, found, **where)
    return ~np.isin(item.codes, strange)


def _order(
    long: Long, use: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]:
    """Persons in the order of the file (and a record of each); items in that of the items table."""
    person, item, items = long.person, long.item, long.items
    records = np.flatnonzero(use)
    persons, at = np.unique(person.codes[records], return_index=True)
    by_file = np.argsort(at, kind="stable")
    present, met = np.unique(item.codes[records], return_index=True)
    names = [item.texts[k] for k in present[np.argsort(met, kind="stable")]]
    if items is not None:
        known = {name: k for k, name in enumerate(items.ids)}
        names.sort(key=lambda name: known.get(name, len(known)))
    return persons[by_file].astype(np.int64), records[at[by_file]], tuple(names)


def _index(
    long: Long, use: NDArray[np.bool_], item_ids: tuple[str, ...], persons: NDArray[np.int64]
) -> Index:
    row_of = np.full(len(long.person.texts) + 1, -1, dtype=np.int64)
    row_of[persons] = np.arange(len(persons))
    place = {name: j for j, name in enumerate(item_ids)}
    column_of = np.array([*(place.get(text, -1) for text in long.item.texts), -1], dtype=np.int64)
    records = np.flatnonzero(use)
    cell = row_of[long.person.codes[records]] * len(item_ids)
    cell += column_of[long.item.codes[records]]
    again = pd.Series(cell).duplicated().to_numpy()
    _tell_repeated(long, cell, records, again)
    cell, records = cell[~again], records[~again]
    record_of = np.full(len(persons) * len(item_ids), -1, dtype=np.int32)
    record_of[cell] = records
    return Index(len(persons), len(item_ids), cell, records, record_of)


def _tell_repeated(
    long: Long, cell: NDArray[np.int64], records: NDArray[np.int64], again: NDArray[np.bool_]
) -> None:
    table, where = long.table, np.flatnonzero(again)
    for k in where[:LISTED]:
        record = int(records[k])
        first = table.line(int(records[np.argmax(cell == cell[k])]))
        person, item = long.person.at(record), long.item.at(record)
        long.audit.add(
            "duplicate_response",
            f"person {person!r} and item {item!r} stand on row {first} already.",
            file=table.file,
            row=table.line(record),
            column=long.spec.item,
            value=item,
        )
    long.audit.count_more("duplicate_response", len(where) - LISTED, file=table.file)


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
    long: Long, index: Index, item_ids: tuple[str, ...], first: NDArray[np.int64]
) -> NDArray[np.bool_] | None:
    """Which items each person's form has, by the items table or by the rows of the form."""
    if long.spec.form is None:
        return None
    form = long.table.coded(long.spec.form)
    named = booklet_items(long.items, item_ids, form.texts)
    if named is None:
        named = given_items(form, index.records, index.cell % index.n_items, index.n_items)
    known = np.concatenate([named, np.zeros((1, index.n_items), dtype=bool)])
    return np.asarray(known[form.codes[first]])
