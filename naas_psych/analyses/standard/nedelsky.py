"""Nedelsky's method: what a person earns who guesses among the options that they cannot reject."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.items.option_list import all_options
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.standard.angoff_ratings import highest_cut
from naas_psych.analyses.standard.compromise_rows import cuts_table
from naas_psych.analyses.standard.judged_findings import nedelsky_findings as findings
from naas_psych.analyses.standard.judged_items import (
    Expected,
    JudgedForm,
    cover_notes,
    judged_forms,
    judged_row,
    judges_error,
    judges_table,
    last_values,
    named_cuts,
)
from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.nedelsky import guessing_sd, nedelsky_shares
from naas_psych.result import Result, tidy
from naas_psych.study.crossed_out import left_in_rows
from naas_psych.study.keys import normal_form
from naas_psych.study.offered import Offer, not_one_key
from naas_psych.study.study import Study

__all__ = ["findings", "nedelsky"]


@analysis
def nedelsky(
    study: Study,
    *,
    guessing_sds: Annotated[
        float,
        Field(
            ge=-3,
            le=3,
            description="so many SD of guessing among the options left are added to each judge's "
            "cut: above 0 guards the public, below 0 the candidate",
        ),
    ] = 0.0,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """What would a person on the border earn who guesses among the options they cannot reject?

    Formula
    -------
    Judge j leaves e_ij options of item i (the key among them): r_ij = 1 / e_ij of the item's marks.
    C_j = sum_i w_i r_ij; cut = mean_j C_j; SE = s(C_j) / sqrt(J), limits of t with J - 1 df. With
    k = guessing_sds: C_j + k sqrt(sum_i w_i^2 r_ij (1 - r_ij)). Gaps are filled by judge + item.

    How to read it
    --------------
    r can only be 1, 1/2, 1/3 and so on: an item that half of such persons would know, and one that
    three quarters would, look the same. Cuts by this method tend to be low.

    When not to use it
    ------------------
    Not for items with several keys, several options to choose, or a scale of points: they are left
    out with a reason, and the percentage of the others is carried over to them.

    Agrees with
    -----------
    A worked example to five digits.

    References
    ----------
    nedelsky_1954

    Examples
    --------
    >>> import naas_psych as nps
    >>> from naas_psych.errors import AnalysisImpossible
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> try:
    ...     nps.nedelsky(study)
    ... except AnalysisImpossible as reason:
    ...     print(str(reason)[:44])
    No judgements of options were given. Needed:
    """
    table = _counted(study)
    if table is None or table["options_left"].isna().all():
        raise AnalysisImpossible(
            "No judgements of options were given. Needed: a table nedelsky (judge_id, item_id, "
            "eliminated as A|C, or options_left)."
        )
    why = _left_out(study)
    expected = [
        _expected(study, name, rows, why)
        for name, rows in named_cuts(table, highest_cut(study)).items()
    ]
    forms = judged_forms(study, [one for one in expected if one.judges], omitted)
    if not forms:
        raise AnalysisImpossible(
            "No item that was judged can be used: they have several keys or a scale of points, or "
            "are on no form. Needed: judgements of items with one right option."
        )
    sds = [_guessing(form) for form in forms]
    rows = []
    for form, sd in zip(forms, sds, strict=True):
        shifted = form.percents + guessing_sds * np.where(np.isfinite(sd), sd, 0.0)
        mean = float(shifted.mean()) if shifted.size else float("nan")
        row = judged_row(form, judges_error(shifted, level=level), mean)
        rows.append({**row, "guessing_sds": guessing_sds})
    return Result(
        tables={
            "cuts": cuts_table(rows, {"judged_marks": "_judged"}),
            "judges": judges_table(
                forms,
                [
                    {"guessing_sd": sd / 100 * f.form.width}
                    for sd, f in zip(sds, forms, strict=True)
                ],
            ),
            "items": _items(study, table, expected, why),
        },
        notes=(
            "Each judge counts with the last judgement given to an item.",
            *cover_notes(forms),
        ),
    )


def _counted(study: Study) -> pd.DataFrame | None:
    """The table with the options left, counted from those crossed out where it has none."""
    table = study.tables.get("nedelsky")
    if table is None or "options_left" in table:
        return table
    if "eliminated" not in table:
        return None
    normal = normal_form(study.spec.responses.case_sensitive)
    offered: dict[str, Offer] = {}
    for item, options in zip(study.responses.item_ids, all_options(study), strict=True):
        j = len(offered)
        key = _text(study.items, "key", j)
        why = not_one_key(key, _text(study.items, "type", j), normal)
        seen = frozenset(map(normal, options.labels)) if options else frozenset()
        keys = frozenset() if why or key is None else frozenset({normal(key)})
        offered[item] = Offer(seen | keys, keys, declared=False, not_nedelsky=why, steps=None)
    return table.assign(options_left=left_in_rows(table, offered))


def _left_out(study: Study) -> list[str | None]:
    """Why each item cannot be used, or None; without a key an item of two scores can."""
    normal = normal_form(study.spec.responses.case_sensitive)
    responses, items = study.responses, study.items
    found: list[str | None] = []
    for j in range(responses.n_items):
        key, kind = (_text(items, name, j) for name in ("key", "type"))
        one = (responses.max_points - responses.min_points)[j] * responses.unit == 1
        if key is None and kind in (None, "single"):
            found.append(None if one else "not_one_choice")
        else:
            found.append(not_one_key(key, kind, normal))
    return found


def _text(items: pd.DataFrame, name: str, j: int) -> str | None:
    value = items[name].iloc[j] if name in items else None
    return None if value is None or pd.isna(value) else str(value)


def _expected(study: Study, name: str, rows: pd.DataFrame, why: list[str | None]) -> Expected:
    judges, left = last_values(rows, rows["options_left"], study.responses.item_ids)
    shares = nedelsky_shares(left)
    shares[:, [j for j, reason in enumerate(why) if reason]] = np.nan
    return Expected(name, judges, shares)


def _guessing(judged: JudgedForm) -> Floats:
    """(J,) SD of guessing in per cent of the marks judged; over all forms it is not formed."""
    if judged.form.name == ALL_FORMS:
        return np.full(len(judged.judges), np.nan)
    return np.asarray(100 * guessing_sd(judged.filled, judged.weights) / judged.weights.sum())


def _items(
    study: Study, table: pd.DataFrame, expected: list[Expected], why: list[str | None]
) -> pd.DataFrame:
    """A row a cut and item: options left and what follows, over its judges."""
    rows: list[dict[str, Any]] = []
    for one in expected:
        for j, item in enumerate(study.responses.item_ids):
            judged = table[table["item_id"] == item]
            given = one.shares[:, j][np.isfinite(one.shares[:, j])]
            if judged.empty:
                continue
            rows.append(
                {
                    "cut_name": one.cut_name,
                    "item_id": item,
                    "judges": int(given.size),
                    "options_left": float((1 / given).mean()) if given.size else np.nan,
                    "expected_success": float(given.mean()) if given.size else np.nan,
                    "expected_success_sd": float(given.std(ddof=1)) if given.size > 1 else np.nan,
                    "_why": why[j] or "no_ratings",
                }
            )
    reasons = [str(row.pop("_why")) for row in rows]
    spread = [
        "one_judge" if row["judges"] == 1 else r for row, r in zip(rows, reasons, strict=True)
    ]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return tidy(
        columns,
        {
            "options_left": reasons,
            "expected_success": reasons,
            "expected_success_sd": spread,
        },
    )
