"""Outcomes without the tail: counted by hand, told from a shorter test, and by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.outcome_changes import by_position, met, random_changes, share_without
from naas_psych.numerics.proportions import wilson
from naas_psych.study.responses import NOT_REACHED, TECHNICAL_LOSS
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from tests.make import study_from_scores

MET = {"met": {"value": 60, "unit": "percent"}}


def judged(
    points: Any,
    *,
    cuts: Mapping[str, Any] = MET,
    spec: Mapping[str, Any] | None = None,
    persons: Mapping[str, Any] | None = None,
    **more: Any,
) -> Study:
    study = study_from_scores(points, **{"max_points": 1, **more})
    whole = StudySpec.model_validate(
        {"tables": {"responses": "none.csv"}, "cuts": cuts, **(spec or {})}
    )
    people = study.persons.assign(**(persons or {}))
    return replace(study, spec=whole, persons=people)


def rushed_study(seed: int, *, share: float, n: int = 600, j: int = 40) -> Study:
    """A share of the persons, whatever their ability, guesses the last eighth in two seconds."""
    rng = np.random.Generator(np.random.PCG64(seed))
    theta = 0.6 * rng.normal(size=(n, 1)) + 0.8
    chance = 1 / (1 + np.exp(-(theta - rng.normal(0, 0.7, j))))
    times = np.exp(3.8 + 0.3 * rng.normal(size=(n, j)))
    haste = (rng.random((n, 1)) < share) & (np.arange(j) >= j - j // 8)
    right = rng.random((n, j)) < np.where(haste, 0.25, chance)
    times = np.where(haste, 2.0, times).astype(np.float32)
    cuts = {"met": {"value": 65, "unit": "percent"}}
    return judged(right.astype(int), cuts=cuts, times=times)


def row_of(study: Study, variant: str = "without the tail", **options: Any) -> Any:
    cuts = nps.speed_impact(study, **options).tables["cuts"]
    return cuts[cuts["variant"] == variant].iloc[0]


def test_outcomes_are_counted_as_by_hand() -> None:
    """Eight items, tail of one. Cut 60 %: 4.8 of 8, 4.2 of 7."""
    rows = [
        [1, 1, 1, 1, 1, 0, 0, 0],  # 5/8 met, 5/7 met
        [1, 1, 1, 1, 0, 0, 0, 1],  # 5/8 met, 4/7 = .571 not: down
        [1, 1, 1, 1, 0, 0, 0, 0],  # 4/8 not, 4/7 not
        [1, 1, 1, 0, 0, 0, 0, 1],  # 4/8 not, 3/7 not
        [1, 1, 1, 1, 1, 1, 0, 1],  # met, met
    ]
    row = row_of(judged(rows), tail=0.125)
    assert (row["n"], row["up"], row["down"]) == (5, 0, 1)
    assert row["changed"] == 0.2
    assert row["gain"] == -0.2
    limits = wilson(1, 5, level=0.95)
    assert (row["changed_low"], row["changed_high"]) == (limits.low, limits.high)
    assert (row["rate_before"], row["rate_after"]) == (0.6, 0.4)
    two = row_of(judged(rows), tail=0.25)  # 3.6 of 6: the third (4/6) goes up, none down
    assert (two["up"], two["down"]) == (1, 0)


def test_a_score_at_the_cut_is_above_it() -> None:
    """Three of five is 60 %: rounding must not put it below."""
    row = row_of(judged([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0]]), tail=0.1)
    assert row["rate_after"] == 1.0
    assert met(np.array([0.1 + 0.2]), 0.3).all()
    assert met(np.array([0.3]), 0.1 + 0.2).all()


def test_raw_and_percent_cuts_that_are_the_same_give_the_same() -> None:
    points = np.random.Generator(np.random.PCG64(1)).integers(0, 2, (200, 20))
    cuts = {"a": {"value": 12, "unit": "raw"}, "b": {"value": 60, "unit": "percent"}}
    table = nps.speed_impact(judged(points, cuts=cuts)).tables["cuts"].drop(columns="cut")
    pd.testing.assert_series_equal(table.iloc[0], table.iloc[1], check_names=False)


def test_lowest_marks_above_zero_are_taken_off() -> None:
    points = np.random.Generator(np.random.PCG64(2)).integers(1, 6, (100, 16))
    cut = {"met": {"value": 16 + 0.6 * 64, "unit": "raw"}}
    rated = judged(points, cuts=cut, min_points=1, max_points=5)
    plain = judged(points - 1, max_points=4)
    for name in ("changed", "up", "down", "reference_mean"):
        assert row_of(rated)[name] == row_of(plain)[name]


def test_not_reached_counts_as_wrong_and_lost_marks_leave_the_person_out() -> None:
    points = np.random.Generator(np.random.PCG64(3)).integers(0, 2, (50, 16))
    blank, wrong, lost = points.copy(), points.copy(), points.copy()
    blank[:20, 14:] = NOT_REACHED
    wrong[:20, 14:] = 0
    assert row_of(judged(blank))["changed"] == row_of(judged(wrong))["changed"]
    lost[0, 0] = TECHNICAL_LOSS
    result = nps.speed_impact(judged(lost))
    assert result.tables["cuts"]["n"].iloc[0] == 49
    assert any("1 persons without a mark" in note for note in result.notes)


def test_the_reference_is_what_a_loop_over_random_sets_gives() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    points = rng.integers(0, 3, (80, 12)).astype(float)
    widths = np.full(12, 2.0)
    places = np.broadcast_to(np.arange(1, 13), points.shape)
    laid = by_position(points, widths, places, np.arange(1, 13))
    tail = np.arange(12) >= 10
    cuts = np.array([0.4, 0.55])
    found = random_changes(laid, tail, cuts, draws=500, seed=7)
    assert found.shape == (2, 500, 2)
    whole = points.sum(axis=1) / 24
    slow = np.zeros((2, 2))
    for _ in range(3000):
        gone = rng.choice(10, size=2, replace=False)
        rest = np.delete(points, gone, axis=1).sum(axis=1) / 20
        for c, cut in enumerate(cuts):
            slow[c] += (
                (~met(whole, cut) & met(rest, cut)).sum(),
                (met(whole, cut) & ~met(rest, cut)).sum(),
            )
    spread = found.std(axis=1) / np.sqrt(500)
    assert (np.abs(found.mean(axis=1) - slow / 3000) < 4 * spread + 0.05).all()


def test_all_sets_of_as_many_when_only_one_is_left() -> None:
    """One position before a tail of one of two: the only set is that one."""
    points = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    laid = by_position(points, np.ones(2), np.array([[1, 2]] * 3), np.array([1, 2]))
    assert share_without(laid, np.array([False, True])).tolist() == [1.0, 0.0, 1.0]
    found = random_changes(laid, np.array([False, True]), np.array([0.6]), draws=20, seed=1)
    assert found.shape == (1, 0, 2)
    row = row_of(judged([[1, 0], [0, 1], [1, 1]]))
    assert row["reference_mean_reason"] == "too_few_items"
    assert row["up"] == 1


def test_positions_that_differ_from_person_to_person() -> None:
    """The same answers in another order for each person: the tail follows the person."""
    rng = np.random.Generator(np.random.PCG64(5))
    points = rng.integers(0, 2, (60, 16))
    order = np.argsort(rng.random((60, 16)), axis=1)
    places = (np.argsort(order, axis=1) + 1).astype(np.int16)
    mixed = row_of(judged(points, positions=places))
    straight = row_of(judged(np.take_along_axis(points, order, axis=1)))
    for name in ("changed", "up", "down", "reference_mean", "reference_high"):
        assert mixed[name] == straight[name]


def test_haste_is_told_from_a_shorter_test() -> None:
    result = nps.speed_impact(rushed_study(6, share=0.35))
    row = row_of(rushed_study(6, share=0.35))
    assert row["gain"] > row["reference_gain_high"]
    assert row["p_gain"] < 0.05
    assert [(f.code, f.severity) for f in result.findings] == [("tail_changes_outcomes", "warning")]
    assert "rushed there" in result.findings[0].sentence
    groups = result.tables["groups"].set_index(["group_by", "group_level"])
    assert groups.loc[("rushed_in_tail", "yes"), "up"] > 5
    assert (
        groups.loc[("rushed_in_tail", "yes"), "changed"]
        > 2 * (groups.loc[("rushed_in_tail", "no"), "changed"])
    )


def test_without_haste_nothing_is_put_down_to_time() -> None:
    """40 clean samples: outcomes change, as with any items, but never as a warning about time."""
    warned, low = 0, []
    for seed in range(40):
        result = nps.speed_impact(rushed_study(100 + seed, share=0.0, n=300), draws=60)
        warned += any(f.severity == "warning" for f in result.findings)
        row = result.tables["cuts"].iloc[0]
        low.append(row["changed"] <= row["reference_high"])
    assert warned == 0
    assert np.mean(low) > 0.8


def test_rapid_answers_count_as_not_given() -> None:
    study = rushed_study(7, share=0.35)
    row = row_of(study, "without rapid answers")
    points, times = study.responses.points, study.responses.times
    assert times is not None
    kept = times > 3
    share = np.where(kept, points, 0).sum(axis=1) / kept.sum(axis=1)
    before = points.mean(axis=1)
    assert row["up"] == int((~met(before, 0.65) & met(share, 0.65)).sum())
    assert row["down"] == int((met(before, 0.65) & ~met(share, 0.65)).sum())
    assert row["reference_mean_reason"] == "only_for_tail"


def test_without_times_only_the_tail_is_told() -> None:
    result = nps.speed_impact(
        judged(np.random.Generator(np.random.PCG64(8)).integers(0, 2, (90, 16)))
    )
    assert result.tables["cuts"]["variant"].tolist() == ["without the tail"]
    assert "rushed_in_tail" not in set(result.tables["groups"]["group_by"])


def test_extra_time_stands_apart_and_small_groups_have_no_share() -> None:
    points = np.random.Generator(np.random.PCG64(9)).integers(0, 2, (60, 16))
    people = {
        "adjustment": ["extra_time_25"] * 12 + ["none"] * 48,
        "site": ["a"] * 20 + ["b"] * 35 + ["c"] * 5,
    }
    spec = {
        "groups": {"site": "a"},
        "speed": {"extra_time": {"column": "adjustment", "levels": ["extra_time_25"]}},
    }
    result = nps.speed_impact(judged(points, persons=people, spec=spec))
    assert result.tables["cuts"]["n"].tolist() == [48]
    groups = result.tables["groups"].set_index(["group_by", "group_level"])
    assert groups.loc[("extra_time", "yes"), "n"] == 12
    assert groups.loc[("site", "a"), "changed_reason"] == "too_few_persons"
    assert groups.loc[("site", "b"), "n"] == 35
    small = groups.loc[("site", "c")]
    assert small["changed_reason"] == "too_few_persons"
    assert pd.isna(small["up"])


def test_a_cut_on_theta_has_a_reason_and_no_cut_is_refused() -> None:
    points = np.random.Generator(np.random.PCG64(10)).integers(0, 2, (40, 16))
    cuts = {"high": {"value": 0.5, "unit": "theta"}, **MET}
    table = nps.speed_impact(judged(points, cuts=cuts)).tables["cuts"].set_index("cut")
    assert table.loc["high", "changed_reason"] == "cut_on_theta"
    assert table.loc["high", "reference_mean_reason"] == "cut_on_theta"
    assert np.isfinite(table.loc["met", "changed"])
    only = nps.speed_impact(judged(points, cuts={"high": {"value": 0.5, "unit": "theta"}}))
    assert only.findings == ()
    with pytest.raises(AnalysisImpossible, match="Needed: a cut"):
        nps.speed_impact(judged(points, cuts={}))


def test_one_item_and_nobody_complete_are_refused() -> None:
    with pytest.raises(AnalysisImpossible, match="two items or more"):
        nps.speed_impact(judged([[1], [0], [1]]))
    with pytest.raises(AnalysisImpossible, match="Needed: persons with a mark"):
        nps.speed_impact(judged(np.full((5, 4), TECHNICAL_LOSS)))


def test_the_seed_alone_decides() -> None:
    study = rushed_study(11, share=0.2, n=200)
    one, same, other = (
        nps.speed_impact(study, seed=seed).tables["cuts"]["reference_high"].iloc[0]
        for seed in (1, 1, 2)
    )
    assert one == same
    many = [row_of(study, seed=seed)["reference_mean"] for seed in (1, 2, 3)]
    assert np.ptp(many) < 0.02
    assert isinstance(other, float)


def test_the_order_of_persons_does_not_matter() -> None:
    study = rushed_study(12, share=0.3, n=200)
    order = np.random.Generator(np.random.PCG64(1)).permutation(200)
    r = study.responses
    assert r.times is not None
    turned = judged(
        r.points[order], times=r.times[order], cuts={"met": {"value": 65, "unit": "percent"}}
    )
    pd.testing.assert_frame_equal(
        nps.speed_impact(study).tables["cuts"], nps.speed_impact(turned).tables["cuts"]
    )


def test_the_pilot_loses_outcomes_in_alpha_only() -> None:
    """P2: persons who ran out of time in alpha go up, nobody goes down."""
    result = nps.speed_impact(nps.read_study("data/sample_responses/naas_pilot"))
    cuts = result.tables["cuts"].set_index(["form", "cut", "variant"])
    alpha = cuts.loc[("alpha", "met", "without the tail")]
    assert alpha["changed"] == pytest.approx(0.06, abs=0.03)
    assert alpha["up"] > 5 * alpha["down"]
    assert alpha["p_gain"] < 0.02
    warned = {f.subject for f in result.findings if f.severity == "warning"}
    assert warned == {"alpha"}
    [drawing] = nps.register.load("speed_impact").drawings(result)  # type: ignore[attr-defined]
    assert "13 would go up" in drawing.title
