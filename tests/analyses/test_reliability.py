"""The reliability chapter on whole studies: tables, reasons, findings, edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych.analyses.reliability.measurement_error import drawings, measurement_error
from naas_psych.analyses.reliability.reliability import reliability
from naas_psych.analyses.reliability.subscores import subscores
from naas_psych.errors import AnalysisImpossible
from naas_psych.glossary import term
from naas_psych.result import Result
from tests.make import study_from_scores
from tests.numerics.reliability_data import DATA_A, made


def coefficients(result: Result) -> Any:
    return result.tables["coefficients"].set_index("coefficient")


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


def test_check_values_of_data_a() -> None:
    rows = coefficients(reliability(study_from_scores(DATA_A), replicates=50))
    expected = {"alpha": 0.548148, "kr20": 0.548148, "kr21": 0.422222, "lambda4": 0.77778}
    for name, value in expected.items():
        assert rows.loc[name, "estimate"] == pytest.approx(value, abs=5e-6)
    assert rows.loc["alpha", "low"] == pytest.approx(-0.01081, abs=5e-6)
    assert rows.loc["alpha", "bonett_high"] == pytest.approx(0.82702, abs=5e-6)
    assert rows.loc["stratified_alpha", "estimate_reason"] == "no_domains"


def test_every_column_is_a_word_of_the_glossary() -> None:
    items = {"domain": list("aaabbb"), "scenario_id": list("112233")}
    study = study_from_scores(DATA_A, items=items)
    for result in (
        reliability(study, replicates=20),
        measurement_error(study),
        subscores(study, replicates=20),
    ):
        for table in result.tables.values():
            for column in table:
                term(str(column))


def test_order_of_rows_and_columns_changes_nothing() -> None:
    points = made(150, 8)
    rng = np.random.Generator(np.random.PCG64(2))
    turn = rng.permutation(8)
    ids = [f"Q{k}" for k in range(8)]
    first = reliability(study_from_scores(points, item_ids=ids), replicates=60)
    other = study_from_scores(
        points[rng.permutation(150)][:, turn], item_ids=[ids[k] for k in turn]
    )
    second = reliability(other, replicates=60, threads=2)
    assert first.tables["coefficients"].equals(second.tables["coefficients"])


def test_no_replicates_no_limits_with_a_reason() -> None:
    rows = coefficients(reliability(study_from_scores(DATA_A), replicates=0))
    assert rows.loc["lambda2", "low_reason"] == "not_asked"
    assert np.isfinite(rows.loc["alpha", "low"])


def test_constant_items_are_dropped_and_said() -> None:
    points = np.column_stack([DATA_A, np.ones(12, dtype=int)])
    result = reliability(study_from_scores(points), replicates=0)
    assert coefficients(result).loc["alpha", "estimate"] == pytest.approx(0.548148, abs=5e-6)
    assert "constant_item" in codes(result)
    assert result.tables["dropped_items"]["item_id"].tolist() == ["Q07"]


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (DATA_A[:, :1], "too_few_items"),
        (np.ones((12, 4), dtype=int), "too_few_items"),
        (DATA_A[:1], "too_few_items"),
        (np.array([[0, 1], [1, 0]]), "too_few_persons"),
        (np.array([[0, 1], [1, 0], [1, 0], [0, 1]]), "no_variance"),
    ],
)
def test_what_cannot_be_computed_is_null_with_a_reason(points: Any, reason: str) -> None:
    study = study_from_scores(points)
    rows = coefficients(reliability(study, replicates=20))
    assert rows["estimate"].isna().all()
    assert rows.loc["alpha", "estimate_reason"] == reason
    summary = measurement_error(study).tables["summary"]
    assert summary["sem"].isna().all()


def test_identical_items_have_no_inverse_but_an_alpha() -> None:
    column = DATA_A[:, :2]
    rows = coefficients(reliability(study_from_scores(np.hstack([column, column])), replicates=20))
    assert np.isfinite(rows.loc["alpha", "estimate"])
    for name in ("lambda6", "glb", "omega_total"):
        assert rows.loc[name, "estimate_reason"] == "singular_matrix"


def test_few_items_fall_back_to_one_factor() -> None:
    rows = coefficients(reliability(study_from_scores(made(400, 5)), replicates=0))
    assert rows.loc["omega_total", "estimate"] == rows.loc["omega_one_factor", "estimate"]
    assert "three need six items" in rows.loc["omega_total", "method"]
    assert rows.loc["omega_hierarchical", "estimate_reason"] == "too_few_items"


def test_negative_alpha_is_an_error_that_names_the_usual_cause() -> None:
    points = made(300, 2)
    result = reliability(
        study_from_scores(np.column_stack([points[:, 0], 1 - points[:, 1], made(300, 1, seed=8)])),
        replicates=0,
    )
    assert coefficients(result).loc["alpha", "estimate"] < 0
    assert "negative_alpha" in codes(result)


def verdict(result: Result) -> str:
    found = [f for f in result.findings if f.code == "reliability_for_decisions"]
    return found[0].sentence.rpartition(": ")[2]


def test_verdict_needs_the_whole_interval() -> None:
    weak, long = made(2000, 5), made(2000, 70)
    assert verdict(reliability(study_from_scores(weak), replicates=0)) == "too imprecise."
    assert verdict(reliability(study_from_scores(long), replicates=0)) == "precise enough."
    assert verdict(reliability(study_from_scores(long[:100]), replicates=0)) == "cannot tell."


def test_forms_stay_apart() -> None:
    points = made(200, 10).astype(int)
    points[:100, 7:] = -3
    points[100:, :3] = -3
    points[0, 0] = -3
    forms = ["A"] * 3 + [None] * 4 + ["B"] * 3
    result = reliability(study_from_scores(points, items={"form_id": forms}), replicates=20)
    table = result.tables["coefficients"]
    assert set(table["form"]) == {"A", "B"}
    assert table.groupby("form")["n"].first().to_dict() == {"A": 99, "B": 100}
    assert "persons_left_out" in codes(result)
    assert any("1 persons share their set of items with too few" in n for n in result.notes)


def shared_scenarios() -> Any:
    """12 stations of 3 marks: ability 1, station .8, mark .7, loading .5, in whole points."""
    rng = np.random.Generator(np.random.PCG64(4))
    n = 1500
    latent = 0.5 * rng.normal(size=(n, 1)) + 0.8 * np.repeat(rng.normal(size=(n, 12)), 3, axis=1)
    return np.clip(np.round(10 * (latent + 0.7 * rng.normal(size=(n, 36))) + 50), 0, 100).astype(
        int
    )


def test_marks_that_share_a_scenario_are_found() -> None:
    stations = [f"S{k // 3}" for k in range(36)]
    study = study_from_scores(shared_scenarios(), items={"scenario_id": stations})
    result = reliability(study, replicates=0)
    rows = coefficients(result)
    over_items, over_units = rows.loc[["alpha", "alpha_over_scenarios"], "estimate"]
    assert over_items - over_units > 0.05
    assert rows.loc["alpha_over_scenarios", "items"] == 12
    found = [f for f in result.findings if f.code == "marks_share_a_scenario"]
    assert found[0].severity == "warning"


def test_units_and_lowest_scores_carry_through() -> None:
    points = DATA_A.astype(int)
    plain = measurement_error(study_from_scores(points))
    half = measurement_error(study_from_scores(points + 1, min_points=1, max_points=2, unit=0.5))
    a, b = plain.tables["summary"].iloc[0], half.tables["summary"].iloc[0]
    assert a["sem"] == pytest.approx(1.05313, abs=5e-6)
    assert b["sem"] == pytest.approx(a["sem"] / 2)
    assert b["mean"] == pytest.approx((a["mean"] + 6) / 2)
    assert half.tables["scores"]["score"].iloc[0] == 3.0


def test_conditional_error_of_data_a() -> None:
    result = measurement_error(study_from_scores(DATA_A))
    scores = result.tables["scores"]
    at_four = scores[scores["score"] == 4].set_index("method")["csem"]
    assert at_four.iloc[0] == pytest.approx(1.26491, abs=5e-6)
    assert at_four.iloc[1] == pytest.approx(1.11861, abs=5e-6)
    figures = list(drawings(result))
    assert len(figures) == 1
    figures[0].draw()


def test_conditional_error_of_graded_marks_averages_to_the_sem() -> None:
    points = made(500, 6) + made(500, 6, seed=3)
    result = measurement_error(study_from_scores(points))
    scores = result.tables["scores"].dropna(subset=["csem"])
    average = (scores["csem"] ** 2 * scores["n"]).sum() / scores["n"].sum()
    sem = result.tables["summary"]["sem"].iloc[0]
    assert average * 500 / 499 == pytest.approx(sem**2, rel=1e-9)


def test_subscores_that_add_nothing_are_found() -> None:
    study = study_from_scores(made(400, 12), items={"domain": ["x"] * 6 + ["y"] * 5 + ["z"]})
    result = subscores(study, replicates=100)
    rows = result.tables["domains"].set_index("domain")
    assert rows.loc["x", "prmse_subscore"] == rows.loc["x", "alpha"]
    assert rows.loc["x", "prmse_difference_low"] < rows.loc["x", "prmse_difference"]
    assert rows.loc["z", "alpha_reason"] == "too_few_items"
    assert "subscore_adds_no_value" in codes(result)


def test_subscores_need_domains() -> None:
    with pytest.raises(AnalysisImpossible, match="domain"):
        subscores(study_from_scores(DATA_A))


def test_who_answered_nothing_or_did_not_finish_a_rating_scale_is_left_out() -> None:
    silent = np.vstack([DATA_A, np.full((3, 6), -2)])
    rows = coefficients(reliability(study_from_scores(silent, max_points=1), replicates=0))
    assert rows.loc["alpha", ["n", "estimate"]].tolist() == pytest.approx([12, 0.548148], abs=5e-6)
    unfinished = np.vstack([DATA_A + 1, [[2, 1, 2, -2, -2, -2]]])
    scale = study_from_scores(unfinished, min_points=1, max_points=2, omitted="left_out")
    rows = coefficients(reliability(scale, replicates=0))
    assert rows.loc["alpha", ["n", "estimate"]].tolist() == pytest.approx([12, 0.548148], abs=5e-6)
