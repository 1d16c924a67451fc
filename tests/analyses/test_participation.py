"""Who took part: shares beside the workforce, by formula, by hand and through the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import naas_psych as nps
from naas_psych import register
from naas_psych.assurance.disclosure import gate
from naas_psych.errors import Fault
from naas_psych.numerics.sample_shares import sample_shares, standardised_difference
from naas_psych.study.spec import StudySpec
from tests.make import study_from_scores

SHARE = st.floats(0.01, 0.99)


def made(setting: Sequence[str | None], frame: Mapping[str, Any] | None, **spec: Any) -> Any:
    study = study_from_scores(np.arange(len(setting) * 4).reshape(-1, 4) % 2)
    persons = study.persons.assign(setting=pd.Series(setting, dtype=object))
    tables = {"frame": pd.DataFrame(frame)} if frame else {}
    settings = StudySpec.model_validate({"tables": {"responses": "none.csv"}, **spec})
    return replace(study, persons=persons, tables=tables, spec=settings)


def shares(study: Any) -> Any:
    return nps.participation(study).tables["shares"].set_index("group_level")


def test_the_difference_is_austins() -> None:
    # (.6 - .5) / sqrt((.24 + .25) / 2) by hand
    found = standardised_difference(np.array([0.6, 0.0, 1.0]), np.array([0.5, 0.2, 1.0]))
    assert found[0] == pytest.approx(0.2020305089104421, rel=1e-12)
    assert found[1] == pytest.approx(-np.sqrt(2 * 0.2 / 0.8), rel=1e-12)
    assert np.isnan(found[2])


def test_a_tenth_is_a_correlation_of_about_a_twentieth() -> None:
    """Austin (2009): a standardised difference of .1 is a phi coefficient of .05."""
    p, known = 0.55, 0.5004
    assert standardised_difference(np.array([p]), np.array([known]))[0] == pytest.approx(
        0.1, abs=1e-3
    )
    whole = (p + known) / 2
    phi = (p - known) / 2 / np.sqrt(whole * (1 - whole))
    assert phi == pytest.approx(0.05, abs=1e-3)


@given(p=SHARE, more=st.floats(1e-3, 0.5), known=SHARE)
def test_the_difference_grows_with_the_share(p: float, more: float, known: float) -> None:
    higher = min(p + more, 0.995)
    both = standardised_difference(np.array([p, higher]), np.array([known, known]))
    assert both[0] < both[1]


def test_limits_hold_the_share_and_are_wider_for_people_who_came_together() -> None:
    levels, known = np.repeat([0, 1], 100), np.array([0.5, 0.5])
    alone = sample_shares(levels, np.arange(200), known, level=0.95)
    together = sample_shares(levels, np.repeat(np.arange(20), 10), known, level=0.95)
    assert alone.share == pytest.approx([0.5, 0.5])
    # Wald's limits of 100 of 200: 0.5 -+ 1.96 * 0.0354
    assert alone.low[0] == pytest.approx(0.431, abs=0.003)
    assert alone.difference == pytest.approx([0, 0], abs=1e-12)
    assert (together.high - together.low > 2 * (alone.high - alone.low)).all()


def test_levels_stand_beside_the_frame_and_nobody_is_a_level_too() -> None:
    setting = ["a"] * 60 + ["b"] * 40
    table = shares(made(setting, {"setting": ["a", "b", "c"], "n": [500, 300, 200]}))
    assert list(table.index) == ["a", "b", "c"]
    assert list(table["n"]) == [60, 40, 0]
    assert table["share"].tolist() == pytest.approx([0.6, 0.4, 0.0])
    assert table["frame_share"].tolist() == pytest.approx([0.5, 0.3, 0.2])
    assert table.loc["c", "share_difference_sd"] == pytest.approx(-np.sqrt(0.5))


def test_people_of_no_stated_level_are_counted_and_compared_with_nobody() -> None:
    setting = ["a"] * 50 + ["b"] * 40 + [None] * 5 + ["not_stated"] * 5
    frame = {"setting": ["a", "b", "not_stated"], "n": [5, 4, 90]}
    table = shares(made(setting, frame))
    assert table.loc["(missing)", "n"] == 10
    assert table.loc["(missing)", "share_reason"] == "no_level_stated"
    assert table.loc[["a", "b"], "share_difference_sd"].tolist() == pytest.approx([0, 0], abs=1e-9)


def test_a_level_that_the_frame_does_not_have_is_not_compared() -> None:
    table = shares(made(["a"] * 50 + ["z"] * 50, {"setting": ["a", "b"], "n": [1, 1]}))
    assert table.loc["z", "share_difference_sd_reason"] == "not_in_frame"
    assert table.loc["z", "likeness"] == "not compared"


def test_findings_name_who_came_too_seldom_and_who_did_not_come() -> None:
    study = made(["a"] * 190 + ["b"] * 10, {"setting": ["a", "b", "c"], "n": [60, 30, 10]})
    found = {one.code: one for one in nps.participation(study).findings}
    assert set(found) == {"sample_unlike_workforce", "group_took_no_part"}
    assert "Nobody of c (setting) took part" in found["group_took_no_part"].sentence
    few = [
        f for f in nps.participation(study).findings if "of 100 who took part are b" in f.sentence
    ]
    assert len(few) == 1


def test_without_a_frame_the_flow_alone_is_told_with_what_is_needed() -> None:
    result = nps.participation(made(["a"] * 4, None))
    assert set(result.tables) == {"flow", "kept_records"}
    assert "Needed:" in result.notes[0]
    assert list(register.load("participation").drawings(result)) == []  # type: ignore[misc]


def test_the_flow_counts_each_record_once() -> None:
    study = study_from_scores([[1, 1], [0, 1], [-1, -1]])
    fault = {"severity": "info", "expected": "", "action": ""}
    again = [
        Fault(code="duplicate_person", found="the person stands above already.", **fault),  # type: ignore[arg-type]
        Fault(code="duplicate_person", found="and 41 more like it.", **fault),  # type: ignore[arg-type]
    ]
    flow = nps.participation(replace(study, faults=tuple(again))).tables["flow"]
    counts = dict(zip(flow["flow_step"], flow["n"], strict=True))
    assert counts["a second row of the same person, not used"] == 42
    assert counts["answered nothing"] == 1
    assert counts["analysed"] == 2


def test_the_mean_without_doubtful_records_is_that_of_the_others() -> None:
    study = study_from_scores([[1, 1, 1, 1], [1, 1, 0, 0], [1, -2, -2, -2]])
    kept = nps.participation(study).tables["kept_records"].set_index("kept_record")
    row = kept.loc["answered less than half of the items given"]
    assert row["n"] == 1
    assert row["mean_percent"] == pytest.approx((100 + 50 + 25) / 3)
    assert row["mean_percent_rest"] == pytest.approx(75)
    assert row["mean_percent_kept"] == pytest.approx((100 + 50 + 25) / 3 - 75)


@pytest.mark.parametrize("profile", ["ofqual", "threshold10"])
def test_the_gate_hides_few_people_and_what_follows_from_them(profile: str) -> None:
    study = made(["a"] * 97 + ["b"] * 3 + ["c"] * 60, {"setting": ["a", "b", "c"], "n": [9, 1, 6]})
    (shown,) = gate(study, [nps.participation(study)], profile=profile).results
    table: Any = shown.tables["shares"].set_index("group_level")
    assert table.loc["b", ["n", "share", "share_difference_sd"]].isna().all()
    assert not any("3 of" in one.sentence for one in shown.findings)


@pytest.mark.parametrize(
    ("there", "missing", "words"),
    [
        (450, 50, ["too many", "too few"]),
        (1000, 1000, ["alike", "alike"]),
        (150, 150, ["nearly alike", "nearly alike"]),
        (15, 15, ["cannot tell", "cannot tell"]),
    ],
)
def test_a_level_is_judged_by_its_whole_interval(there: int, missing: int, words: Any) -> None:
    """Half of the workforce is x: limits lie beyond .25, within .1, within .25, or across."""
    frame = {"setting": ["x", "y"], "n": [5000, 5000]}
    table = shares(made(["x"] * there + ["y"] * missing, frame))
    assert table.loc[["x", "y"], "likeness"].tolist() == words
