"""Completion and haste by group, with persons who had extra time apart from all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.behaviour import Behaviour, Flags
from naas_psych.analyses.speed.options import GROUP_LEAST
from naas_psych.analyses.speed.speed_measures import Measure, share_of
from naas_psych.analyses.speed.views import View, view
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.speed import NOTHING, clustered_share
from naas_psych.result import tidy
from naas_psych.study.groupings import level_values
from naas_psych.study.study import Study

_SHARES = ("reached_last", "rapid_tail_share", "rushed_persons_share")


@dataclass(frozen=True)
class _Persons:
    """What each person (n,) of a form did.

    last, could : reached the last position, and could have (it was not lost)
    rapid, timed : rapid and timed answers in the tail
    total : seconds on all reached items, nan where one is not known
    """

    form: str
    rows: Any
    last: Flags
    could: Flags
    rapid: Floats
    timed: Floats
    total: Floats

    def of(self, chosen: Flags) -> _Persons:
        """Some of them."""
        return _Persons(
            form=self.form,
            rows=self.rows[chosen],
            last=self.last[chosen],
            could=self.could[chosen],
            rapid=self.rapid[chosen],
            timed=self.timed[chosen],
            total=self.total[chosen],
        )

    @property
    def n(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class _Row:
    form: str
    column: str
    level: str
    n: int
    shares: dict[str, Measure]
    total: float


def group_table(study: Study, whole: Behaviour, *, tail: float, level: float) -> pd.DataFrame:
    """One row a form and group of the study, and of persons with and without extra time."""
    everybody = np.ones(whole.places.extra_time.size, dtype=bool)
    forms = [_persons(view(whole, form, everybody, tail=tail)) for form in whole.places.forms]
    groups = list(_groups(study, whole))
    rows = [
        _row(form.of(persons[form.rows]), column, name, level)
        for form in forms
        for column, name, persons in groups
        if persons[form.rows].any()
    ]
    columns: dict[str, Any] = {
        "form": [row.form for row in rows],
        "group_by": [row.column for row in rows],
        "group_level": [row.level for row in rows],
        "n": [row.n for row in rows],
    }
    why: dict[str, list[str | None]] = {}
    for name in _SHARES:
        found = [row.shares[name] for row in rows]
        columns[name] = np.array([one.estimate.value for one in found], dtype=float)
        limits = [one.estimate.limits for one in found]
        columns[f"{name}_low"] = np.array([one.low for one in limits], dtype=float)
        columns[f"{name}_high"] = np.array([one.high for one in limits], dtype=float)
        why[name] = [one.why for one in found]
    columns["total_time"] = np.array([row.total for row in rows], dtype=float)
    small = ["small_group" if row.n < GROUP_LEAST else "not_all_timed" for row in rows]
    return tidy(columns, {**why, "total_time": small})


def _groups(study: Study, whole: Behaviour) -> Iterator[tuple[str, str, Flags]]:
    """Column, level and persons; who had extra time is in no other group."""
    extra, asked = whole.places.extra_time, study.spec.speed.extra_time
    if asked is not None and extra.any():
        yield asked.column, "extra time", extra
        yield asked.column, "no extra time", ~extra
    for column in study.spec.groups:
        if column not in study.persons or (asked is not None and column == asked.column):
            continue
        values = level_values(study, column)
        for name in sorted({value for value in values if isinstance(value, str)}):
            yield column, name, np.asarray(values == name) & ~extra


def _persons(one: View) -> _Persons:
    here = (one.where == one.form.positions.size - 1) & one.seen
    return _Persons(
        form=one.form.name,
        rows=one.rows,
        last=(here & one.reached).any(axis=1),
        could=here.any(axis=1),
        rapid=(one.rapid & one.in_tail).sum(axis=1).astype(float),
        timed=(one.timed & one.in_tail).sum(axis=1).astype(float),
        total=np.where(one.timed.any(axis=1), one.total_times, np.nan),
    )


def _row(persons: _Persons, column: str, name: str, level: float) -> _Row:
    if persons.n < GROUP_LEAST:
        small = dict.fromkeys(_SHARES, Measure(NOTHING, 0, "small_group"))
        return _Row(persons.form, column, name, persons.n, small, np.nan)
    could, timed = int(persons.could.sum()), int((persons.timed > 0).sum())
    rapid = clustered_share(persons.rapid, persons.timed, level=level)
    hurried = int((persons.rapid > 0).sum())
    shares = {
        "reached_last": share_of(int(persons.last.sum()), could, level=level),
        "rapid_tail_share": Measure(rapid, timed, "no_times"),
        "rushed_persons_share": share_of(hurried, timed, level=level, why="no_times"),
    }
    known = persons.total[np.isfinite(persons.total)]
    total = float(np.median(known)) if known.size else np.nan
    return _Row(persons.form, column, name, persons.n, shares, total)
