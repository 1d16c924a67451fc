"""Tables of how precisely each group is measured, over all scores and at the cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.level_errors import LevelError, Place
from naas_psych.analyses.outcomes import FormTotals, form_totals, total_at
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.alpha_intervals import feldt
from naas_psych.numerics.group_error import (
    GroupError,
    error_at,
    sem_limits,
    sem_ratio,
    sem_ratio_limits,
)
from naas_psych.result import tidy
from naas_psych.study.groupings import Groups
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_NOTHING = float("nan")
_NUMBERS = tuple(
    f"{name}{limit}"
    for name in ("alpha", "sem_percent", "sem_ratio")
    for limit in ("", "_low", "_high")
)


@dataclass(frozen=True, eq=False)
class CutErrors:
    """The table of errors at the cuts, and what is to be said about it."""

    table: pd.DataFrame
    notes: tuple[str, ...]


def precision_table(
    study: Study, groups: Sequence[Groups], errors: Mapping[Place, LevelError], level: float
) -> pd.DataFrame:
    """One row a level and form: alpha, SEM in per cent of the marks, and its ratio."""
    least = study.thresholds["gap_show_min"].value
    references = {one.name: one.reference.name for one in groups if one.reference is not None}
    rows, reasons = [], []
    for place, found in errors.items():
        own = references.get(place.group)
        against = None if own is None else errors[Place(place.form, place.group, own)]
        shown = found.error.n >= least
        other = None if against is None or against.error.n < least else against.error
        rows.append(_numbers(found, other, level) if shown else {})
        ratio = None if own != place.level else "is_reference"
        small = None if shown else "group_too_few"
        reasons.append((small or "no_variance", ratio or small or "group_too_few"))
    columns: dict[str, Any] = {
        "group": [place.group for place in errors],
        "group_level": [place.level for place in errors],
        "form": [place.form for place in errors],
        "n": [one.error.n for one in errors.values()],
        "items": [one.error.n_items for one in errors.values()],
    }
    for name in _NUMBERS:
        columns[name] = np.array([row.get(name, _NOTHING) for row in rows], dtype=float)
    own_reasons = [one for one, _ in reasons]
    return tidy(
        columns,
        {
            "alpha": own_reasons,
            "sem_percent": own_reasons,
            "sem_ratio": [one for _, one in reasons],
        },
    )


def _numbers(one: LevelError, other: GroupError | None, level: float) -> dict[str, float]:
    own = one.error
    alpha = own.alpha
    limits = feldt(alpha, n=own.n, n_items=own.n_items, level=level)
    sem = sem_limits(own, level=level)
    scale = 100 / one.width
    found = {
        "alpha": alpha,
        "alpha_low": limits.low,
        "alpha_high": limits.high,
        "sem_percent": scale * own.sem,
        "sem_percent_low": scale * sem.low,
        "sem_percent_high": scale * sem.high,
    }
    if other is None or other is own:
        return found
    ratio = sem_ratio_limits(own, other, level=level)
    return found | {
        "sem_ratio": sem_ratio(own, other),
        "sem_ratio_low": ratio.low,
        "sem_ratio_high": ratio.high,
    }


def cut_errors(
    study: Study, errors: Mapping[Place, LevelError], omitted: Counted | None
) -> CutErrors:
    """One row a cut of the study, level and form: the error at the cut, in per cent."""
    least = study.thresholds["gap_judge_min"].value
    totals, notes = _totals(study, omitted)
    rows = []
    for (cut, form), at in totals.items():
        for place, one in errors.items():
            if place.form != form.name:
                continue
            small = one.error.n < least
            csem = _NOTHING if small else _at(one, (at - form.low) / study.responses.unit)
            why = "group_too_few" if small else "outside_observed"
            rows.append((place.group, place.level, form.name, cut, one.error.n, csem, why))
    names = ("group", "group_level", "form", "cut", "n")
    columns: dict[str, Any] = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    columns["csem_percent"] = np.array([row[5] for row in rows], dtype=float)
    return CutErrors(tidy(columns, {"csem_percent": [row[6] for row in rows]}), tuple(notes))


def _totals(
    study: Study, omitted: Counted | None
) -> tuple[dict[tuple[str, FormTotals], float], list[str]]:
    """The total of each form at which each cut of the study stands."""
    found, notes = {}, []
    for name, cut in study.spec.cuts.items():
        try:
            for form in form_totals(study, omitted):
                found[name, form] = total_at(study, form, cut, omitted)
        except AnalysisImpossible as error:
            notes.append(f"The cut {name} has no place on the totals: {error}")
    return found, notes


def _at(one: LevelError, points: float) -> float:
    """The error at a total of `points` above the lowest, in per cent of the marks."""
    score = np.array([points - one.constant])
    if not 0 <= score[0] <= one.reach:
        return _NOTHING
    return float(100 / one.width * error_at(one.error, score, binary=one.binary)[0])
