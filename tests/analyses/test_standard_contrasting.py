"""Contrasting groups on studies: worked example, three levels, bad input, gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych import register
from naas_psych.analyses.standard.contrasting_groups import contrasting_groups
from naas_psych.assurance.disclosure.gate import gate
from naas_psych.errors import AnalysisImpossible, UsageError
from tests.analyses.standard_worlds import CUTS, judged_study, persons

SCORES = [40, 45, 48, 50, 52, 55, 58, 60, 62, 65, 68, 70]
ABOVE = [0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1]


def judged(levels: list[str | None], **more: Any) -> dict[str, Any]:
    return {"person_id": persons(len(levels)), "level": levels, **more}


def example(words: tuple[str, str] = ("not_met", "met")) -> Any:
    return judged_study(SCORES, judged_persons=judged([words[one] for one in ABOVE]))


def world(n: int = 300, seed: int = 2) -> Any:
    """Three levels, beginning at 55 and 65."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(62, 10, size=n).round().clip(20, 95).astype(int)
    seen = scores + rng.logistic(0, 3, size=n)
    levels = ["met" if x > 65 else "partially_met" if x > 55 else "not_met" for x in seen]
    return judged_study(scores.tolist(), {"cuts": CUTS}, judged_persons=judged(levels))


def test_worked_example() -> None:
    row = contrasting_groups(example()).tables["cuts"].iloc[0]
    assert row["percent"] == pytest.approx(56.2347, abs=5e-5)
    assert row["cut"] == pytest.approx(56.2347, abs=5e-5)
    assert row["model_se"] == pytest.approx(3.074, abs=5e-4)
    assert (row["unit"], row["n"], row["judged_in"]) == ("raw", 12, "judged_persons")
    assert bool(row["few_persons"])
    twice = contrasting_groups(example(), loss_ratio=2.0).tables["cuts"]["percent"][0]
    assert twice == pytest.approx(58.7485, abs=5e-4)


@pytest.mark.parametrize("words", [("Not competent", "Competent"), ("no", "yes"), ("1", "2")])
def test_usual_words_need_no_declaration(words: tuple[str, str]) -> None:
    found = contrasting_groups(example(words)).tables["cuts"]["percent"][0]
    assert found == pytest.approx(56.2347, abs=5e-5)


def test_words_without_an_order_are_refused_with_what_is_needed() -> None:
    with pytest.raises(AnalysisImpossible, match=r"order.*purple, teal.*levels"):
        contrasting_groups(example(("teal", "purple")))


def test_a_prior_of_fewer_competent_persons_raises_the_cut() -> None:
    study = example()
    plain = contrasting_groups(study).tables["cuts"]["percent"][0]
    same = contrasting_groups(study, prior=["0.5"]).tables["cuts"]["percent"][0]
    fewer = contrasting_groups(study, prior=["met:0.2"]).tables["cuts"]["percent"][0]
    assert same == pytest.approx(plain)
    assert fewer == pytest.approx(plain + np.log(4) / 0.275725, abs=1e-3)


@pytest.mark.parametrize("text", ["met:1.2", "other:0.5", "most"])
def test_a_prior_that_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="NAME:SHARE"):
        contrasting_groups(example(), prior=[text])


def test_three_levels_have_two_cuts_near_the_truth_and_one_slope_beside() -> None:
    cuts = contrasting_groups(world()).tables["cuts"]
    assert cuts["cut_name"].tolist() == ["partially_met", "met"]
    for row, truth in zip(cuts.to_dict("records"), (55, 65), strict=True):
        assert row["percent_low"] < truth < row["percent_high"]
        assert row["percent_proportional"] == pytest.approx(row["percent"], abs=1.5)


def test_levels_that_cross_leave_no_cut() -> None:
    scores = [*range(40, 60), *range(60, 80)]
    levels = ["not_met"] * 10 + ["met"] * 12 + ["partially_met"] * 16 + ["not_met", "met"]
    rng = np.random.default_rng(2)
    levels = [levels[k] if rng.random() < 0.9 else "met" for k in range(40)]
    cuts = contrasting_groups(
        judged_study(scores, {"cuts": CUTS}, judged_persons=judged(levels))
    ).tables["cuts"]
    assert set(cuts["cut_reason"].dropna()) <= {"cuts_out_of_order", "negative_slope"}
    assert cuts["cut"].isna().any()


def test_separation_gives_the_interval_and_a_finding() -> None:
    levels = ["met" if one > 54 else "not_met" for one in SCORES]
    result = contrasting_groups(judged_study(SCORES, judged_persons=judged(levels)))
    row = result.tables["cuts"].iloc[0]
    assert (row["separation_low"], row["separation_high"], row["estimator"]) == (52, 55, "firth")
    assert "groups_set_apart" in {one.code for one in result.findings}


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        (["met"] * 12, "group_empty"),
        (["met" if one == 0 else "not_met" for one in ABOVE], "negative_slope"),
    ],
)
def test_no_cut_is_a_row_with_its_reason(levels: list[str], reason: str) -> None:
    result = contrasting_groups(judged_study(SCORES, judged_persons=judged(levels)))
    row = result.tables["cuts"].iloc[0]
    assert np.isnan(row["cut"])
    assert row["cut_reason"] == reason
    assert [one.code for one in result.findings] == ["no_cut_from_persons"]
    drawn = [one.draw() for one in register.load("contrasting_groups").drawings(result)]
    # Two groups can be drawn beside each other though no curve rises between them.
    assert len(drawn) == (reason == "negative_slope")


def test_persons_whose_judges_differ_without_a_middle_are_left_out() -> None:
    words = ["met" if one else "not_met" for one in ABOVE]
    table = {
        "person_id": [*persons(12), "P1"],
        "judge_id": ["J1"] * 12 + ["J2"],
        "level": [*words, "met"],
    }
    result = contrasting_groups(judged_study(SCORES, judged_persons=table))
    assert result.tables["cuts"]["n"][0] == 11
    assert "judged_differently" in {one.code for one in result.findings}


def test_a_later_round_counts_in_place_of_an_earlier_one() -> None:
    words = ["met" if one else "not_met" for one in ABOVE]
    table = {
        "person_id": [*persons(12), "P1"],
        "judge_id": ["J1"] * 13,
        "round": ["1"] * 12 + ["2"],
        "level": ["met", *words[1:], words[0]],
    }
    found = contrasting_groups(judged_study(SCORES, judged_persons=table)).tables["cuts"]
    assert found["percent"][0] == pytest.approx(56.2347, abs=5e-5)


def test_decisions_of_employers_serve_with_a_warning() -> None:
    decisions = {
        "person_id": persons(12),
        "rating": [4.0] * 12,
        "decision": ["endorsed" if one else "deferred" for one in ABOVE],
    }
    result = contrasting_groups(judged_study(SCORES, {"cuts": CUTS}, endorsements=decisions))
    assert result.tables["cuts"]["cut_name"][0] == "met"
    assert result.tables["cuts"]["percent"][0] == pytest.approx(56.2347, abs=5e-5)
    assert any("no independent standard" in note for note in result.notes)


def test_nobody_judged_is_not_possible() -> None:
    with pytest.raises(AnalysisImpossible, match="judged_persons"):
        contrasting_groups(judged_study(SCORES))


def test_order_of_rows_does_not_matter() -> None:
    study = world(60)
    turned = judged_study(
        study.responses.points.sum(axis=1).tolist(),
        {"cuts": CUTS},
        judged_persons=study.tables["judged_persons"].iloc[::-1],
    )
    first, second = (
        contrasting_groups(one, replicates=50).tables["cuts"] for one in (study, turned)
    )
    assert first.equals(second)


@pytest.mark.parametrize("profile", ["hesa", "threshold10", "ofqual"])
def test_withheld_numbers_break_nothing(profile: str) -> None:
    for study in (world(40), example()):
        gated = gate(study, [contrasting_groups(study)], profile=profile)
        for drawing in register.load("contrasting_groups").drawings(gated.results[0]):
            assert "nan" not in drawing.title + drawing.alt
            drawing.draw()
