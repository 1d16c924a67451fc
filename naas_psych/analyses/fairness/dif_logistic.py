"""Logistic regression: do groups differ on an item at equal scores, and do their curves cross?"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.fairness.compared import comparisons_asked, groups_asked
from naas_psych.analyses.fairness.judged import family_note
from naas_psych.analyses.fairness.logistic_comparisons import (
    Graded,
    How,
    LogisticComparisons,
    compared,
)
from naas_psych.analyses.fairness.logistic_drawings import logistic_drawings as drawings
from naas_psych.analyses.fairness.logistic_effects import curves_table
from naas_psych.analyses.fairness.logistic_findings import logistic_findings as findings
from naas_psych.analyses.fairness.logistic_rows import (
    items_table,
    joint_table,
    proportional_table,
    purification_table,
)
from naas_psych.analyses.fairness.matched import matched_forms, matched_notes
from naas_psych.analyses.fairness.options import Group, Purify
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_logistic", "drawings", "findings"]

Match = Annotated[
    Literal["total", "rest"],
    Field(description="match persons on the total with the item in it, or on the other items"),
]
Criterion = Annotated[
    Literal["lr", "wald"], Field(description="test by likelihood ratio (lr) or by Wald's statistic")
]
GradedBy = Annotated[
    Graded,
    Field(
        description="model of items of several score points: proportional odds (cumulative) or "
        "adjacent categories (adjacent)"
    ),
]


@analysis
@remembered
def dif_logistic(
    study: Study,
    *,
    group: Group = None,
    purify: Purify = True,
    match: Match = "total",
    criterion: Criterion = "lr",
    graded: GradedBy = "cumulative",
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Do groups differ on an item at equal scores, and does the difference change with the score?

    Formula
    -------
    logit P = b0 + b1 X + b2 G + b3 X G, with X the matching score and G 1 in the focal group. M1
    has b0 and b1, M2 also b2, M3 also b3. Likelihood ratios: uniform M2 against M1 (1 df),
    nonuniform M3 against M2 (1), both M3 against M1 (2). delta_r2 is the gain in Nagelkerke's R2.
    Class by Jodoin and Gierl: A below .035 or not beyond chance, B to .070, C above; by Zumbo and
    Thomas the lines are .13 and .26. delta = 2.35 b2, odds_ratio = exp(-b2) (reference over focal).
    probability_difference: mean over the focal persons of P with b2 less P without (several score
    points: share of the marks). Where a fit has no maximum, because a group or everybody above
    some score answered alike, Firth's penalised likelihood answers (estimator firth). Items of
    several score points: logit P(score >= k) = a_k + b1 X + b2 G + b3 X G.
    Every form has its own b0 and b1, and X counts from the mean of the form in its standard
    deviations: persons are matched within their form, and b2 and b3 mean the same in each. With
    one form this is the plain model.

    How to read it
    --------------
    A negative delta: harder for the focal group than for persons of the reference with the same
    score. Nonuniform: difference_low_scores and difference_high_scores say how the groups differ
    one standard deviation below and above the mean score; opposite signs mean that the curves
    cross, which Mantel-Haenszel does not see. Read the class before p; power_r2 says whether these
    persons could have shown a moderate difference at all. Columns that end in purified are without
    the items flagged (p below dif_alpha) in the matching score; the verdict rests on them.

    When not to use it
    ------------------
    The total must measure the same in both groups: with few or many differing items it does not.
    Classes by R2 ask for large differences; an item may be B by Mantel-Haenszel and A here. Where
    the table proportional shows that a group effect differs from step to step, one number does
    not describe it.

    Agrees with
    -----------
    difR 5.1 (difLogistic, difGenLogistic): chi-square, p, delta R2 and purification to 1e-9; Wald
    to 4e-4 of itself, because R takes the weights before its last step. difNLR 1.5.2 (difORD,
    cumulative and adjacent) to 1e-7; its matching score is the standardised total, which gives the
    same tests. difR stops when it purifies on nonuniform tests; this does not.

    References
    ----------
    swaminathan_rogers_1990, jodoin_gierl_2001, zumbo_thomas_1997, magis_et_al_2011, firth_1993,
    heinze_schemper_2002, brant_1990, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_logistic(study, group=["setting"]).tables["items"]
    >>> uniform = items[(items["kind"] == "uniform") & (items["focal"] == "fostering_adoption")]
    >>> uniform.sort_values("p_value").iloc[0]["item_id"]
    'A04'
    """
    how = How(match=match, criterion=criterion, graded=graded, purify=purify, omitted=omitted)
    made = compared(study, comparisons_asked(study, group), how)
    items = items_table(study, made, how, level=level)
    tables = {
        "items": items,
        "joint": joint_table(study, groups_asked(study, group), how),
        "proportional": proportional_table(study, made),
        "curves": _curves(study, made, items, how),
    }
    if purify:
        tables["purification"] = purification_table(study, made)
    return Result(tables=tables, notes=(*matched_notes(study, omitted), *_notes(items, how)))


def _curves(study: Study, made: LogisticComparisons, items: pd.DataFrame, how: How) -> pd.DataFrame:
    """The curves of items whose slopes differ beyond chance, where both groups are large enough."""
    p = items["p_adjusted_purified" if how.purify else "p_adjusted"]
    told = (items["kind"] == "nonuniform") & (items["estimator"] == "ml")
    told &= (items["verdict"] != "cannot_tell") & (p < study.thresholds["dif_alpha"].value)
    wanted = np.unique(np.flatnonzero(told) // 3)
    most = np.array(
        [max(1, int(f.marks.max(axis=0).sum())) for f in matched_forms(study, how.omitted)],
        dtype=float,
    )
    return curves_table(made, study.responses.item_ids, most, wanted)


def _notes(items: pd.DataFrame, how: How) -> tuple[str, ...]:
    score = {"total": "the total, the item itself included", "rest": "the total of other items"}
    said = [
        f"The matching score is {score[how.match]}.",
        family_note(items, "logistic regression, of each kind by itself,"),
    ]
    firth = int((items["estimator"] == "firth").sum())
    if firth:
        said.append(
            f"{firth} tests have no maximum of the likelihood (a group, or everybody above some "
            "score, answered alike) and are answered by Firth's penalised likelihood."
        )
    return tuple(said)
