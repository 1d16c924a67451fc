"""Angoff's method on panels by hand: gaps, parts, several marks, one judge, nothing to rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.standard.panel import panel_cuts
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.spec import Cut
from tests.analyses.angoff_tables import EXAMPLE, NAN, codes, persons, rated, study_with
from tests.make import study_from_scores


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
