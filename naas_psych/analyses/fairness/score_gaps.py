"""Gaps between groups in their scores, and whether each group is measured as precisely."""

from __future__ import annotations

from naas_psych.analyses.fairness.compared import comparisons_asked, groups_asked
from naas_psych.analyses.fairness.gap_drawings import gap_drawings as drawings
from naas_psych.analyses.fairness.gap_findings import gap_findings as findings
from naas_psych.analyses.fairness.gap_precision import cut_errors, precision_table
from naas_psych.analyses.fairness.gap_rows import gap_table
from naas_psych.analyses.fairness.gap_words import LINES
from naas_psych.analyses.fairness.level_errors import level_errors
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.rated_work import rated_work_table
from naas_psych.analyses.fairness.score_pairs import total_notes
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "score_gaps"]


@analysis
def score_gaps(
    study: Study, *, group: Group = None, omitted: Omitted = None, level: Level = 0.95
) -> Result:
    """How far apart are the scores of groups, and is each group measured as precisely?

    Formula
    -------
    Within forms, each form weighted n_R n_F / (n_R + n_F): difference = mean focal - mean
    reference in per cent of the marks, with Welch's limits. Hedges' g = (1 - 3 / (4 df - 1))
    (mean_F - mean_R) / s with the pooled s, each form weighted by its precision.
    hedges_g_disattenuated = g / sqrt(alpha within the groups).
    focal_above = P(focal > reference) + P(equal) / 2.
    SEM^2 of a group = mean error variance of its persons' totals = s_X^2 (1 - alpha).

    How to read it
    --------------
    Negative: the focal group scores lower. The verdict is the size that both limits of g agree on
    (gap_small .2, gap_medium .5, gap_large .8), or the least of them ("at least small"); it is not
    given with fewer than 100 persons of either group (gap_judge_min). A gap says that groups
    differ, and nothing about why.
    hedges_g_disattenuated is what the gap would be without error of measurement: a sensitivity
    line. A sem_ratio above 1 means that the level is measured with more error than the reference.

    When not to use it
    ------------------
    Not as a statement on items or marking: groups that know different things differ. Who was never
    put forward is in no group. Gaps in rated work also hold the severity of the raters.

    Agrees with
    -----------
    R's t.test for the limits of the difference, and Hedges' g worked by hand.

    References
    ----------
    hedges_1981, mcgraw_wong_1992, delong_1988, feldt_1965

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> gaps = nps.score_gaps(study, group=["ethnicity"]).tables["groups"].set_index("focal")
    >>> gaps.loc["other than White", "verdict_words"]
    'at most small'
    """
    comparisons = comparisons_asked(study, group)
    groups = groups_asked(study, group)
    errors = level_errors(study, groups, omitted)
    at_cuts = cut_errors(study, errors, omitted)
    return Result(
        tables={
            "groups": gap_table(study, comparisons, errors, omitted, level),
            "precision": precision_table(study, groups, errors, level),
            "precision_at_cuts": at_cuts.table,
            "rated_work": rated_work_table(study, comparisons, level),
        },
        notes=(
            *total_notes(study, omitted),
            "Scores are in per cent of the marks of a form, and compared within forms.",
            f"p is adjusted within a group column ({len(comparisons)} comparisons in all).",
            "A gap is a difference between groups; it does not say where it comes from.",
            *at_cuts.notes,
        ),
        provenance={name: study.thresholds[name].value for name in LINES},
    )
