"""Ratios of what was not reached, shares over persons, and where a rise begins."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.speed import (
    clustered_share,
    column_quantiles,
    find_rise,
    gulliksen_ratio,
    stafford_quotient,
)

#: Check value 12.28 of the method sheet: marks lost and items not reached of six persons.
WRONG = np.array([2.0, 0, 3, 4, 1, 5])
BEYOND = np.array([0.0, 0, 2, 4, 0, 5])


def test_gulliksen_is_the_worked_example() -> None:
    found = gulliksen_ratio(WRONG, BEYOND, level=0.95)
    assert found.value == pytest.approx(0.305328, abs=5e-7)
    assert found.limits.low < found.value < found.limits.high


def test_stafford_is_the_worked_example() -> None:
    assert stafford_quotient(WRONG, BEYOND, level=0.95).value == pytest.approx(42.3077, abs=5e-5)


def test_a_power_test_has_a_ratio_of_nought_and_a_speed_test_of_one() -> None:
    nothing = np.zeros(6)
    assert gulliksen_ratio(WRONG, nothing, level=0.95).value == 0
    assert gulliksen_ratio(nothing, BEYOND, level=0.95).value == pytest.approx(1)
    assert stafford_quotient(nothing, BEYOND, level=0.95).value == pytest.approx(100)


def test_the_jackknife_leaves_out_one_person_at_a_time() -> None:
    """The limits by brute force: log ratios without each person in turn."""
    errors = WRONG + BEYOND
    logs = np.array(
        [
            np.log(np.delete(BEYOND, k).var(ddof=1) / np.delete(errors, k).var(ddof=1))
            for k in range(6)
        ]
    )
    error = np.sqrt(5 / 6 * ((logs - logs.mean()) ** 2).sum())
    found = gulliksen_ratio(WRONG, BEYOND, level=0.95)
    assert np.log(found.limits.high / found.value) == pytest.approx(2.5705818 * error, rel=1e-6)
    assert np.log(found.value / found.limits.low) == pytest.approx(2.5705818 * error, rel=1e-6)


@pytest.mark.parametrize(
    ("wrong", "beyond"),
    [(np.zeros(5), np.zeros(5)), (np.ones(5), np.zeros(5)), (np.array([1.0]), np.array([0.0]))],
)
def test_without_spread_or_persons_there_is_no_ratio(wrong: np.ndarray, beyond: np.ndarray) -> None:
    assert np.isnan(gulliksen_ratio(wrong, beyond, level=0.95).value)


def test_one_answer_each_is_wilson() -> None:
    hits = np.array([1.0] * 9 + [0.0] * 6)
    found = clustered_share(hits, np.ones(15), level=0.95)
    # With one answer a person the linearised variance is p(1-p)/(n-1): one person fewer.
    by_hand = wilson(0.6 * 14, 14, level=0.95)
    assert found.value == pytest.approx(0.6)
    assert found.limits.low == pytest.approx(float(by_hand.low))
    assert found.limits.high == pytest.approx(float(by_hand.high))


def test_answers_that_always_agree_within_persons_count_as_persons() -> None:
    hits = np.repeat([8.0, 0.0], [9, 6])
    eight = clustered_share(hits, np.full(15, 8.0), level=0.95)
    one = clustered_share(hits / 8, np.ones(15), level=0.95)
    assert eight.limits.low == pytest.approx(one.limits.low)
    assert eight.limits.high == pytest.approx(one.limits.high)


def test_no_hit_at_all_has_the_limit_of_so_many_persons() -> None:
    found = clustered_share(np.zeros(100), np.full(100, 8.0), level=0.95)
    assert found.limits.low == 0
    assert found.limits.high == pytest.approx(float(wilson(0, 100, level=0.95).high))


def test_the_limits_of_clustered_shares_cover() -> None:
    """Beta-binomial persons: about 95 of 100 intervals hold the truth."""
    generator = np.random.Generator(np.random.PCG64(2017))
    inside = 0
    for _ in range(400):
        own = generator.beta(0.4, 3.6, size=150)
        found = clustered_share(
            generator.binomial(8, own).astype(float), np.full(150, 8.0), level=0.95
        )
        inside += found.limits.low <= 0.1 <= found.limits.high
    assert 0.92 <= inside / 400 <= 0.98


def test_a_rise_is_found_where_it_begins() -> None:
    counts = np.full(60, 380.0)
    hits = np.where(np.arange(60) >= 52, 76.0, 1.0)
    rise = find_rise(hits, counts)
    assert rise is not None
    assert (rise.place, rise.first, rise.last) == (52, 52, 52)


@pytest.mark.parametrize(
    "hits",
    [np.full(60, 4.0), np.zeros(60), np.full(60, 380.0), np.where(np.arange(60) < 8, 76.0, 1.0)],
)
def test_without_a_rise_none_is_found(hits: np.ndarray) -> None:
    assert find_rise(hits, np.full(60, 380.0)) is None


def test_chance_makes_no_rise() -> None:
    generator = np.random.Generator(np.random.PCG64(7))
    counts = np.full(60, 380.0)
    found = [find_rise(generator.binomial(380, 0.03, 60).astype(float), counts) for _ in range(200)]
    assert sum(one is not None for one in found) <= 2


def test_quantiles_by_group_are_those_of_numpy() -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    values = generator.normal(size=(40, 7))
    values[generator.random((40, 7)) < 0.2] = np.nan
    groups = generator.integers(-1, 5, size=(40, 7))
    found = column_quantiles(values, groups, n_groups=6, at=(0.25, 0.5))
    for g in range(5):
        own = values[(groups == g) & np.isfinite(values)]
        np.testing.assert_allclose(found[:, g], np.quantile(own, (0.25, 0.5)))
    assert np.isnan(found[:, 5]).all()
