"""Judge influence: what hangs on single judges, and on judges of one background?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import read_panel
from naas_psych.analyses.content.judge_cuts import (
    FormRatings,
    cut_background_table,
    cut_table,
    form_ratings,
    setter_table,
)
from naas_psych.analyses.content.judge_influence_drawings import (
    judge_influence_drawings as drawings,
)
from naas_psych.analyses.content.judge_influence_findings import (
    judge_influence_findings as findings,
)
from naas_psych.analyses.content.judge_ratings import background_table, judge_table
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "judge_influence"]


@analysis
def judge_influence(study: Study, *, level: Level = 0.95) -> Result:
    """What hangs on single judges, and on judges of one background?

    Formula
    -------
    deviation = mean over a judge's items of their rating less the mean of the others; deviation_t
    sets it beside the other judges' deviations: (d - mean) / (SD sqrt(1 + 1/(J - 1))), J - 2 df;
    p_judges = p times the number of judges. s_cvi_without, panel_cut_without: the index and the
    cut without the judge. judge_cut = sum over items of marks times judged probability;
    panel_cut = mean over judges; panel_cut_se = their SD / sqrt(J). facility_r = correlation of
    judged probability and facility within forms, Fisher's z over distinct items.

    How to read it
    --------------
    A judge who stands apart is not wrong: look at what they saw. But what the panel says should
    not hang on one person. A judge of standard setting whose ratings do not go with facility
    (upper limit below .40) has not told hard items from easy ones; their cut says little about
    these items. cut_change_in_se above 1: leaving out these judges moves the cut by more than its
    own error.

    When not to use it
    ------------------
    Two judges who stand apart the same way hide each other. With fewer than 5 judges nobody can
    be called apart. Facility among all persons is not that among borderline persons; a judge may
    differ from it for good reasons, but not in the order of items.

    Agrees with
    -----------
    The cuts and their error with a worked example to four digits.

    References
    ----------
    lynn_1986, brennan_lockwood_1980

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> [f.subject for f in nps.judge_influence(study).findings if f.code == "judge_insensitive"]
    ['J09']
    """
    tables: dict[str, pd.DataFrame | None] = {}
    rated = study.tables.get("judgements")
    notes: list[str] = []
    if rated is not None and not rated.empty and "relevance" in rated:
        panel = read_panel(study)
        tables["judges"] = judge_table(study, panel, level=level)
        tables["backgrounds"] = background_table(study, panel)
        notes.append("Each judge counts with the last rating given to an item.")
    forms = form_ratings(study)
    if forms:
        tables["setters"] = setter_table(study, forms, level=level)
        tables["cuts"] = cut_table(forms)
        tables["cut_backgrounds"] = cut_background_table(study, forms)
        notes.append(_gaps(forms))
    if not tables:
        raise AnalysisImpossible(
            "No ratings of judges were given. Needed: a table judgements (judge_id, item_id, "
            "relevance from 1 to 4), or a table angoff (judge_id, item_id, probability)."
        )
    return Result(
        tables={name: table for name, table in tables.items() if table is not None},
        notes=tuple(notes),
    )


def _gaps(forms: list[FormRatings]) -> str:
    gaps = sum(int(np.isnan(form.ratings).sum()) for form in forms)
    said = (
        "Cuts are made of the last rating that each judge gave an item; judges who left before "
        "the last round that covered the form are in no panel"
    )
    return (
        f"{said}; {gaps} ratings that are missing are filled by judge + item."
        if gaps
        else f"{said}."
    )
