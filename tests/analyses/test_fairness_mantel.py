"""dif_mantel_haenszel: R's answers through the front door, verdicts, small groups, bad input."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.fairness.mantel_haenszel_findings import mantel_haenszel_findings
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.study.study import Study
from tests.make import study_from_scores
from tests.numerics.golden_answers import golden

FIXED = [
    *("item_id", "group", "reference", "focal", "n_reference", "n_focal"),
    *("chi_square", "p_value", "odds_ratio", "delta", "delta_se", "ets_class"),
]


def grouped(points: Any, site: Any, **more: Any) -> Study:
    study = study_from_scores(points, **more)
    persons = study.persons.assign(site=np.asarray(site, dtype=object))
    return replace(study, persons=persons)


def rasch(
    n: int, *, share: float = 0.4, shifts: dict[int, float] | None = None, items: int = 20,
    seed: int = 3,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:  # fmt: skip
    """Right or wrong items; `shifts` makes items harder for the group `focal`."""
    draw = np.random.Generator(np.random.PCG64(seed))
    focal = draw.random(n) < share
    shift = np.zeros(items)
    for item, size in (shifts or {}).items():
        shift[item] = size
    theta = draw.normal(size=n)[:, None] - np.linspace(-1.2, 1.2, items) - focal[:, None] * shift
    return (draw.random((n, items)) < 1 / (1 + np.exp(-theta))).astype(int), focal


def study_of(n: int, **more: Any) -> Study:
    points, focal = rasch(n, **more)
    return grouped(points, np.where(focal, "focal", "reference"))


def rows(study: Study, **options: Any) -> pd.DataFrame:
    options.setdefault("group", ["site=reference"])
    return nps.dif_mantel_haenszel(study, **options).tables["items"].set_index("item_id")


def test_difr_gives_the_same_table(shared: Path) -> None:
    data = pd.read_csv(shared / "data" / "verbal" / "responses.csv")
    study = grouped(data.iloc[:, 2:], data["gender"], item_ids=list(data.columns[2:]))
    said = golden(shared, "verbal", "dif")
    result = nps.dif_mantel_haenszel(study, group=["site=female"], purify_on="significance")
    table = result.tables["items"]
    assert list(table.columns[:12]) == FIXED
    assert list(table["item_id"]) == said["MH"]["names"]
    assert np.allclose(table["chi_square"], said["MH"]["MH"], rtol=1e-10)
    assert np.allclose(table["chi_square_uncorrected"], said["MH_nocorrect"]["MH"], rtol=1e-10)
    assert np.allclose(table["p_adjusted"], said["MH_BH"]["adjusted.p"], rtol=1e-9)
    assert np.allclose(table["delta"], said["MH_ETS_delta"]["deltaMH"], rtol=1e-10)
    assert np.allclose(table["delta_se"], said["MH_ETS_delta"]["se_delta"], rtol=1e-10)
    assert np.allclose(table["chi_square_purified"], said["MH_purify"]["MH"], rtol=1e-10)
    assert np.allclose(table["odds_ratio_purified"], said["MH_purify"]["alphaMH"], rtol=1e-12)
    left_out = [k + 1 for k, kept in enumerate(table["in_anchor"]) if not kept]
    assert left_out == said["MH_purify"]["DIFitems"]
    rounds = result.tables["purification"]
    assert (
        list(rounds["flagged_items"]) == np.sum(said["MH_purify"]["difPur"]["values"], 1).tolist()
    )
    assert set(rounds["purification_ending"]) == {"stable"}
    same = result.tables["homogeneity"]
    assert np.allclose(same["breslow_day"], np.array(said["breslow_day"]["BD"]["values"])[:, 0],
                       atol=6e-5)  # fmt: skip
    assert np.allclose(result.tables["joint"]["chi_square"], said["gmh"]["MH"], rtol=1e-9)


def test_an_item_made_harder_is_large_and_the_others_are_not() -> None:
    study = study_of(3000, shifts={4: 1.1})
    table = rows(study)
    assert table.loc["Q05", "verdict"] == "large"
    assert table.loc["Q05", "delta_purified"] == pytest.approx(-2.35 * 1.1, abs=0.6)
    assert not table.loc["Q05", "in_anchor"]
    assert (table.drop(index="Q05")["verdict"] == "negligible").mean() > 0.9
    said = [one for one in nps.dif_mantel_haenszel(study, group=["site=reference"]).findings
            if one.code == "shows_dif"]  # fmt: skip
    assert said[0].subject == "Q05"
    assert said[0].severity == "error"
    assert "focal (site) do less well than reference on Q05" in said[0].sentence


def test_differences_of_one_direction_spill_over_until_purified() -> None:
    study = study_of(6000, shifts=dict.fromkeys(range(6), 0.9), seed=8)
    table = rows(study)
    clean = table.iloc[6:]
    assert clean["delta"].mean() > 0.3
    assert abs(clean["delta_purified"].mean()) < 0.15
    assert not table.iloc[:6]["in_anchor"].any()


def test_exchanging_the_groups_turns_the_signs() -> None:
    study = study_of(800, shifts={2: 0.8})
    there, back = rows(study, purify=False), rows(study, purify=False, group=["site=focal"])
    assert np.allclose(there["delta"], -back["delta"])
    assert np.allclose(there["delta_low"], -back["delta_high"])
    assert np.allclose(there["chi_square"], back["chi_square"])
    assert list(there["ets_class"]) == list(back["ets_class"])


def test_the_order_of_persons_and_items_does_not_matter() -> None:
    points, focal = rasch(500)
    site = np.where(focal, "focal", "reference")
    ids = [f"Q{k:02d}" for k in range(20)]
    draw = np.random.Generator(np.random.PCG64(1))
    p, i = draw.permutation(500), draw.permutation(20)
    one = rows(grouped(points, site, item_ids=ids))
    other = rows(grouped(points[p][:, i], site[p], item_ids=[ids[k] for k in i]))
    pd.testing.assert_frame_equal(one, other.loc[one.index])


def test_a_small_group_gets_no_verdict_but_a_number_of_persons() -> None:
    points, focal = rasch(700, share=0.1)
    study = grouped(points, np.where(focal, "focal", "reference"))
    result = nps.dif_mantel_haenszel(study, group=["site=reference"])
    table = result.tables["items"]
    assert set(table["verdict"]) == {"cannot_tell"}
    assert (table["n_focal_needed"] > 200).all()
    said = [one for one in result.findings if one.code == "dif_cannot_tell"]
    assert len(said) == 1
    assert "About 200 persons of focal are needed" in said[0].sentence
    overview = result.tables["overview"].iloc[0]
    assert overview["cannot_tell"] == overview["items"] == 20
    assert not [one for one in result.findings if one.code == "shows_dif"]


def test_no_flag_without_power_is_no_verdict() -> None:
    """Two hundred and fifty of each, on items that nearly everybody gets right."""
    points, _ = rasch(520)
    points[:, 0] = np.arange(520) % 29 != 0
    table = rows(grouped(points, np.where(np.arange(520) % 2 == 0, "focal", "reference")))
    assert table.loc["Q01", "power"] < 0.5
    assert table.loc["Q01", "verdict"] == "cannot_tell"
    assert table.loc["Q10", "verdict"] == "negligible"


def test_three_persons_have_rows_without_numbers() -> None:
    points, _ = rasch(300)
    result = nps.dif_mantel_haenszel(grouped(points, ["few"] * 3 + ["many"] * 297), group=["site"])
    table = result.tables["items"]
    assert len(table) == 20
    assert table["delta"].isna().all()
    assert set(table["delta_reason"]) == set(table["chi_square_reason"]) == {"group_too_few"}
    assert set(table["verdict"]) == {"cannot_tell"}
    assert (result.tables["overview"]["persons_needed"] == 203).all()
    assert set(result.tables["joint"]["chi_square_reason"]) == {"group_too_few"}


def test_an_item_that_no_focal_person_answered() -> None:
    points, focal = rasch(600)
    points[focal, 3] = -2
    table = rows(grouped(points, np.where(focal, "focal", "reference")))
    assert table.loc["Q04", "n_focal"] == 0
    assert table.loc["Q04", "delta_reason"] == "no_focal_response"
    assert table.loc["Q04", "verdict"] == "cannot_tell"
    assert table["delta"].notna().sum() == 19


def test_everybody_right_and_one_group_all_wrong() -> None:
    points, focal = rasch(600)
    points[:, 0] = 1
    points[focal, 1] = 0
    table = rows(grouped(points, np.where(focal, "focal", "reference")))
    assert table.loc["Q01", "chi_square_reason"] == "no_variance"
    assert table.loc["Q02", "odds_ratio_reason"] == "no_finite_estimate"
    assert table.loc["Q02", "p_value"] < 1e-6
    assert table.loc[["Q01", "Q02"], "verdict"].eq("cannot_tell").all()


def test_groups_that_cannot_be_matched_at_all() -> None:
    """Everybody at nought; groups with different items; a group of whom nobody has a total."""
    points, focal = rasch(600)
    site = np.where(focal, "focal", "reference")
    other_form, silent = points.copy(), points.copy()
    other_form[focal, 2] = -3
    silent[focal] = -2
    for matrix, why in (
        (np.zeros((50, 4), dtype=int), "no_variance"),
        (other_form, "no_common_score"),
        (silent, "group_too_few"),
    ):
        study = grouped(matrix, site[: len(matrix)])
        result = nps.dif_mantel_haenszel(study, group=["site=reference"])
        table = result.tables["items"]
        assert table["delta"].isna().all()
        assert table["delta_reason"].iloc[0] == why
        assert table["verdict"].eq("cannot_tell").all()
        assert [one.code for one in result.findings] == ["dif_cannot_tell"]


def test_too_few_items_are_left_to_match_on() -> None:
    """Seven of eight items differ: the last score with four items or more is kept."""
    points, focal = rasch(4000, items=8, shifts=dict.fromkeys(range(4), 2.5) | {5: -2.5, 6: -2.5})
    study = grouped(points, np.where(focal, "focal", "reference"))
    result = nps.dif_mantel_haenszel(study, group=["site=reference"])
    assert result.tables["items"]["in_anchor"].sum() >= 4
    assert result.tables["overview"]["purification_ending"].iloc[0] == "few_left"
    assert "purification_open" in {one.code for one in result.findings}


def test_graded_items_have_their_rows() -> None:
    draw = np.random.Generator(np.random.PCG64(11))
    points, focal = rasch(3000)
    theta = points.mean(axis=1) * 6 - 3
    logits = theta[:, None] - np.array([-0.8, 0.6]) - focal[:, None] * 0.9
    points[:, 7] = (draw.random((3000, 1)) < 1 / (1 + np.exp(-logits))).sum(axis=1)
    study = grouped(points, np.where(focal, "focal", "reference"))
    result = nps.dif_mantel_haenszel(study, group=["site=reference"])
    row = result.tables["items"].set_index("item_id").loc["Q08"]
    graded = result.tables["graded"].set_index("item_id")
    assert list(graded.index) == ["Q08"]
    assert row["chi_square"] == row["chi_square_uncorrected"] == graded.loc["Q08", "chi_square"]
    assert row["delta"] == pytest.approx(-2.35 * graded.loc["Q08", "log_odds"])
    assert row["delta"] < -1
    assert graded.loc["Q08", "smd"] < 0
    assert row["verdict"] in ("moderate", "large")
    assert "Q08" not in set(result.tables["homogeneity"]["item_id"])


def test_half_marks_leave_right_or_wrong_items_as_they_are() -> None:
    """In half points a right answer is two; the correction is still half a person."""
    points, focal = rasch(900)
    site = np.where(focal, "focal", "reference")
    whole, half = rows(grouped(points, site)), rows(grouped(2 * points, site, unit=0.5))
    pd.testing.assert_frame_equal(whole, half)


def test_other_ways_to_class_and_match() -> None:
    study = study_of(900, shifts={3: 0.5})
    plain, size = rows(study), rows(study, size_only=True)
    assert list(size["delta"]) == list(plain["delta"])
    expected = pd.cut(size["delta"].abs(), [0, 1, 1.5, 99], labels=["A", "B", "C"], right=False)
    assert list(size["ets_class"]) == list(expected)
    bins = rows(study, matching="bins")
    assert np.allclose(bins["delta"], plain["delta"], atol=0.5)
    assert (bins["strata"] <= plain["strata"]).all()
    exact = rows(study, exact=True)
    assert np.allclose(exact["p_exact"], plain["p_uncorrected"], atol=0.12)
    without = nps.dif_mantel_haenszel(study, group=["site=reference"], purify=False).tables
    assert "purification" not in without
    assert "delta_purified" not in without["items"]


def test_all_levels_at_once() -> None:
    points, _ = rasch(1200)
    site = np.array(["a", "b", "c", "d"])[np.arange(1200) % 4]
    points[site == "d", 2] = 0
    result = nps.dif_mantel_haenszel(grouped(points, site), group=["site=a"])
    joint = result.tables["joint"].set_index("item_id")
    assert set(joint["levels_compared"]) == {4}
    assert set(joint["df"]) == {3}
    assert joint["p_adjusted"].idxmin() == "Q03"
    assert len(result.tables["items"]) == 60


def test_forty_levels_and_missing_values() -> None:
    points, _ = rasch(800)
    site = np.array([f"s{k % 40:02d}" for k in range(800)], dtype=object)
    site[:50] = None
    result = nps.dif_mantel_haenszel(grouped(points, site), group=["site"])
    assert len(result.tables["overview"]) == 39
    assert set(result.tables["items"]["verdict"]) == {"cannot_tell"}


def test_what_is_refused() -> None:
    points, focal = rasch(100)
    with pytest.raises(AnalysisImpossible, match="No two levels of site"):
        nps.dif_mantel_haenszel(grouped(points, ["all"] * 100), group=["site"])
    with pytest.raises(UsageError, match="reference level 'nobody'"):
        nps.dif_mantel_haenszel(grouped(points, np.where(focal, "x", "y")), group=["site=nobody"])
    with pytest.raises(AnalysisImpossible, match="No group is named"):
        nps.dif_mantel_haenszel(grouped(points, np.where(focal, "x", "y")))


def test_findings_stand_every_number_withheld() -> None:
    study = study_of(3000, shifts={4: 1.1})
    result = nps.dif_mantel_haenszel(study, group=["site=reference"])
    held = {name: table.copy() for name, table in result.tables.items()}
    for table in held.values():
        for column in table.columns:
            if table[column].dtype.kind in "if":
                table[column] = np.nan
    assert list(mantel_haenszel_findings(replace(result, tables=held), study.thresholds)) == []
    counts = {name: table.copy() for name, table in result.tables.items()}
    for table in counts.values():
        for column in table.columns:
            if column.startswith("n_") or column == "n":
                table[column] = np.nan
    said = list(mantel_haenszel_findings(replace(result, tables=counts), study.thresholds))
    assert "persons" not in next(one for one in said if one.code == "shows_dif").sentence


def test_no_word_is_said_that_must_not_be() -> None:
    folder = Path(nps.__file__).parent
    files = [*(folder / "analyses" / "fairness").glob("*mantel*.py")]
    files += [folder / "terms" / "fairness_mantel.toml"]
    for path in files:
        text = path.read_text(encoding="utf-8").lower().replace('"significance"', "")
        assert not re.search(r"\bbias|unfair|discriminat|significant|no dif\b", text), path.name
