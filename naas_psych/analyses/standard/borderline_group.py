"""Borderline group: the middle score of the persons who were judged to be on the border."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.border_findings import border_drawings as drawings
from naas_psych.analyses.standard.border_findings import border_findings as findings
from naas_psych.analyses.standard.border_rows import Plan, Statistic, judged_rows, work_rows
from naas_psych.analyses.standard.form_rows import cut_table, rows_by_form
from naas_psych.analyses.standard.judged_persons import Judgements, judgements, on_border
from naas_psych.analyses.standard.stations import CombinedScore, Stations, rated_stations
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["borderline_group", "drawings", "findings"]

Middle = Annotated[Statistic, Field(description="what the cut is of the scores on the border")]


@analysis
def borderline_group(
    study: Study,
    *,
    statistic: Middle = "median",
    score: CombinedScore = "mean",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """Which score have the persons who were judged to be on the border?

    Formula
    -------
    cut = median (or mean) score of the persons on the border; error and limits from samples of
    these persons, or of the clusters they came in. borderline_mean_se = SD / sqrt(n). From judged
    persons the score is per cent of the marks of the person's form; from rated work the station
    score, and the cut of all stations the mean (or sum) of theirs, with whole persons drawn.

    How to read it
    --------------
    On the border is a person whom at least half of the judges put there. Below ten such persons
    (borderline_persons_min) the cut says little: few_persons. below_share: how many of those seen
    in a station are below its cut.

    When not to use it
    ------------------
    Judgements that are not reliable draw the cut towards the mean of all persons. Judges who know
    the scores give them back. In rated work the same rater often gave both marks and judgement.

    Agrees with
    -----------
    A worked example: mean and median 14.

    References
    ----------
    livingston_zieky_1982, hesterberg_2015

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> cuts = nps.borderline_group(study).tables["cuts"]
    >>> cuts[["cut_name", "form", "unit"]].to_dict("records")
    [{'cut_name': 'met', 'form': 'all stations', 'unit': 'scale'}]
    """
    judged, work = judgements(study), rated_stations(study, score)
    if work is not None and not np.isfinite(work.flagged).any():
        work = None
    judged = _used(study, judged, work)
    least = study.thresholds["borderline_persons_min"].value
    plan = Plan(statistic, replicates, seed, level, least)
    rows: list[dict[str, Any]] = []
    tables: dict[str, pd.DataFrame] = {}
    notes = [clusters_of(study).said]
    if judged is not None:
        rows += rows_by_form(judged_rows(study, judged, omitted, plan), form_totals(study, omitted))
        notes.insert(0, "Scores are per cent of the marks of each person's form.")
    if work is not None:
        made = work_rows(study, work, score, plan)
        rows.append(made.whole)
        tables["stations"] = _tidied(made.stations)
        notes.insert(0, work.note)
    return Result(
        tables={"cuts": _tidied(rows), **tables},
        notes=(*notes, "On the border: whom at least half of those who judged put there."),
        provenance={"borderline_persons_min": least},
    )


def _used(study: Study, judged: Judgements | None, work: Stations | None) -> Judgements | None:
    """Judged persons, unless nobody of them is on a border and there is rated work to go by."""
    if judged is None and work is None:
        word = study.spec.standard.borderline_level
        raise AnalysisImpossible(
            "Nobody was judged to be on the border. Needed: a table judged_persons (person_id, "
            f"level) with the level {word!r} ([standard] borderline_level), or a table marks with "
            "a column borderline_flag (yes, no)."
        )
    if judged is not None and work is not None and not any(on_border(study, judged.words)):
        return None
    return judged


def _tidied(rows: list[dict[str, Any]]) -> pd.DataFrame:
    why = [row["why"] for row in rows]
    other = [_other(row) for row in rows]
    mean = [_mean_why(row) for row in rows]
    given = {"percent": other, "borderline_mean_se": mean, "borderline_sd": mean}
    given |= dict.fromkeys(("percent_se", "percent_low", "percent_high"), other)
    return cut_table(rows, {**given, "below_share": why})


def _other(row: dict[str, Any]) -> str | None:
    return "other_scale" if row["unit"] == "scale" else row["why"] or row["error_why"]


def _mean_why(row: dict[str, Any]) -> str | None:
    if row["why"]:
        return str(row["why"])
    return "several_stations" if "form" in row and row["unit"] == "scale" else "too_few_persons"
