"""The bookmark method: where in a booklet from easy to hard a person on the border stops."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.irt.calibrated import Model, calibrated
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.angoff_ratings import highest_cut
from naas_psych.analyses.standard.booklets import Booklet, booklet, placed_bookmarks
from naas_psych.analyses.standard.bookmark_drawings import bookmark_drawings as drawings
from naas_psych.analyses.standard.bookmark_findings import bookmark_findings as findings
from naas_psych.analyses.standard.bookmark_rows import (
    AfterRound,
    Rule,
    booklet_table,
    cuts_of,
    judges_of,
    rounds_table,
    rp_table,
)
from naas_psych.analyses.standard.expected_totals import expected_totals
from naas_psych.analyses.standard.judged_items import named_cuts
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.response_locations import Locations, response_locations
from naas_psych.result import Result
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

__all__ = ["bookmark", "drawings", "findings"]

#: Response probabilities that are set side by side.
_SIDE_BY_SIDE = (0.50, 0.67, 0.80)


@analysis
def bookmark(
    study: Study,
    *,
    rp: Annotated[
        float,
        Field(gt=0, lt=1, description="probability of success that counts as mastery"),
    ] = 2 / 3,
    convention: Annotated[
        Literal["last", "midpoint"],
        Field(description="the cut lies at the last entry mastered, or half way to the next"),
    ] = "last",
    statistic: Annotated[
        Literal["median", "mean"], Field(description="what stands for the judges: median or mean")
    ] = "median",
    model: Model = "auto",
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Up to which entry of a booklet ordered from easy to hard does a person on the border get?

    Formula
    -------
    Entries stand at the theta where P(X >= k) = RP: b + ln((RP - g) / (1 - RP)) / a for right or
    wrong items, which needs RP > g; steps of other items by their cumulative probability. A
    judge's cut is the location of the last entry mastered. The panel's is the median (or mean);
    SE = sqrt(S^2 / J (1 + (n - 1) rho)) with n judges a table and rho the correlation of judges of
    one table, times sqrt(pi / 2) for a median of three judges or more. The cut in marks is the
    expected total there.

    How to read it
    --------------
    `rp` shows the same bookmarks under other response probabilities: a choice that moves the cut
    and that judges rarely feel. gap_theta and gap_marks: how far the next entry lies; any cut in
    that gap is the same statement. A judge before the first or after the last entry has no cut; a
    median can stand in spite of it.

    When not to use it
    ------------------
    Not where the items are few or bunched, nor where the model does not fit. The error is that of
    the judges alone: it leaves out how well the items' places are known.

    Agrees with
    -----------
    A worked example of locations to five digits.

    References
    ----------
    mitzel_lewis_patz_green_2001, lewis_green_mitzel_baum_patz_1998

    Examples
    --------
    >>> import naas_psych as nps
    >>> from naas_psych.errors import AnalysisImpossible
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> try:
    ...     nps.bookmark(study)
    ... except AnalysisImpossible as reason:
    ...     print(str(reason)[:29])
    No bookmarks were given. Need
    """
    table = _table(study)
    made = calibrated(study, model=model, omitted=omitted)
    curves = expected_totals(study, made, omitted)
    forms = _form_items(study, omitted)
    pages = {p: _pages(table, response_locations(made.fit, p), forms) for p in (rp, *_SIDE_BY_SIDE)}
    marked = _marked(study, table, pages[rp])
    rule = Rule(convention, statistic, level)
    final = [rounds[-1].placed for rounds in marked]
    return Result(
        tables={
            "cuts": cuts_of(final, curves, rule),
            "judges": judges_of(final, study.responses.item_ids, rule),
            "rounds": rounds_table(marked, rule),
            "rp": rp_table(final, {p: pages[p] for p in _SIDE_BY_SIDE}, curves, rule),
            "items": booklet_table(final, study.responses.item_ids),
        },
        notes=(
            f"Mastery is a probability of success of {rp:.2f}.",
            *made.notes,
            "The error is that of the judges; the places of the items count as known.",
        ),
        provenance={"rp": rp},
    )


def _table(study: Study) -> pd.DataFrame:
    table = study.tables.get("bookmark")
    if table is None or table.empty or not {"item_id", "place"} & set(table.columns):
        raise AnalysisImpossible(
            "No bookmarks were given. Needed: a table bookmark (judge_id, and item_id with step of "
            "the last entry mastered, or its place in the ordered booklet)."
        )
    return table[table["judge_id"].notna()].reset_index(drop=True)


def _form_items(study: Study, omitted: Counted | None) -> dict[str, NDArray[np.bool_]]:
    """The items of each form by its name, and of every form together under ""."""
    n = study.responses.n_items
    found = {"": np.ones(n, dtype=bool)}
    for form in form_totals(study, omitted):
        found[form.name] = np.isin(np.arange(n), form.items)
    return found


def _labels(table: pd.DataFrame) -> pd.Series[str]:
    """The booklet that each row is about: that of the form it names, or that of all items."""
    if "form_id" not in table:
        return pd.Series("", index=table.index, dtype=object)
    return table["form_id"].fillna("").astype(str)


def _pages(
    table: pd.DataFrame, found: Locations, forms: dict[str, NDArray[np.bool_]]
) -> dict[str, Booklet]:
    """A booklet for each form that rows name; a form that nobody took has all items."""
    return {
        label: booklet(found, forms.get(label, forms[""]), label if label in forms else "")
        for label in dict.fromkeys(_labels(table))
    }


def _marked(study: Study, table: pd.DataFrame, pages: dict[str, Booklet]) -> list[list[AfterRound]]:
    """By cut and booklet: the bookmarks as they stood after each round."""
    labels = _labels(table)
    turns = table["round"].fillna(1) if "round" in table else pd.Series(1.0, index=table.index)
    found = []
    for name, rows in named_cuts(table, highest_cut(study)).items():
        for label in dict.fromkeys(labels[rows.index]):
            own = rows[labels[rows.index] == label]
            own = own.assign(turn=turns[own.index]).sort_values("turn", kind="stable")
            ids = study.responses.item_ids
            found.append(
                [
                    AfterRound(
                        float(turn),
                        placed_bookmarks(own[own["turn"] <= turn], pages[label], ids, name),
                    )
                    for turn in sorted(own["turn"].unique())
                ]
            )
    return found
