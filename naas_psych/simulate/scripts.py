"""Written work: every script marked twice, and a third time when the two are far apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.cast import Cast, practice_sample
from naas_psych.simulate.draws import (
    Floats,
    Ints,
    Texts,
    normal,
    numbered,
    place_of,
    whole,
    yes_no,
)
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.timetable import Timetable, timetable


@dataclass(frozen=True, kw_only=True)
class Marking:
    """M marks: script and marker (from 0), which mark of the script (1 to 3), (M, C) criteria."""

    script: Ints
    marker: Ints
    mark_number: int
    criteria: Ints
    slot: Timetable

    @property
    def total(self) -> Ints:
        """(M,) sum of the criteria."""
        return np.asarray(self.criteria.sum(axis=1))


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What marking draws from: (n,) quality, (n, 3) marker and noise, (n, 3, C) criterion."""

    quality: Floats
    marker: Ints
    noise: Floats
    criterion: Floats
    queue: Floats
    severity: Floats


def scripts(plan: Plan, cast: Cast) -> pd.DataFrame:
    """One row a script and mark."""
    numbers = plan.numbers["scripts"]
    rows = practice_sample(plan, cast, numbers["number"])
    task = plan.stream("script tasks").integers(0, len(numbers["tasks"]), len(rows))
    desk = _desk(plan, cast, rows=rows, task=task)
    rounds = _first_and_second(plan, desk)
    apart = (
        np.abs(rounds[0].total - rounds[1].total) > numbers["third_mark_when_apart_by_more_than"]
    )
    after = np.busday_offset(max(each.slot.last_day for each in rounds), 1, roll="forward")
    third = _round(plan, desk, np.flatnonzero(apart), number=3, first=after)
    table = pd.concat([_rows(plan, each) for each in (*rounds, third)], ignore_index=True)
    sheet = _sheet(plan, cast, rows=rows, task=task, quality=desk.quality)
    sheet["adjudicated"] = yes_no(apart)
    table = sheet.merge(table, on="script", sort=False).drop(columns="script")
    return table.sort_values(["script_id", "mark_number"], ignore_index=True)


def _desk(plan: Plan, cast: Cast, *, rows: Ints, task: Ints) -> Desk:
    """Draws for three marks of every script, needed or not."""
    numbers, rng = plan.numbers["scripts"], plan.stream("scripts")
    n, n_criteria = len(rows), len(numbers["criteria"])
    easiness = np.array(list(numbers["tasks"].values()))[task]
    return Desk(
        quality=numbers["mean"] + easiness + numbers["quality_sd"] * _quality(plan, cast, rows),
        marker=rng.random((n, numbers["markers"])).argsort(axis=1)[:, :3],
        noise=rng.normal(0.0, numbers["script_marker_sd"], (n, 3)),
        criterion=rng.normal(0.0, numbers["criterion_sd"], (n, 3, n_criteria)),
        queue=rng.random((n, 3)),
        severity=plan.stream("marker severity").normal(
            0.0, numbers["marker_sd"], numbers["markers"]
        ),
    )


def _quality(plan: Plan, cast: Cast, rows: Ints) -> Floats:
    """(n,) standardised quality: practice, ability, and what is the script's own."""
    numbers = plan.numbers["scripts"]
    by_practice, by_ability = numbers["from_practice"], numbers["from_ability"]
    shared = 2 * by_practice * by_ability * plan.numbers["ability"]["practice_r"]
    own = np.sqrt(1 - by_practice**2 - by_ability**2 - shared)
    noise = plan.stream("script quality").normal(size=len(rows))
    known = by_practice * cast.practice[rows] + by_ability * cast.standing[rows]
    return np.asarray(known + own * noise)


def _first_and_second(plan: Plan, desk: Desk) -> list[Marking]:
    """The two marks every script gets, from one queue a marker."""
    n, day = len(desk.quality), plan.numbers["scripts"]["day"]
    slots = timetable(
        desk.marker[:, :2].ravel(),
        queue=desk.queue[:, :2].ravel(),
        per_day=np.full(2 * n, plan.numbers["scripts"]["marks_per_day"]),
        day=day,
    )
    every = np.arange(n)
    return [
        _marking(plan, desk, every, number=k + 1, slot=_every_second(slots, k)) for k in range(2)
    ]


def _every_second(slots: Timetable, k: int) -> Timetable:
    """Slots of the first (k = 0) or the second marks."""
    return Timetable(
        minute=slots.minute[k::2],
        order=slots.order[k::2],
        hours=slots.hours[k::2],
        last_day=slots.last_day,
    )


def _round(plan: Plan, desk: Desk, script: Ints, *, number: int, first: Any) -> Marking:
    """A later mark of some scripts, from a queue that opens when the others are done."""
    numbers = plan.numbers["scripts"]
    slot = timetable(
        desk.marker[script, number - 1],
        queue=desk.queue[script, number - 1],
        per_day=np.full(len(script), numbers["marks_per_day"]),
        day=numbers["day"],
        first=first,
    )
    return _marking(plan, desk, script, number=number, slot=slot)


def _marking(plan: Plan, desk: Desk, script: Ints, *, number: int, slot: Timetable) -> Marking:
    """One mark of these scripts: quality, severity, drift and noise on every criterion."""
    numbers, k = plan.numbers["scripts"], number - 1
    marker = desk.marker[script, k]
    merit = (desk.quality + desk.noise[:, k])[script] + desk.severity[marker]
    merit += _drift(plan, marker=marker, hours=slot.hours)
    felt = merit[:, None] + np.array(list(numbers["criteria"].values()))
    felt += desk.criterion[script, k]
    criteria = whole(_centred(plan, felt, marker), 0, numbers["most"])
    return Marking(script=script, marker=marker, mark_number=number, criteria=criteria, slot=slot)


def _drift(plan: Plan, *, marker: Ints, hours: Floats) -> Floats:
    """(M,) P15: one marker grows harder by the hour."""
    plant: Mapping[str, Any] = plan.plant("P15")["drifting"]
    hit = (marker == place_of(plant["marker"])) & plan.has("P15")
    return np.where(hit, plant["per_hour"] * hours, 0.0)


def _centred(plan: Plan, felt: Floats, marker: Ints) -> Floats:
    """(M, C) P15: one marker keeps to the middle of the scale."""
    plant: Mapping[str, Any] = plan.plant("P15")["central"]
    hit = (marker == place_of(plant["marker"])) & plan.has("P15")
    middle = plan.numbers["scripts"]["mean"]
    return np.asarray(middle + np.where(hit, plant["spread"], 1.0)[:, None] * (felt - middle))


def _sheet(plan: Plan, cast: Cast, *, rows: Ints, task: Ints, quality: Floats) -> pd.DataFrame:
    """One row a script: whose, which task, how long."""
    numbers, n = plan.numbers["scripts"], len(rows)
    words, noise = numbers["words"], plan.stream("script words").normal(size=n)
    better = (quality - numbers["mean"]) / numbers["quality_sd"]
    length = words["log_sd"] * noise + words["per_quality_sd"] * better
    return pd.DataFrame(
        {
            "script": np.arange(n),
            "script_id": numbered("T", n, 4),
            "person_id": cast.candidates["person_id"].to_numpy()[rows],
            "task": np.array(list(numbers["tasks"]), dtype=object)[task],
            "word_count": np.rint(words["median"] * np.exp(length)).astype(np.int64),
        }
    )


def _rows(plan: Plan, marking: Marking) -> pd.DataFrame:
    """One row a mark."""
    numbers, n = plan.numbers["scripts"], len(marking.script)
    minutes = normal(plan.stream(f"minutes {marking.mark_number}"), numbers["minutes"], n)
    marker: Texts = np.array(numbered("M", numbers["markers"], 1), dtype=object)
    return pd.DataFrame(
        {
            "script": marking.script,
            "mark_number": marking.mark_number,
            "marker_id": marker[marking.marker],
            **dict(zip(numbers["criteria"], marking.criteria.T, strict=True)),
            "total": marking.total,
            "minutes": np.minimum(minutes, numbers["day"]["minutes_each"]).round(1),
            "marked_at": marking.slot.minute,
        }
    )
