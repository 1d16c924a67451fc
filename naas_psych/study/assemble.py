"""The last step of reading: what was recorded is scored, described and put into a Study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from naas_psych.study.absence import settle
from naas_psych.study.audit import Audit
from naas_psych.study.cells import Coded, fold
from naas_psych.study.decided import inspect_decision
from naas_psych.study.grid import Grid
from naas_psych.study.inspection import (
    compare_scores,
    compare_states,
    inspect_content,
    inspect_groups,
    inspect_responses,
    inspect_role,
)
from naas_psych.study.itemframe import items_frame
from naas_psych.study.keying import parse_keys
from naas_psych.study.keys import normal_form
from naas_psych.study.longcells import booklet_items
from naas_psych.study.named_cuts import check_cut_names, check_cut_order, check_strata
from naas_psych.study.names import FORM
from naas_psych.study.offered import Offer, offers
from naas_psych.study.oneoption import tell_one_option
from naas_psych.study.people import persons_frame
from naas_psych.study.rawitems import raw_columns
from naas_psych.study.record import Read, Recorded
from naas_psych.study.responses import Counted, Responses
from naas_psych.study.scoreditems import as_recorded, find_limits, scored_columns
from naas_psych.study.scoring import Column, Scored, Task, absences, fill
from naas_psych.study.spec import StudySpec, Tables
from naas_psych.study.study import Study
from naas_psych.study.tables import read_optional
from naas_psych.study.unused import without_unused
from naas_psych.study.widetimes import wide_times
from naas_psych.thresholds import Thresholds, default_thresholds


@dataclass(frozen=True)
class _Scores:
    """What was recorded, what each text of it is worth, and how an omission counts."""

    recorded: Sequence[Coded]
    columns: list[Column]
    omitted: Counted
    keyed: bool


def assemble(tables: Read, recorded: Recorded, audit: Audit) -> Study | None:
    """The study, or None when what was recorded cannot be scored."""
    source, grid = tables.source, recorded.grid
    persons = persons_frame(grid.person_ids, recorded.inline, source.path("persons"), audit)
    used = without_unused(_task(tables, recorded, audit), persons)
    used = _with_times(used, tables, audit)
    recorded = replace(recorded, grid=_with_forms(used, persons, tables))
    grid = recorded.grid
    scores = _scores(tables, recorded, audit)
    offered = _offered(tables, recorded, scores)
    optional = read_optional(source, grid, tables.items, audit, offered)
    scored = None
    if scores and grid.n_persons:
        scored = fill(grid, scores.recorded, scores.columns, audit)
    if scores is None or scored is None:
        return None
    compare_states(scored.points, grid, audit)
    responses = _responses(tables, recorded, scored)
    inspect_responses(responses, grid, audit)
    if scores.keyed:
        normal = normal_form(recorded.plan.spec.case_sensitive)
        tell_one_option(responses, scores.columns, normal, grid, audit)
        compare_scores(responses, grid, audit)
    spec = source.spec.model_copy(update={"responses": recorded.plan.spec})
    inspect_groups(spec, persons, responses, audit)
    items = items_frame(grid.item_ids, tables.items, recorded.key if scores.keyed else None)
    inspect_content(spec, items, persons, audit)
    inspect_role(spec, optional.get("judgements"), audit)
    inspect_decision(spec, optional.get("components"), audit)
    check_cut_names(spec, audit)
    check_cut_order(spec, audit)
    check_strata(spec, persons, optional.get("frame"), audit)
    return Study(
        title=spec.study.title or source.name,
        spec=spec,
        responses=responses,
        items=items,
        persons=persons,
        thresholds=_thresholds(spec),
        tables=optional,
        omitted=scores.omitted,
        inputs=_inputs(tables),
    )


def _offered(tables: Read, recorded: Recorded, scores: _Scores | None) -> dict[str, Offer] | None:
    """What each item offers to judges; None where nothing can be scored."""
    if scores is None:
        return None
    spec = recorded.plan.spec
    normal, keys = normal_form(spec.case_sensitive), recorded.key.by_item
    ids = recorded.grid.item_ids
    return offers(
        ids,
        scores.columns,
        keys=keys,
        items=tables.items,
        declared=spec.options,
        normal=normal,
    )


def _with_times(grid: Grid, tables: Read, audit: Audit) -> Grid:
    """Times from a table of their own, where the responses have none beside them."""
    path = tables.source.path("times")
    if path is None or grid.times is not None:
        return grid
    return replace(
        grid, times=wide_times(path, grid, tables.source.spec.responses.time_unit, audit)
    )


def _with_forms(grid: Grid, persons: pd.DataFrame, tables: Read) -> Grid:
    """Wide data: what a person's form lacks by the items table was not administered."""
    form = next((c for c in persons.columns if fold(c) in FORM), None)
    if grid.given is not None or form is None:
        return grid
    codes, forms = pd.factorize(persons[form])
    named = booklet_items(tables.items, grid.item_ids, [str(f) for f in forms])
    if named is None:
        return grid
    # A person without a form may have been given anything.
    known = np.concatenate([named, np.ones((1, len(grid.item_ids)), dtype=bool)])
    return replace(grid, given=known[codes])


def _thresholds(spec: StudySpec) -> Thresholds:
    return default_thresholds().overridden_by(spec.thresholds)


def _inputs(tables: Read) -> tuple[Path, ...]:
    """Every file that was read, study.toml first."""
    source = tables.source
    named = (source.path(table) for table in Tables.model_fields)
    files = [source.spec_path, *named, tables.key.path]
    return tuple(dict.fromkeys(path for path in files if path is not None))


def _task(tables: Read, recorded: Recorded, audit: Audit) -> Task:
    spec, grid = recorded.plan.spec, recorded.grid
    normal = normal_form(spec.case_sensitive)
    texts = {t for c in (*grid.columns, *(grid.scores or ())) for t in c.texts}
    absent = absences(spec, sorted(texts), normal)
    return Task(grid, spec, tables.items, absent, normal, audit)


def _scores(tables: Read, recorded: Recorded, audit: Audit) -> _Scores | None:
    task = _task(tables, recorded, audit)
    grid = task.grid
    if not task.spec.raw:
        return _as_scores(task, None)
    plain = _score_items(tables, recorded)
    keyed = [item for item in grid.item_ids if item not in plain]
    if keyed and not recorded.key.by_item:
        if not audit.told("key_length"):
            found = "the responses are options and there is no key."
            audit.add("key_missing", found, file=grid.file, row=1)
        return None
    keys = parse_keys(recorded.key, keyed, tables.items, task.normal, audit)
    if len(keys) < len(keyed):
        return None
    columns = raw_columns(task, keys)
    if plain:
        scores = _as_scores(task, plain).columns
        for j, item in enumerate(grid.item_ids):
            if item in plain:
                columns[j] = as_recorded(scores[j], grid.columns[j])
    return _Scores(grid.columns, columns, task.spec.omitted or "wrong", keyed=True)


def _score_items(tables: Read, recorded: Recorded) -> frozenset[str]:
    """Items whose recorded text is a score, in a study that is raw otherwise."""
    items = tables.items
    if items is None:
        return frozenset()
    return frozenset(
        item
        for item in recorded.grid.item_ids
        if (items.get(item, "type") or "").strip().casefold() == "score"
        and item not in recorded.key.by_item
    )


def _as_scores(task: Task, only: frozenset[str] | None) -> _Scores:
    beside = None if task.spec.raw else task.grid.scores
    recorded = beside or task.grid.columns
    limits = find_limits(task, recorded, only)
    columns = scored_columns(task, recorded, limits, only)
    return _Scores(recorded, columns, limits.omitted, keyed=False)


def _responses(tables: Read, recorded: Recorded, scored: Scored) -> Responses:
    grid = recorded.grid
    settle(scored.points, grid, recorded.plan.spec, tables.items)
    if scored.choices is not None:
        absent = scored.points < 0
        np.copyto(scored.choices, scored.points.astype(np.int16), where=absent)
    return Responses(
        person_ids=grid.person_ids,
        item_ids=grid.item_ids,
        points=scored.points,
        unit=scored.unit,
        min_points=scored.low,
        max_points=scored.high,
        choices=scored.choices,
        options=scored.options,
        times=grid.times,
        positions=grid.positions,
        anonymous=grid.anonymous,
    )
