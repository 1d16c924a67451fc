"""Response-time effort: persons, items, and what leaving rapid answers out would change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.analyses.speed.chance import chance_levels
from naas_psych.errors import AnalysisImpossible
from tests.analyses.speed_worlds import sat
from tests.make import study_from_choices, study_from_scores

#: Check value 12.29 of the method sheet.
TIMES = np.array([[30.0, 45, 20, 60], [25, 50, 2, 3], [35, 40, 18, 70]], dtype=np.float32)


def test_the_worked_example() -> None:
    study = study_from_scores(np.ones((3, 4), dtype=int), max_points=1, times=TIMES)
    result = nps.response_time_effort(study, rule="nt10", trim=0.0)
    np.testing.assert_allclose(
        result.tables["items"]["threshold"], [3, 4.5, 1.33333, 4.43333], atol=5e-5
    )
    np.testing.assert_allclose(result.tables["persons"]["rte"], [1, 0.75, 1])
    np.testing.assert_allclose(result.tables["items"]["rtf"], [1, 1, 1, 2 / 3])
    np.testing.assert_allclose(result.tables["persons"]["total_time"], [155, 80, 163])


def test_limits_of_mean_effort_stay_within_what_a_share_can_be() -> None:
    # By t they are .9167 plus or minus .3585, which passes 1.
    study = study_from_scores(np.ones((3, 4), dtype=int), max_points=1, times=TIMES)
    summary = nps.response_time_effort(study, rule="nt10", trim=0.0).tables["summary"]
    row = summary.set_index("measure").loc["mean_rte"]
    assert row["value_low"] == pytest.approx(0.9167 - 0.3585, abs=1e-3)
    assert row["value_high"] == 1.0


def test_guessed_items_and_low_effort_are_found() -> None:
    result = nps.response_time_effort(sat(hasty=0.33))
    flagged = [one.subject for one in result.findings if one.code == "rapid_guessing_item"]
    assert flagged == ["Q22", "Q23", "Q24"]
    items = result.tables["items"].set_index("item_id")
    assert (items.loc[flagged, "method"] == "mixture").all()
    assert items.loc["Q24", "rapid"] == pytest.approx(0.33, abs=0.01)
    low = next(one for one in result.findings if one.code == "low_effort_persons")
    assert low.severity == "warning"
    assert "66 of 200 persons" in low.sentence


def test_considered_answers_raise_no_finding() -> None:
    assert nps.response_time_effort(sat(persons=400)).findings == ()


def test_each_rule_has_its_own_threshold_or_a_reason() -> None:
    items = nps.response_time_effort(sat(hasty=0.3)).tables["items"].set_index("item_id")
    assert items.loc["Q24", "threshold_fixed"] == 3
    assert 3 < items.loc["Q24", "threshold_nt10"] < 6
    assert 7 < items.loc["Q24", "threshold_mixture"] < 20
    assert 4 < items.loc["Q24", "threshold_cump"] < 30
    assert items.loc["Q01", "threshold_mixture_reason"] == "no_second_kind"
    assert items.loc["Q01", "threshold_cump_reason"] == "too_few_fast"


def test_a_rule_that_is_asked_for_decides() -> None:
    study = sat(hasty=0.3)
    counts = {
        rule: int(nps.response_time_effort(study, rule=rule).tables["items"]["n_rapid"].sum())
        for rule in ("auto", "mixture", "nt10", "cump", "fixed")
    }
    assert counts["fixed"] < counts["nt10"] < counts["mixture"] <= counts["auto"]


def test_leaving_rapid_answers_out_raises_the_mean_of_who_guessed() -> None:
    study = sat(hasty=0.5)
    summary = nps.response_time_effort(study).tables["summary"].set_index("measure")["value"]
    gain = summary["percent_moderated"] - summary["percent_scored"]
    assert summary["percent_gain"] == pytest.approx(gain)
    # Half the persons guess 3 of 24 items at .25 instead of .8.
    assert summary["percent_gain"] == pytest.approx(100 * 0.5 * 3 / 24 * 0.55, abs=0.8)
    calm = nps.response_time_effort(sat()).tables["summary"].set_index("measure")["value"]
    assert calm["percent_gain"] == 0


def test_without_times_it_says_what_is_needed() -> None:
    with pytest.raises(AnalysisImpossible, match="Needed: a column response_time"):
        nps.response_time_effort(sat(times=False))


def test_milliseconds_are_found_and_said(tmp_path: Path) -> None:
    rows = [f"P{k},Q{j},{k % 2},{1000 * (20 + k + j)}" for k in range(60) for j in range(1, 7)]
    head = "person_id,item_id,score,response_time"
    (tmp_path / "responses.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[tables]\nresponses = "responses.csv"\n', encoding="utf-8"
    )
    result = nps.response_time_effort(nps.read_study(tmp_path))
    assert any("milliseconds" in note for note in result.notes)
    assert result.tables["items"]["threshold"].between(4, 6).all()


def test_chance_of_single_and_several_options() -> None:
    study = study_from_choices(["ABCA", "DBBC", "CACB", "BDAD"], ["A", "A|B", "A", "A"])
    np.testing.assert_allclose(chance_levels(study), [0.25, 2 / 3, 1 / 3, 0.25])
    scored = study_from_scores(np.ones((4, 2), dtype=int), max_points=1)
    assert np.isnan(chance_levels(scored)).all()


def test_chance_of_a_score_table_is_its_mean() -> None:
    study = study_from_choices(
        ["A", "B", "C", "D"], ["A=2;B=1"], points=np.array([[2], [1], [0], [0]]), max_points=2
    )
    np.testing.assert_allclose(chance_levels(study), [3 / 4 / 2])


@pytest.mark.parametrize(
    ("scoring", "best", "expected"),
    [
        # Three picks of eight, three keyed: 1 of 56 combinations is the key.
        ("exact", 1, 1 / 56),
        # Hypergeometric mean 3 x 3/8 of 3 marks.
        ("capped", 3, 0.375),
        # P(0..3 hits) = 10 30 15 1 of 56; max(0, 2C - 3) / 3 = 0 0 1/3 1.
        ("plus_minus", 1, (15 / 3 + 1) / 56),
        # (C + 8 - 3 - (3 - C)) / 8 = 1/4 1/2 3/4 1.
        ("option_wise", 1, (10 * 0.25 + 30 * 0.5 + 15 * 0.75 + 1) / 56),
        ("half_mark", 1, (45 * 0.5 + 1) / 56),
    ],
)
def test_chance_of_a_multiple_response(scoring: str, best: int, expected: float) -> None:
    items = {
        "type": ["multiple"],
        "scoring": [scoring],
        "max_score": [float(best)],
        **{f"option_{letter}": ["text"] for letter in "ABCDEFGH"},
    }
    study = study_from_choices([["ACF"], ["ABC"], ["DEF"]], ["ACF"], items=items)
    np.testing.assert_allclose(chance_levels(study), [expected])


def test_an_option_that_was_never_offered_does_not_make_guessing_harder() -> None:
    items = {f"option_{letter}": ["text"] for letter in "ABCD"}
    study = study_from_choices(["A", "B", "F"], ["A"], items=items)
    np.testing.assert_allclose(chance_levels(study), [0.25])
