"""Body of work: folders by judges, rounds, agreement, one judge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych import register
from naas_psych.analyses.standard.body_of_work import body_of_work
from naas_psych.assurance.disclosure.gate import gate
from naas_psych.errors import AnalysisImpossible
from tests.analyses.standard_worlds import CUTS, judged_study, persons
from tests.analyses.test_standard_contrasting import ABOVE, SCORES


def folders(judges: int, *, n: int = 60, seed: int = 3, harsh: float = 2.0) -> Any:
    """Judges who begin `met` at 65 and `partially_met` at 55, each some points off."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(40, 85, size=n)
    rows: dict[str, list[str]] = {"person_id": [], "judge_id": [], "round": [], "level": []}
    for j in range(judges):
        own = rng.normal(0, harsh)
        for turn in ("range-finding", "pinpointing"):
            for k, score in enumerate(scores):
                if turn == "pinpointing" and not 50 <= score <= 70:
                    continue
                seen = score + rng.logistic(0, 2.5) - own
                level = "met" if seen > 65 else "partially met" if seen > 55 else "not met"
                values = (persons(n)[k], f"J{j}", turn, level)
                for name, value in zip(rows, values, strict=True):
                    rows[name].append(value)
    return judged_study(scores.tolist(), {"cuts": CUTS}, judged_persons=rows)


def test_two_boundaries_lie_near_the_truth() -> None:
    result = body_of_work(folders(8))
    cuts = result.tables["cuts"]
    assert cuts["cut_name"].tolist() == ["partially_met", "met"]
    for row, truth in zip(cuts.to_dict("records"), (55, 65), strict=True):
        assert row["percent_low"] < truth < row["percent_high"]
        assert (row["judges"], row["n"], row["ratings"]) == (8, 60, 480)
        assert row["percent_se"] == pytest.approx(np.hypot(row["se_folders"], row["se_judges"]))


def test_rounds_are_kept_in_their_order() -> None:
    rounds = body_of_work(folders(4)).tables["rounds"]
    names = list(dict.fromkeys(rounds["judging_round"]))
    assert names == ["range_finding", "pinpointing", "last judgement"]


def test_harsh_and_mild_judges_widen_the_error() -> None:
    alike, apart = (body_of_work(folders(6, harsh=h)).tables["cuts"] for h in (0.0, 5.0))
    assert apart["se_judges"][1] > 2 * alike["se_judges"][1]


def test_one_judge_has_a_cut_and_no_error() -> None:
    table = {
        "person_id": persons(12),
        "judge_id": ["J1"] * 12,
        "level": ["met" if one else "not_met" for one in ABOVE],
    }
    row = body_of_work(judged_study(SCORES, judged_persons=table)).tables["cuts"].iloc[0]
    assert row["percent"] == pytest.approx(56.2347, abs=5e-5)
    assert row["cut_se_reason"] == row["se_judges_reason"] == "one_judge"
    assert np.isfinite(row["se_folders"])


def test_agreement_counts_pairs_of_judges() -> None:
    table = {
        "person_id": [*persons(3), *persons(3)],
        "judge_id": ["J1"] * 3 + ["J2"] * 3,
        "level": ["met", "not_met", "partially_met", "met", "met", "met"],
    }
    found = body_of_work(judged_study([70, 40, 60], judged_persons=table)).tables["agreement"]
    last = found.iloc[-1]
    assert last["same_level"] == pytest.approx(1 / 3)
    assert last["adjacent_level"] == pytest.approx(2 / 3)
    assert last["n"] == 3


def test_judges_have_to_be_named() -> None:
    table = {"person_id": persons(12), "level": ["met" if one else "not_met" for one in ABOVE]}
    with pytest.raises(AnalysisImpossible, match="judge_id"):
        body_of_work(judged_study(SCORES, judged_persons=table))


def test_nobody_below_the_level_gives_no_cut() -> None:
    table = {"person_id": persons(12) * 2, "judge_id": ["J1"] * 12 + ["J2"] * 12}
    study = judged_study(SCORES, judged_persons={**table, "level": ["met"] * 24})
    result = body_of_work(study)
    assert result.tables["cuts"]["cut_reason"].tolist() == ["group_empty"]
    assert [one.code for one in result.findings] == ["no_cut_from_persons"]


@pytest.mark.parametrize("profile", ["hesa", "threshold10"])
def test_withheld_numbers_break_nothing(profile: str) -> None:
    for study in (folders(3, n=8), folders(6)):
        gated = gate(study, [body_of_work(study, replicates=100)], profile=profile)
        for drawing in register.load("body_of_work").drawings(gated.results[0]):
            assert "nan" not in drawing.title + drawing.alt
            drawing.draw()
