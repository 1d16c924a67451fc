"""What the tables of this chapter should say about times and persons left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from naas_psych.analyses.speed.behaviour import Behaviour
from naas_psych.analyses.speed.views import View
from naas_psych.study.study import Study

NO_TIMES = (
    "There are no response times, so rapid guessing, effort, time used and time by position are "
    "not known. Only blanks are left, and these understate lack of time where a wrong answer costs "
    "nothing."
)


def timed_notes(study: Study, whole: Behaviour, views: Sequence[View]) -> Iterator[str]:
    """Rules in force, times that are missing or not believed, persons who are left out."""
    yield from _unit(study)
    if not whole.has_times:
        yield NO_TIMES
    else:
        yield _rules(whole)
        yield from _gaps(whole)
    extra = int(whole.places.extra_time.sum())
    if extra:
        yield f"{extra} persons had extra time; they are in no verdict and no table but groups."
    with_answers = {int(row) for one in views for row in one.rows}
    silent = sum(
        1
        for form in whole.places.forms
        for row in form.rows[~whole.places.extra_time[form.rows]].tolist()
        if row not in with_answers
    )
    if silent:
        yield f"{silent} persons answered nothing and are left out."


def _unit(study: Study) -> Iterator[str]:
    for said in study.said:
        if "milliseconds" in said:
            yield said


def _rules(whole: Behaviour) -> str:
    counts = {rule: whole.rule.count(rule) for rule in sorted(set(whole.rule))}
    words = ", ".join(f"{rule} for {n} items" for rule, n in counts.items())
    return f"Thresholds of rapid answers: {words}."


def _gaps(whole: Behaviour) -> Iterator[str]:
    if whole.clock_faults:
        yield (
            f"{whole.clock_faults} times pass the time limit by half: a clock that was reset; they "
            "are not used."
        )
    ends = int(whole.untimed_ends.sum())
    if ends:
        yield (
            f"{ends} blanks recorded as omitted stand behind a person's last answer and have no "
            "time; they count as not reached here."
        )
    lost = int((whole.answered & ~np.isfinite(whole.times)).sum())
    if lost:
        yield f"{lost} answers have no usable time; they count neither as rapid nor as considered."
