"""Ebel's method: the worked example, judges' cells and most judges', forms, gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study
from tests.make import study_from_scores

COUNTS = [[10, 8, 2], [12, 10, 4], [6, 5, 3]]
SUCCESS = [[0.95, 0.80, 0.70], [0.85, 0.65, 0.50], [0.70, 0.45, 0.30]]
RELEVANCE, DIFFICULTY = ("essential", "important", "acceptable"), ("easy", "medium", "hard")
_RANDOM = np.random.default_rng(11)
POINTS = (_RANDOM.random((80, 60)) < 0.7).astype(int)


def cells_of(ids: tuple[str, ...]) -> pd.DataFrame:
    flat = [
        (RELEVANCE[i], DIFFICULTY[j]) for i in range(3) for j in range(3)
        for _ in range(COUNTS[i][j])
    ]  # fmt: skip
    return pd.DataFrame(flat, columns=["relevance", "difficulty"]).assign(item_id=list(ids))


def success() -> pd.DataFrame:
    rows = [(RELEVANCE[i], DIFFICULTY[j], SUCCESS[i][j]) for i in range(3) for j in range(3)]
    return pd.DataFrame(rows, columns=["relevance", "difficulty", "success"])


def study(cells: pd.DataFrame, stated: pd.DataFrame, points: Any = POINTS) -> Study:
    made = study_from_scores(points, max_points=1)
    return replace(made, tables={"ebel_items": cells, "ebel_success": stated})


IDS = study_from_scores(POINTS, max_points=1).responses.item_ids
CELLS = cells_of(IDS)


def judges(n: int) -> pd.DataFrame:
    return pd.concat([CELLS.assign(judge_id=f"J{k}") for k in range(n)], ignore_index=True)


def test_worked_example() -> None:
    result = nps.ebel(study(CELLS, success()))
    (cut,) = result.tables["cuts"].to_dict("records")
    assert cut["cut"] == pytest.approx(43.35)
    assert cut["percent"] == pytest.approx(72.25)
    assert (cut["floor_total"], cut["operational"]) == (43, 44)
    assert cut["cut_se_reason"] == "one_judge"
    grid = result.tables["grid"]
    assert grid["marks_mean"].tolist() == [float(n) for row in COUNTS for n in row]
    assert grid["marks_expected"].sum() == pytest.approx(43.35)


def test_judges_have_limits_of_t() -> None:
    stated = pd.concat(
        [success().assign(judge_id=f"J{k}", success=lambda t, k=k: t["success"] + k / 100)
         for k in range(4)]
    )  # fmt: skip
    (cut,) = nps.ebel(study(CELLS, stated)).tables["cuts"].to_dict("records")
    each = 43.35 + 60 * np.arange(4) / 100
    se = each.std(ddof=1) / 2
    assert cut["cut"] == pytest.approx(each.mean())
    assert cut["cut_se"] == pytest.approx(se)
    assert cut["cut_high"] - cut["cut"] == pytest.approx(3.182446 * se, rel=1e-6)
    assert cut["bootstrap_se"] == pytest.approx(se, rel=0.1)


def test_own_cells_and_those_of_most_judges() -> None:
    table = judges(3)
    # One judge thinks an easy essential item a hard one.
    place = (table["judge_id"] == "J0") & (table["item_id"] == IDS[0])
    table.loc[place, "difficulty"] = "hard"
    own = nps.ebel(study(table, success())).tables["cuts"].iloc[0]
    modal = nps.ebel(study(table, success()), cells="modal").tables["cuts"].iloc[0]
    assert own["cut"] == pytest.approx(43.35 - 0.25 / 3)
    assert modal["cut"] == pytest.approx(43.35)
    assert modal["cut_se"] == pytest.approx(modal["bootstrap_se"])


def test_an_item_that_a_judge_left_out_is_filled_and_that_is_said() -> None:
    table = judges(3).drop(index=5)
    result = nps.ebel(study(table, success()))
    assert result.tables["cuts"]["cut"].iloc[0] == pytest.approx(43.35)
    assert any("1 judgements that are missing" in note for note in result.notes)


def test_items_that_nobody_placed_take_the_percentage_of_the_others() -> None:
    part = CELLS.iloc[:30]
    result = nps.ebel(study(part, success()))
    cut = result.tables["cuts"].iloc[0]
    assert cut["marks_share"] == 0.5
    expected = sum(p * n for p, n in zip([0.95, 0.8, 0.7, 0.85], [10, 8, 2, 10], strict=True))
    assert cut["judged_marks"] == pytest.approx(expected)
    assert cut["cut"] == pytest.approx(2 * expected)
    assert any("carried over" in one.sentence for one in result.findings)


def test_two_forms_and_both_together() -> None:
    points = POINTS.copy()
    points[:40, 40:] = NOT_ADMINISTERED
    points[40:, :20] = NOT_ADMINISTERED
    cuts = nps.ebel(study(judges(4), success(), points)).tables["cuts"]
    assert cuts["unit"].tolist() == ["raw", "raw", "percent"]
    assert cuts["percent"].iloc[2] == pytest.approx(cuts["percent"].iloc[:2].mean())


def test_several_cuts_share_the_cells() -> None:
    stated = pd.concat(
        [
            success().assign(boundary="met"),
            success().assign(boundary="part", success=lambda t: t["success"] - 0.1),
        ]
    )
    cuts = nps.ebel(study(CELLS, stated)).tables["cuts"]
    assert cuts["cut_name"].tolist() == ["met", "part"]
    assert cuts["cut"].tolist() == pytest.approx([43.35, 37.35])


def test_what_is_needed_is_said() -> None:
    for tables in ({}, {"ebel_items": CELLS}):
        made = replace(study_from_scores(POINTS, max_points=1), tables=tables)
        with pytest.raises(AnalysisImpossible, match="ebel_success"):
            nps.ebel(made)
