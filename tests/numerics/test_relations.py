"""Differences of means and of correlations that share a variable."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.dependent_correlations import dependent_difference
from naas_psych.numerics.mean_difference import pooled_difference, standardised_difference


def test_the_published_example_of_zou() -> None:
    """Zou (2007): r13 .396, r23 .179, r12 .088, N 66 gives -.093 to .517."""
    made = dependent_difference(0.396, 0.179, 0.088, n=66, level=0.95)
    assert made.difference == pytest.approx(0.217)
    assert (made.interval.low, made.interval.high) == pytest.approx((-0.093, 0.517), abs=5e-4)


def test_the_interval_covers_the_difference() -> None:
    generator = np.random.default_rng(3)
    root = np.linalg.cholesky(np.array([[1, 0.4, 0.3], [0.4, 1, 0.5], [0.3, 0.5, 1]]))
    hit = 0
    for _ in range(1000):
        r = np.corrcoef((generator.standard_normal((80, 3)) @ root.T).T)
        made = dependent_difference(r[0, 2], r[1, 2], r[0, 1], n=80, level=0.95)
        hit += made.interval.low < -0.2 < made.interval.high
    assert 0.93 < hit / 1000 < 0.97


def test_equal_factors_scale_the_difference_and_its_interval() -> None:
    plain = dependent_difference(0.4, 0.2, 0.5, n=100, level=0.9)
    twice = dependent_difference(0.4, 0.2, 0.5, n=100, level=0.9, factors=(2.0, 2.0))
    assert twice.difference == pytest.approx(2 * plain.difference)
    assert twice.interval.high == pytest.approx(2 * plain.interval.high)


def test_too_few_persons_and_perfect_correlations_have_no_difference() -> None:
    for made in (
        dependent_difference(0.4, 0.2, 0.5, n=3, level=0.95),
        dependent_difference(1.0, 0.2, 0.5, n=50, level=0.95),
    ):
        assert np.isnan(made.difference)


def test_g_of_a_worked_example() -> None:
    """Means 3 and 5, both variances 2.5, 5 persons each: d = 1.26491, g = d (1 - 3/31)."""
    first, second = np.array([1.0, 2, 3, 4, 5]), np.array([3.0, 4, 5, 6, 7])
    made = standardised_difference(first, second)
    assert made.g == pytest.approx(2 / np.sqrt(2.5) * (1 - 3 / 31))
    assert made.variance == pytest.approx(10 / 25 + made.g**2 / 20)


def test_forms_are_pooled_by_their_precision() -> None:
    generator = np.random.default_rng(1)
    small = standardised_difference(generator.normal(0, 1, 10), generator.normal(2, 1, 10))
    large = standardised_difference(generator.normal(0, 1, 400), generator.normal(0, 1, 400))
    pooled = pooled_difference([small, large])
    assert abs(pooled.g - large.g) < abs(pooled.g - small.g)
    assert (pooled.n_first, pooled.n_second) == (410, 410)
    alone = pooled_difference([large, standardised_difference(np.array([1.0]), np.array([2.0]))])
    assert alone.g == pytest.approx(large.g)


def test_no_spread_and_nobody_have_no_difference() -> None:
    assert np.isnan(standardised_difference(np.ones(5), np.ones(5)).g)
    assert np.isnan(pooled_difference([]).g)
