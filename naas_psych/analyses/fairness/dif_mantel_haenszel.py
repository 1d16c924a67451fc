"""Mantel-Haenszel: do persons of two groups with the same score do equally well on each item?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.judged import family_note
from naas_psych.analyses.fairness.mantel_haenszel_findings import (
    mantel_haenszel_findings as findings,
)
from naas_psych.analyses.fairness.mantel_haenszel_items import item_rows, joined
from naas_psych.analyses.fairness.mantel_haenszel_joint import joint_table
from naas_psych.analyses.fairness.mantel_haenszel_rows import How, PurifyOn, compared
from naas_psych.analyses.fairness.mantel_haenszel_tables import (
    graded_table,
    homogeneity_table,
    overview_table,
    purification_table,
)
from naas_psych.analyses.fairness.matched import matched_notes
from naas_psych.analyses.fairness.options import Group, Matching, Purify
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_mantel_haenszel", "findings"]

Exact = Annotated[
    bool,
    Field(description="exact p of items scored right or wrong, given all margins (column p_exact)"),
]
SizeOnly = Annotated[
    bool, Field(description="classes by the size of delta alone, as some programs print them")
]
On = Annotated[
    PurifyOn,
    Field(
        description="what leaves an item out of the matching score: its class (B or C), or p below "
        "dif_alpha, as in difR"
    ),
]


@analysis
@remembered
def dif_mantel_haenszel(
    study: Study,
    *,
    group: Group = None,
    purify: Purify = True,
    purify_on: On = "class",
    matching: Matching = "score",
    size_only: SizeOnly = False,
    exact: Exact = False,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Which items do persons of one group get right less often than others with the same score?

    Formula
    -------
    At each matching score k: A, B reference right and wrong, C, D focal right and wrong, T all.
    odds_ratio = sum(AD/T) / sum(BC/T); delta = -2.35 ln odds_ratio, with the standard error of
    Robins, Breslow and Greenland. chi_square = (|sum A - sum E(A)| - 1/2)^2 / sum V(A). Items of
    several score points: Mantel's chi-square and the common odds ratio of Liu and Agresti.
    Class A: |delta| below 1 or not different from 0; C: at least 1.5 and more than 1 beyond chance
    (one-sided, .05); B: the rest. Items of several score points: by the standardised mean
    difference in standard deviations of the item (.17, .25) and Mantel's p.

    How to read it
    --------------
    A negative delta: harder for the focal group than for reference persons with the same score.
    One delta is about a tenth of the persons near facility .5. The verdict rests on the purified
    class where purify is on, and says cannot_tell where the groups are small: see power, the chance
    to find a moderate difference, and n_focal_needed. An item that shows a difference needs a look
    at its content; the number does not say why.

    When not to use it
    ------------------
    Differences that change sign along the score cancel (see homogeneity and dif_logistic). Below
    about 200 persons of the smaller group most differences are missed.

    Agrees with
    -----------
    difR 5.1: difMH (chi-square, odds ratio, variance, purification by significance), difBD, difGMH
    to 1e-6 (difBD to its four decimals).

    References
    ----------
    mantel_haenszel_1959, mantel_1963, holland_thayer_1988, robins_breslow_greenland_1986,
    dorans_holland_1993, liu_agresti_1996, zwick_thayer_mazzeo_1997, breslow_day_1980, tarone_1985,
    zwick_2012, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_mantel_haenszel(study, group=["setting"]).tables["items"]
    >>> list(items.loc[items["verdict"] == "large", "item_id"])
    ['A04']
    """
    how = How(purify, purify_on, matching, size_only, omitted)
    asked = comparisons_asked(study, group)
    made = [compared(study, one, how) for one in asked]
    items = joined([item_rows(study, one, level=level, exact=exact) for one in made])
    tables = {
        "items": items,
        "overview": overview_table(study, made, items),
        "homogeneity": homogeneity_table(study, made),
        "graded": graded_table(study, made, level=level),
        "joint": joint_table(study, group, how),
    }
    if purify:
        tables["purification"] = purification_table(study, made)
    notes = (*matched_notes(study, omitted), family_note(items, "Mantel-Haenszel"), _matched(how))
    return Result(tables=tables, notes=notes)


def _matched(how: How) -> str:
    score = "bands of scores" if how.matching == "bins" else "every score"
    said = f"Matched on {score}; the item itself is always part of it."
    if not how.purify:
        return said
    flags = "p below .05" if how.purify_on == "significance" else "class B or C"
    return (
        f"{said} Purified columns leave items of {flags} out of the score; verdict and power rest "
        "on them."
    )
