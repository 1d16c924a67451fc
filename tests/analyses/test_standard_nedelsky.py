"""Nedelsky's method: the worked example, guessing, items that cannot be used, rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study
from tests.make import study_from_choices, study_from_scores

_RANDOM = np.random.default_rng(12)
POINTS = (_RANDOM.random((60, 4)) < 0.6).astype(int)


def judged(left: list[list[float]], **more: Any) -> pd.DataFrame:
    """A row a judge and item."""
    rows = [
        {"judge_id": f"J{j}", "item_id": f"Q{i + 1:02d}", "options_left": value}
        for j, own in enumerate(left)
        for i, value in enumerate(own)
    ]
    return pd.DataFrame(rows).assign(**more)


def study(table: pd.DataFrame) -> Study:
    return replace(study_from_scores(POINTS, max_points=1), tables={"nedelsky": table})


def test_worked_example() -> None:
    (cut,) = nps.nedelsky(study(judged([[4, 2, 3, 1]]))).tables["cuts"].to_dict("records")
    assert cut["cut"] == pytest.approx(2.08333, abs=5e-6)
    assert cut["cut_se_reason"] == "one_judge"
    assert (cut["floor_total"], cut["operational"]) == (2, 3)


def test_guessing_raises_each_cut_by_its_own_spread() -> None:
    made = study(judged([[4, 2, 3, 1], [2, 2, 2, 2]]))
    plain, raised = (nps.nedelsky(made, guessing_sds=k).tables for k in (0.0, 1.0))
    sd = np.array([np.sqrt(3 / 16 + 1 / 4 + 2 / 9), 1.0])
    np.testing.assert_allclose(plain["judges"]["guessing_sd"], sd)
    lift = raised["cuts"]["cut"].iloc[0] - plain["cuts"]["cut"].iloc[0]
    assert lift == pytest.approx(sd.mean())


def test_judges_have_limits_of_t() -> None:
    (cut,) = (
        nps.nedelsky(study(judged([[4, 2, 3, 1], [2, 2, 2, 2]]))).tables["cuts"].to_dict("records")
    )
    each = np.array([25 / 12, 2.0])
    assert cut["cut_se"] == pytest.approx(each.std(ddof=1) / np.sqrt(2))
    assert cut["cut_high"] - cut["cut"] == pytest.approx(12.706205 * cut["cut_se"], rel=1e-6)


def test_the_last_round_counts() -> None:
    table = pd.concat([judged([[2, 2, 2, 2]], round=2.0), judged([[4, 4, 4, 4]], round=1.0)])
    assert nps.nedelsky(study(table)).tables["cuts"]["cut"].iloc[0] == 2


def test_items_with_several_keys_or_points_are_left_out_with_the_reason() -> None:
    made = study_from_choices(
        ["ABAC", "BBCA", "ACAA", "CBBC"] * 5,
        ["A", "B", "A", "A"],
        items={"type": ["single", "single", "single", "multiple"]},
    )
    items = made.items.assign(key=["A", "B", "A|B", "AC"])
    table = judged([[2, 2, 2, 2], [2, 1, 2, 2]])
    result = nps.nedelsky(replace(made, items=items, tables={"nedelsky": table}))
    found = result.tables["items"].set_index("item_id")
    assert found["expected_success_reason"].tolist()[2:] == ["several_keys", "not_one_choice"]
    assert result.tables["cuts"]["items"].tolist() == [2]
    assert result.tables["cuts"]["marks_share"].tolist() == [0.5]
    told = [one for one in result.findings if one.code == "nedelsky_unused"]
    assert "Q03, Q04" in told[0].sentence


def test_options_crossed_out_are_counted_where_no_numbers_are_given() -> None:
    made = study_from_choices(["ABCD", "BCDA", "CDAB", "DABC"] * 5, "AAAA")
    table = pd.DataFrame(
        {
            "judge_id": "J1",
            "item_id": ["Q01", "Q02", "Q03", "Q04"],
            "eliminated": ["B|C", "B", None, "BCD"],
        }
    )
    cut = nps.nedelsky(replace(made, tables={"nedelsky": table})).tables["cuts"].iloc[0]
    assert cut["cut"] == pytest.approx(1 / 2 + 1 / 3 + 1 / 4 + 1)


@pytest.mark.parametrize("table", [None, judged([[np.nan] * 4])])
def test_what_is_needed_is_said(table: pd.DataFrame | None) -> None:
    made = study_from_scores(POINTS, max_points=1)
    with pytest.raises(AnalysisImpossible, match="eliminated"):
        nps.nedelsky(made if table is None else replace(made, tables={"nedelsky": table}))
