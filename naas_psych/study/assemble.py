"""The last step of reading: what was recorded is scored, described and put into a Study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from naas_psych.study.absence import settle
from naas_psych.study.audit import Audit
from naas_psych.study.inspection import inspect_groups, inspect_responses
from naas_psych.study.itemframe import items_frame
from naas_psych.study.keying import parse_keys
from naas_psych.study.keys import normal_form
from naas_psych.study.people import persons_frame
from naas_psych.study.rawitems import raw_columns
from naas_psych.study.record import Read, Recorded
from naas_psych.study.responses import Counted, Responses
from naas_psych.study.scoreditems import as_recorded, find_limits, scored_columns
from naas_psych.study.scoring import Absences, Column, Scored, absences, fill
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from naas_psych.study.tables import read_optional
from naas_psych.thresholds import Thresholds, default_thresholds

_TABLES = ("responses", "items", "persons", "judgements", "angoff", "feedback", "marks", "key")


@dataclass(frozen=True)
class _Scores:
    """Columns worth something, and how an omission counts."""

    columns: list[Column]
    omitted: Counted
    keyed: bool


def assemble(tables: Read, recorded: Recorded, audit: Audit) -> Study | None:
    """The study, or None when what was recorded cannot be scored."""
    source, grid = tables.source, recorded.grid
    persons = persons_frame(grid.person_ids, recorded.inline, source.path("persons"), audit)
    scores = _scores(tables, recorded, audit)
    optional = read_optional(source, grid, tables.items, audit)
    scored = fill(grid, scores.columns, audit) if scores and grid.n_persons else None
    if scores is None or scored is None:
        return None
    responses = _responses(tables, recorded, scored)
    inspect_responses(responses, grid, audit)
    spec = source.spec.model_copy(update={"responses": recorded.plan.spec})
    inspect_groups(spec, persons, responses, audit)
    return Study(
        title=spec.study.title or (source.root.name if source.bare else ""),
        spec=spec,
        responses=responses,
        items=items_frame(grid.item_ids, tables.items, recorded.key if scores.keyed else None),
        persons=persons,
        thresholds=_thresholds(spec),
        tables=optional,
        omitted=scores.omitted,
        inputs=_inputs(tables),
    )


def _thresholds(spec: StudySpec) -> Thresholds:
    return default_thresholds().overridden_by(spec.thresholds)


def _inputs(tables: Read) -> tuple[Path, ...]:
    """Every file that was read, study.toml first."""
    source = tables.source
    files = [source.spec_path, *(source.path(table) for table in _TABLES), tables.key.path]
    return tuple(dict.fromkeys(path for path in files if path is not None))


def _scores(tables: Read, recorded: Recorded, audit: Audit) -> _Scores | None:
    spec, grid = recorded.plan.spec, recorded.grid
    normal = normal_form(spec.case_sensitive)
    texts = {t for c in (*grid.columns, *(grid.scores or ())) for t in c.texts}
    absent = absences(spec, sorted(texts), normal)
    if not spec.raw:
        return _as_scores(tables, recorded, absent, audit)
    open_items = _score_items(tables, recorded)
    keyed = [item for item in grid.item_ids if item not in open_items]
    keys = parse_keys(recorded.key, keyed, tables.items, normal, audit)
    if len(keys) < len(keyed):
        return None
    columns = raw_columns(grid, spec, keys, tables.items, absent, normal, audit)
    if open_items:
        plain = _as_scores(tables, recorded, absent, audit, only=open_items)
        columns = [
            as_recorded(p, grid.columns[j]) if grid.item_ids[j] in open_items else c
            for j, (c, p) in enumerate(zip(columns, plain.columns, strict=True))
        ]
    return _Scores(columns, spec.omitted or "wrong", keyed=True)


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


def _as_scores(
    tables: Read,
    recorded: Recorded,
    absent: Absences,
    audit: Audit,
    only: frozenset[str] | None = None,
) -> _Scores:
    grid, spec = recorded.grid, recorded.plan.spec
    texts = grid.scores or grid.columns
    limits = find_limits(grid.item_ids, texts, spec, tables.items, absent, audit, only)
    columns = scored_columns(grid, texts, limits, absent, audit, only)
    return _Scores(columns, limits.omitted, keyed=False)


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
