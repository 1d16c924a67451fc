"""Standardisation: the share of an item's marks that persons with the same total earn."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.judged import family_note
from naas_psych.analyses.fairness.matched import matched_forms, matched_notes
from naas_psych.analyses.fairness.options import Group, Purify
from naas_psych.analyses.fairness.standardisation_findings import (
    standardisation_findings as findings,
)
from naas_psych.analyses.fairness.standardisation_rows import compare, history_table, items_table
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.standardisation import Weights
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_standardisation", "findings"]

Weighted = Annotated[
    Weights,
    Field(
        description="whose scores weigh the differences: those of the focal group, of the "
        "reference group, or of both together"
    ),
]


@analysis
@remembered
def dif_standardisation(
    study: Study,
    *,
    group: Group = None,
    purify: Purify = True,
    weights: Weighted = "focal",
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """How much more or less of an item's marks does a group earn than others with the same total?

    Formula
    -------
    STD P-DIF = sum n_Fk (p_Fk - p_Rk) / sum n_Fk over the totals k that both groups have; p is the
    share of the item's marks, for right or wrong items the proportion right. Its variance is
    sum n_Fk^2 (s2_Fk / n_Fk + s2_Rk / n_Rk) / (sum n_Fk)^2. With several forms k is form and total.
    Class A: below .05 or p not below .05; C: above .10, and .05 lies outside a one-sided 95 %
    interval; B: the rest.

    How to read it
    --------------
    -.08: of a hundred focal persons eight fewer are right than of a hundred reference persons with
    the same totals. Below 0 the item is harder for the focal group. Read it with its limits:
    smallest_detectable is what a sample of this size finds in eight cases of ten. The purified
    columns leave items above .10 out of the total, except when they are studied themselves.

    When not to use it
    ------------------
    Very easy and very hard items cannot differ by much in shares; there Mantel-Haenszel sees more.
    Few focal persons, or groups that hardly overlap: see matched_share.

    Agrees with
    -----------
    difR 5.1 (difStd, with and without purification) to 1e-12; its stdAlpha is std_odds_ratio.
    Standard errors are by the formula above, with s2 leaning on that of both groups at the total:
    where few persons share a total the plain formula is too small.

    References
    ----------
    dorans_kulick_1986, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_standardisation(study, group=["setting"]).tables["items"]
    >>> items = items[items["focal"] == "fostering_adoption"].set_index("item_id")
    >>> items.loc["A04", "std_class"], round(float(items.loc["A04", "std_p_dif"]), 3)
    ('C', -0.223)
    """
    forms = matched_forms(study, omitted)
    made = [
        compare(study, forms, one, weights=weights, purify=purify)
        for one in comparisons_asked(study, group)
    ]
    tables = {"items": items_table(study, made, level=level, purify=purify)}
    if purify:
        tables["purification"] = history_table(study, made)
    notes = (*matched_notes(study, omitted), family_note(tables["items"], "standardisation"))
    return Result(tables, notes=notes)
