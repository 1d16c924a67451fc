"""Raters by group, and adjustments: planted differences, small groups, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.items.phrasing import short
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.study.spec import Cut, ExtraTime, Speed
from naas_psych.study.study import Study
from tests.analyses.fairness_world import study_of_groups

RATERS = 6


def marked(effect: float, n: int = 400, share: float = 0.5, seed: int = 3) -> Study:
    """Every person marked by two raters on three criteria; rater R1 adds `effect` to seconds."""
    rng = np.random.Generator(np.random.PCG64(seed))
    second = np.arange(n) < share * n
    ability = rng.normal(2.5, 0.5, size=n) - 0.3 * second
    severity = np.linspace(-0.3, 0.3, RATERS)
    rows = []
    for p in range(n):
        for r in rng.choice(RATERS, 2, replace=False):
            own = effect if r == 0 and second[p] else 0.0
            for c in range(3):
                noise = rng.normal(0, 0.3)
                mark = ability[p] + severity[r] + 0.2 * c + own + noise
                rows.append((f"P{p + 1}", "S1", f"R{r + 1}", f"c{c}", mark))
    marks = pd.DataFrame(rows, columns=["person_id", "task_id", "rater_id", "criterion", "mark"])
    points = rng.integers(0, 2, size=(n, 4))
    made = study_of_groups(points, np.where(second, "second", "first"))
    return replace(made, tables={"marks": marks})


def rater_rows(study: Study, **options: Any) -> pd.DataFrame:
    return nps.rater_groups(study, **options).tables["raters"].set_index("rater_id")


def test_the_rater_who_is_harder_on_a_group_is_found() -> None:
    rows = rater_rows(marked(-0.4))
    own = rows.loc["R1"]
    assert own["rater_difference_low"] < -0.4 < own["rater_difference_high"] < 0
    assert own["verdict"] in ("moderate", "large")
    assert not set(rows.drop("R1")["verdict"]) & {"large"}
    said = [one for one in nps.rater_groups(marked(-0.4)).findings if one.subject == "R1"]
    assert "harder on second" in said[0].sentence
    ends = short(-own["rater_difference_high"]), short(-own["rater_difference_low"])
    assert f" marks ({ends[0]} to {ends[1]})" in said[0].sentence


def test_raters_who_treat_all_alike_are_not_flagged() -> None:
    rows = rater_rows(marked(0.0))
    assert set(rows["verdict"]) <= {"negligible", "cannot_tell"}
    assert (rows["verdict"] == "negligible").any()


def test_raters_who_differ_in_severity_alone_have_no_number_made_of_rounding() -> None:
    study = marked(0.0)
    marks = study.tables["marks"].copy()
    marks["mark"] = 3.0 + marks["rater_id"].str[1:].astype(float) / 3
    rows = rater_rows(replace(study, tables={**study.tables, "marks": marks}))
    assert set(rows["rater_difference_reason"]) == {"no_variance"}
    assert set(rows["n_needed_reason"]) == {"no_variance"}
    assert set(rows["verdict"]) == {"cannot_tell"}


def test_p_is_adjusted_over_raters() -> None:
    rows = rater_rows(marked(-0.2))
    np.testing.assert_allclose(rows["p_adjusted"], benjamini_hochberg(rows["p_value"].to_numpy()))


def test_few_persons_of_a_group_cannot_be_told() -> None:
    rows = rater_rows(marked(-0.6, n=120, share=0.1))
    assert set(rows["verdict"]) == {"cannot_tell"}
    few = rows[rows["n_focal"] < 10]
    assert len(few)
    assert set(few["rater_difference_reason"]) == {"group_too_few"}
    assert (few["n_needed"] >= 10).all()


def test_another_least_number_of_persons_can_be_asked_for() -> None:
    study = marked(-0.4, n=120)
    strict = replace(
        study, thresholds=study.thresholds.overridden_by({"rater_group_persons_min": 50})
    )
    assert set(rater_rows(strict)["rater_difference_reason"]) == {"group_too_few"}


def test_order_of_marks_does_not_matter() -> None:
    study = marked(-0.4, n=100)
    turned = study.tables["marks"].iloc[::-1].reset_index(drop=True)
    other = replace(study, tables={"marks": turned})
    pd.testing.assert_frame_equal(rater_rows(study), rater_rows(other), rtol=1e-6)


def test_no_marks_and_no_second_rater_are_impossible() -> None:
    study = marked(0.0, n=40)
    with pytest.raises(AnalysisImpossible, match="Needed: a table marks"):
        nps.rater_groups(replace(study, tables={}))
    marks = study.tables["marks"].assign(rater_id="R1")
    with pytest.raises(AnalysisImpossible, match="two raters"):
        nps.rater_groups(replace(study, tables={"marks": marks}))


def adjusted(n_with: int = 40, n: int = 300, *, times: bool = True) -> Study:
    """Persons with more time, who use half as much again; all items take 10 s for the others."""
    rng = np.random.Generator(np.random.PCG64(4))
    had = np.arange(n) < n_with
    points = rng.integers(0, 2, size=(n, 6)).astype(np.int8)
    points[~had, 5] = np.where(np.arange(n - n_with) % 4 == 0, -2, points[~had, 5])
    seconds = np.where(had[:, None], 15.0, 10.0) * rng.uniform(0.9, 1.1, size=points.shape)
    made = study_of_groups(points, rng.choice(["first", "second"], size=n))
    spec = made.spec.model_copy(
        update={
            "cuts": {"met": Cut(value=3, unit="raw")},
            "speed": Speed(
                time_limit=1.0, extra_time=ExtraTime(column="help", levels=["more time"])
            ),
        }
    )
    return replace(
        made,
        spec=spec,
        responses=replace(made.responses, times=seconds.astype(np.float32) if times else None),
        persons=made.persons.assign(help=np.where(had, "more time", "none").astype(object)),
    )


def outcomes(study: Study) -> pd.DataFrame:
    return nps.adjustments(study).tables["outcomes"].set_index("measure")


def test_time_reach_and_outcome_with_and_without() -> None:
    rows = outcomes(adjusted())
    time = rows.loc["time_used"]
    assert time["with_adjustment"] == pytest.approx(1.5, abs=0.02)
    assert time["without_adjustment"] == pytest.approx(1.0, abs=0.02)
    assert time["adjustment_difference_low"] > 0.4
    assert rows.loc["reached_last", "with_adjustment"] == 1.0
    assert rows.loc["reached_last", "without_adjustment"] == pytest.approx(0.75)
    study = adjusted()
    met = np.where(study.responses.points < 0, 0, study.responses.points).sum(axis=1) >= 3
    assert rows.loc["meets_cut", "with_adjustment"] == pytest.approx(met[:40].mean())
    assert rows.loc["meets_cut", "n_without_adjustment"] == 260


def test_uptake_is_counted_by_level() -> None:
    study = adjusted()
    rows = nps.adjustments(study).tables["uptake"].set_index("group_level")
    team = study.persons["team"].to_numpy()
    assert rows.loc["second", "n_with_adjustment"] == (team[:40] == "second").sum()
    assert rows["n_with_adjustment"].sum() == 40


def test_nine_persons_are_not_compared() -> None:
    result = nps.adjustments(adjusted(9))
    rows = result.tables["outcomes"]
    assert set(rows["with_adjustment_reason"]) == {"group_too_few"}
    assert [one.code for one in result.findings] == ["adjusted_too_few"]


def test_without_times_the_outcome_is_still_shown() -> None:
    rows = outcomes(adjusted(times=False))
    assert rows.loc["time_used", "with_adjustment_reason"] == "no_times"
    assert np.isfinite(rows.loc["meets_cut", "with_adjustment"])


def test_no_effect_is_claimed() -> None:
    result = nps.adjustments(adjusted())
    said = [one.sentence for one in result.findings if one.subject == "met"]
    assert "no effect" in said[0]
    assert "is not its effect" in result.notes[0]


def test_without_a_column_of_adjustments_it_is_impossible() -> None:
    study = adjusted()
    bare = replace(study, spec=study.spec.model_copy(update={"speed": Speed()}))
    with pytest.raises(AnalysisImpossible, match="extra_time"):
        nps.adjustments(bare)
    nobody = replace(study, persons=study.persons.assign(help="none"))
    with pytest.raises(AnalysisImpossible, match="Nobody has"):
        nps.adjustments(nobody)
