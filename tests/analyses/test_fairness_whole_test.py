"""Test functioning and equal standard: simulated truth, identities, groups that are too small."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

import naas_psych as nps
from naas_psych.analyses.items.phrasing import short
from naas_psych.errors import UsageError
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.analyses.fairness_world import study_of_groups

ITEMS, SHIFTED, SHIFT = 20, 5, 0.9
PLACES = np.linspace(-1.5, 1.5, ITEMS)
SLOPES = np.tile([0.8, 1.2, 1.6, 1.0], ITEMS // 4)
#: A cut between two totals, so that no rounding decides it.
CUT = 10.5
ANCHORS = [f"I{j + 1:02d}" for j in range(SHIFTED, ITEMS)]


def chances(theta: Any, *, focal: bool) -> Any:
    """(n, J) chance of a right answer; the first items are harder for the focal group."""
    places = PLACES + np.where(np.arange(ITEMS) < SHIFTED, SHIFT * focal, 0.0)
    return expit(SLOPES * (np.asarray(theta)[:, None] - places))


@cache
def world(
    n: int = 1500,
    *,
    shifted: bool = True,
    seed: int = 11,
    low: int = 0,
    unit: float = 1.0,
    cut: float = CUT,
) -> Study:
    rng = np.random.Generator(np.random.PCG64(seed))
    theta = rng.normal(size=2 * n) - 0.4 * (np.arange(2 * n) >= n)
    p = np.vstack([chances(theta[:n], focal=False), chances(theta[n:], focal=shifted)])
    points = (rng.random(p.shape) < p).astype(np.int8)
    made = study_of_groups(points, np.repeat(["first", "second"], n))
    r = made.responses
    responses = replace(
        r,
        points=r.points + np.int8(low),
        unit=unit,
        min_points=r.min_points + low,
        max_points=r.max_points + low,
    )
    cuts = {"met": Cut(value=cut, unit="raw")}
    return replace(made, responses=responses, spec=made.spec.model_copy(update={"cuts": cuts}))


def truth() -> dict[str, float]:
    """By persons simulated at the cut and over the focal group, and by quadrature."""
    theta = np.linspace(-6, 6, 2401)
    weight = np.exp(-((theta + 0.4) ** 2) / 2)
    gap = (chances(theta, focal=True) - chances(theta, focal=False)).sum(axis=1)
    expected = chances(theta, focal=False).sum(axis=1)
    at = float(np.interp(CUT, expected, theta))
    rng = np.random.Generator(np.random.PCG64(5))
    n = 200_000
    there = np.full(n, at)
    over = rng.normal(size=n) - 0.4
    met = {
        (name, focal): float(
            ((rng.random((n, ITEMS)) < chances(x, focal=focal)).sum(1) > CUT).mean()
        )
        for name, x in (("at", there), ("over", over))
        for focal in (False, True)
    }
    return {
        "dtf": float((gap * weight).sum() / weight.sum()),
        "dtf_unsigned": float((abs(gap) * weight).sum() / weight.sum()),
        "expected_difference": float(np.interp(at, theta, gap)),
        "chance_difference": met["at", True] - met["at", False],
        "rate_change": met["over", True] - met["over", False],
    }


@pytest.fixture(scope="module")
def found() -> Any:
    return nps.test_functioning(world(), anchor=ANCHORS)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("forms", "dtf"),
        ("forms", "dtf_unsigned"),
        ("cuts", "expected_difference"),
        ("cuts", "chance_difference"),
        ("cuts", "rate_change"),
    ],
)
def test_the_truth_of_a_simulation_lies_within_the_limits(
    found: Any, table: str, name: str
) -> None:
    row = found.tables[table].iloc[0]
    true = truth()[name]
    error = (row[f"{name}_high"] - row[f"{name}_low"]) / (2 * 1.96)
    assert abs(row[name] - true) < 3 * error
    # A test of nothing would pass if the limits were wide.
    assert error < abs(true) / 5


def test_a_large_difference_is_called_large_and_said_with_its_sign(found: Any) -> None:
    row = found.tables["cuts"].iloc[0]
    line = world().thresholds["dtf_sem_share_max"].value
    assert row["dtf_sem_share"] == pytest.approx(row["expected_difference"] / row["sem_at_cut"])
    assert row["dtf_sem_share_high"] < 0
    expected = "large" if row["dtf_sem_share_high"] <= -line else "cannot_tell"
    assert row["verdict"] == expected
    said = [one for one in found.findings if one.code == "test_functioning_at_cut"]
    assert len(said) == 1
    ends = short(-row["expected_difference_high"]), short(-row["expected_difference_low"])
    assert f" marks fewer ({ends[0]} to {ends[1]}) " in said[0].sentence


def test_decisions_change_for_as_many_as_the_rates_say(found: Any) -> None:
    """All shifts go one way, so the size of the change is the change."""
    row = found.tables["cuts"].iloc[0]
    assert row["persons_changed"] == pytest.approx(-1500 * row["rate_change"], rel=1e-9)


def test_percent_and_overall(found: Any) -> None:
    row = found.tables["forms"].iloc[0]
    assert row["dtf_percent"] == pytest.approx(100 * row["dtf"] / ITEMS)
    assert row["items_freed"] == SHIFTED
    assert row["dtf_overall"] < 0
    assert row["essd"] < 0


def test_scores_that_start_at_one_and_count_half_say_the_same(found: Any) -> None:
    other = nps.test_functioning(world(low=1, unit=0.5, cut=(CUT + ITEMS) / 2), anchor=ANCHORS)
    for table, name, factor in (
        ("forms", "dtf", 0.5),
        ("forms", "dtf_percent", 1.0),
        ("cuts", "cut_theta", 1.0),
        ("cuts", "sem_at_cut", 0.5),
        ("cuts", "chance_focal", 1.0),
    ):
        mine, theirs = other.tables[table].iloc[0][name], found.tables[table].iloc[0][name]
        assert mine == pytest.approx(factor * theirs, rel=1e-6)


def test_the_items_that_differ_are_found_and_freed() -> None:
    row = nps.test_functioning(world()).tables["forms"].iloc[0]
    assert row["dtf_high"] < 0
    assert "I01" in row["freed"]


def test_nothing_flagged_has_no_number_but_a_reason() -> None:
    every = [f"I{j + 1:02d}" for j in range(ITEMS)]
    row = nps.test_functioning(world(shifted=False), anchor=every).tables["cuts"].iloc[0]
    assert row["expected_difference_reason"] == "no_item_freed"
    assert row["verdict"] == "negligible"


def untestable(seed: int) -> Study:
    """300 persons of each group, asked for more power than they have to clear an item."""
    study = world(300, shifted=False, seed=seed)
    return replace(study, thresholds=study.thresholds.overridden_by({"dif_power_min": 0.999}))


def test_one_small_item_says_nothing_of_others_that_could_not_be_tested() -> None:
    study = untestable(seed=11)
    made = nps.test_functioning(study)
    row = made.tables["cuts"].iloc[0]
    assert "too few of the other items could be tested" in made.findings[0].sentence
    assert abs(row["dtf_sem_share_low"]) < study.thresholds["dtf_sem_share_max"].value
    assert row["verdict"] == "cannot_tell"
    result = nps.equal_standard(study)
    assert result.tables["groups"].iloc[0]["verdict"] == "cannot_tell"


def test_nothing_flagged_says_nothing_where_items_could_not_be_tested() -> None:
    study = untestable(seed=12)
    tables = nps.test_functioning(study).tables
    row, form = tables["cuts"].iloc[0], tables["forms"].iloc[0]
    assert row["verdict"] == "cannot_tell"
    assert row["expected_difference_reason"] == "items_not_testable"
    assert row["persons_needed_reason"] == "items_not_testable"
    assert np.isnan(form["items_freed"])
    other = nps.equal_standard(study).tables["groups"].iloc[0]
    assert (other["verdict"], other["points_apart_reason"]) == ("cannot_tell", "items_not_testable")


def test_too_few_persons_are_told_how_many_it_takes() -> None:
    result = nps.test_functioning(world(60))
    row = result.tables["cuts"].iloc[0]
    assert row["verdict"] == "cannot_tell"
    assert row["dtf_sem_share_reason"] == "group_too_few"
    assert np.isnan(row["persons_needed"])  # the reference has too few itself
    study = world(400)
    rows = np.r_[0:400, 400:500]
    some = replace(
        study,
        responses=replace(
            study.responses,
            points=study.responses.points[rows],
            person_ids=study.responses.person_ids[rows],
        ),
        persons=study.persons.iloc[rows].reset_index(drop=True),
    )
    assert nps.test_functioning(some).tables["forms"].iloc[0]["persons_needed"] == 200


def test_a_cut_that_no_theta_reaches_has_a_reason() -> None:
    result = nps.test_functioning(world(), cut=["raw:0"], anchor=ANCHORS)
    row = result.tables["cuts"].iloc[0]
    assert row["expected_difference_reason"] == "no_such_theta"
    assert row["verdict"] == "cannot_tell"


def test_an_unknown_anchor_is_refused() -> None:
    with pytest.raises(UsageError, match="I99"):
        nps.test_functioning(world(), anchor=["I99"])


def test_the_seed_draws_the_limits_and_threads_do_not() -> None:
    one, same, other = (
        nps.test_functioning(world(), anchor=ANCHORS, draws=100, seed=seed, threads=threads)
        for seed, threads in ((1, 1), (1, 2), (2, 1))
    )
    assert one.tables["forms"].equals(same.tables["forms"])
    low = [r.tables["forms"]["dtf_low"].iloc[0] for r in (one, other)]
    assert low[0] != low[1]


def test_equal_standard_of_groups_is_the_chance_at_the_cut(found: Any) -> None:
    result = nps.equal_standard(world(), anchor=ANCHORS)
    row, cut = result.tables["groups"].iloc[0], found.tables["cuts"].iloc[0]
    assert row["points_apart"] == pytest.approx(100 * cut["chance_difference"])
    assert row["points_apart_high"] < -5
    assert row["verdict"] == "large"
    assert result.tables["summary"].iloc[0]["verdict"] == "large"
    said = next(one for one in result.findings if one.code == "standard_differs")
    ends = f"(limits {-row['points_apart_high']:.1f} to {-row['points_apart_low']:.1f})"
    assert f": {-row['points_apart']:.1f} points {ends}." in said.sentence


def two_forms(harder: float, n: int = 1500) -> Study:
    """Ten common items; ten of each form's own, the second form's `harder` than the first's."""
    rng = np.random.Generator(np.random.PCG64(23))
    theta = rng.normal(size=2 * n)
    places = np.r_[PLACES, PLACES[1::2] + harder]
    p = expit(1.2 * (theta[:, None] - places))
    points = (rng.random(p.shape) < p).astype(np.int8)
    points[:n, ITEMS:] = -3
    points[n:, 1:ITEMS:2] = -3
    made = study_of_groups(points, ["first"] * (2 * n))
    return replace(
        made,
        spec=made.spec.model_copy(
            update={"groups": {}, "cuts": {"met": Cut(value=CUT, unit="raw")}}
        ),
    )


def test_a_harder_form_with_the_same_cut_is_not_the_same_standard() -> None:
    row = nps.equal_standard(two_forms(0.8)).tables["forms"].iloc[0]
    theta = np.linspace(-3, 3, 601)
    expected = expit(1.2 * (theta[:, None] - PLACES)).sum(axis=1)
    at = float(np.interp(CUT, expected, theta))
    rng = np.random.Generator(np.random.PCG64(2))
    met = [
        float(((rng.random((200_000, ITEMS)) < expit(1.2 * (at - places))).sum(1) > CUT).mean())
        for places in (PLACES, np.r_[PLACES[::2], PLACES[1::2] + 0.8])
    ]
    true = 100 * (met[1] - met[0])
    if row["reference_form"] != "1":  # the two are as large as each other
        true = true if row["points_apart"] < 0 else -true
    error = (row["points_apart_high"] - row["points_apart_low"]) / (2 * 1.96)
    assert abs(row["points_apart"] - true) < 3 * error
    assert error < 6
    assert row["verdict"] == "large"


def test_equal_forms_are_not_called_different() -> None:
    result = nps.equal_standard(two_forms(0.0))
    row = result.tables["forms"].iloc[0]
    assert row["points_apart_low"] < 0 < row["points_apart_high"]
    assert row["verdict"] != "large"
    assert result.tables["groups"].empty


def test_one_form_without_groups_has_nothing_to_compare() -> None:
    study = world()
    alone = replace(study, spec=study.spec.model_copy(update={"groups": {}}))
    with pytest.raises(nps.errors.AnalysisImpossible, match="one form"):
        nps.equal_standard(alone)
