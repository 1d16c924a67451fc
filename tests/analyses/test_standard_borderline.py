"""Borderline group and regression on studies: worked examples, house rules, bad input, gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych import register
from naas_psych.analyses.standard.borderline_group import borderline_group
from naas_psych.analyses.standard.borderline_regression import borderline_regression
from naas_psych.assurance.disclosure.gate import gate
from naas_psych.errors import AnalysisImpossible, UsageError
from tests.analyses.standard_worlds import CUTS, judged_study, persons

GRADES = [1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
MARKS = [10, 12, 14, 15, 13, 17, 18, 16, 20, 21]


def marks(stations: dict[str, list[float]], grades: dict[str, list[float]]) -> dict[str, Any]:
    n = len(next(iter(stations.values())))
    return {
        "person_id": persons(n) * len(stations),
        "task_id": [name for name in stations for _ in range(n)],
        "rater_id": ["R1"] * n * len(stations),
        "mark": [float(one) for own in stations.values() for one in own],
        "global_rating": [str(one) for own in grades.values() for one in own],
    }


def graded(grades: list[float] | None = None, **spec: Any) -> Any:
    given = marks({"S1": [float(m) for m in MARKS]}, {"S1": grades or [float(g) for g in GRADES]})
    return judged_study([50 + k for k in range(10)], spec, marks=given)


def stations(n: int = 120, seed: int = 5, falling: bool = False) -> Any:
    """Three stations with the line 5 + 3 g; the same persons go through all."""
    rng = np.random.default_rng(seed)
    able = rng.normal(3, 1, size=n)
    scores, grades = {}, {}
    for k, name in enumerate(("A", "B", "C")):
        g = (able + rng.normal(0, 0.5, size=n)).round().clip(1, 5)
        slope = -3 if falling and k == 2 else 3
        scores[name] = (5 + slope * g + rng.normal(0, 2, size=n)).tolist()
        grades[name] = g.tolist()
    return judged_study([50] * n, {"cuts": CUTS}, marks=marks(scores, grades))


def test_worked_example_of_regression() -> None:
    result = borderline_regression(graded(), borderline=["met=2"])
    cut, row = result.tables["cuts"].iloc[0], result.tables["stations"].iloc[0]
    assert cut["cut"] == pytest.approx(14.028571, abs=1e-6)
    assert (cut["form"], cut["unit"], cut["percent_reason"]) == ("S1", "scale", "other_scale")
    assert cut["model_se"] == pytest.approx(0.321667, abs=1e-6)
    assert row["line_slope"] == pytest.approx(3.142857, abs=1e-6)
    assert row["r_squared"] == pytest.approx(0.939441, abs=1e-6)
    assert row["cut_se"] == pytest.approx(0.321667, abs=1e-6)
    assert bool(row["monotone"]) and not row["extrapolated"]


def test_several_stations_are_averaged_or_added() -> None:
    study = stations()
    mean, whole = (
        borderline_regression(study, borderline=["met=3"], score=how).tables["cuts"].iloc[0]
        for how in ("mean", "sum")
    )
    assert mean["cut_low"] < 14 < mean["cut_high"]
    assert whole["cut"] == pytest.approx(3 * mean["cut"])
    assert whole["model_se"] == pytest.approx(3 * mean["model_se"])
    assert whole["sem"] == pytest.approx(3 * mean["sem"])


def test_house_rules_raise_the_cut_and_ask_for_stations() -> None:
    result = borderline_regression(stations(), borderline=["met=3"], sem=1.0, stations_min=2)
    row, rules = result.tables["cuts"].iloc[0], result.tables["rules"]
    assert row["raised_cut"] == pytest.approx(row["cut"] + row["sem"])
    rates = dict(zip(rules["house_rule"], rules["pass_rate"], strict=True))
    assert rates["cut"] > rates["cut and SEM"] >= rates["cut and SEM and stations"]


def test_a_station_that_falls_is_rejected_and_the_others_make_the_cut() -> None:
    result = borderline_regression(stations(falling=True), borderline=["met=3"])
    rows = result.tables["stations"]
    assert rows["cut_reason"].tolist() == [None, None, "negative_slope"]
    assert result.tables["cuts"]["stations_rejected"][0] == 1
    assert result.tables["cuts"]["cut"][0] == pytest.approx(rows["cut"].mean())
    assert "station_rejected" in {one.code for one in result.findings}


@pytest.mark.parametrize(
    ("grades", "reason", "lines"),
    [([3.0] * 10, "grade_constant", 0), ([float(5 - g) for g in GRADES], "negative_slope", 1)],
)
def test_no_station_is_no_cut(grades: list[float], reason: str, lines: int) -> None:
    result = borderline_regression(graded(grades), borderline=["met=2"])
    assert result.tables["stations"]["cut_reason"].tolist() == [reason]
    assert result.tables["cuts"]["cut_reason"].tolist() == ["no_station_left"]
    drawn = [one.draw() for one in register.load("borderline_regression").drawings(result)]
    assert len(drawn) == lines


def test_a_grade_beyond_those_given_is_flagged() -> None:
    result = borderline_regression(graded(), borderline=["met=6"])
    assert bool(result.tables["stations"]["extrapolated"][0])
    assert "station_extrapolated" in {one.code for one in result.findings}


def test_cuts_out_of_order_do_not_stand() -> None:
    grades = {"met": 2.0, "partially_met": 3.0}
    cuts = borderline_regression(graded(standard={"grades": {"borderline": grades}})).tables["cuts"]
    assert cuts["cut_name"].tolist() == ["partially_met", "met"]
    assert cuts["cut_reason"].tolist() == ["cuts_out_of_order"] * 2


def test_without_a_borderline_grade_it_says_what_is_needed() -> None:
    with pytest.raises(AnalysisImpossible, match="borderline = "):
        borderline_regression(graded())
    with pytest.raises(UsageError, match="NAME=GRADE"):
        borderline_regression(graded(), borderline=["met=good"])
    with pytest.raises(AnalysisImpossible, match="marks"):
        borderline_regression(judged_study([50, 60, 70]), borderline=["met=3"])


def test_raters_of_known_severity_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    rows: dict[str, list[Any]] = {
        name: [] for name in ("person_id", "task_id", "rater_id", "mark", "global_rating")
    }
    for rater, harsh in enumerate(np.linspace(-3, 3, 10)):
        for k in range(20):
            grade = int(rng.integers(1, 6))
            mark = 5 + 3 * grade - harsh + rng.normal()
            values = (f"P{rater * 20 + k + 1}", "S1", f"R{rater}", mark, str(grade))
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
    study = judged_study([50] * 200, marks=rows)
    row = borderline_regression(study, borderline=["met=3"]).tables["stations"].iloc[0]
    assert row["raters"] == 10
    assert row["rater_sd"] == pytest.approx(np.linspace(-3, 3, 10).std(ddof=1), rel=0.25)
    assert row["rater_free_cut"] == pytest.approx(14, abs=0.5)


def judged(levels: list[str]) -> dict[str, Any]:
    return {"person_id": persons(len(levels)), "level": levels}


def test_the_group_on_the_border_has_a_median_and_a_mean() -> None:
    levels = ["Borderline" if g == 2 else "met" for g in GRADES]
    study = judged_study(MARKS, {"cuts": CUTS}, judged_persons=judged(levels))
    row = borderline_group(study).tables["cuts"].iloc[0]
    assert (row["cut_name"], row["n"], row["cut"], row["unit"]) == ("met", 3, 14.0, "raw")
    assert (row["borderline_mean"], row["percent"]) == (14.0, 14.0)
    assert row["borderline_mean_se"] == pytest.approx(1 / np.sqrt(3))
    assert bool(row["few_persons"])


def test_each_cut_may_have_its_own_border() -> None:
    levels = ["borderline"] * 5 + ["borderline partially met"] * 5
    study = judged_study(MARKS, {"cuts": CUTS}, judged_persons=judged(levels))
    cuts = borderline_group(study, statistic="mean").tables["cuts"]
    assert dict(zip(cuts["cut_name"], cuts["cut"], strict=True)) == {
        "met": pytest.approx(12.8),
        "partially_met": pytest.approx(18.4),
    }


def test_nobody_on_the_border_is_a_row_with_its_reason() -> None:
    result = borderline_group(judged_study(MARKS, judged_persons=judged(["met"] * 10)))
    row = result.tables["cuts"].iloc[0]
    assert row["n"] == 0
    assert row["cut_reason"] == "no_borderline"
    assert [one.code for one in result.findings] == ["no_cut_from_persons"]


def test_rated_work_has_a_cut_in_each_station() -> None:
    table = marks({"A": MARKS, "B": MARKS}, {"A": GRADES, "B": GRADES})
    flags = ["yes" if g == 2 else "no" for g in GRADES] * 2
    study = judged_study([50] * 10, marks={**table, "borderline_flag": flags})
    result = borderline_group(study)
    assert result.tables["stations"]["cut"].tolist() == [14.0, 14.0]
    row = result.tables["cuts"].iloc[0]
    assert (row["form"], row["cut"], row["n"]) == ("all stations", 14.0, 3)
    assert row["percent_reason"] == "other_scale"


def test_cuts_of_rated_work_are_numbers() -> None:
    """Not arrays without dimensions, which neither a terminal nor a CSV can show."""
    table = marks({"A": [float(m) for m in MARKS]}, {"A": [float(g) for g in GRADES]})
    flags = ["yes" if g == 2 else "no" for g in GRADES]
    study = judged_study([50] * 10, marks={**table, "borderline_flag": flags})
    row = borderline_group(study).tables["cuts"].iloc[0]
    for name in ("cut", "borderline_median", "borderline_mean"):
        assert np.isscalar(row[name]), name


def test_nothing_judged_is_not_possible() -> None:
    with pytest.raises(AnalysisImpossible, match="borderline_flag"):
        borderline_group(judged_study(MARKS))


@pytest.mark.parametrize("profile", ["hesa", "threshold10"])
def test_withheld_numbers_break_nothing(profile: str) -> None:
    levels = ["borderline" if g == 2 else "met" for g in GRADES]
    grouped = judged_study(MARKS, judged_persons=judged(levels))
    results = [
        (grouped, borderline_group(grouped)),
        (graded(), borderline_regression(graded(), borderline=["met=2"])),
        (stations(), borderline_regression(stations(), borderline=["met=3"], stations_min=3)),
    ]
    for study, result in results:
        gated = gate(study, [result], profile=profile).results[0]
        for drawing in register.load(result.analysis).drawings(gated):
            assert "nan" not in drawing.title + drawing.alt
            drawing.draw()
