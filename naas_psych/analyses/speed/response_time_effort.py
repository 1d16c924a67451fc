"""Response-time effort: who answered without reading, and which items were guessed?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.behaviour import behaviour
from naas_psych.analyses.speed.effort_drawings import effort_drawings as drawings
from naas_psych.analyses.speed.effort_findings import effort_findings as findings
from naas_psych.analyses.speed.effort_items import curve_table, item_table
from naas_psych.analyses.speed.effort_summary import effort_summary
from naas_psych.analyses.speed.options import TAIL, Asked, Fixed, Rule, Share, Trim
from naas_psych.analyses.speed.speed_measures import effort
from naas_psych.analyses.speed.timed_notes import timed_notes
from naas_psych.analyses.speed.views import View, view
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "response_time_effort"]


@analysis
def response_time_effort(
    study: Study,
    *,
    rule: Rule = "auto",
    nt_share: Share = 0.10,
    trim: Trim = 0.05,
    fixed_seconds: Fixed = 3.0,
    level: Level = 0.95,
) -> Result:
    """Who answered too fast to have read the item, and which items were guessed that way?

    Formula
    -------
    An answer is rapid when its time is below the threshold of its item. rte = share of a person's
    timed answers that are not rapid; rtf = the same of an item. Thresholds: nt10 = min(10 % of the
    trimmed mean time, 10 s); mixture = where nine in ten answers are of the fast of two lognormal
    kinds, if they are apart; cump = first time from which all answers up to it earn more than blind
    choice, and stay so; fixed = 3 s. Rule auto: mixture, else nt10. Effort-moderated marks leave
    rapid answers out as if they had not been given.

    How to read it
    --------------
    An rte below .90 puts a person's score in doubt; more than 5 % of such persons put the form in
    doubt. Look at accuracy_rapid beside chance: rapid answers at chance are guesses. Where two
    rules give different thresholds, see whether the share of rapid answers hangs on it.

    When not to use it
    ------------------
    Not to accuse a person, nor to change a score that decides: effort-moderated marks are shown as
    a test of how much haste matters, never as the result. Not where one time stands for several
    items. With fewer than about 50 persons only nt10 and fixed have a threshold.

    Agrees with
    -----------
    The worked example of NT10 and RTE in Wise and Kong's definition, to four digits.

    References
    ----------
    wise_kong_2005, wise_ma_2012, wise_2006, schnipke_scrams_1997, guo_etal_2016,
    ashman_bird_zepf_1994, wise_demars_2006, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> table = nps.response_time_effort(study).tables["persons"]
    >>> bool(table["rte"].dropna().between(0, 1).all())
    True
    """
    whole = behaviour(study, Asked(rule, nt_share, trim, fixed_seconds))
    if not whole.has_times:
        raise AnalysisImpossible(
            "No answer has a response time, so nobody can tell rapid answers from considered ones. "
            "Needed: a column response_time (seconds) beside the responses."
        )
    usual = ~whole.places.extra_time
    everybody = np.ones_like(usual)
    views = [view(whole, form, everybody, tail=TAIL) for form in whole.places.forms]
    views = [one for one in views if one.n]
    own = [view(whole, form, usual, tail=TAIL) for form in whole.places.forms]
    own = [one for one in own if one.n]
    return Result(
        tables={
            "summary": effort_summary(own, level=level, thresholds=study.thresholds),
            "items": item_table(study, whole, usual, level=level),
            "curve": curve_table(whole, usual, level=level),
            "persons": _persons(study, views),
        },
        notes=(*whole.places.notes, *timed_notes(study, whole, own)),
    )


def _persons(study: Study, views: Sequence[View]) -> pd.DataFrame:
    """One row a person of every form, with extra time or not."""
    rows = np.concatenate([one.rows for one in views])
    forms = np.concatenate([np.full(one.n, one.form.name, dtype=object) for one in views])
    parts = {
        "rte": np.concatenate([effort(one) for one in views]),
        "n_timed": np.concatenate([one.timed.sum(axis=1) for one in views]),
        "n_rapid": np.concatenate([one.rapid.sum(axis=1) for one in views]),
        "total_time": np.concatenate([one.total_times for one in views]),
    }
    extra = np.concatenate([one.whole.places.extra_time[one.rows] for one in views])
    order = np.argsort(rows, kind="stable")
    size = rows.size
    return tidy(
        {
            "person_id": study.responses.person_ids[rows[order]],
            "form": forms[order],
            "extra_time": extra[order],
            **{name: values[order] for name, values in parts.items()},
        },
        {"rte": ["no_times"] * size, "total_time": ["not_all_timed"] * size},
    )
