"""Likelihood ratios and item parameters as tables: signs, reasons, verdicts, words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import naas_psych as nps
from tests.analyses.fairness_world import fair_world, study_of_groups
from tests.irt.test_dif_likelihood_ratio import verbal

BANNED = re.compile(r"\bno DIF|fair\b|unfair|bias|discriminat|significan", re.IGNORECASE)
BOTH = (nps.dif_likelihood_ratio, nps.dif_item_parameters)


@pytest.fixture(scope="module")
def harder() -> Any:
    """I05 is harder for the second group by .8, and that group is less able by .3."""
    return fair_world(shift=0.8, item=4, persons=(900, 800), gap=0.3)


@pytest.mark.parametrize("analysis", BOTH)
def test_the_planted_item_is_found_and_below_0(harder: Any, analysis: Any) -> None:
    items = analysis(harder, model="2pl").tables["items"].set_index("item_id")
    row = items.loc["I05"]
    assert row["verdict"] == "large"
    assert row["difficulty_difference_high"] < 0
    assert row["difficulty_difference_low"] < -0.8 < row["difficulty_difference_high"]
    # One item in ten that differs makes others look a little easier; none of them much.
    assert not (items.drop("I05")["verdict"] == "large").any()


def test_points_and_moments(harder: Any) -> None:
    result = nps.dif_likelihood_ratio(harder, model="2pl")
    row = result.tables["items"].set_index("item_id").loc["I05"]
    low, high = row["expected_score_difference_low"], row["expected_score_difference_high"]
    assert low < row["expected_score_difference"] < high < 0
    assert row["expected_score_distance"] >= -row["expected_score_difference"] - 1e-9
    whole = result.tables["comparisons"].iloc[0]
    assert whole["focal_mean_low"] < -0.3 < whole["focal_mean_high"]
    assert whole["focal_sd_low"] < 1.0 < whole["focal_sd_high"]
    steps = result.tables["invariance"]
    assert steps["invariance_step"].tolist() == ["configural", "metric", "scalar"]
    assert steps["p_value"].iloc[2] < 0.001 < steps["p_value"].iloc[1]


def test_findings_say_who_scores_lower(harder: Any) -> None:
    findings = nps.dif_likelihood_ratio(harder, model="2pl").findings
    assert findings[0].subject == "I05"
    assert "score lower than first" in findings[0].sentence
    assert not any(BANNED.search(one.sentence) for one in findings)


def test_selected_anchors_are_not_tested_themselves(harder: Any) -> None:
    items = nps.dif_likelihood_ratio(harder, model="2pl", anchors="selected").tables["items"]
    held = items[items["in_anchor"]]
    assert len(held) == 4
    assert (held["chi_square_reason"] == "is_anchor").all()
    row = items.set_index("item_id").loc["I05"]
    assert not row["in_anchor"]
    assert row["p_value"] < 0.001


@pytest.mark.parametrize("analysis", BOTH)
def test_too_few_persons_have_rows_without_numbers(analysis: Any) -> None:
    study = fair_world(shift=0.8, item=4, persons=(900, 199))
    result = analysis(study)
    items = result.tables["items"]
    assert len(items) == 10
    assert items["chi_square"].isna().all()
    assert set(items["chi_square_reason"]) == {"group_too_few"}
    assert set(items["verdict"]) == {"cannot_tell"}
    assert not result.findings


@pytest.mark.parametrize("analysis", BOTH)
def test_items_that_a_group_cannot_answer_for(analysis: Any) -> None:
    study = fair_world(shift=0.0, item=4, persons=(500, 500))
    points = study.responses.points.copy()
    points[500:, 0], points[:, 1] = 1, 1  # all right in one group; in both
    items = analysis(study_of_groups(points, study.persons["team"]), model="2pl").tables["items"]
    reasons = items.set_index("item_id")["chi_square_reason"]
    assert reasons["I01"] == "extreme_in_group"
    assert reasons["I02"] == "no_variance"
    assert items["chi_square"].notna().sum() == 8


def test_rasch_is_the_difference_over_its_error(harder: Any) -> None:
    items = nps.dif_item_parameters(harder, model="rasch").tables["items"]
    half = items["difficulty_difference_high"] - items["difficulty_difference"]
    z = items["difficulty_difference"] / (half / 1.959963984540054)
    assert np.asarray(z**2) == pytest.approx(np.asarray(items["chi_square"]), rel=1e-9)
    assert np.asarray(items["signed_area_z"]) == pytest.approx(np.asarray(z), rel=1e-9)
    assert set(items["df"]) == {1.0}
    assert set(items["slope_difference_reason"]) == {"fixed"}


def test_persons_of_neither_group_change_nothing(harder: Any) -> None:
    first = nps.dif_likelihood_ratio(harder, model="2pl").tables["items"]
    points = np.vstack([harder.responses.points, np.ones((50, 10), np.int8)])
    team = [*harder.persons["team"], *[None] * 50]
    again = nps.dif_likelihood_ratio(study_of_groups(points, team), model="2pl").tables["items"]
    assert np.asarray(again["chi_square"]) == pytest.approx(np.asarray(first["chi_square"]))


def test_tables_give_what_other_programs_give(shared: Any) -> None:
    scores, group, golden = verbal(shared)
    study = study_of_groups(scores.astype(np.int8), np.where(group == 1, "first", "second"))
    limits = study.thresholds.overridden_by({"irt_dif_persons_min": 50.0})
    study = replace(study, thresholds=limits)
    result = nps.dif_likelihood_ratio(study, model="2pl")
    items = result.tables["items"]
    theirs = golden["mirt_DIF_drop_LRT"]
    assert np.asarray(items["chi_square"]) == pytest.approx(theirs["X2"], abs=5e-4)
    assert np.asarray(items["p_value"]) == pytest.approx(theirs["p"], abs=5e-4)
    assert set(items["verdict"]) == {"cannot_tell"}  # 73 persons
    steps = result.tables["invariance"].set_index("invariance_step")["log_likelihood"]
    for name in ("configural", "metric", "scalar"):
        theirs = golden[f"mirt_multigroup_{name}"]["logLik"]
        assert steps[name] == pytest.approx(theirs, abs=1e-3)
    areas = nps.dif_item_parameters(study, model="2pl").tables["items"]
    z = np.array(list(golden["raju_2pl_signed"]["RajuZ"].values()))
    assert np.asarray(areas["signed_area_z"]) == pytest.approx(-z, abs=0.3)
