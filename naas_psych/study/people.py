"""Who the persons are: columns beside the responses and the persons table, joined by person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study import names
from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable
from naas_psych.study.read import read_table


def inline_columns(
    table: RawTable, columns: Sequence[str], records: NDArray[np.int64]
) -> dict[str, NDArray[np.object_]]:
    """Columns of the responses table that describe the person, at these records."""
    return {name: table.coded(name).values()[records] for name in columns}


def persons_frame(
    person_ids: NDArray[np.object_],
    inline: dict[str, NDArray[np.object_]],
    path: Path | None,
    audit: Audit,
) -> pd.DataFrame:
    """One row a person in the order of the responses; missing texts are None."""
    columns: dict[str, NDArray[np.object_]] = {"person_id": person_ids, **inline}
    table = read_table(path, audit) if path else None
    if table is not None:
        for name, values in _joined(table, person_ids, audit).items():
            columns[name] = values
    return pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in columns.items()})


def _joined(
    table: RawTable, person_ids: NDArray[np.object_], audit: Audit
) -> dict[str, NDArray[np.object_]]:
    column = table.find(*names.PERSON)
    if column is None:
        found = f"no column names the persons; the columns are {', '.join(table.names[:12])}."
        audit.add("missing_column", found, file=table.file, row=1, expected="a column person_id.")
        return {}
    ids = table.coded(column).values(blanks_are_none=False)
    index: dict[str, int] = {}
    for record, person in enumerate(ids):
        if person in index:
            audit.add(
                "duplicate_person",
                f"the person {person!r} stands on row {table.line(index[person])} already.",
                file=table.file,
                row=table.line(record),
                column=column,
                value=person,
            )
        elif person is not None:
            index[person] = record
    records = np.array([index.get(person, -1) for person in person_ids], dtype=np.int64)
    _tell_unmatched(table, person_ids[records < 0], column, audit)
    _tell_unused(table, index, set(person_ids), audit)
    return {
        name: np.array([*table.coded(name).values(), None], dtype=object)[records]
        for name in table.names
        if name != column
    }


def _tell_unmatched(
    table: RawTable, unknown: NDArray[np.object_], column: str, audit: Audit
) -> None:
    for person in unknown:
        found = f"the person {person!r} has responses but no row here."
        where = {"file": table.file, "column": column, "value": str(person)}
        audit.add("person_not_in_table", found, **where)


def _tell_unused(table: RawTable, index: dict[str, int], known: set[str], audit: Audit) -> None:
    for person, record in index.items():
        if person not in known:
            found = f"the person {person!r} has no responses."
            where: Where = {"file": table.file, "row": table.line(record), "value": person}
            audit.add("person_without_record", found, **where)
