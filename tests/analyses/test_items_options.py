"""distractors and key_check: check values, R's answers, suspicions and conventions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.analyses.items.distractors import distractors, drawings
from naas_psych.analyses.items.key_check import key_check
from naas_psych.errors import AnalysisImpossible
from naas_psych.glossary import term
from naas_psych.study.study import Study
from tests.make import DATA_A, study_from_choices, study_from_scores


def options(study: Study, **given: Any) -> pd.DataFrame:
    return distractors(study, **given).tables["options"].set_index(["item_id", "option"])


def keys(study: Study) -> pd.DataFrame:
    return key_check(study).tables["items"].set_index("item_id")


def raw_study(shared: Path, name: str) -> Study:
    folder = shared / "data" / name
    data = pd.read_csv(folder / "responses.csv", dtype=str)
    data = data.drop(columns=["gender", "major", "total"], errors="ignore")
    key = pd.read_csv(folder / "key.csv", dtype=str)["key"]
    return study_from_choices(data.to_numpy(), list(key), item_ids=list(data.columns))


def data_a_with_choices() -> Study:
    """Data A of the sheet, item 3 with its choices and the others as option X when right."""
    letters = np.where(DATA_A == 1, "X", "Y").astype(object)
    letters[:, 2] = list("CCCCACBCADBA")
    return study_from_choices(letters, "XXCXXX")


def test_distractors_of_the_sheet() -> None:
    table = options(data_a_with_choices()).loc["Q03"]
    assert table.loc[list("ABCD"), "option_rest_r"].tolist() == pytest.approx(
        [0, -0.34641, 0.25820, 0], abs=5e-6
    )
    assert table["is_key"].tolist() == [False, False, True, False]
    assert table["n"].tolist() == [3, 2, 6, 1]
    assert table.loc["C", "option_key_r_reason"] == "is_key"
    assert table["small_n"].tolist() == [True, True, False, True]
    assert "omitted" not in table.index


@pytest.mark.parametrize(("name", "file"), [("sat12", "sat12"), ("hci_raw", "hcitest")])
def test_option_correlations_agree_with_r(shared: Path, name: str, file: str) -> None:
    answers = json.loads((shared / "golden" / f"{file}__distractors.json").read_text())["results"]
    table = options(raw_study(shared, name))
    expected = answers["option_point_biserial_rest"]
    assert len(table) == sum(len(of_item) for of_item in expected.values())
    for item, of_item in expected.items():
        ours = table.loc[item].loc[list(of_item), "option_rest_r"].to_numpy()
        assert ours == pytest.approx(np.array(list(of_item.values())), abs=1e-10), item
        assert table.loc[item]["n"].sum() == answers_n(answers, item)
    r, wrong = table["option_rest_r"], ~table["is_key"]
    assert (
        table["working"] == np.where(wrong, (r < 0) & (table["proportion"] >= 0.05), r > 0)
    ).all()


def answers_n(answers: dict[str, Any], item: str) -> int:
    return sum(answers["distractor_counts"][item]["n"])


def test_the_known_slip_in_the_key_of_sat12_is_found_alone(shared: Path) -> None:
    table = keys(raw_study(shared, "sat12"))
    suspected = table[table["status"] != "ok"]
    assert suspected.index.tolist() == ["Item.32"]
    assert suspected["suggested_key"].tolist() == ["3"]


def test_no_key_of_the_concept_inventory_is_suspected(shared: Path) -> None:
    assert set(keys(raw_study(shared, "hci_raw"))["status"]) == {"ok"}


@pytest.mark.parametrize("item", [0, 7, 17, 25])
def test_a_wrong_key_is_found_and_the_right_one_named(shared: Path, item: int) -> None:
    study = raw_study(shared, "sat12")
    right = list(study.items["key"])
    wrong = right.copy()
    wrong[item] = "2" if right[item] != "2" else "3"
    data = pd.read_csv(shared / "data" / "sat12" / "responses.csv", dtype=str)
    result = key_check(
        study_from_choices(data.to_numpy(), wrong, item_ids=list(study.responses.item_ids))
    )
    row = result.tables["items"].iloc[item]
    assert (row["status"], row["suggested_key"]) == ("check key", right[item])
    found = options(study).loc[study.responses.item_ids[item]].loc[right[item]]
    assert row["facility_if_rekeyed"] == pytest.approx(found["proportion"])
    assert row["item_rest_r_if_rekeyed"] == pytest.approx(found["option_rest_r"], abs=1e-10)
    assert row["item_id"] in {f.subject for f in result.findings}


def simulated(n: int = 600, *, seed: int = 1, j: int = 10) -> np.ndarray:
    """Letters A to D; the right one is A for everybody who knows."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=(n, 1))
    knows = theta + rng.logistic(size=(n, j)) > np.linspace(-1, 0.5, j)
    return np.where(knows, "A", rng.choice(list("BCD"), (n, j))).astype(object)


def test_a_miskey_is_an_error_that_names_the_likely_key() -> None:
    result = key_check(study_from_choices(simulated(), "B" + "A" * 9))
    finding = next(f for f in result.findings if f.subject == "Q01")
    assert (finding.code, finding.severity) == ("probable_miskey", "error")
    assert "likely key is A" in finding.sentence
    assert finding.probability is not None
    assert finding.probability > 0.99
    assert {f.subject for f in result.findings} == {"Q01"}


def test_sound_keys_give_no_finding() -> None:
    for seed in range(5):
        study = study_from_choices(simulated(seed=seed), "A" * 10)
        assert not key_check(study).findings
        loud = [f for f in distractors(study).findings if f.severity != "info"]
        assert not loud


def test_two_right_options_are_a_possible_double_key() -> None:
    letters = simulated()
    rng = np.random.default_rng(3)
    letters[letters[:, 9] == "B", 9] = "C"
    half = (letters[:, 9] == "A") & (rng.random(len(letters)) < 0.5)
    letters[half, 9] = "B"
    result = key_check(study_from_choices(letters, "A" * 10))
    assert result.tables["items"].loc[9, "status"] == "double key?"
    assert [f.code for f in result.findings] == ["possible_double_key"]


def test_omitted_has_a_row_and_not_reached_has_not() -> None:
    letters = [list("AAA"), list("AB-"), list("B-A"), list("AA."), list("BB.")]
    table = options(study_from_choices(letters, "AAA"))
    assert table.loc[("Q02", "omitted"), "n"] == 1
    assert table.loc[("Q02", "A"), "proportion"] == pytest.approx(2 / 5)
    assert table.loc["Q03"]["n"].to_dict() == {"A": 2, "omitted": 1}
    rest = np.array([2, 1, 0])
    assert table.loc[("Q03", "A"), "option_rest_r"] == pytest.approx(
        np.corrcoef([1, 0, 1], rest)[0, 1]
    )


def test_options_that_nobody_chose_are_shown_when_the_study_names_them() -> None:
    letters = simulated(200)
    study = study_from_choices(
        letters,
        "A" * 10,
        items={"option_A": ["a"] * 10, "option_E": ["never"] * 10},
    )
    result = distractors(study)
    table = result.tables["options"].set_index(["item_id", "option"])
    assert table.loc[("Q01", "E"), "n"] == 0
    assert table.loc[("Q01", "E"), "option_rest_r_reason"] == "no_choosers"
    assert not table.loc[("Q01", "E"), "working"]
    assert ("nobody_chose_option", "info") in {(f.code, f.severity) for f in result.findings}


def test_a_key_that_nobody_chose_is_an_error() -> None:
    study = study_from_choices(simulated(200), "E" + "A" * 9)
    codes = {(f.code, f.severity, f.subject) for f in distractors(study).findings}
    assert ("nobody_chose_option", "error", "Q01") in codes
    assert keys(study).loc["Q01", "suggested_key"] == "A"


def test_an_idle_distractor_is_waived_in_an_easy_item() -> None:
    letters = simulated(500)
    letters[:, 0] = "A"
    letters[:8, 0] = "B"
    letters[letters[:, 1] == "D", 1] = "C"
    letters[:3, 1] = "D"
    found = {
        (f.code, f.subject) for f in distractors(study_from_choices(letters, "A" * 10)).findings
    }
    assert ("distractor_idle", "Q02") in found
    assert ("distractor_idle", "Q01") not in found


def test_a_distractor_that_draws_the_strong_is_a_warning() -> None:
    letters = simulated(800)
    strong = (letters[:, 1:] == "A").sum(axis=1) >= 7
    rng = np.random.default_rng(0)
    letters[strong & (rng.random(800) < 0.4), 0] = "C"
    found = distractors(study_from_choices(letters, "A" * 10)).findings
    assert ("distractor_misleading", "warning", "Q01") in {
        (f.code, f.severity, f.subject) for f in found
    }


def multiple_study() -> Study:
    """Item 1 takes several options, key AC; the others are right or wrong."""
    rng = np.random.default_rng(6)
    theta = rng.normal(size=300)
    other = (theta[:, None] + rng.logistic(size=(300, 5)) > 0).astype(int)
    letters = np.where(other == 1, "X", "Y").astype(object)
    first = [
        "".join(
            letter
            for letter, odds in zip("ABCD", (t, -1 - t, t, -1 - t), strict=True)
            if odds + noise > 0
        )
        or "-"
        for t, noise in zip(theta, rng.logistic(size=300), strict=True)
    ]
    return study_from_choices(
        np.column_stack([np.array(first, dtype=object), letters]),
        ["AC", *"XXXXX"],
        items={"type": ["multiple", *["single"] * 5]},
    )


def test_a_multiple_response_has_a_row_a_letter() -> None:
    study = multiple_study()
    table = options(study).loc["Q01"]
    assert table.index.tolist()[:4] == list("ABCD")
    assert table["is_key"].tolist()[:4] == [True, False, True, False]
    responses = study.responses
    assert responses.options is not None
    assert responses.choices is not None
    texts = np.array([*responses.options[0], ""])[responses.choices[:, 0]]
    rest = responses.marks(omitted="wrong", not_reached="wrong")[:, 1:].sum(axis=1)
    for letter in "ABCD":
        chosen = np.array([letter in text for text in texts])
        assert table.loc[letter, "n"] == chosen.sum()
        assert table.loc[letter, "option_rest_r"] == pytest.approx(
            np.corrcoef(chosen, rest)[0, 1], abs=1e-12
        )
    assert keys(study).loc["Q01", "status"] == "ok"


def test_a_wrong_letter_in_the_key_of_a_multiple_response_is_named() -> None:
    study = multiple_study()
    study.items.loc[0, "key"] = "AB"
    row = keys(study).loc["Q01"]
    assert (row["status"], row["suggested_key"]) == ("check key", "AC")
    assert row["reason"] == "B should not be keyed; C should be keyed"
    assert row["facility_if_rekeyed"] > row["facility"]


def test_several_right_options_and_part_marks_are_no_rivals() -> None:
    letters = simulated(300)
    letters[::2, 0] = np.where(letters[::2, 0] == "A", "B", letters[::2, 0])
    both = study_from_choices(
        letters, ["A|B", *"A" * 9], points=np.isin(letters, ["A"]).astype(int)
    )
    table = options(both).loc["Q01"]
    assert table["is_key"].to_dict() == {"A": True, "B": True, "C": False, "D": False}
    assert keys(both).loc["Q01", "best_distractor"] in ("C", "D")
    part = study_from_choices(letters, ["A=1;B=0.5", *"A" * 9], points=letters == "A")
    assert keys(part).loc["Q01", "best_distractor"] in ("C", "D")


def test_letter_case_does_not_matter() -> None:
    letters = [list("ab"), list("ba"), list("aa"), list("bb")]
    assert options(study_from_choices(letters, "AB"))["is_key"].tolist() == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("run", [distractors, key_check])
def test_scores_have_no_options(run: Any) -> None:
    with pytest.raises(AnalysisImpossible, match="raw options and a key"):
        run(study_from_scores(DATA_A))


def test_items_that_came_as_scores_are_left_out_with_a_note() -> None:
    study = study_from_choices(simulated(100), "A" * 10, items={"type": ["score", *["single"] * 9]})
    for result in (distractors(study), key_check(study)):
        assert any("1 that came as scores" in note for note in result.notes)
        assert "Q01" not in set(next(iter(result.tables.values()))["item_id"])


def test_curves_share_out_each_group_and_are_drawn() -> None:
    result = distractors(study_from_choices(simulated(300), "A" * 10), groups=4)
    curves = result.tables["curves"]
    shares = curves.groupby(["item_id", "group"])["proportion"].sum()
    assert shares.to_numpy() == pytest.approx(1.0)
    assert (curves["low"] <= curves["proportion"] + 1e-12).all()
    drawn = list(drawings(result))
    assert len(drawn) == 10
    assert drawn[0].subject == "Q01"
    assert "rises" in drawn[0].title
    axes = drawn[0].draw().axes[0]
    assert "A (key)" in {text.get_text() for text in axes.texts}


def test_two_forms_pool_within_and_have_no_common_mean() -> None:
    letters = simulated(200)
    letters[:100, 8:] = "~"
    letters[100:, 6:8] = "~"
    result = distractors(study_from_choices(letters, "A" * 10))
    table = result.tables["options"].set_index(["item_id", "option"])
    assert table.loc[("Q01", "A"), "mean_rest_score_reason"] == "several_forms"
    assert np.isfinite(table.loc[("Q09", "A"), "mean_rest_score"])
    for drawing in drawings(result):
        drawing.draw()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 4), st.data())
def test_any_letters_give_sound_tables(n: int, j: int, data: st.DataObject) -> None:
    letters = [[data.draw(st.sampled_from("ABC-.~!")) for _ in range(j)] for _ in range(n)]
    study = study_from_choices(letters, "A" * j)
    for result in (distractors(study), key_check(study)):
        for table in result.tables.values():
            for column in table.columns:
                assert term(column)
            for column in table.select_dtypes("float"):
                values = table[column].to_numpy(dtype=float)
                assert not np.isinf(values).any()
                if np.isnan(values).any():
                    gaps = table.loc[np.isnan(values), f"{column}_reason"]
                    assert gaps.notna().all()
