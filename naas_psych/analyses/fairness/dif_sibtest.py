"""SIBTEST and crossing SIBTEST, of every item and of bundles of items."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.judged import Integers, family_note, group_codes
from naas_psych.analyses.fairness.matched import forms_compared, matched_forms, matched_notes
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.sibtest_findings import sibtest_findings as findings
from naas_psych.analyses.fairness.sibtest_rows import Tested, sibtest_table
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.dif_cells import MatchedForm
from naas_psych.numerics.score_bands import LEAST
from naas_psych.numerics.score_tables import bundle_table, in_bands, item_table
from naas_psych.numerics.sibtest import ScoreTable, Weights, sibtest
from naas_psych.result import Result
from naas_psych.study.groupings import Comparison
from naas_psych.study.study import Study

__all__ = ["dif_sibtest", "findings"]

Weighted = Annotated[
    Weights,
    Field(
        description="whose scores weigh the differences: those of both groups together (total) "
        "or of the focal group"
    ),
]
Forms = tuple[MatchedForm, ...]
_BUNDLE = ("bundle_by", "bundle", "items")


@analysis
@remembered
def dif_sibtest(
    study: Study,
    *,
    group: Group = None,
    weights: Weighted = "total",
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Does an item, or a bundle of items, work differently at the same score on the other items?

    Formula
    -------
    beta = sum p_k (Y*_Rk - Y*_Fk) over scores k on the other items; Y* is the group's mean moved
    along its regression to the true score V(k) = mean over groups of mean_g + alpha_g (k - mean_g).
    chi-square = (beta / SE)^2, df 1. Crossing: the differences up to the score where they change
    sign and those beyond it are tested apart, df 2; where they do not change sign it is the uniform
    test. difference = -beta. Classes by beta as a share of the marks: A below .059 or chance, C
    above .088, B between.

    How to read it
    --------------
    difference below 0: harder for the focal group, as for all methods here; beta has the sign of
    the literature, and of a crossing none. difference_below and difference_above say for whom:
    weaker persons (the share_below) and stronger. Only scores with more than five persons of each
    group count: used_share says how few that can be. In the columns in bands neighbouring scores
    are joined until each group has ten persons, so that everybody counts; verdict goes by these,
    and by the p adjusted for the number of items. A bundle adds up what single items are too small
    to show; its effects are shares of its marks.

    When not to use it
    ------------------
    Short tests (the other items must rank persons), small groups (few scores have persons enough).
    A bundle that is much of the test leaves little to match on. The crossing test splits where the
    data look most crossed: of items without a difference it flags up to 8 in 100 at .05.

    Agrees with
    -----------
    mirt 1.45 and difR 5.1 to 1e-8 (SIBTEST and CSIBTEST, items and bundles), but where a group has
    nobody at a score beside one that counts: they take the mean of nobody as 0, we take the nearest
    score with persons. A crossing they round to one digit (18 to 20), we to whole scores.

    References
    ----------
    shealy_stout_1993, chalmers_2018, roussos_stout_1996, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_sibtest(study, group=["setting"]).tables["items"]
    >>> hit = items[(items["verdict"] == "large") & (items["kind"] == "uniform")]
    >>> list(zip(hit["item_id"], hit["focal"]))
    [('A04', 'fostering_adoption')]
    """
    forms = matched_forms(study, omitted)
    asked = comparisons_asked(study, group)
    limits = study.thresholds
    items = sibtest_table([_items(study, forms, one, weights) for one in asked], limits, level)
    tables = {"items": items}
    named, members = bundles(study)
    if len(named):
        made = [_bundles(forms, one, weights, named, members) for one in asked]
        tables["bundles"] = sibtest_table(made, limits, level)
    notes = (*matched_notes(study, omitted), family_note(items, "SIBTEST, each kind by itself,"))
    return Result(tables, notes=notes)


def _items(study: Study, forms: Forms, comparison: Comparison, weights: Weights) -> Tested:
    responses = study.responses
    compared = forms_compared(study, comparison, forms)
    table = item_table(compared, group_codes(comparison), n_items=responses.n_items)
    width = (responses.max_points - responses.min_points).astype(float)
    return Tested(
        comparison=comparison,
        names={"item_id": np.array(responses.item_ids, dtype=object)},
        n=_persons(table),
        scale=np.full(width.size, responses.unit),
        width=width,
        reliable=_reliable(table),
        found=sibtest(table, weights=weights),
        bands=sibtest(in_bands(table, least=LEAST), weights=weights),
    )


def _bundles(
    forms: Forms,
    comparison: Comparison,
    weights: Weights,
    named: pd.DataFrame,
    members: NDArray[np.bool_],
) -> Tested:
    table = bundle_table(forms, group_codes(comparison), members)
    return Tested(
        comparison=comparison,
        names={name: named[name].to_numpy() for name in _BUNDLE},
        n=_persons(table),
        scale=np.ones(len(named)),
        width=np.ones(len(named)),
        reliable=_reliable(table),
        found=sibtest(table, weights=weights),
        bands=sibtest(in_bands(table, least=LEAST), weights=weights),
    )


def _persons(table: ScoreTable) -> Integers:
    return np.asarray(table.n.sum(axis=1), dtype=np.int64)


def _reliable(table: ScoreTable) -> NDArray[np.bool_]:
    """(Q,) whether alpha of the other items is above 0 in both groups, in some form."""
    return np.asarray(np.any((table.reliability > 0).all(axis=2), axis=1))


def bundles(study: Study) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Items of one domain, and of one scenario, two or more: their names, and members (Q, J)."""
    rows: list[tuple[str, str, int]] = []
    members = []
    for column in dict.fromkeys((study.spec.content.domain, "scenario_id")):
        if column not in study.items:
            continue
        values: Any = study.items[column].to_numpy(dtype=object)
        for label in sorted({str(v) for v in values if isinstance(v, str) and v}):
            own = np.array([value == label for value in values], dtype=bool)
            if 1 < own.sum() < own.size - 1:
                rows.append((column, label, int(own.sum())))
                members.append(own)
    named = pd.DataFrame(rows, columns=list(_BUNDLE))
    return named, np.array(members, dtype=bool).reshape(len(rows), len(study.items))
