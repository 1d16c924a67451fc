"""What the audit says once everything is scored: spread, empty rows, groups, cuts."""

from __future__ import annotations

import difflib

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import number
from naas_psych.study.grid import Grid
from naas_psych.study.inspect_groups import inspect_group
from naas_psych.study.longcells import forms_of
from naas_psych.study.responses import TECHNICAL_LOSS, Points, Responses
from naas_psych.study.spec import Cut, ExtraTime, StudySpec


def inspect_responses(responses: Responses, grid: Grid, audit: Audit) -> None:
    """Items and persons that leave statistics empty."""
    answered = responses.points >= 0
    if not answered.any():
        audit.add(
            "nothing_recorded", "every cell is empty or a code for no answer.", file=grid.file
        )
        return
    if responses.n_persons == 1:
        audit.add("one_person", f"the person is {responses.person_ids[0]!r}.", file=grid.file)
    if len(responses.item_ids) == 1:
        audit.add("one_item", f"the item is {responses.item_ids[0]!r}.", file=grid.file)
    _inspect_items(responses, grid, audit)
    _tell_lost(responses, grid, audit)
    silent = np.flatnonzero(~answered.any(axis=1))
    audit.many(
        "person_without_responses",
        silent,
        lambda person: grid.place(person, 0).row,
        "nothing was answered.",
        file=grid.file,
    )


def _tell_lost(responses: Responses, grid: Grid, audit: Audit) -> None:
    lost = responses.points == TECHNICAL_LOSS
    n = int(np.count_nonzero(lost))
    if n:
        persons = int(np.count_nonzero(lost.any(axis=1)))
        who = f"{persons:,} person{'s' * (persons != 1)}"
        found = f"{who} lost {n:,} response{'s' * (n != 1)}."
        audit.add("responses_lost", found, file=grid.file, value=str(n))


def _inspect_items(responses: Responses, grid: Grid, audit: Audit) -> None:
    top = responses.points.max(axis=0)
    never = np.iinfo(responses.points.dtype).max
    bottom = np.where(responses.points >= 0, responses.points, never).min(axis=0)
    for j, item in enumerate(responses.item_ids):
        where: Where = {"file": grid.file, "column": grid.place(0, j).column}
        if top[j] < 0:
            audit.add("item_all_missing", f"nobody answered item {item!r}.", **where)
        elif bottom[j] == top[j] and responses.n_persons > 1:
            score = f"{top[j] * responses.unit:g}"
            found = f"everybody who answered item {item!r} scored {score}."
            audit.add("item_without_variance", found, value=score, **where)


def compare_states(points: Points, grid: Grid, audit: Audit) -> None:
    """Responses that the file says are none; the state is believed."""
    if grid.states is None:
        return
    persons, items = np.nonzero((grid.states < 0) & (points >= 0))
    if persons.size:
        place = grid.place(int(persons[0]), int(items[0]))
        found = f"{persons.size} rows have a response and a state that says there is none."
        where: Where = {"file": grid.file, "row": place.row, "column": place.column}
        audit.add("state_contradicts_response", found, **where)


def compare_scores(responses: Responses, grid: Grid, audit: Audit) -> None:
    """Scores that stand beside the responses against those by key."""
    for j, coded in enumerate(grid.scores or ()):
        worth = [number(text) for text in coded.texts]
        said = np.array([*(np.nan if w is None else w for w in worth), np.nan, np.nan])[coded.codes]
        ours = responses.points[:, j] * responses.unit
        differ = np.flatnonzero((responses.points[:, j] >= 0) & (np.abs(said - ours) > 1e-9))
        if differ.size:
            found = f"{differ.size} scores of item {grid.item_ids[j]!r} differ from the key."
            row = grid.place(int(differ[0]), j).row
            audit.add("score_contradicts_key", found, file=grid.file, row=row)


def inspect_groups(
    spec: StudySpec, persons: pd.DataFrame, responses: Responses, audit: Audit
) -> None:
    """Group columns and reference groups of [groups], and [cuts] against the scale."""
    for column, how in spec.groups.items():
        inspect_group(column, how, persons, audit)
    _inspect_fairness(spec, persons, audit)
    if spec.speed.extra_time is not None:
        _inspect_extra_time(spec.speed.extra_time, persons, audit)
    low = float(responses.min_points.sum() * responses.unit)
    high = float(responses.max_points.sum() * responses.unit)
    for name, cut in spec.cuts.items():
        _inspect_cut(name, cut, low, high, audit)


def inspect_content(
    spec: StudySpec, items: pd.DataFrame, persons: pd.DataFrame, audit: Audit
) -> None:
    """Columns that [content] names, and forms that [speed] gives a time, against the tables."""
    content = spec.content
    for key in ("domain", "cognitive"):
        column = getattr(content, key)
        if key in content.model_fields_set and column not in items.columns:
            _tell_column(f"content.{key}", column, "items", list(items.columns[1:]), audit)
    levels = content.levels
    if levels is not None and levels.column not in persons.columns:
        known = [name for name in persons.columns if name != "person_id"]
        _tell_column("content.levels", levels.column, "persons", known, audit)
    limit = spec.speed.time_limit
    if isinstance(limit, dict) and "form_id" in items.columns:
        texts = items["form_id"].dropna().astype(str)
        forms = sorted({name for text in texts for name in forms_of(text) or ()})
        for form in limit:
            if forms and form not in forms:
                found = f"no item belongs to a form {form!r}.{_near(form, forms)}"
                where: Where = {"file": "study.toml", "column": "speed.time_limit", "value": form}
                audit.add("unknown_form", found, expected=f"one of {', '.join(forms)}.", **where)


def inspect_role(spec: StudySpec, judgements: pd.DataFrame | None, audit: Audit) -> None:
    """The role of [content] against those that judges name."""
    role = spec.content.role
    if role is None or judgements is None or "role_owner" not in judgements:
        return
    named = sorted({str(one) for one in judgements["role_owner"].dropna()})
    if named and role not in named:
        found = f"no judge names the role {role!r}.{_near(role, named)}"
        where: Where = {"file": "study.toml", "column": "content.role", "value": role}
        audit.add("unknown_role", found, expected=f"one of {', '.join(named[:12])}.", **where)


def _tell_column(key: str, column: str, table: str, known: list[str], audit: Audit) -> None:
    found = f"the {table} have no column {column!r}.{_near(column, known)}"
    expected = f"one of {', '.join(known) or 'no column: there is no such table'}."
    where: Where = {"file": "study.toml", "column": key, "value": column}
    audit.add("unknown_setting_column", found, expected=expected, **where)


def _inspect_extra_time(extra: ExtraTime, persons: pd.DataFrame, audit: Audit) -> None:
    where: Where = {"file": "study.toml", "column": "speed.extra_time"}
    if extra.column not in persons.columns:
        known = [name for name in persons.columns if name != "person_id"]
        found = f"the persons have no column {extra.column!r}.{_near(extra.column, known)}"
        expected = f"one of {', '.join(known) or 'no column: there is no persons table'}."
        audit.add("unknown_group_column", found, value=extra.column, expected=expected, **where)
        return
    levels = {str(level) for level in persons[extra.column].dropna().unique()}
    for level in extra.levels:
        if level not in levels:
            found = f"nobody has {extra.column} {level!r}.{_near(level, sorted(levels))}"
            expected = f"one of {', '.join(sorted(levels)[:12])}."
            audit.add("unknown_extra_time", found, value=level, expected=expected, **where)


def _inspect_fairness(spec: StudySpec, persons: pd.DataFrame, audit: Audit) -> None:
    asked = spec.fairness
    named = [("adjust_for", name) for name in asked.adjust_for]
    named += [("site", name) for name in [asked.site] if name is not None]
    named += [("intersect", name) for name in asked.intersect or []]
    known = [name for name in persons.columns if name != "person_id"]
    for key, column in named:
        if column not in known:
            where: Where = {"file": "study.toml", "column": f"fairness.{key}", "value": column}
            found = f"the persons have no column {column!r}.{_near(column, known)}"
            expected = f"one of {', '.join(known) or 'no column: there is no persons table'}."
            audit.add("unknown_fairness_column", found, expected=expected, **where)


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def _inspect_cut(name: str, cut: Cut, low: float, high: float, audit: Audit) -> None:
    limits = {"raw": (low, high), "percent": (0.0, 100.0), "theta": (-6.0, 6.0)}[cut.unit]
    if not limits[0] <= cut.value <= limits[1]:
        audit.add(
            "cut_outside_scale",
            f"the cut {name!r} is {cut.value:g} ({cut.unit}).",
            file="study.toml",
            column=f"cuts.{name}",
            value=f"{cut.value:g}",
            expected=f"a value from {limits[0]:g} to {limits[1]:g}.",
        )
