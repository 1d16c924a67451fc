"""Test functioning: what the items that differ between groups add up to, in marks and at a cut."""

from __future__ import annotations

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.freed_comparisons import Anchors, Asked, Draws, compared
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.test_functioning_drawings import (
    test_functioning_drawings as drawings,
)
from naas_psych.analyses.fairness.test_functioning_findings import (
    test_functioning_findings as findings,
)
from naas_psych.analyses.fairness.test_functioning_rows import curve_table, cut_table, form_table
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analyses.outcomes import cuts_asked, form_totals
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "test_functioning"]


@analysis
def test_functioning(
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
    """Do the items that differ between two groups add up to a difference in the whole test?

    Formula
    -------
    Both groups are calibrated on one scale, with the items that were flagged (a moderate or large
    difference by dif_mantel_haenszel) free to differ. T_F and T_R: expected total of a focal and of
    a reference person at theta. dtf = mean of T_F - T_R over the focal group, dtf_unsigned the mean
    of its size, both in marks; ..._overall: over both groups. essd = dtf / SD of the expected
    totals. At a cut, theta is where T_R is the cut: expected_difference = T_F - T_R there,
    chance_... = chance of a total at or above the cut, rate_change = mean of the difference of the
    two chances over the focal group, persons_changed = n times the mean of its size: so many
    decisions change at the least. Limits: quantiles of draws from N(estimates, covariance) of the
    parameters of the freed items.

    How to read it
    --------------
    Below 0 the focal group earns less than reference persons of the same theta. dtf_sem_share holds
    the difference at the cut to the error of measurement there; half of it is the line (threshold
    dtf_sem_share_max). large: the limits lie beyond the line; negligible: within it, and enough
    items could be tested (dtf_untestable_share_max); else cannot tell. Items that differ in
    opposite directions cancel in dtf, not in dtf_unsigned, whose limits never reach 0.

    When not to use it
    ------------------
    The items that were not flagged are taken to work the same: what they hide adds to nothing here.
    Where no item is freed there is no number, and the verdict rests on the share of items that
    could be tested. Theta is taken for normal in each group, the choice of items for given.

    Agrees with
    -----------
    The definition of Chalmers, Counsell and Flora, worked by quadrature (sDTF .01646, uDTF .04613
    of two items; theirs is reference less focal, so that the sign is turned here).

    References
    ----------
    chalmers_counsell_flora_2016, meade_2010, lord_wingersky_1984

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> forms = nps.test_functioning(study, group=["setting"]).tables["forms"]
    >>> sorted(forms.loc[forms["items_freed"] > 0, "focal"].unique())
    ['fostering_adoption']
    """
    comparisons = comparisons_asked(study, group)
    asked = Asked(group, anchor, omitted, draws, seed, level, threads)
    notes: tuple[str, ...] = ()
    try:
        cuts = cuts_asked(study, cut)
    except AnalysisImpossible as none:
        cuts, notes = {}, (str(none),)
    forms = form_totals(study, omitted)
    found = list(compared(study, comparisons, asked))
    return Result(
        tables={
            "forms": form_table(study, found, forms, level),
            "cuts": cut_table(study, found, forms, cuts, omitted=omitted, level=level),
            "curves": curve_table(found, level),
        },
        notes=(*notes, *(one.said for one in found if one.said)),
        provenance={"seed": seed},
    )


# The name is the contract's; a test runner must not take it for a test.
test_functioning.__dict__["__test__"] = False
