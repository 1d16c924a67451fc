"""Angoff's method in numbers: worked examples, identities, and what happens at the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from naas_psych.numerics.standard.angoff import connected_parts, judge_cuts, panel_mean
from naas_psych.numerics.standard.angoff_judges import apart, consistency, realism
from naas_psych.numerics.standard.angoff_variance import (
    concentration,
    cut_error,
    icc_limits,
    judges_needed,
    rating_variances,
    rest_of_design,
)

RATINGS = np.array(
    [
        [0.60, 0.70, 0.50, 0.80],
        [0.70, 0.75, 0.55, 0.90],
        [0.50, 0.65, 0.40, 0.70],
        [0.65, 0.70, 0.60, 0.85],
        [0.55, 0.60, 0.50, 0.75],
    ]
)
ONE = np.ones(4)
NAN = float("nan")


def rasch(b: Any) -> Any:
    places = np.asarray(b, float)
    return lambda theta: 1 / (1 + np.exp(-(np.asarray(theta)[None] - places[:, None])))


def error_of(ratings: Any, weights: Any) -> Any:
    return cut_error(
        rating_variances(ratings, weights),
        judges=len(ratings),
        rest=rest_of_design(ratings, weights),
        items=concentration(weights),
    )


def test_the_worked_example_of_a_panel() -> None:
    cuts = judge_cuts(RATINGS, ONE).shares * 4
    mean = panel_mean(cuts, level=0.95)
    assert cuts == pytest.approx([2.60, 2.90, 2.25, 2.80, 2.40])
    assert mean.cut == pytest.approx(2.590)
    assert mean.se == pytest.approx(0.1208, abs=5e-5)
    assert [mean.median, mean.trimmed, mean.df] == pytest.approx([2.6, 2.6, 4])
    assert mean.interval.high - mean.cut == pytest.approx(2.776445 * mean.se, rel=1e-6)
    found = rating_variances(RATINGS)
    assert [found.judges, found.items, found.rest] == pytest.approx(
        [0.0043125, 0.0149583, 0.001], abs=5e-8
    )
    assert found.truncated == ()
    error = error_of(RATINGS, ONE)
    assert error.items_fixed == pytest.approx(0.030208, abs=5e-7)
    assert 4 * error.items_fixed == pytest.approx(0.1208, abs=5e-5)
    assert error.items_random == pytest.approx(0.068206, abs=5e-7)


def test_the_worked_example_of_consistency() -> None:
    found = consistency(np.array([[0.80, 0.70, 0.60, 0.35]]), ONE, rasch([-1, -0.3, 0.2, 1]))
    assert found.theta == pytest.approx([0.48870], abs=5e-6)
    assert found.error == pytest.approx([0.020386], abs=5e-7)
    assert found.most == pytest.approx([0.675056], abs=5e-7)
    assert found.index == pytest.approx([0.96980], abs=5e-6)


def test_agreement_is_that_of_psych() -> None:
    """ICC(t(ratings), lmer = FALSE) of R's psych: Single_random_raters, Average_random_raters."""
    found, limits = rating_variances(RATINGS), icc_limits(RATINGS, level=0.95)
    assert [found.icc_single, found.icc_panel] == pytest.approx([0.7379239, 0.9336801], abs=5e-7)
    assert [limits.single.low, limits.single.high] == pytest.approx(
        [0.2672804, 0.9768506], abs=5e-7
    )
    assert [limits.panel.low, limits.panel.high] == pytest.approx([0.6458790, 0.9952828], abs=5e-7)


panels = arrays(
    float,
    st.tuples(st.integers(2, 8), st.integers(2, 9)),
    elements=st.integers(0, 100).map(lambda x: x / 100),
)


@settings(max_examples=150, deadline=None)
@given(panels, st.integers(0, 10_000))
def test_the_simple_error_is_that_of_generalizability_with_these_items(
    ratings: Any, seed: int
) -> None:
    weights = np.random.default_rng(seed).integers(1, 5, ratings.shape[1]).astype(float)
    for marks in (np.ones(ratings.shape[1]), weights):
        assume("judges" not in rating_variances(ratings, marks).truncated)
        mean = panel_mean(judge_cuts(ratings, marks).shares, level=0.95)
        assert error_of(ratings, marks).items_fixed == pytest.approx(mean.se, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(panels, st.integers(0, 10_000))
def test_no_number_hangs_on_the_order_of_judges_and_items(ratings: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gaps = np.where(rng.random(ratings.shape) < 0.15, np.nan, ratings)
    marks = rng.integers(1, 4, ratings.shape[1]).astype(float)
    j, i = rng.permutation(ratings.shape[0]), rng.permutation(ratings.shape[1])
    assume(np.isfinite(gaps).any(axis=1).all())
    here, there = judge_cuts(gaps, marks), judge_cuts(gaps[j][:, i], marks[i])
    assert there.shares == pytest.approx(here.shares[j], abs=1e-8, nan_ok=True)
    assert (here.filled is None) == (there.filled is None)


@settings(max_examples=60, deadline=None)
@given(panels, st.integers(0, 10_000))
def test_gaps_in_additive_ratings_change_nothing(ratings: Any, seed: int) -> None:
    judge, item = ratings[:, :1] / 4, ratings[:1] / 2
    whole = judge + item
    gaps = np.where(np.random.default_rng(seed).random(whole.shape) < 0.3, np.nan, whole)
    assume(np.isfinite(gaps).any(axis=0).all() and np.isfinite(gaps).any(axis=1).all())
    weights = np.ones(whole.shape[1])
    found = judge_cuts(gaps, weights)
    if found.part.max() > 0:
        assert found.filled is None
        assert np.isnan(found.shares).all()
    else:
        assert found.shares == pytest.approx(whole.mean(axis=1), abs=1e-9)


def test_the_parts_of_ratings_that_do_not_hang_together() -> None:
    ratings = np.array([[0.5, 0.6, NAN, NAN], [NAN, 0.7, NAN, NAN], [NAN, NAN, 0.5, 0.4]])
    assert connected_parts(ratings).tolist() == [0, 0, 1]
    assert judge_cuts(ratings, ONE).filled is None


def test_an_item_that_nobody_rated_is_as_hard_as_the_others() -> None:
    ratings = np.column_stack([RATINGS, np.full(5, NAN)])
    assert judge_cuts(ratings, np.ones(5)).shares == pytest.approx(judge_cuts(RATINGS, ONE).shares)


def test_one_judge_has_a_cut_and_no_error() -> None:
    mean = panel_mean(np.array([0.6]), level=0.95)
    assert mean.cut == 0.6
    assert np.isnan([mean.se, mean.interval.low, mean.trimmed]).all()
    assert mean.df == 0


def test_negative_components_are_put_to_zero_and_named() -> None:
    ratings = np.array([[0.2, 0.8], [0.8, 0.2], [0.5, 0.5]])
    found = rating_variances(ratings)
    assert set(found.truncated) == {"judges", "items"}
    assert found.judges == found.items == 0


@settings(max_examples=100, deadline=None)
@given(panels, st.floats(0.005, 0.2))
def test_so_many_judges_and_no_fewer_are_needed(ratings: Any, error: float) -> None:
    found, weights = rating_variances(ratings), np.ones(ratings.shape[1])
    held = concentration(weights)
    needed = judges_needed(found, error=error, rest=held, items=0.0)
    at = cut_error(found, judges=needed, rest=held / needed, items=held)
    assert at.items_fixed <= error + 1e-9
    if needed > 2:
        fewer = cut_error(found, judges=needed - 1, rest=held / (needed - 1), items=held)
        assert fewer.items_fixed > error - 1e-9


def test_items_alone_may_bring_more_error_than_is_aimed_at() -> None:
    found = rating_variances(RATINGS)
    assert np.isnan(judges_needed(found, error=0.05, rest=0.25, items=0.25))
    assert judges_needed(found, error=0.0682, rest=0.25, items=0.25) == 6


def test_the_error_of_a_design_with_gaps_by_simulation() -> None:
    """Least squares of ratings with gaps: its error is what 4,000 panels show."""
    rng = np.random.Generator(np.random.PCG64(2017))
    given_ = rng.random((6, 8)) < 0.6
    weights = np.arange(1.0, 9.0)
    assert connected_parts(np.where(given_, 0.0, NAN)).max() == 0
    found = []
    for _ in range(4000):
        ratings = rng.normal(0, 0.05, (6, 1)) + rng.normal(0, 0.1, (6, 8))
        found.append(judge_cuts(np.where(given_, ratings, NAN), weights).shares.mean())
    variance = 0.05**2 / 6 + 0.1**2 * rest_of_design(np.where(given_, 0.0, NAN), weights)
    # The standard error of a variance of 4,000 is 2.2 per cent.
    assert np.var(found) == pytest.approx(variance, rel=0.09)


def test_no_ability_has_no_mark_or_all_of_them() -> None:
    ratings = np.array([[0, 0, 0, 0], [1, 1, 1, 1], [0.5, NAN, 0.5, 0.5]], dtype=float)
    found = consistency(ratings, ONE, rasch([-1, 0, 1, 2]))
    assert np.isnan(found.index[:2]).all()
    assert np.isfinite(found.index[2])


def test_a_judge_who_rates_as_persons_do_is_consistent() -> None:
    curve = rasch([-1, -0.3, 0.2, 1])
    assert consistency(curve(np.array([0.3])).T, ONE, curve).index == pytest.approx([1.0])


def test_the_slope_freed_of_chance_is_that_without_it() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    true = rng.uniform(0.2, 0.9, 4000)
    observed = rng.binomial(40, true) / 40
    found = realism(0.2 + 0.6 * true, observed, observed * (1 - observed) / 39, level=0.95)
    assert found.slope < 0.56
    assert found.slope_true == pytest.approx(0.6, abs=0.01)


def test_ratings_all_alike_have_no_correlation() -> None:
    found = realism(np.full(9, 0.5), np.linspace(0, 1, 9), np.zeros(9), level=0.95)
    assert np.isnan(found.r)
    assert found.slope == 0


def test_a_rating_is_apart_beyond_the_points_and_the_spread_of_ranges() -> None:
    ratings = np.full((5, 6), 0.5)
    ratings[4, 0] = 0.9
    assert np.argwhere(apart(ratings, points=0.15)).tolist() == [[4, 0]]
    assert not apart(ratings, points=0.5).any()
    assert not apart(np.array([[0.1, 0.9]]), points=0.15).any()
