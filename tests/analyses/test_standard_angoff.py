"""Angoff's method on the pilot and on the worked example: panel, rounds, judges who leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.standard.panel import panel_cuts
from naas_psych.analysis import findings_of
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.analyses.angoff_tables import EXAMPLE, codes, rated, study_with

PILOT = Path(nps.__file__).parents[1] / "data" / "sample_responses" / "naas_pilot"


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
