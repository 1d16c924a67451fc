"""Borderline regression: the station score that goes with the grade of a person on the border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.options import Replicates
from naas_psych.analyses.standard.form_rows import OTHER_SCALE, cut_table
from naas_psych.analyses.standard.station_drawings import station_drawings as drawings
from naas_psych.analyses.standard.station_exam import (
    Rules,
    Sem,
    exam_sem,
    person_draws,
    rule_table,
)
from naas_psych.analyses.standard.station_findings import station_findings as findings
from naas_psych.analyses.standard.station_rows import (
    grade_table,
    rejection,
    station_lines,
    station_table,
)
from naas_psych.analyses.standard.stations import (
    Combined,
    CombinedScore,
    Stations,
    borderline_grades,
    combined,
    names_in_order,
    rated_stations,
)
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.standard.drawn import drawn_error
from naas_psych.numerics.standard.station_lines import Line, drawn_station_cuts
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["borderline_regression", "drawings", "findings"]

Borderline = Annotated[
    list[str] | None,
    Field(
        description="grade of a person on the border of a cut, such as met=4, once or more; "
        "default: [standard.grades] of the study"
    ),
]
SemAdded = Annotated[
    float,
    Field(
        ge=-5,
        le=5,
        description="standard errors of measurement (over stations) that are added to the cut",
    ),
]
StationsMin = Annotated[
    int | None,
    Field(ge=1, le=1000, description="stations whose cut a person has to reach besides the exam's"),
]


@analysis
def borderline_regression(
    study: Study,
    *,
    borderline: Borderline = None,
    score: CombinedScore = "mean",
    sem: SemAdded = 0.0,
    stations_min: StationsMin = None,
    replicates: Replicates = 1000,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """Which score in observed work goes with the grade of a person on the border?

    Formula
    -------
    Per station least squares of score y on global grade g: cut = a + b g_B, station cut_se =
    s_e sqrt(1/n + (g_B - mean g)^2 / S_gg). Exam cut = mean (or sum) of station cuts; its cut_se
    and limits from samples of whole persons (of clusters, where known) with all their stations.
    model_se adds the stations' variances as if other persons sat in each. raised_cut = cut +
    sem * SEM, SEM = SD sqrt(1 - alpha over stations). rater_free_cut: y = a + b g + u_rater + e.

    How to read it
    --------------
    Look at stations first: r_squared should pass .5, line_slope be above 0 (else the station is
    rejected), extrapolated and few_persons be false. `grades` shows whether scores rise with
    every grade. The cut is on the scale of the marks of rated work, not of the test.
    Several cuts stand on the same line, each at its own grade.

    When not to use it
    ------------------
    With fewer than 50 persons in a station the error is large. Where raters give the grade from
    the marks, the line only says so. The score and grade of a person are means over raters.

    Agrees with
    -----------
    A worked example: slope 3.142857, cut 14.028571, R squared .939441, standard error .321667.

    References
    ----------
    kramer_2003, wood_humphrey_murto_norman_2006, pell_2010, homer_2016, hesterberg_2015

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> cuts = nps.borderline_regression(study, borderline=["met=3.5"]).tables["cuts"]
    >>> cuts[["cut_name", "stations", "unit"]].to_dict("records")
    [{'cut_name': 'met', 'stations': 3, 'unit': 'scale'}]
    """
    found = rated_stations(study, score)
    if found is None or not np.isfinite(found.grades).any():
        raise AnalysisImpossible(
            "There is no rated work with grades. Needed: a table marks (person_id, rater_id, mark) "
            f"with a column {study.spec.standard.grades.column} of numbers "
            "([standard.grades] column)."
        )
    grades = borderline_grades(study, borderline)
    order = names_in_order(study, list(grades), list(grades.values()))
    grades = {name: grades[name] for name in order}
    asked = _Asked(grades, score, sem, stations_min)
    lines = station_lines(found)
    kept = [s for s, line in enumerate(lines) if rejection(line) is None]
    error = exam_sem(found, kept, score)
    least = study.thresholds["station_persons_min"].value
    drawn = _errors(found, kept, asked, replicates=replicates, seed=seed, level=level)
    rows = _in_order(
        [
            _row(found, [lines[s] for s in kept], name, asked, error) | drawn[name]
            for name in asked.grades
        ]
    )
    for row in rows:
        row["few_persons"] = min((lines[s].n for s in kept), default=0) < least
    return Result(
        tables={
            "cuts": _tidied(rows, error),
            "stations": station_table(found, grades, level=level),
            "grades": grade_table(found),
            "rules": rule_table(
                found,
                kept,
                _rules(rows, [lines[s] for s in kept], asked),
                how=score,
                level=level,
            ),
        },
        notes=(
            found.note,
            "The grade of a person in a station is the mean of the raters' grades.",
            "Rates by rule are of persons seen in every station; their limits do not carry the "
            "error of the cut.",
            clusters_of(study).said,
        ),
        provenance={"station_persons_min": least},
    )


@dataclass(frozen=True)
class _Asked:
    """Borderline grades by cut from the lowest, how stations add up, and the house rules."""

    grades: Mapping[str, float]
    how: Combined
    sem: float
    needed: int | None


def _errors(
    found: Stations,
    kept: Sequence[int],
    asked: _Asked,
    *,
    replicates: int,
    seed: int,
    level: float,
) -> dict[str, dict[str, Any]]:
    """Error and limits of the exam's cuts, from samples of whole persons."""
    units, counts = person_draws(found, replicates=replicates, seed=seed)
    at = np.array(list(asked.grades.values()))
    draws = drawn_station_cuts(found.scores, found.grades, units, counts, at)
    errors = {}
    for k, name in enumerate(asked.grades):
        values = combined(draws[:, list(kept), k], asked.how) if kept else np.empty(0)
        drawn = drawn_error(values, counts.shape[1], level=level)
        errors[name] = {
            "cut_se": drawn.se,
            "cut_low": drawn.low,
            "cut_high": drawn.high,
            "error_why": drawn.reason,
        }
    return errors


def _row(
    found: Stations, lines: Sequence[Line], name: str, asked: _Asked, sem: Sem
) -> dict[str, Any]:
    """The exam's cut of one name; `lines` are those of the stations that count."""
    grade = asked.grades[name]
    cut = (
        float(combined(np.array([line.at(grade) for line in lines]), asked.how))
        if lines
        else np.nan
    )
    variance = sum(line.error_at(grade) ** 2 for line in lines)
    share = len(lines) if asked.how == "mean" else 1
    return {
        "cut_name": name,
        "form": found.whole_name,
        "n": int(np.isfinite(found.scores).any(axis=1).sum()),
        "stations": len(lines),
        "stations_rejected": len(found.names) - len(lines),
        "borderline_grade": grade,
        "cut": cut,
        **dict.fromkeys(("cut_se", "cut_low", "cut_high"), np.nan),
        "model_se": float(np.sqrt(variance)) / share if lines else np.nan,
        "unit": OTHER_SCALE,
        **dict.fromkeys(("percent", "percent_low", "percent_high"), np.nan),
        "sem": sem.value,
        "sem_added": asked.sem,
        "raised_cut": cut + asked.sem * sem.value if asked.sem else cut,
        "why": None if lines else "no_station_left",
    }


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the numbers of cuts that cannot stand: none is made, or the higher is not higher."""
    crossed = {
        place
        for k in range(len(rows) - 1)
        for place in (k, k + 1)
        if rows[k + 1]["cut"] <= rows[k]["cut"]
    }
    numbers = ("cut", "cut_se", "cut_low", "cut_high", "model_se", "raised_cut")
    found = []
    for k, row in enumerate(rows):
        why = row["why"] or ("cuts_out_of_order" if k in crossed else None)
        found.append(row | {"why": why} | (dict.fromkeys(numbers, np.nan) if why else {}))
    return found


def _rules(
    rows: Sequence[Mapping[str, Any]], lines: Sequence[Line], asked: _Asked
) -> dict[str, Rules]:
    """What a person has to reach, by the name of the cut."""
    return {
        row["cut_name"]: Rules(
            cut=row["cut"],
            raised=row["raised_cut"],
            stations=np.array([line.at(row["borderline_grade"]) for line in lines], dtype=float),
            sem=asked.sem,
            needed=asked.needed,
        )
        for row in rows
    }


def _tidied(rows: list[dict[str, Any]], sem: Sem) -> pd.DataFrame:
    why = [row["why"] for row in rows]
    other = ["other_scale"] * len(rows)
    return cut_table(
        rows,
        {
            "percent": other,
            "percent_low": other,
            "percent_high": other,
            "model_se": [one or "too_few_persons" for one in why],
            "sem": [sem.reason] * len(rows),
            "raised_cut": [one or sem.reason for one in why],
        },
    )
