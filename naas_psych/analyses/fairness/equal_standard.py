"""Equal standard: has a person of given ability the same chance on every form, in every group?"""

from __future__ import annotations

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.equal_standard_findings import (
    equal_standard_findings as findings,
)
from naas_psych.analyses.fairness.freed_comparisons import (
    Anchors,
    Asked,
    Compared,
    Draws,
    compared,
)
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.standard_rows import form_rows, group_rows, summary_rows
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analyses.outcomes import cuts_asked, form_totals
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["equal_standard", "findings"]


@analysis
def equal_standard(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    anchor: Anchors = None,
    omitted: Omitted = None,
    draws: Draws = 500,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """Is the same standard applied to all: the same chance to meet each cut at equal ability?

    Formula
    -------
    theta of a cut: where the expected total of a reference person, on the largest form or on the
    form compared, is the cut. chance_reference and chance_focal: chance of a total at or above the
    cut there, by the distribution of the total at theta (Lord and Wingersky). points_apart = 100
    (chance_focal - chance_reference). Forms: all items calibrated together. Groups: both calibrated
    together, with flagged items freed (see test_functioning). Limits: quantiles of draws from
    N(estimates, covariance) of the parameters.

    How to read it
    --------------
    Below 0 the other form or the focal group has the smaller chance. Five points either way are the
    line (threshold equal_standard_points_max). large: the limits lie beyond it; negligible: within
    it, and enough items could be tested (dtf_untestable_share_max); else cannot tell. Read
    `summary` first: the largest difference at each cut, and how many comparisons were not told.

    When not to use it
    ------------------
    Forms without common items can be compared only if their persons are alike. A group without a
    flagged item has no number: the model then gives equal chances by its own assumption, and the
    verdict rests on the share of items that could be tested. Whether the cut itself is right is
    another question.

    Agrees with
    -----------
    Simulated persons of equal ability on two forms, counted (to sampling error).

    References
    ----------
    lord_wingersky_1984, chalmers_counsell_flora_2016

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> forms = nps.equal_standard(study, group=["setting"]).tables["forms"]
    >>> list(forms["form"])
    ['alpha', 'alpha']
    """
    cuts, forms = cuts_asked(study, cut), form_totals(study, omitted)
    asked = Asked(group, anchor, omitted, draws, seed, level, threads)
    found, no_groups = _compared(study, asked)
    if len(forms) < 2 and no_groups:
        raise AnalysisImpossible(f"There is one form, and no groups to compare. {no_groups}")
    notes = [no_groups] if no_groups else []
    notes += [one.said for one in found if one.said]
    try:
        by_form = form_rows(study, forms, cuts, asked)
    except AnalysisImpossible as impossible:
        by_form = form_rows(study, forms[:1], cuts, asked)
        notes.append(f"The forms could not be compared: {impossible}")
    by_group = group_rows(study, found, forms, cuts, omitted=omitted, level=level)
    return Result(
        tables={
            "summary": summary_rows(by_form, by_group, cuts),
            "forms": by_form,
            "groups": by_group,
        },
        notes=tuple(notes),
        provenance={"seed": seed},
    )


def _compared(study: Study, asked: Asked) -> tuple[list[Compared], str]:
    """Every comparison, or why there is none: forms can be compared without groups."""
    try:
        comparisons = comparisons_asked(study, asked.group)
    except AnalysisImpossible as none:
        return [], str(none)
    return list(compared(study, comparisons, asked)), ""
