"""Speededness: did people have time to answer, or did they guess at the end?"""

from __future__ import annotations

from naas_psych.analyses.speed.behaviour import behaviour
from naas_psych.analyses.speed.options import Asked, Fixed, Rule, Share, Tail, Trim
from naas_psych.analyses.speed.speed_groups import group_table
from naas_psych.analyses.speed.speed_measures import measures, summary_table
from naas_psych.analyses.speed.speed_tables import accuracy_table, position_table
from naas_psych.analyses.speed.speededness_drawings import speededness_drawings as drawings
from naas_psych.analyses.speed.speededness_findings import speededness_findings as findings
from naas_psych.analyses.speed.timed_notes import timed_notes
from naas_psych.analyses.speed.views import view
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "speededness"]


@analysis
def speededness(
    study: Study,
    *,
    rule: Rule = "auto",
    tail: Tail = 0.125,
    nt_share: Share = 0.10,
    trim: Trim = 0.05,
    fixed_seconds: Fixed = 3.0,
    level: Level = 0.95,
) -> Result:
    """Did people have time to answer, or did they leave blanks and guess at the end?

    Formula
    -------
    An answer is rapid when it took less than the threshold of its item. Rule auto: where the log
    times of the item fall into two separate normal kinds (EM over all persons; means at least 2
    root mean square deviations apart, the fast one at most a third of the other and 10 seconds, 5
    answers, BIC better by 10), the time at which nine in ten answers are of the fast kind;
    elsewhere nt10, 10 % of the trimmed mean time, at most 10 seconds. The tail is the last eighth
    of the positions (option tail), fixed before the data are seen. gulliksen_ratio = var(U) /
    var(W + U), stafford_quotient = 100 sum(U) / sum(W + U): U items not reached, W marks lost on
    others. Shares of answers have Wilson's limits with as many independent answers as their spread
    over persons gives.

    How to read it
    --------------
    Read `speed_verdict`: rushed, partly, not_rushed or cannot_tell. It holds the intervals of
    reached_last, reached_three_quarters and rapid_tail_share to their limits. Then look at
    `accuracy`: if rapid answers earn what blind choice earns, and the others far more, they are
    guesses. Where rapid_tail_rise is not surely above 0 they are as frequent before the end, which
    may be little effort as well as little time: then we cannot tell. The rule of 80 % who reach the
    last item counts blanks only: where a wrong answer costs nothing, people guess rather than leave
    a blank, so it passes tests that were too short.

    When not to use it
    ------------------
    Without response times it can say that a test was rushed, never that it was not. Blanks behind
    the last answer that have no time, and items behind it without a row, count as not reached; the
    notes say so. Times of a whole screen with several items are no times of items. Persons with
    extra time had another test: they are in the table groups only.

    Agrees with
    -----------
    Worked examples of the ratios of Gulliksen (.3053) and Stafford (42.31) and of NT10, to four
    digits. Gulliksen's denominator is the variance of error scores; some divide by that of rights.

    References
    ----------
    gulliksen_1950, stafford_1971, cintron_2021, schnipke_scrams_1997,
    wise_kong_2005, wise_ma_2012, ashman_bird_zepf_1994, raftery_1995, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> summary = nps.speededness(study).tables["summary"].set_index("measure")
    >>> bool(0 <= summary.loc["reached_last", "value"] <= 1)
    True
    """
    whole = behaviour(study, Asked(rule, nt_share, trim, fixed_seconds))
    usual = ~whole.places.extra_time
    views = [view(whole, form, usual, tail=tail) for form in whole.places.forms]
    views = [one for one in views if one.n and one.form.positions.size]
    if not views:
        raise AnalysisImpossible(
            "Nobody who had the usual time answered an item at a known place of the test. Needed: "
            "answers, and positions or an order of the items."
        )
    found = {
        one.form.name: measures(one, level=level, thresholds=study.thresholds) for one in views
    }
    return Result(
        tables={
            "summary": summary_table(found),
            "positions": position_table(views, level=level),
            "accuracy": accuracy_table(views, level=level),
            "groups": group_table(study, whole, tail=tail, level=level),
        },
        notes=(*whole.places.notes, *timed_notes(study, whole, views)),
        provenance={"has_times": whole.has_times, "persons": {v.form.name: v.n for v in views}},
    )
