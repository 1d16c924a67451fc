"""Contrasting groups: the worked example, separation, losses, priors, densities that cross."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from naas_psych.numerics.standard.density_crossing import crossings, smoothed_density
from naas_psych.numerics.standard.drawn import drawn_counts
from naas_psych.numerics.standard.logistic_cut import (
    drawn_logistic_cuts,
    logistic_cut,
    separated,
)

SCORES = np.array([40, 45, 48, 50, 52, 55, 58, 60, 62, 65, 68, 70], dtype=float)
ABOVE = np.array([0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1], dtype=float)


def test_worked_example() -> None:
    curve = logistic_cut(SCORES, ABOVE, chance=0.5, shift=0.0)
    assert curve.intercept + 55 * curve.slope == pytest.approx(-0.34044, abs=5e-6)
    assert curve.slope == pytest.approx(0.275725, abs=5e-7)
    assert curve.cut == pytest.approx(56.2347, abs=5e-5)
    assert curve.delta_se == pytest.approx(3.074, abs=5e-4)
    assert curve.estimator == "logistic"


def test_worked_example_with_losses_of_two_to_one() -> None:
    curve = logistic_cut(SCORES, ABOVE, chance=2 / 3, shift=0.0)
    assert curve.cut == pytest.approx(58.7485, abs=5e-4)


def test_a_prior_moves_the_cut_by_its_log_odds_over_the_slope() -> None:
    plain = logistic_cut(SCORES, ABOVE, chance=0.5, shift=0.0)
    moved = logistic_cut(SCORES, ABOVE, chance=0.5, shift=np.log(4.0))
    assert moved.cut == pytest.approx(plain.cut - np.log(4.0) / plain.slope)


def test_separated_groups_have_a_cut_between_them() -> None:
    above = (SCORES > 54).astype(float)
    assert separated(SCORES, above)
    curve = logistic_cut(SCORES, above, chance=0.5, shift=0.0)
    assert curve.estimator == "firth"
    assert 52 <= curve.cut <= 55
    drawn = drawn_logistic_cuts(SCORES, np.ones((1, 12)), above[None], chance=0.5, shift=0.0)
    assert drawn[0] == pytest.approx(curve.cut, abs=1e-4)


def test_groups_that_touch_are_set_apart() -> None:
    scores = np.array([40.0, 50, 60, 60, 60, 70, 80])
    above = np.array([0.0, 0, 0, 1, 0, 1, 1])
    assert logistic_cut(scores, above, chance=0.5, shift=0.0).estimator == "firth"


@pytest.mark.parametrize(
    ("scores", "above", "reason"),
    [
        (SCORES, np.ones(12), "group_empty"),
        (SCORES, np.zeros(12), "group_empty"),
        (SCORES, 1 - ABOVE, "negative_slope"),
        (np.full(12, 50.0), ABOVE, "no_variance"),
        (np.empty(0), np.empty(0), "group_empty"),
    ],
)
def test_there_is_no_cut_and_it_is_said_why(
    scores: np.ndarray, above: np.ndarray, reason: str
) -> None:
    curve = logistic_cut(scores, above, chance=0.5, shift=0.0)
    assert np.isnan(curve.cut)
    assert curve.reason == reason


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_drawn_cuts_are_cuts_of_repeated_persons(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.normal(60, 10, size=60).round()
    above = (scores + rng.normal(0, 10, size=60) > 60).astype(float)
    assume(5 < above.sum() < 55)
    counts = drawn_counts(np.arange(60), replicates=4, seed=seed)
    values, at = np.unique(scores, return_inverse=True)
    trials, successes = np.zeros((2, 4, values.size))
    for r in range(4):
        np.add.at(trials[r], at, counts[r])
        np.add.at(successes[r], at, counts[r] * above)
    found = drawn_logistic_cuts(values, trials, successes, chance=0.5, shift=np.zeros(4))
    for r in range(4):
        rows = np.repeat(np.arange(60), counts[r].astype(int))
        curve = logistic_cut(scores[rows], above[rows], chance=0.5, shift=0.0)
        if curve.reason is None:
            assert found[r] == pytest.approx(curve.cut, abs=1e-4)
        else:
            assert np.isnan(found[r])


def test_equal_normal_groups_cross_once_in_the_middle() -> None:
    lower = np.linspace(40, 60, 41)
    found = crossings(lower, lower + 10)
    assert [(round(one.score, 3), one.upward) for one in found] == [(55.0, True)]


def test_a_narrow_group_within_a_wide_one_is_crossed_twice() -> None:
    found = crossings(np.linspace(20, 90, 71), np.linspace(50, 60, 41))
    assert [one.upward for one in found] == [True, False]


def test_groups_of_one_do_not_cross() -> None:
    assert crossings(np.array([40.0]), np.array([60.0, 70.0])) == ()


def test_a_density_adds_up_to_one() -> None:
    at = np.linspace(0, 100, 4001)
    assert np.trapezoid(smoothed_density(SCORES, at), at) == pytest.approx(1.0, abs=1e-3)
