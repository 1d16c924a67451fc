"""Gaps between groups in outcomes: at the cuts of the study, and at every cut there could be."""

from __future__ import annotations

from naas_psych.analyses.fairness.compared import comparisons_asked, groups_asked
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.outcome_counts import placed_cuts
from naas_psych.analyses.fairness.outcome_curve import curve_table
from naas_psych.analyses.fairness.outcome_drawings import outcome_drawings as drawings
from naas_psych.analyses.fairness.outcome_findings import outcome_findings as findings
from naas_psych.analyses.fairness.outcome_rows import outcome_table
from naas_psych.analyses.fairness.outcome_shares import shares_table
from naas_psych.analyses.fairness.score_pairs import total_notes
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["adverse_impact", "drawings", "findings"]


@analysis
def adverse_impact(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """How far apart are the pass rates of groups, at the cuts and at every possible cut?

    Formula
    -------
    ratio = p_F / p_R, limits exp(ln ratio -+ z sqrt((1-p_F)/(n_F p_F) + (1-p_R)/(n_R p_R)));
    difference = p_F - p_R with Newcombe's limits; shortfall = n_F p_R - passes_F, in persons;
    p_value from Fisher's exact test; z_pooled = (p_F - p_R) / sqrt(p (1-p) (1/n_F + 1/n_R));
    cohens_h = 2 asin sqrt p_F - 2 asin sqrt p_R. ratio_half has half a person more in each cell.
    difference_expected = Phi(Phi^-1(p_R) + g) - p_R, from the gap in scores alone.

    How to read it
    --------------
    Negative difference, ratio below 1, shortfall above 0: the focal group passes less often. The
    shortfall is how many more of them would pass at the rate of the reference. The verdict says
    where the limits of the ratio lie: wholly below pass_ratio_min (.80), wholly above it, or it
    cannot be told. That ratio is a screening rule from the United States; no law of the United
    Kingdom has it. The curve shows how much of a gap is owed to the place of the cut.

    When not to use it
    ------------------
    Not as an answer to why groups differ, nor to whether that is right or lawful. It counts
    those who sat the test, not those who were never put forward.

    Agrees with
    -----------
    R's fisher.test, and a worked example to five digits.

    References
    ----------
    uniform_guidelines_1978, morris_lobsenz_2000, newcombe_1998, wilson_1927, cohen_1988,
    benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> result = nps.adverse_impact(study, group=["sex"], cut=["63%"])
    >>> result.tables["groups"][["cut", "focal", "n_focal", "verdict"]].to_dict("records")
    [{'cut': '63%', 'focal': 'male', 'n_focal': 130, 'verdict': 'above'}]
    """
    comparisons = comparisons_asked(study, group)
    placed = placed_cuts(study, cut, omitted)
    line = study.thresholds["pass_ratio_min"].value
    return Result(
        tables={
            "groups": outcome_table(study, comparisons, placed.cuts, omitted, level),
            "curve": curve_table(study, comparisons, omitted, level),
            "outcomes": shares_table(
                study, groups_asked(study, group), placed.cuts, omitted, level
            ),
        },
        notes=(
            *total_notes(study, omitted),
            "Whoever is at the cut or above meets it; each form is judged at its own total.",
            "p is adjusted within a group column, over its comparisons at all cuts "
            f"({len(comparisons) * len(placed.cuts)} tests in all).",
            f"The ratio of {line:.2f} is a screening rule from the United States; no law of the "
            "United Kingdom has such a number. Say the difference, its limits and what was done "
            "about it.",
            "The curve leaves out comparisons with too few persons of either group to be shown.",
            *placed.notes,
        ),
        provenance={"pass_ratio_min": line},
    )
