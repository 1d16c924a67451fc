"""Body of work: whole folders put into levels by judges, and the scores where levels begin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.boundary_cuts import boundary_cut, in_order, proportional_cuts
from naas_psych.analyses.standard.folder_errors import folder_error
from naas_psych.analyses.standard.folder_judges import agreement_table, folder_judge_table
from naas_psych.analyses.standard.folder_ratings import LAST, Folders, Ratings, folder_ratings
from naas_psych.analyses.standard.form_rows import cut_table, rows_by_form
from naas_psych.analyses.standard.level_drawings import level_drawings as drawings
from naas_psych.analyses.standard.level_findings import body_findings as findings
from naas_psych.analyses.standard.level_scores import band_table, level_table
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["body_of_work", "drawings", "findings"]


@analysis
def body_of_work(
    study: Study,
    *,
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """At which scores do judges who saw whole folders of work begin to see each level?

    Formula
    -------
    P(rated at or above the level | x) = 1 / (1 + exp(-(a + b x))) over folder x judge ratings, x in
    per cent of the marks; percent = -a / b. se_folders and se_judges from samples of folders and of
    judges; percent_se = root of the sum of their squares, limits by Student's t with
    Satterthwaite's degrees of freedom.

    How to read it
    --------------
    The cuts rest on the last judgement of each judge on each folder; `rounds` has each round by
    itself (range-finding, pinpointing). se_judges above se_folders: more judges would help more
    than more folders. `judges` shows where each judge draws the line, `agreement` how often two
    judges put a folder into the same level.

    When not to use it
    ------------------
    Where judges knew the scores, or folders were chosen because of them, the curve says what was
    known before. Folders that no score near the boundary has tell little about it.

    Agrees with
    -----------
    The curve with the worked example of contrasting groups (56.2347), for one judge.

    References
    ----------
    kingston_2001, firth_1993, hesterberg_2015, krippendorff_2004

    Examples
    --------
    >>> import naas_psych as nps
    >>> nps.body_of_work.__name__
    'body_of_work'
    """
    folders = folder_ratings(study, omitted)
    single = folders.last.single()
    options: dict[str, Any] = {"replicates": replicates, "seed": seed, "level": level}
    rows = _boundaries(folders, folders.last, **options)
    parts = [
        {"judging_round": name, **row}
        for name, ratings in {**folders.rounds, LAST: folders.last}.items()
        for row in (rows if name == LAST else _boundaries(folders, ratings, **options))
    ]
    forms = form_totals(study, omitted)
    return Result(
        tables={
            "cuts": _table(rows_by_form(rows, forms)),
            "rounds": _table(parts),
            "groups": level_table(
                single.percent, single.level, folders.levels, folders=single.folder
            ),
            "bands": band_table(single.percent, single.level, folders.names, folders=single.folder),
            "judges": folder_judge_table(folders),
            "agreement": agreement_table(folders),
        },
        notes=_notes(folders),
    )


def _notes(folders: Folders) -> tuple[str, ...]:
    notes = [
        f"Levels from judged_persons, lowest first: {', '.join(folders.levels)}.",
        "Scores are per cent of the marks of each person's form; forms count as equally hard.",
        "A judge counts with the last judgement of a folder.",
    ]
    if folders.other_words:
        notes.append("Judgements that name no level (borderline, say) are left out.")
    if folders.unscored:
        notes.append("Judgements of persons without a total are left out.")
    return tuple(notes)


def _boundaries(
    folders: Folders, ratings: Ratings, *, replicates: int, seed: int, level: float
) -> list[dict[str, Any]]:
    """A row a boundary, from the lowest."""
    single = ratings.single()
    percent, codes = single.percent, single.level
    proportional = proportional_cuts(percent, codes, folders.names, chance=0.5, shifts={})
    rows = []
    for k, name in enumerate(folders.names):
        above = (codes > k).astype(float)
        made = boundary_cut(percent, above, chance=0.5, share=None)
        error = folder_error(
            ratings, k, made["percent"], replicates=replicates, seed=seed, level=level
        )
        if made["why"] is not None:
            error |= dict.fromkeys([one for one in error if not one.endswith("why")], np.nan)
        rows.append(
            {
                "cut_name": name,
                "judges": ratings.judges,
                "n": ratings.folders,
                "ratings": int(codes.size),
                **made,
                "percent_proportional": proportional[name],
                **error,
            }
        )
    return in_order(rows)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    why = [row["why"] for row in rows]
    rows = [dict(row) for row in rows]
    curve, apart, folders, judges = (
        [row.pop(name) for row in rows]
        for name in ("curve_why", "separation_why", "folders_why", "judges_why")
    )
    one = "one_boundary" if len({row["cut_name"] for row in rows}) == 1 else "not_fitted"
    return cut_table(
        rows,
        {
            "curve_slope": curve,
            "curve_intercept": curve,
            "model_se": why,
            "separation_low": apart,
            "separation_high": apart,
            "percent_proportional": [one] * len(rows),
            "se_folders": [a or b for a, b in zip(why, folders, strict=True)],
            "se_judges": [a or b for a, b in zip(why, judges, strict=True)],
        },
    )
