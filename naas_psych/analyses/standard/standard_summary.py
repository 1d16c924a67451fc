"""Setting the standard: what every method says side by side, and what was decided."""

from __future__ import annotations

from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.standard.agreement_rows import agreement_rows
from naas_psych.analyses.standard.decision_rows import decision_rows
from naas_psych.analyses.standard.method_cuts import METHODS, RELATIVE, method_cuts
from naas_psych.analyses.standard.method_rows import curve_rows, method_rows
from naas_psych.analyses.standard.standard_summary_drawings import (
    standard_summary_drawings as drawings,
)
from naas_psych.analyses.standard.standard_summary_findings import (
    standard_summary_findings as findings,
)
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "standard_summary"]


@analysis
@remembered
def standard_summary(
    study: Study, *, omitted: Omitted = None, level: Level = 0.95, seed: Seed = 2017
) -> Result:
    """Where do the methods put the pass mark, do they agree, and what was made of it?

    Formula
    -------
    Each method that the data allow gives a cut with its error; cuts on the scale of the test are
    set beside each other in per cent of the marks, with the share of persons who reach them.
    apart_in_sem = (highest cut - lowest cut) / SEM of the form, over methods that judge what a
    person should know (not those that only ask how good the others are). final = recommended +
    sem_steps * SEM + shift.

    How to read it
    --------------
    Methods are never averaged: each asks another question. Within one SEM of each other they
    agree as well as the test can tell. What the decision maker added stands in `decisions` on a
    line of its own with a sign: above 0 it guards the public, below 0 the candidate. Whether the
    result lies in Hofstee's box says if the judges could live with the cut and with whom it stops.

    When not to use it
    ------------------
    No number says which standard is right: that is a judgement which named people must own.
    A cut for other work than the test (observed practice) is listed and not compared.

    Agrees with
    -----------
    The cuts of the single methods, of which it is made.

    References
    ----------
    hurtz_hertz_1999, cohen_kane_crooks_1999

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> methods = nps.standard_summary(study).tables["methods"]
    >>> sorted(set(methods["method"]))[:2]
    ['angoff', 'borderline_group']
    """
    found = method_cuts(study, omitted=omitted, level=level, seed=seed)
    if set(found.rows["method"]) <= set(RELATIVE):
        raise AnalysisImpossible(
            "No judgements were given that a standard could be set from. Needed: a table angoff "
            "(judge_id, item_id, probability), compromise (judge_id, min_cut, max_cut, min_fail, "
            "max_fail), marks with a global grade, judged_persons, ebel_items or bookmark."
        )
    methods = method_rows(study, found.rows, omitted=omitted, level=level, seed=seed)
    agreement = agreement_rows(study, methods, omitted=omitted)
    untried = [name.replace("_", " ") for name in METHODS if name in found.impossible]
    return Result(
        tables={
            "methods": methods,
            "agreement": agreement,
            "decisions": decision_rows(study, methods, omitted=omitted),
            "curve": curve_rows(study, omitted),
        },
        notes=(
            "Methods are set side by side and never averaged.",
            f"Not possible on these data: {', '.join(untried)}." if untried else "",
        ),
        provenance={"seed": seed},
    )
