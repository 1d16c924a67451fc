"""Angoff's method on studies: rounds, judges who leave, gaps, parts, several marks, one judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.standard.panel import panel_cuts
from naas_psych.analysis import findings_of
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.result import Result
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.make import study_from_scores

PILOT = Path(nps.__file__).parents[1] / "data" / "sample_responses" / "naas_pilot"
EXAMPLE = {
    "J1": [0.60, 0.70, 0.50, 0.80],
    "J2": [0.70, 0.75, 0.55, 0.90],
    "J3": [0.50, 0.65, 0.40, 0.70],
    "J4": [0.65, 0.70, 0.60, 0.85],
    "J5": [0.55, 0.60, 0.50, 0.75],
}
NAN = float("nan")


def rated(
    ratings: Mapping[str, Sequence[float]], *, round: float | None = None, **columns: Any
) -> pd.DataFrame:
    """Judges with their ratings of Q01, Q02, ...; nan for none."""
    rows = [
        {"judge_id": judge, "item_id": f"Q{k + 1:02d}", "probability": value}
        for judge, values in ratings.items()
        for k, value in enumerate(values)
    ]
    table = pd.DataFrame(rows)
    if round is not None:
        table["round"] = round
    return table.assign(**columns)


def persons(n_items: int, n: int = 200, seed: int = 3) -> Any:
    """Persons on items from easy to hard."""
    rng = np.random.Generator(np.random.PCG64(seed))
    theta, b = rng.normal(0.4, 1, (n, 1)), np.linspace(-1.5, 1.5, n_items)
    return (rng.random((n, n_items)) < 1 / (1 + np.exp(b - theta))).astype(int)


def study_with(*tables: pd.DataFrame, points: Any = None, **more: Any) -> Study:
    table = pd.concat(tables, ignore_index=True)
    items = 1 + max(int(name[1:]) for name in table["item_id"]) - 1
    made = study_from_scores(persons(items) if points is None else points, **more)
    return replace(made, tables={"angoff": table})


def codes(result: Result) -> dict[str, list[Finding]]:
    said: dict[str, list[Finding]] = {}
    for finding in result.findings:
        said.setdefault(finding.code, []).append(finding)
    return said


@pytest.fixture(scope="module")
def pilot() -> Study:
    return nps.read_study(PILOT)


@pytest.fixture(scope="module")
def pilot_result(pilot: Study) -> Result:
    return nps.angoff(pilot)


def test_the_worked_example_to_its_digits() -> None:
    row = nps.angoff(study_with(rated(EXAMPLE))).tables["cuts"].iloc[0]
    assert row["cut"] == pytest.approx(2.590)
    assert row["cut_se"] == pytest.approx(0.1208, abs=5e-5)
    assert row["se_items_fixed"] == pytest.approx(row["cut_se"])
    assert row["se_items_random"] == pytest.approx(4 * 0.068206, abs=5e-6)
    assert [row["round"], row["judges"], row["items"]] == [1, 5, 4]
    assert [row["unit"], row["cut_name"], row["form"]] == ["raw", "cut", "all"]
    assert row["percent"] == pytest.approx(64.75)


def test_the_panel_is_what_the_table_says(pilot: Study, pilot_result: Result) -> None:
    table = pilot_result.tables["cuts"].query("final and unit == 'raw'")
    cuts = panel_cuts(pilot)
    for name in ("cut_name", "form", "cut", "percent", "percent_se", "judges"):
        assert [getattr(cut, name) for cut in cuts] == table[name].tolist()
    assert [cut.se for cut in cuts] == pytest.approx(table["cut_se"].tolist())
    assert {cut.df for cut in cuts} == {10.0}


def test_the_panel_is_that_of_judge_influence(pilot: Study, pilot_result: Result) -> None:
    other = nps.judge_influence(pilot).tables["cuts"]
    own = pilot_result.tables["judges"].query("cut_name == 'met'")
    assert other["judge_id"].tolist() == own["judge_id"].tolist()
    for name in ("judge_cut", "panel_cut_without", "cut_change_in_se"):
        assert other[name].to_numpy() == pytest.approx(own[name].to_numpy())


def test_the_judge_who_rates_all_alike_is_named(pilot_result: Result) -> None:
    told = codes(pilot_result)
    assert [finding.subject for finding in told["judge_insensitive"]] == ["J09"]
    assert "marks on form alpha" in told["judge_insensitive"][0].sentence
    row = pilot_result.tables["judges"].query("judge_id == 'J09'")
    assert (row["far_from_panel"] & (row["self_consistency"] < 0.8)).all()
    others = pilot_result.tables["judges"].query("judge_id != 'J09'")
    assert (others["self_consistency"] > 0.8).all()
    assert not others["far_from_panel"].any()


def test_who_left_after_the_first_round_counts_there_alone(pilot_result: Result) -> None:
    cuts = pilot_result.tables["cuts"].query("cut_name == 'met' and form == 'alpha'")
    assert cuts["judges"].tolist() == [12, 11, 11]
    assert "J12" not in set(pilot_result.tables["judges"]["judge_id"])
    rounds = pilot_result.tables["rounds"].query("cut_name == 'met' and form == 'alpha'")
    assert rounds["judges_left"].tolist() == ["", "J12", ""]
    assert any("J12" in note for note in pilot_result.notes)


def test_a_round_on_part_of_the_items_is_compared_on_these(
    pilot: Study, pilot_result: Result
) -> None:
    cuts = pilot_result.tables["cuts"].query("cut_name == 'met' and form == 'alpha'")
    assert cuts["items_in_round"].tolist() == [60, 60, 20]
    assert cuts["items"].tolist() == [60, 60, 60]
    rounds = pilot_result.tables["rounds"].query("cut_name == 'met' and form == 'alpha'")
    table = pilot.tables["angoff"].query("form_id == 'alpha'")
    third = set(table.loc[table["round"] == 3, "item_id"])
    most = pilot.items.set_index("item_id")["max_score"].astype(float)
    own = table[table["item_id"].isin(third) & (table["judge_id"] != "J12")]
    for column, number in (("percent_before", 2), ("percent_after", 3)):
        part = own[own["round"] == number].set_index("item_id")["probability"]
        marks = most.reindex(part.index).fillna(1.0)
        share = 100 * float((part * marks).sum() / marks.sum())
        assert rounds[column].iloc[2] == pytest.approx(share)
    assert rounds["whole_form"].tolist() == [True, True, False]
    assert rounds["mean_change_reason"].iloc[0] == "first_round"


def test_forms_together_are_of_judges_who_rated_both(pilot_result: Result) -> None:
    cuts = pilot_result.tables["cuts"].query("cut_name == 'met' and final").set_index("form")
    assert cuts.loc["all", "unit"] == "percent"
    mean = (cuts.loc["alpha", "percent"] + cuts.loc["beta", "percent"]) / 2
    assert cuts.loc["all", "cut"] == pytest.approx(mean)
    assert cuts.loc["all", "cut"] == cuts.loc["all", "percent"]


def test_one_judge_has_a_cut_without_an_error() -> None:
    result = nps.angoff(study_with(rated({"J1": EXAMPLE["J1"]})))
    row = result.tables["cuts"].iloc[0]
    assert row["cut"] == pytest.approx(2.6)
    assert row["cut_se_reason"] == row["cut_low_reason"] == "one_judge"
    assert row["se_items_fixed_reason"] == "one_judge"
    told = codes(result)
    assert "(" not in told["angoff_cut"][0].sentence
    assert told["angoff_few_judges"][0].severity == "warning"
    assert result.tables["cut_precision"]["precision_verdict"].tolist() == ["shaky"]
    cut = panel_cuts(study_with(rated({"J1": EXAMPLE["J1"]})))[0]
    assert np.isnan(cut.se)
    assert cut.df == 0


def test_judges_who_rated_different_items_are_filled_when_a_chain_connects_them() -> None:
    ratings = {"J1": [0.6, 0.7, NAN, NAN], "J2": [NAN, 0.8, 0.6, NAN], "J3": [NAN, NAN, 0.5, 0.9]}
    row = nps.angoff(study_with(rated(ratings))).tables["cuts"].iloc[0]
    # Judge + item fits these exactly: J2 is .1 above J1 and J3; items .6, .7, .5, .9 of J1.
    assert row["cut"] == pytest.approx(2.7 + 0.4 / 3)
    assert row["items"] == 4


def test_judges_whom_nothing_connects_have_no_cut_and_the_parts_are_listed() -> None:
    ratings = {
        "J1": [0.6, 0.7, NAN, NAN],
        "J2": [0.5, 0.8, NAN, NAN],
        "J3": [NAN, NAN, 0.5, 0.9],
    }
    study = study_with(rated(ratings))
    result = nps.angoff(study)
    row = result.tables["cuts"].iloc[0]
    assert pd.isna(row["cut"])
    assert row["cut_reason"] == row["percent_reason"] == "not_connected"
    assert row["parts"] == "J1, J2; J3"
    assert "J1, J2; J3" in codes(result)["angoff_not_connected"][0].sentence
    assert panel_cuts(study) == ()


def test_a_judge_without_ratings_is_no_judge() -> None:
    ratings = {**EXAMPLE, "J6": [NAN] * 4}
    assert nps.angoff(study_with(rated(ratings))).tables["cuts"]["judges"].tolist() == [5]


def test_an_item_that_only_one_rated_who_left_is_not_rated() -> None:
    first = {"J1": EXAMPLE["J1"], "J2": EXAMPLE["J2"], "J3": [*EXAMPLE["J3"], 0.9]}
    more = [0.5] * 12
    first = {j: [*r[:4], *more, *r[4:]] for j, r in first.items()}
    second = {j: first[j][:16] for j in ("J1", "J2")}
    study = study_with(rated(first, round=1.0), rated(second, round=2.0))
    cuts = nps.angoff(study).tables["cuts"]
    assert cuts["judges"].tolist() == [3, 2]
    assert cuts["items_not_rated"].tolist() == [0, 1]
    assert cuts["items"].tolist() == [17, 16]
    assert cuts["cut"].notna().all()


def test_yes_and_no_count() -> None:
    ratings = {"J1": [1, 1, 0, 0], "J2": [1, 1, 1, 0], "J3": [1, 0, 0, 0]}
    result = nps.angoff(study_with(rated(ratings)))
    assert result.tables["judges"]["judge_cut"].tolist() == [2, 3, 1]
    assert result.tables["cuts"]["cut"].tolist() == [2]
    assert any("yes/no" in note for note in result.notes)
    assert result.provenance["method"] == "yes_no"


def test_a_judge_who_would_have_all_right_has_no_ability() -> None:
    ratings = {"J1": [1, 1, 1, 1], "J2": [1, 1, 1, 0], "J3": [1, 0, 0, 0]}
    judges = nps.angoff(study_with(rated(ratings))).tables["judges"]
    assert judges["self_consistency_reason"].tolist()[0] == "no_such_theta"


def test_items_with_more_marks_count_their_marks() -> None:
    points = persons(4)
    points[:, 3] *= 4
    study = study_with(rated(EXAMPLE), points=points, max_points=[1, 1, 1, 4])
    result = nps.angoff(study)
    expected = np.array(list(EXAMPLE.values())) @ [1, 1, 1, 4]
    assert result.tables["judges"]["judge_cut"].tolist() == pytest.approx(list(expected))
    row = result.tables["cuts"].iloc[0]
    assert row["cut"] == pytest.approx(expected.mean())
    assert row["percent"] == pytest.approx(100 * expected.mean() / 7)
    assert row["se_items_fixed"] == pytest.approx(row["cut_se"])


def test_a_scale_that_starts_above_nothing() -> None:
    study = study_with(rated(EXAMPLE), points=1 + persons(4), min_points=1, max_points=2, unit=0.5)
    row = nps.angoff(study).tables["cuts"].iloc[0]
    assert row["cut"] == pytest.approx(0.5 * (4 + 2.59))
    assert row["percent"] == pytest.approx(64.75)


def test_items_nobody_rated_are_told() -> None:
    study = study_with(rated(EXAMPLE), points=persons(6))
    result = nps.angoff(study)
    row = result.tables["cuts"].iloc[0]
    assert row["items_not_rated"] == 2
    assert row["percent"] == pytest.approx(64.75)
    assert row["cut"] == pytest.approx(6 * 0.6475)
    assert codes(result)["angoff_items_not_rated"][0].value == 2


def test_ratings_that_do_not_follow_the_items_are_told() -> None:
    rng = np.random.Generator(np.random.PCG64(11))
    wild = {f"J{k}": list(rng.uniform(0.3, 0.9, 30)) for k in range(8)}
    true = {f"J{k}": list(np.linspace(0.75, 0.3, 30) + rng.normal(0, 0.05, 30)) for k in range(8)}
    assert codes(nps.angoff(study_with(rated(wild))))["ratings_unrealistic"]
    assert "ratings_unrealistic" not in codes(nps.angoff(study_with(rated(true))))


def test_a_judge_who_moves_the_cut_is_named() -> None:
    ratings = {f"J{k}": [0.6 + 0.001 * k] * 5 for k in range(12)} | {"K": [0.9] * 5}
    told = codes(nps.angoff(study_with(rated(ratings))))
    assert [finding.subject for finding in told["judge_moves_cut"]] == ["K"]
    two = codes(nps.angoff(study_with(rated({"A": [0.6] * 4, "B": [0.8] * 4}))))
    assert "judge_moves_cut" not in two


def test_judges_who_all_say_the_same() -> None:
    result = nps.angoff(study_with(rated({f"J{k}": [0.6] * 6 for k in range(5)})))
    row = result.tables["cuts"].iloc[0]
    assert [row["cut"], row["cut_se"]] == pytest.approx([3.6, 0])
    assert set(result.tables["judges"]["severity_sd_reason"]) == {"judges_alike"}
    assert result.tables["agreement"]["icc_single_reason"].tolist() == ["all_ratings_same"]


def test_without_form_the_items_tell_it() -> None:
    """Judges rated a pool of items; two forms were made of it."""
    points = persons(6, 400)
    points[:200, 4:] = points[200:, :2] = -3
    ratings = {j: [*r, 0.5, 0.5] for j, r in EXAMPLE.items()}
    cuts = nps.angoff(study_with(rated(ratings), points=points)).tables["cuts"]
    raw = cuts[cuts["unit"] == "raw"]
    assert raw["cut"].tolist() == pytest.approx([2.59, 0.52 * 1 + 0.8 + 1 - 0.01], abs=0.03)
    assert raw["items"].tolist() == [4, 4]


def test_what_a_column_is_about() -> None:
    study = study_with(rated(EXAMPLE).assign(p_partial=0.4))
    cuts = {
        "partially_met": Cut(value=40.0, unit="percent"),
        "met": Cut(value=60.0, unit="percent"),
    }
    with_cuts = replace(study, spec=study.spec.model_copy(update={"cuts": cuts}))
    names = nps.angoff(with_cuts).tables["cuts"]["cut_name"]
    assert names.tolist() == ["met", "partially_met"]
    assert nps.angoff(study).tables["cuts"]["cut_name"].tolist() == ["cut", "partially_met"]
    assert nps.angoff(study, boundary="pass").tables["cuts"]["cut_name"].iloc[0] == "pass"


def test_a_lower_outcome_above_a_higher_one_is_told() -> None:
    told = codes(nps.angoff(study_with(rated(EXAMPLE).assign(p_partial=0.9))))
    assert [finding.subject for finding in told["angoff_cuts_turned"]] == ["partially_met, test"]
    fine = codes(nps.angoff(study_with(rated(EXAMPLE).assign(p_partial=0.3))))
    assert "angoff_cuts_turned" not in fine


def test_no_ratings_is_no_cut() -> None:
    with pytest.raises(AnalysisImpossible, match="probability"):
        nps.angoff(study_from_scores(persons(4)))
    assert panel_cuts(study_from_scores(persons(4))) == ()


def test_no_persons_leave_the_cut_and_take_the_error_of_measurement() -> None:
    study = study_with(rated(EXAMPLE), points=np.full((3, 4), -3))
    result = nps.angoff(study)
    assert result.tables["cuts"]["cut"].tolist() == pytest.approx([2.59])
    row = result.tables["cut_precision"].iloc[0]
    assert row["sem_reason"] == row["cut_se_sem_reason"] == "no_total"
    assert row["precision_verdict"] == "cannot_tell"


def test_more_judges_as_foretold(pilot_result: Result) -> None:
    precision = pilot_result.tables["cut_precision"].iloc[0]
    sizes = pilot_result.tables["d_study"].query(
        "cut_name == 'met' and form == 'alpha' and items == 60"
    )
    own = sizes[sizes["as_it_was"]].iloc[0]
    assert own["se_items_fixed"] == pytest.approx(precision["cut_se"])
    assert sizes["se_items_fixed"].is_monotonic_decreasing
    target = 0.25 * precision["sem"]
    assert precision["cut_se"] * np.sqrt(11 / precision["judges_firm"]) <= target
    assert precision["cut_se"] * np.sqrt(11 / (precision["judges_firm"] - 1)) > target


def test_findings_and_pictures_stand_a_gate_that_takes_any_number(pilot_result: Result) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    thresholds = nps.read_study(PILOT).thresholds
    for share in (0.1, 0.5, 1.0):
        tables = {}
        for name, table in pilot_result.tables.items():
            own = table.copy()
            for column in own.columns:
                if pd.api.types.is_float_dtype(own[column]):
                    own[column] = own[column].mask(rng.random(len(own)) < share)
                elif pd.api.types.is_integer_dtype(own[column]):
                    own[column] = own[column].astype(float).mask(rng.random(len(own)) < share)
            tables[name] = own
        held = replace(pilot_result, tables=tables)
        assert not [f for f in findings_of(held, thresholds) if "nan" in f.sentence]
        module = __import__("naas_psych.analyses.standard.angoff", fromlist=["drawings"])
        for drawing in module.drawings(held):
            assert "nan" not in drawing.title + drawing.alt
            drawing.draw()


def test_the_order_of_rows_does_not_matter(pilot: Study, pilot_result: Result) -> None:
    table = pilot.tables["angoff"].sample(frac=1, random_state=1).reset_index(drop=True)
    turned = nps.angoff(replace(pilot, tables={**pilot.tables, "angoff": table}))
    for name, own in pilot_result.tables.items():
        pd.testing.assert_frame_equal(turned.tables[name], own)
