"""item_statistics and score_distribution: check values, other programs' answers, conventions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from naas_psych.analyses.items.item_statistics import drawings, item_statistics
from naas_psych.analyses.items.score_distribution import drawings as histograms
from naas_psych.analyses.items.score_distribution import score_distribution
from naas_psych.glossary import term
from naas_psych.study.study import Study
from tests.make import DATA_A, study_from_choices, study_from_scores

GOLDEN = {
    "lsat7": ("lsat7", 0, 1),
    "science": ("science", 1, 4),
    "verbal_dich": ("verbal", 0, 1),
    "verbal_poly": ("verbal_three_categories", 0, 2),
}


def items(study: Study, **options: Any) -> pd.DataFrame:
    return item_statistics(study, **options).tables["items"].set_index("item_id")


def golden(shared: Path, name: str) -> tuple[Study, dict[str, Any]]:
    folder, low, high = GOLDEN[name]
    data = pd.read_csv(shared / "data" / folder / "responses.csv")
    data = data.drop(columns=["gender", "anger"], errors="ignore")
    answers = json.loads((shared / "golden" / f"{name}__ctt.json").read_text())["results"]
    study = study_from_scores(
        data.to_numpy(), min_points=low, max_points=high, item_ids=list(data.columns)
    )
    return study, answers


def test_data_a_of_the_sheet() -> None:
    table = items(study_from_scores(DATA_A))
    near = {"abs": 1e-5}
    assert table["facility"].tolist() == pytest.approx(
        [0.91667, 0.75, 0.5, 0.58333, 0.41667, 0.33333], **near
    )
    assert table["item_total_r"].tolist() == pytest.approx(
        [0.50252, 0.44905, 0.55556, 0.61978, 0.61978, 0.58926], **near
    )
    assert table["item_rest_r"].tolist() == pytest.approx(
        [0.34546, 0.17667, 0.25820, 0.34779, 0.34779, 0.32220], **near
    )
    assert table["biserial"].tolist() == pytest.approx(
        [0.62277, 0.24073, 0.32360, 0.43941, 0.43941, 0.41773], **near
    )
    assert table["upper_lower_d"].tolist() == pytest.approx(
        [0.14286, 0.42857, 0.46429, 0.57143, 0.60714, 0.60714], **near
    )
    assert table["alpha_if_dropped"].tolist() == pytest.approx(
        [0.5, 0.55243, 0.52083, 0.47357, 0.47357, 0.48729], **near
    )
    assert table.loc["Q02", ["facility_low", "facility_high"]].tolist() == pytest.approx(
        [0.46769, 0.91106], **near
    )
    assert table.loc["Q04", ["item_rest_r_low", "item_rest_r_high"]].tolist() == pytest.approx(
        [-0.28250, 0.76833], **near
    )
    assert table["reliability_index"].sum() == pytest.approx(1.566699, abs=5e-7)
    assert table["effective_weight"].sum() == pytest.approx(1)
    assert (table["n_upper"].unique(), table["n_lower"].unique()) == ([4], [7])


@pytest.mark.parametrize("name", GOLDEN)
def test_item_statistics_agree_with_r(shared: Path, name: str) -> None:
    study, answers = golden(shared, name)
    table = items(study)
    low, high = GOLDEN[name][1:]
    means = np.array(list(answers["difficulty"].values()))
    expected = {
        "facility": (means - low) / (high - low),
        "mean_score": means,
        "score_sd": list(answers["item_sd"].values()),
        "item_rest_r": answers["item_rest_r"],
        "item_total_r": answers["item_total_r"],
        "alpha_if_dropped": answers["alpha"]["alpha_drop"]["raw_alpha"],
        # R's quantile type 7 cuts the same groups as our inclusive rule on these four data sets.
        "upper_lower_d": np.array(list(answers["upper_lower_27"]["d"].values())) / (high - low),
    }
    for column, values in expected.items():
        assert table[column].to_numpy() == pytest.approx(np.array(values), abs=1e-10), column


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
def test_biserial_agrees_with_psych_up_to_its_sd(shared: Path, name: str) -> None:
    study, answers = golden(shared, name)
    table = items(study)
    n = study.responses.n_persons
    ours = table["biserial"].to_numpy() * np.sqrt((n - 1) / n)
    assert ours == pytest.approx(np.array(answers["biserial_item_rest"]), abs=1e-6)


@pytest.mark.parametrize("name", GOLDEN)
def test_score_distribution_agrees_with_psych(shared: Path, name: str) -> None:
    study, answers = golden(shared, name)
    row = score_distribution(study).tables["summary"].iloc[0]
    total = answers["total"]
    ours = [row[c] for c in ("mean", "sd", "min", "max", "skewness", "kurtosis")]
    theirs = [total[c] for c in ("mean", "sd", "min", "max", "skew", "kurtosis")]
    assert ours == pytest.approx(theirs, abs=1e-10)


def test_neither_the_order_of_persons_nor_of_items_matters() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.integers(0, 3, (40, 7))
    rows, columns = rng.permutation(40), rng.permutation(7)
    names = [f"Q{j}" for j in range(7)]
    first = items(study_from_scores(matrix, max_points=2, item_ids=names))
    second = items(
        study_from_scores(
            matrix[rows][:, columns], max_points=2, item_ids=[names[j] for j in columns]
        )
    )
    pd.testing.assert_frame_equal(first, second.loc[first.index], rtol=1e-12)


def test_not_reached_is_left_out_of_the_item_but_wrong_in_the_total() -> None:
    # Person 4 did not reach item 3; person 3 omitted item 2.
    matrix = [[1, 1, 1], [1, 0, 0], [0, -1, 1], [1, 1, -2], [0, 0, 0]]
    table = items(study_from_scores(matrix, max_points=1))
    assert table["n"].tolist() == [5, 5, 4]
    assert table["facility"].tolist() == [0.6, 0.4, 0.5]
    assert table["omitted"].tolist() == [0, 1, 0]
    assert table["not_reached"].tolist() == [0, 0, 1]
    third, rest = np.array([1, 0, 1, 0]), np.array([2, 1, 0, 0])
    assert table.loc["Q03", "item_rest_r"] == pytest.approx(np.corrcoef(third, rest)[0, 1])
    first, rest = np.array([1, 1, 0, 1, 0]), np.array([2, 0, 1, 1, 0])
    assert table.loc["Q01", "item_rest_r"] == pytest.approx(np.corrcoef(first, rest)[0, 1])
    as_wrong = items(study_from_scores(matrix, max_points=1), not_reached="wrong")
    assert as_wrong.loc["Q03", "facility"] == 0.4


def test_omitted_may_be_left_out() -> None:
    matrix = np.vstack([DATA_A, [[-1, 1, 1, 1, 1, 1]]])
    counted = items(study_from_scores(matrix, max_points=1))
    left = items(study_from_scores(matrix, max_points=1), omitted="left_out")
    by_study = items(study_from_scores(matrix, max_points=1, omitted="left_out"))
    assert counted.loc["Q01", "facility"] == pytest.approx(11 / 13)
    assert left.loc["Q01", "facility"] == pytest.approx(11 / 12)
    pd.testing.assert_frame_equal(left, by_study)
    # The odd person has a total that compares with nobody's: correlations are those of the rest.
    assert left.loc["Q02", "item_rest_r"] == pytest.approx(0.176666, abs=1e-6)
    assert left.loc["Q02", "n"] == 13


def test_a_rating_scale_not_finished_has_no_total() -> None:
    whole = [[1, 4, 2], [2, 3, 3], [5, 2, 1], [4, 4, 5]]
    scale = {"min_points": 1, "max_points": 5, "omitted": "left_out"}
    study = study_from_scores([*whole, [5, -2, -2]], **scale)
    complete = study_from_scores(whole, **scale)
    assert items(study).loc["Q01", "n"] == 5
    same = ["item_rest_r", "item_total_r", "n_rest", "alpha_if_dropped"]
    pd.testing.assert_frame_equal(items(study)[same], items(complete)[same])
    summary = score_distribution(study).tables["summary"]
    pd.testing.assert_frame_equal(summary, score_distribution(complete).tables["summary"])
    # Who counts an omission as the lowest rating counts what was not reached so too.
    as_lowest = score_distribution(study, omitted="wrong").tables["summary"]
    assert as_lowest.loc[0, ["n", "min"]].tolist() == [5, 7.0]


def test_who_answered_nothing_has_no_total() -> None:
    silent = np.full((3, 6), -2)
    study = study_from_scores(np.vstack([DATA_A, silent]), max_points=1)
    alone = study_from_scores(DATA_A, max_points=1)
    same = ["n", "facility", "item_rest_r", "alpha_if_dropped", "upper_lower_d"]
    pd.testing.assert_frame_equal(items(study)[same], items(alone)[same])
    assert items(study)["not_reached"].tolist() == [3] * 6
    assert score_distribution(study).tables["summary"].loc[0, ["n", "min"]].tolist() == [12, 1.0]


def test_two_forms_are_pooled_within() -> None:
    absent = -3
    one = np.hstack([DATA_A, np.full((12, 2), absent)])
    two = np.hstack([DATA_A[:, :4], np.full((12, 2), absent), DATA_A[:, 4:]])
    result = item_statistics(study_from_scores(np.vstack([one, two]), max_points=1))
    table = result.tables["items"].set_index("item_id")
    # Both forms hold the same scores under two names, so pooling changes no correlation.
    assert table.loc["Q01", "item_rest_r"] == pytest.approx(0.34546, abs=1e-5)
    assert table.loc["Q05", "item_rest_r"] == pytest.approx(table.loc["Q07", "item_rest_r"])
    assert table.loc["Q01", "alpha_if_dropped_reason"] == "several_forms"
    assert table.loc["Q05", "alpha_if_dropped"] == pytest.approx(0.47357, abs=5e-6)
    assert table["not_administered"].tolist() == [0, 0, 0, 0, 12, 12, 12, 12]
    assert any("2 forms" in note for note in result.notes)
    summary = score_distribution(study_from_scores(np.vstack([one, two]), max_points=1))
    assert summary.tables["summary"]["form"].tolist() == ["booklet 1", "booklet 2"]


def test_half_marks_are_score_units() -> None:
    halves = DATA_A * 2
    halves[0, 0] = 1
    table = items(study_from_scores(halves, max_points=2, unit=0.5))
    scores = halves[:, 0] * 0.5
    assert table.loc["Q01", "score_sd"] == pytest.approx(scores.std(ddof=1))
    assert table.loc["Q01", "facility"] == pytest.approx(scores.mean())
    assert table.loc["Q01", "max_score"] == 1.0
    # An item that only ever gave 0 or 1 stays right or wrong, though half marks exist.
    assert table["biserial_method"].tolist() == ["polyserial"] + ["biserial"] * 5
    total = halves.sum(axis=1) * 0.5
    assert table["reliability_index"].sum() == pytest.approx(total.std(ddof=1))
    row = score_distribution(study_from_scores(halves, max_points=2, unit=0.5)).tables["summary"]
    assert row.loc[0, "mean"] == pytest.approx(total.mean())
    assert row.loc[0, "median"] == np.median(total)
    assert row.loc[0, "possible_max"] == 6.0


def test_a_scale_from_1_counts_omitted_as_its_lowest_score() -> None:
    matrix = np.array([[1, 4], [2, 3], [-1, 2], [4, 4]])
    table = items(study_from_scores(matrix, min_points=1, max_points=4))
    assert table.loc["Q01", "facility"] == pytest.approx(((1 + 2 + 1 + 4) / 4 - 1) / 3)
    row = score_distribution(study_from_scores(matrix, min_points=1, max_points=4))
    assert row.tables["scores"]["score"].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert row.tables["scores"]["n"].sum() == 4


REASONS = {
    "constant item": ([[1, 0, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]], "Q01", "no_variance"),
    "constant rest": ([[1, 0], [0, 0], [1, 0]], "Q01", "no_variance_of_rest"),
    "one item": ([[1], [0], [1]], "Q01", "too_few_items"),
    "one person": ([[1, 0, 1]], "Q01", "too_few_persons"),
    "nobody": ([[-3, 1, 0], [-3, 0, 1], [-3, 1, 1]], "Q01", "no_responses"),
    "all lost": ([[-4, -4], [-4, -4]], "Q01", "no_responses"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_is_undefined_has_a_reason(name: str) -> None:
    matrix, item, reason = REASONS[name]
    study = study_from_scores(matrix, max_points=1)
    table = items(study)
    assert np.isnan(table.loc[item, "item_rest_r"])
    assert table.loc[item, "item_rest_r_reason"] == reason
    assert table.loc[item, "biserial_reason"] == reason
    score_distribution(study)


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 0, 1]],
        [[1, 0, 1], [0, 1, 1]],
        [[-1, -1], [-1, -1], [-1, -1]],
        [[-2, -2], [-2, -2]],
        [[1], [0]],
        [[1, 1], [1, 1]],
        [[1, -4], [0, 1], [1, 1], [0, 0]],
    ],
)
@pytest.mark.parametrize("omitted", ["wrong", "left_out"])
def test_small_and_odd_data_never_fail(matrix: list[list[int]], omitted: str) -> None:
    study = study_from_scores(matrix, max_points=1)
    result = item_statistics(study, omitted=omitted)
    distribution = score_distribution(study, omitted=omitted)
    for each in (*drawings(result), *histograms(distribution)):
        each.draw()


_SHAPES = st.tuples(st.integers(1, 25), st.integers(1, 6))


@settings(max_examples=80, deadline=None)
@given(
    arrays(np.int8, st.tuples(st.integers(1, 25), st.integers(1, 6)), elements=st.integers(-4, 2))
)
def test_any_scores_give_sound_tables(matrix: np.ndarray) -> None:
    result = item_statistics(study_from_scores(matrix, max_points=2))
    for table in result.tables.values():
        for column in table.select_dtypes("number"):
            assert not np.isinf(table[column].to_numpy(dtype=float)).any()
    table = result.tables["items"]
    for column in ("facility", "item_rest_r", "item_total_r", "upper_lower_d"):
        assert table[column].dropna().between(-1 - 1e-12, 1 + 1e-12).all()
    for column in ("facility", "item_rest_r"):
        inside = table.dropna(subset=[column, f"{column}_low"])
        assert (inside[f"{column}_low"] <= inside[column] + 1e-12).all()
        assert (inside[column] <= inside[f"{column}_high"] + 1e-12).all()
    score_distribution(study_from_scores(matrix, max_points=2))


def test_every_column_is_in_the_glossary() -> None:
    study = study_from_choices(["AB", "BA", "-A", "AA"], "AB")
    for result in (item_statistics(study), score_distribution(study)):
        for table in result.tables.values():
            for column in table.columns:
                assert term(column)


def _codes(study: Study) -> set[tuple[str, str, str]]:
    return {(f.code, f.severity, f.subject) for f in item_statistics(study).findings}


def test_findings_name_what_is_wrong_and_nothing_else() -> None:
    rng = np.random.default_rng(8)
    theta = rng.normal(size=(800, 1))
    matrix = (theta + rng.logistic(size=(800, 12)) > np.linspace(-1, 1, 12)).astype(int)
    good = _codes(study_from_scores(matrix, max_points=1))
    assert not {code for code in good if code[1] != "info"}
    bad = matrix.copy()
    bad[:, 0] = 1 - bad[:, 0]
    bad[:, 1] = rng.random(800) < 0.5
    bad[:, 2] = 1
    bad[:, 3] = (theta[:, 0] + rng.logistic(size=800)) > 4
    bad[rng.random(800) < 0.3, 4] = -1
    found = _codes(study_from_scores(bad, max_points=1))
    assert ("discrimination_negative", "error", "Q01") in found
    # Pure chance: weak, or on the wrong side of 0 without being sure; never an error.
    weak = {
        ("discrimination_weak", "warning", "Q02"),
        ("discrimination_negative", "warning", "Q02"),
    }
    assert found & weak
    assert ("no_variance", "warning", "Q03") in found
    assert ("facility_low", "warning", "Q04") in found
    assert ("many_omitted", "warning", "Q05") in found
    assert ("alpha_rises_if_dropped", "info", "Q01") in found
    assert not {code for code in found if code[1] != "info" and code[2] > "Q05"}


def test_findings_carry_threshold_and_probability() -> None:
    rng = np.random.default_rng(2)
    matrix = (rng.normal(size=(300, 1)) + rng.logistic(size=(300, 8)) > 0).astype(int)
    matrix[:, 0] = 1 - matrix[:, 0]
    finding = next(
        f
        for f in item_statistics(study_from_scores(matrix)).findings
        if f.code == "discrimination_negative"
    )
    assert finding.threshold == "item_rest_r_negative"
    assert finding.threshold_value == 0
    assert finding.low is not None
    assert finding.probability is not None
    assert finding.probability > 0.9
    assert finding.meaning
    assert finding.action


def test_few_persons_are_not_judged() -> None:
    found = item_statistics(study_from_scores(DATA_A)).findings
    assert [f.code for f in found] == ["small_sample"]


def test_a_biserial_above_one_is_printed_and_flagged() -> None:
    # Half of the persons have everything right, half everything wrong.
    matrix = np.repeat([[0] * 6, [1] * 6], 40, axis=0)
    matrix[:3, 0] = 1
    result = item_statistics(study_from_scores(matrix))
    assert result.tables["items"].loc[0, "biserial"] > 1
    assert "biserial_above_one" in {f.code for f in result.findings}


def test_below_chance_is_held_against_the_options_offered() -> None:
    rng = np.random.default_rng(4)
    letters = rng.choice(list("ABC"), (400, 6), p=[0.25, 0.5, 0.25])
    study = study_from_choices(letters, "ABBBBB")
    table = items(study)
    assert table["chance"].tolist() == pytest.approx([1 / 3] * 6)
    found = [f for f in item_statistics(study).findings if f.code == "facility_low"]
    assert [f.subject for f in found] == ["Q01"]
    assert "blind choice" in found[0].sentence


def test_drawings_say_their_finding_and_are_quick() -> None:
    result = item_statistics(study_from_scores(DATA_A))
    drawn = list(drawings(result))
    assert [d.name for d in drawn] == ["items_overview"] + [
        f"option_curve_Q0{k}" for k in range(1, 7)
    ]
    assert all(d.alt and d.title for d in drawn)
    assert drawn[1].subject == "Q01"
    assert drawn[1].draw().axes
