"""Borderline group and regression: the worked examples, and samples drawn again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.numerics.standard.borderline_group import drawn_means, drawn_medians, middle_of
from naas_psych.numerics.standard.drawn import drawn_counts, drawn_error, resampled_units
from naas_psych.numerics.standard.station_lines import drawn_station_cuts, station_line

GRADES = np.array([1, 1, 2, 2, 2, 3, 3, 3, 4, 4], dtype=float)
SCORES = np.array([10, 12, 14, 15, 13, 17, 18, 16, 20, 21], dtype=float)


def test_worked_example_of_the_line() -> None:
    line = station_line(SCORES, GRADES)
    assert line.slope == pytest.approx(3.142857, abs=1e-6)
    assert line.intercept == pytest.approx(7.742857, abs=1e-6)
    assert line.at(2) == pytest.approx(14.028571, abs=1e-6)
    assert line.r_squared == pytest.approx(0.939441, abs=1e-6)
    assert line.residual_sd == pytest.approx(0.914174, abs=1e-6)
    assert line.error_at(2) == pytest.approx(0.321667, abs=1e-6)


def test_worked_example_of_the_group() -> None:
    middle = middle_of(SCORES[GRADES == 2])
    assert (middle.n, middle.mean, middle.median) == (3, 14.0, 14.0)
    assert middle.mean_se == pytest.approx(1 / np.sqrt(3))


def test_one_grade_has_no_line_and_nobody_no_middle() -> None:
    assert np.isnan(station_line(SCORES, np.full(10, 2.0)).slope)
    assert np.isnan(middle_of(np.empty(0)).median)


def test_drawn_medians_are_medians_of_repeated_scores() -> None:
    rng = np.random.default_rng(7)
    scores = rng.normal(size=9)
    weights = rng.integers(0, 3, size=(40, 9)).astype(float)
    found = drawn_medians(scores, weights)
    means = drawn_means(scores, weights)
    for row, median, mean in zip(weights, found, means, strict=True):
        repeated = np.repeat(scores, row.astype(int))
        assert median == pytest.approx(np.median(repeated))
        assert mean == pytest.approx(repeated.mean())


def test_a_sample_of_nobody_has_no_middle() -> None:
    assert np.isnan(drawn_medians(SCORES, np.zeros((1, 10))))[0]
    assert np.isnan(drawn_means(SCORES, np.zeros((1, 10))))[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000))
def test_drawn_lines_are_lines_of_repeated_persons(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12
    grades = rng.integers(1, 6, size=(n, 2)).astype(float)
    scores = 2 * grades + rng.normal(size=(n, 2))
    scores[0, 1] = np.nan
    units = rng.integers(0, 8, size=n)
    units[:8] = np.arange(8)
    counts = drawn_counts(units, replicates=3, seed=seed)
    found = drawn_station_cuts(scores, grades, units, counts, np.array([2.0, 3.5]))
    for r in range(3):
        times = counts[r, units].astype(int)
        for s in range(2):
            rows = np.repeat(np.arange(n), times)
            rows = rows[np.isfinite(scores[rows, s])]
            line = station_line(scores[rows, s], grades[rows, s])
            expected = [line.at(2.0), line.at(3.5)]
            np.testing.assert_allclose(found[r, s], expected, rtol=1e-7)


def test_standard_errors_of_many_samples_are_those_of_the_formula() -> None:
    rng = np.random.default_rng(3)
    grades = rng.integers(1, 6, size=400).astype(float)
    scores = 2 * grades + rng.normal(size=400)
    units = np.arange(400)
    counts = drawn_counts(units, replicates=2000, seed=1)
    draws = drawn_station_cuts(scores[:, None], grades[:, None], units, counts, np.array([2.0]))
    error = drawn_error(draws[:, 0, 0], 400, level=0.95)
    assert error.se == pytest.approx(station_line(scores, grades).error_at(2.0), rel=0.12)
    assert error.low < station_line(scores, grades).at(2.0) < error.high


def test_many_units_are_put_together_and_few_are_not() -> None:
    assert resampled_units(np.arange(5000), seed=1).max() == 999
    assert resampled_units(np.array([7, 7, 3]), seed=1).tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("values", "units", "reason"),
    [
        (np.empty(0), 9, "not_bootstrapped"),
        (np.ones(50), 1, "too_few_sites"),
        (np.r_[np.full(10, np.nan), np.ones(90)], 9, "too_many_samples_undefined"),
    ],
)
def test_there_is_no_error_without_samples(values: np.ndarray, units: int, reason: str) -> None:
    assert drawn_error(values, units, level=0.95).reason == reason


def test_few_units_give_wider_limits() -> None:
    draws = np.random.default_rng(1).normal(size=4000)
    wide = [drawn_error(draws, g, level=0.9) for g in (5, 20, 10_000)]
    widths = [one.high - one.low for one in wide]
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(2 * 1.645, rel=0.05)
