"""Standardisation, SIBTEST and options on studies: R's answers, small groups, plants, no leaks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.fairness.dif_distractors import dif_distractors
from naas_psych.analyses.fairness.dif_distractors import drawings as option_drawings
from naas_psych.analyses.fairness.dif_distractors import findings as option_findings
from naas_psych.analyses.fairness.dif_sibtest import dif_sibtest
from naas_psych.analyses.fairness.dif_standardisation import dif_standardisation
from naas_psych.errors import AnalysisImpossible
from naas_psych.glossary import glossary
from naas_psych.study.study import Study
from tests.analyses.fairness_world import fair_world, study_of_groups
from tests.irt.golden import golden, scores
from tests.make import study_from_choices

PILOT = "data/sample_responses/naas_pilot"
ANALYSES = (dif_standardisation, dif_sibtest, dif_distractors)
#: Words that no sentence of the chapter may hold.
FORBIDDEN = re.compile(r"\b(bias|unfair|fair|discriminat\w*|significant\w*)\b", re.IGNORECASE)
OF_FEW = {"group_too_few", "only_for_crossing", "only_for_uniform"}
KEYS = ["item_id", "group", "reference", "focal", "n_reference", "n_focal"]


@cache
def pilot() -> Study:
    return nps.read_study(PILOT)


def verbal(shared: Path) -> Study:
    text = (shared / "data/verbal/responses.csv").read_text(encoding="utf-8").splitlines()
    focal = ["second" if line.startswith('"male"') else "first" for line in text[1:]]
    return study_of_groups(scores(shared, "verbal_dich"), focal)


def test_standardisation_is_difr(shared: Path) -> None:
    items = dif_standardisation(verbal(shared)).tables["items"]
    results = golden(shared, "verbal", "dif")
    plain, pure = results["standardization"], results["standardization_purify"]
    assert items["std_p_dif"].to_numpy() == pytest.approx(np.array(plain["PDIF"]), abs=1e-12)
    assert items["std_odds_ratio"].to_numpy() == pytest.approx(
        np.array(plain["stdAlpha"]), abs=1e-12
    )
    purified = items["std_p_dif_purified"].to_numpy()
    assert purified == pytest.approx(np.array(pure["PDIF"]), abs=1e-12)


def test_purification_goes_the_same_rounds_as_difr(shared: Path) -> None:
    history = dif_standardisation(verbal(shared)).tables["purification"]
    theirs = golden(shared, "verbal", "dif")["standardization_purify"]["difPur"]["values"]
    names = [f"I{k + 1:02d}" for k in range(24)]
    ours = [[int(name in text.split(", ")) for name in names] for text in history["left_out_items"]]
    assert ours == theirs
    assert set(history["purification_ending"]) == {"stable"}


def test_sibtest_is_mirt_and_difr(shared: Path) -> None:
    items = dif_sibtest(verbal(shared)).tables["items"]
    results = golden(shared, "verbal", "dif")
    uniform = items[items["kind"] == "uniform"].reset_index(drop=True)
    crossing = items[items["kind"] == "crossing"].reset_index(drop=True)
    # Item 4 is told apart in tests/numerics/test_sibtest.py.
    same = np.arange(24) != 3
    difr = {k: np.array(v, float)[same] for k, v in _columns(results["difR_sibtest"])}
    assert uniform["beta"].to_numpy()[same] == pytest.approx(difr["Beta"], abs=1e-10)
    assert uniform["difference"].to_numpy()[same] == pytest.approx(-difr["Beta"], abs=1e-10)
    assert uniform["difference_se"].to_numpy()[same] == pytest.approx(difr["SE"], abs=1e-10)
    assert uniform["p_value"].to_numpy()[same] == pytest.approx(difr["p.value"], abs=1e-10)
    difr = {k: np.array(v, float)[same] for k, v in _columns(results["difR_crossing_sibtest"])}
    assert crossing["beta"].to_numpy()[same] == pytest.approx(difr["Beta"], abs=1e-10)
    assert crossing["chi_square"].to_numpy()[same] == pytest.approx(difr["X2"], abs=1e-9)
    assert crossing["df"].to_numpy()[same] == pytest.approx(difr["df"])


def _columns(table: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, table[name]) for name in ("Beta", "SE", "X2", "df", "p.value")]


def test_a_bundle_is_the_items_of_a_domain(shared: Path) -> None:
    study = verbal(shared)
    domain = ["first quarter"] * 6 + ["the rest"] * 18
    study = replace(study, items=study.items.assign(domain=domain))
    bundles = dif_sibtest(study).tables["bundles"]
    row = bundles[(bundles["bundle"] == "first quarter") & (bundles["kind"] == "uniform")].iloc[0]
    theirs = golden(shared, "verbal", "dif")["mirt_SIBTEST_first_quarter"]
    assert 6 * row["beta"] == pytest.approx(theirs["beta"][0], abs=1e-10)
    assert row["p_value"] == pytest.approx(theirs["p"][0], abs=1e-10)


@pytest.mark.parametrize("analysis", ANALYSES[:2])
def test_a_planted_item_is_found_with_its_sign(analysis: Any) -> None:
    result = analysis(fair_world(shift=1.0, item=4, persons=(1500, 1500), gap=0.5))
    assert {one.subject for one in result.findings} == {"I05"}
    items = result.tables["items"]
    size = "std_p_dif" if "std_p_dif" in items else "difference_bands"
    row = items[items["item_id"] == "I05"].iloc[0]
    assert row["verdict"] == "large"
    assert row[size] < -0.1


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_comparison_has_its_rows_and_the_words_are_plain(analysis: Any) -> None:
    result = analysis(pilot(), group=["setting", "ethnicity"])
    items = result.tables["items"]
    assert list(items.columns[: len(KEYS)]) == KEYS
    comparisons = items[["group", "focal"]].drop_duplicates()
    assert set(comparisons["focal"]) >= {"disability_team", "other than White", "Black"}
    small = items[items["focal"] == "disability_team"]
    assert set(small["verdict"]) == {"cannot_tell"}
    said = [one.sentence for one in result.findings] + list(result.notes)
    assert not [text for text in said if FORBIDDEN.search(text)]


def test_the_planted_item_of_the_pilot_is_found() -> None:
    for analysis in ANALYSES[:2]:
        found = analysis(pilot()).findings
        assert "A04" in {one.subject for one in found}


def test_rows_of_the_key_are_standardisation() -> None:
    options = dif_distractors(pilot(), group=["setting"]).tables["options"]
    items = dif_standardisation(pilot(), group=["setting"]).tables["items"]
    keyed = (
        options[options["is_key"]].groupby(["item_id", "focal"]).filter(lambda one: len(one) == 1)
    )
    both = keyed.merge(items, on=["item_id", "focal"], suffixes=("", "_item"))
    single = pilot().items.set_index("item_id")["type"] == "single"
    both = both[both["item_id"].map(single) & both["std_p_dif"].notna()]
    assert len(both) > 200
    assert both["option_difference"].to_numpy() == pytest.approx(both["std_p_dif"].to_numpy())


def shares(options: pd.DataFrame) -> pd.Series[Any]:
    return options.groupby(["item_id", "focal"], sort=False)["option_difference"].sum(min_count=1)


def test_differences_of_all_options_of_a_single_choice_cancel() -> None:
    single = pilot().items.set_index("item_id")["type"] == "single"
    options = dif_distractors(pilot(), group=["sex"]).tables["options"]
    options = options[options["item_id"].map(single)]
    assert shares(options).dropna().to_numpy() == pytest.approx(0.0, abs=1e-9)


def led_astray() -> Study:
    """The pilot, but most of one setting who are wrong on A02 chose the same wrong option."""
    study = pilot()
    j = study.responses.item_ids.index("A02")
    labels = list(study.responses.options[j])  # type: ignore[index]
    choices = study.responses.choices.copy()  # type: ignore[union-attr]
    wrong = [labels.index(one) for one in labels if one != study.items["key"][j]]
    group = (study.persons["setting"] == "fostering_adoption").to_numpy()
    draw = np.random.Generator(np.random.PCG64(1)).random(group.size) < 0.85
    choices[group & draw & np.isin(choices[:, j], wrong), j] = wrong[0]
    return replace(study, responses=replace(study.responses, choices=choices))


def test_an_option_that_one_group_prefers_is_found_and_drawn() -> None:
    result = dif_distractors(led_astray(), group=["setting"])
    assert [one.subject for one in result.findings] == ["A02"]
    assert not FORBIDDEN.search(result.findings[0].sentence)
    drawn = list(option_drawings(result))
    assert [one.subject for one in drawn] == ["A02"]
    assert len(drawn[0].draw().axes) == 1
    # The item itself is as hard as before.
    row = (
        dif_standardisation(led_astray(), group=["setting"])
        .tables["items"]
        .set_index(["item_id", "focal"])
    )
    assert row.loc[("A02", "fostering_adoption"), "std_class"] == "A"


@pytest.mark.parametrize("column", ["option_difference_wrong", "most_different", "p_value"])
def test_findings_and_drawings_stand_withheld_numbers(column: str) -> None:
    result = dif_distractors(led_astray(), group=["setting"])
    gated = {
        name: table.assign(**({column: None} if column in table else {}))
        for name, table in result.tables.items()
    }
    gated["curves"] = gated["curves"].assign(share_focal=np.nan, n_focal=np.nan)
    gated_result = replace(result, tables=gated)
    list(option_findings(gated_result, pilot().thresholds))
    assert list(option_drawings(gated_result)) == []


def test_scores_have_no_options() -> None:
    with pytest.raises(AnalysisImpossible, match=r"Needed: raw options"):
        dif_distractors(fair_world(shift=0, item=0))


@pytest.mark.parametrize("analysis", ANALYSES[:2])
def test_a_handful_of_focal_persons_gets_rows_and_no_numbers(analysis: Any) -> None:
    result = analysis(fair_world(shift=1.0, item=4, persons=(400, 5)))
    items = result.tables["items"]
    assert set(items["verdict"]) == {"cannot_tell"}
    reason = [
        name for name in items if name.startswith(("std_p_dif", "difference")) and "reason" in name
    ]
    assert all(set(items[name]) <= OF_FEW for name in reason)
    assert result.findings == ()


@pytest.mark.parametrize("analysis", ANALYSES[:2])
def test_an_item_that_no_focal_person_answered(analysis: Any) -> None:
    study = fair_world(shift=0.0, item=0)
    points = study.responses.points.copy()
    points[400:, 9] = -2
    items = analysis(replace(study, responses=replace(study.responses, points=points))).tables[
        "items"
    ]
    last = items[items["item_id"] == "I10"].iloc[0]
    assert last["n_focal"] == 0
    assert last["p_value_reason"] == "no_focal_response"
    assert items["p_value"].notna().sum() > 5


def test_all_items_flagged() -> None:
    """Half of the items are far harder for one group, half far easier."""
    generator = np.random.Generator(np.random.PCG64(2))
    second = np.arange(2000) >= 1000
    turn = np.where(np.arange(8) % 2, 1.0, -1.0)[None, :]
    ability = generator.normal(size=2000)[:, None]
    chance = 1 / (1 + np.exp(-ability - 1.5 * turn * second[:, None]))
    points = (generator.random(chance.shape) < chance).astype(np.int8)
    result = dif_standardisation(study_of_groups(points, np.where(second, "second", "first")))
    assert set(result.tables["purification"]["purification_ending"]) == {"all_flagged"}
    items = result.tables["items"]
    assert items["std_p_dif"].notna().all()
    assert set(items["std_p_dif_purified_reason"]) == {"all_flagged"}


def graded() -> Study:
    """Items of 0 to 3 points; the third gives the second group half a point less at all levels."""
    generator = np.random.Generator(np.random.PCG64(4))
    second = np.arange(3000) >= 1500
    ability = generator.normal(size=3000)[:, None]
    steps = np.array([-1.0, 0.0, 1.0])
    shift = np.where(np.arange(12) == 2, 0.8, 0.0)[None, :] * second[:, None]
    chance = 1 / (1 + np.exp(-1.5 * (ability - shift)[..., None] + 1.5 * steps))
    points = (generator.random((3000, 12, 1)) < chance).sum(axis=2).astype(np.int8)
    return study_of_groups(points, np.where(second, "second", "first"))


def test_graded_items_differ_in_points_and_in_shares() -> None:
    items = dif_standardisation(graded()).tables["items"].set_index("item_id")
    assert items["mean_difference"].to_numpy() == pytest.approx(3 * items["std_p_dif"].to_numpy())
    assert set(items["std_odds_ratio_reason"]) == {"not_binary"}
    assert items.loc["I03", "verdict"] == "large"
    sib = dif_sibtest(graded()).tables["items"]
    uniform = sib[sib["kind"] == "uniform"].set_index("item_id")
    assert uniform["difference"].to_numpy() == pytest.approx(
        3 * uniform["difference_share"].to_numpy()
    )
    assert uniform.loc["I03", "verdict"] == "large"
    assert uniform.loc["I03", "difference_bands"] == pytest.approx(
        items.loc["I03", "mean_difference"], abs=0.1
    )


@pytest.mark.parametrize("analysis", ANALYSES[:2])
def test_the_order_of_persons_does_not_matter(analysis: Any) -> None:
    study = fair_world(shift=0.5, item=2)
    order = np.random.Generator(np.random.PCG64(8)).permutation(800)
    turned = study_of_groups(study.responses.points[order], study.persons["team"].to_numpy()[order])
    one, two = analysis(study).tables["items"], analysis(turned).tables["items"]
    numbers = one.select_dtypes("number").columns
    assert np.allclose(one[numbers], two[numbers], equal_nan=True)


def test_every_column_is_a_term() -> None:
    for analysis in ANALYSES:
        for table in analysis(pilot(), group=["setting"]).tables.values():
            for column in table.columns:
                base = re.sub(r"(_low|_high|_se)?(_reason)?$", "", str(column))
                assert base in glossary() or str(column) in glossary(), column


def test_nobody_chose_a_wrong_option() -> None:
    study = study_from_choices([["A", "A", "A"]] * 40, key="AAA")
    study = replace(study, persons=study.persons.assign(team=["first", "second"] * 20))
    items = dif_distractors(study, group=["team"]).tables["items"]
    assert set(items["chi_square_reason"]) == {"group_too_few"}
    assert set(items["verdict"]) == {"cannot_tell"}
