"""A wide table (one row a person) as a Grid."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable
from naas_psych.study.grid import Grid, Laid, Place
from naas_psych.study.infer import Plan


def wide_grid(table: RawTable, plan: Plan, audit: Audit) -> Laid:
    """One record a person; repeated and nameless persons are told."""
    ids, keep = _person_ids(table, plan.spec.person, audit)
    columns = tuple(table.coded(name) for name in plan.items)
    if keep is not None:
        columns = tuple(type(c)(c.codes[keep], c.texts) for c in columns)
    kept = np.arange(table.n) if keep is None else keep

    def place(person: int, item: int) -> Place:
        return Place(table.line(int(kept[person])), plan.items[item])

    grid = Grid(
        file=table.file,
        person_ids=ids,
        item_ids=tuple(name.strip() for name in plan.items),
        columns=columns,
        place=place,
        anonymous=plan.spec.person is None,
    )
    return Laid(grid, kept)


def _person_ids(
    table: RawTable, column: str | None, audit: Audit
) -> tuple[NDArray[np.object_], NDArray[np.int64] | None]:
    if column is None:
        return np.array([f"row {n}" for n in range(1, table.n + 1)], dtype=object), None
    coded = table.coded(column)
    ids = coded.values(blanks_are_none=False)
    if len(coded.texts) == table.n:
        return ids, None
    where: Where = {"file": table.file, "column": column}
    blank = np.flatnonzero(coded.codes < 0)
    audit.many("person_id_blank", blank, table.line, "the person has no name.", **where)
    repeated = _tell_repeated(table, ids, column, audit)
    keep = np.flatnonzero(~pd.Series(ids).duplicated().to_numpy() & (coded.codes >= 0))
    return (ids[keep], keep) if repeated or blank.size else (ids, None)


def _tell_repeated(table: RawTable, ids: NDArray[np.object_], column: str, audit: Audit) -> bool:
    """Every record of a person who was met before, with the line of the first."""
    times = Counter(ids)
    first: dict[str, int] = {}
    found = False
    for record, person in enumerate(ids):
        if person is None or times[person] == 1:
            continue
        if person not in first:
            first[person] = record
            continue
        found = True
        audit.add(
            "duplicate_person",
            f"the person {person!r} stands on row {table.line(first[person])} already.",
            file=table.file,
            row=table.line(record),
            column=column,
            value=person,
        )
    return found
