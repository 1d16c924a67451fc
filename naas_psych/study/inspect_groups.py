"""What the audit says of [groups]: columns, references, levels taken together, bands."""

from __future__ import annotations

import difflib

import pandas as pd

from naas_psych.study.audit import Audit, Where
from naas_psych.study.groupings import band_names, in_band
from naas_psych.study.spec import Grouping

_SMALL_GROUP = 10


def inspect_group(column: str, how: Grouping, persons: pd.DataFrame, audit: Audit) -> None:
    """One entry of [groups] against the persons table."""
    where: Where = {"file": "study.toml", "column": f"groups.{column}"}
    known = [name for name in persons.columns if name != "person_id"]
    if column not in known:
        found = f"the persons have no column {column!r}.{_near(column, known)}"
        expected = f"one of {', '.join(known) or 'no column: there is no persons table'}."
        audit.add("unknown_group_column", found, value=column, expected=expected, **where)
        return
    counts = _counts(column, how, persons, audit)
    levels = [str(level) for level in counts.index]
    if how.reference is not None and how.reference not in levels:
        _tell_level("unknown_reference_level", how.reference, levels, where, audit)
    for level in [*(one for of in how.combine.values() for one in of), *how.leave_out]:
        if level not in levels:
            _tell_level("unknown_group_level", level, levels, where, audit)
    for label in how.combine:
        if label in levels:
            found = f"{label!r} is a level already and cannot name several."
            audit.add("combined_level_exists", found, value=label, **where)
    if len(levels) == 1:
        audit.add("group_one_level", f"the only group is {levels[0]!r}.", value=levels[0], **where)
    for name, n in zip(levels, counts, strict=True):
        if n < _SMALL_GROUP:
            audit.add("group_small", f"{name!r} has {n} persons.", value=name, **where)


def _counts(column: str, how: Grouping, persons: pd.DataFrame, audit: Audit) -> pd.Series[int]:
    """Persons a level; of a column in bands, persons a band, whoever has no number left out."""
    values = persons[column]
    if not how.bands:
        return values.map(str, na_action="ignore").value_counts()
    banded = values.map(lambda value: in_band(value, how.bands or []))
    lost = int((banded.isna() & values.notna()).sum())
    if lost:
        found = f"{lost} values of {column!r} are no numbers, so they fall in no band."
        audit.add("band_of_no_number", found, file="study.toml", column=f"groups.{column}")
    counts = banded.value_counts()
    return counts.reindex([name for name in band_names(how.bands) if name in counts.index])


def _tell_level(code: str, level: str, levels: list[str], where: Where, audit: Audit) -> None:
    found = f"nobody belongs to the group {level!r}.{_near(level, levels)}"
    expected = f"one of {', '.join(sorted(levels)[:12])}."
    audit.add(code, found, value=level, expected=expected, **where)


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
