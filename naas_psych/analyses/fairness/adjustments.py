"""Adjustments: who was given more time, was it used, and how did they do?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from naas_psych.analyses.fairness.adjustment_findings import adjustment_findings as findings
from naas_psych.analyses.fairness.adjustment_persons import Persons, persons_of
from naas_psych.analyses.fairness.adjustment_rows import outcome_rows
from naas_psych.analyses.fairness.compared import groups_asked
from naas_psych.analyses.fairness.freed_comparisons import Row, table_of
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analyses.outcomes import cuts_asked
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["adjustments", "findings"]


@analysis
def adjustments(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Were adjustments given, was the time used, and how did those who had it do?

    Formula
    -------
    Adjusted: the persons of [speed] extra_time. Uptake: their share of each group, with Wilson's
    limits. time_used: median of the seconds on all items as a share of the usual time limit of the
    form, with the standard error of Price and Bonett. reached_last and meets_cut: shares of
    persons, Newcombe's limits of the difference. rapid_share: mean over persons of the share of
    their timed answers that were rapid (see speededness), Welch's limits. adjustment_difference =
    those with the adjustment less the others.

    How to read it
    --------------
    A median time above 1 says that the extra time was needed to finish. Where persons with the
    adjustment reach the end as often as the others, and guess no more, it did what it was for.
    Differences are of persons as they are: who was given time differs from who was not in more than
    the time, so that no effect of the adjustment is shown.

    When not to use it
    ------------------
    Below ten persons with and without (adjustment_persons_min) nothing is compared. Who needed an
    adjustment and did not ask, or was refused, is not in these data.

    Agrees with
    -----------
    Counts and medians by hand.

    References
    ----------
    wilson_1927, newcombe_1998, welch_1947, price_bonett_2001

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> outcomes = nps.adjustments(study).tables["outcomes"]
    >>> int(outcomes["n_with_adjustment"].max())
    43
    """
    people = persons_of(study)
    notes: list[str] = [
        "Who was given an adjustment differs from who was not in more than the adjustment: a "
        "difference between them is not its effect."
    ]
    try:
        cuts = cuts_asked(study, cut)
    except AnalysisImpossible as none:
        cuts = {}
        notes.append(str(none))
    return Result(
        tables={
            "outcomes": outcome_rows(study, people, cuts, omitted=omitted, level=level),
            "uptake": _uptake(study, people, group, level),
        },
        notes=tuple(notes),
    )


def _uptake(study: Study, people: Persons, group: Any, level: float) -> pd.DataFrame:
    """One row a level: how many of it had the adjustment, and their share."""
    least = study.thresholds["adjustment_persons_min"].value
    asked = study.spec.speed.extra_time
    rows: list[Row] = []
    there = groups_asked(study, group) if group or study.spec.groups else ()
    for groups in there:
        if asked is not None and groups.name == asked.column:
            continue
        for one in (*groups.levels, *groups.combined):
            own = one.members & people.given
            n, adjusted = int(own.sum()), int((own & people.adjusted).sum())
            row: Row = {"group": groups.name, "group_level": one.name, "n": n}
            row |= {"n_with_adjustment": adjusted, "why": "small_group"}
            if n >= least:
                limits = wilson(adjusted, n, level=level)
                row |= {"adjustment_share": adjusted / n}
                row |= {"adjustment_share_low": float(limits.low)}
                row |= {"adjustment_share_high": float(limits.high)}
            rows.append(row)
    columns = ("group", "group_level", "n", "n_with_adjustment")
    shares = ("adjustment_share", "adjustment_share_low", "adjustment_share_high")
    counts = ("n", "n_with_adjustment")
    return table_of(rows, (*columns, *shares), text=("group", "group_level"), counts=counts)
