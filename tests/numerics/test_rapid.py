"""Thresholds of rapid answers: the worked example, recovery, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from naas_psych.numerics.rapid import (
    by_time,
    cumulative_thresholds,
    normative_thresholds,
    rapid_answers,
    response_time_effort,
    trimmed_means,
)
from naas_psych.numerics.time_mixture import SURE, time_mixtures

#: Check value 12.29 of the method sheet: three persons, four items.
TIMES = np.array([[30.0, 45, 20, 60], [25, 50, 2, 3], [35, 40, 18, 70]])


def test_nt10_is_the_worked_example() -> None:
    found = normative_thresholds(by_time(TIMES), share=0.10, trim=0.0)
    np.testing.assert_allclose(found, [3.0, 4.5, 1.33333, 4.43333], atol=5e-5)
    np.testing.assert_allclose(response_time_effort(TIMES, found), [1.0, 0.75, 1.0])


def test_nt10_is_at_most_ten_seconds_and_nothing_without_times() -> None:
    times = np.array([[500.0, np.nan], [300.0, np.nan]])
    found = normative_thresholds(by_time(times), share=0.10, trim=0.0)
    assert found[0] == 10
    assert np.isnan(found[1])
    assert not rapid_answers(times, found).any()


def test_one_idle_person_does_not_move_a_trimmed_mean() -> None:
    times = np.full((40, 1), 50.0)
    idle = times.copy()
    idle[3] = 9000.0
    np.testing.assert_allclose(trimmed_means(by_time(idle), trim=0.05), [50.0])
    assert trimmed_means(by_time(idle), trim=0.0)[0] > 250


def test_an_answer_at_the_threshold_is_not_rapid() -> None:
    np.testing.assert_array_equal(
        rapid_answers(np.array([[5.0], [4.999], [np.nan]]), np.array([5.0])),
        [[False], [True], [False]],
    )


def test_effort_leaves_out_what_has_no_time() -> None:
    times = np.array([[2.0, np.nan, 40.0], [np.nan, np.nan, np.nan]])
    found = response_time_effort(times, np.array([5.0, 5.0, np.nan]))
    assert found[0] == 0.5
    assert np.isnan(found[1])


def two_kinds(n: int, weight: float, *, seed: int = 2017, items: int = 1) -> np.ndarray:
    """Lognormal times: guesses of about 5 s, answers of about 45 s."""
    generator = np.random.Generator(np.random.PCG64(seed))
    fast = generator.random((n, items)) < weight
    log = np.where(
        fast,
        generator.normal(np.log(5), 0.35, (n, items)),
        generator.normal(np.log(45), 0.44, (n, items)),
    )
    return np.exp(log)


def test_the_mixture_recovers_what_made_the_times() -> None:
    found = time_mixtures(two_kinds(20_000, 0.2))
    assert found.why == (None,)
    # Standard errors: .0028 of the weight, .006 and .004 of the means.
    assert found.weight[0] == pytest.approx(0.2, abs=0.009)
    np.testing.assert_allclose(found.means[:, 0], np.log([5, 45]), atol=0.02)
    np.testing.assert_allclose(found.sds[:, 0], [0.35, 0.44], atol=0.02)
    at = np.log(found.thresholds[0])
    fast = 0.2 * np.exp(-(((at - np.log(5)) / 0.35) ** 2) / 2) / 0.35
    slow = 0.8 * np.exp(-(((at - np.log(45)) / 0.44) ** 2) / 2) / 0.44
    assert fast / (fast + slow) == pytest.approx(SURE, abs=0.02)
    # 2 % of the guesses and one answer in 1,500 stand on the wrong side.
    assert ndtr((np.log(5) - at) / 0.35) < 0.025
    assert ndtr((at - np.log(45)) / 0.44) < 0.001


@pytest.mark.parametrize("weight", [0.04, 0.2, 0.6])
def test_the_mixture_finds_few_and_many_guesses(weight: float) -> None:
    times = two_kinds(380, weight, items=20)
    found = time_mixtures(times)
    assert sum(why is None for why in found.why) >= 19
    known = np.isfinite(found.thresholds)
    rapid = rapid_answers(times, found.thresholds)[:, known].mean()
    assert rapid == pytest.approx(weight, abs=0.02)


def test_one_kind_of_times_is_not_split() -> None:
    """400 items of one lognormal, of usual and of wide spread."""
    generator = np.random.Generator(np.random.PCG64(4))
    for spread in (0.35, 0.5, 0.8):
        times = np.exp(generator.normal(np.log(45), spread, (380, 400)))
        assert sum(why is None for why in time_mixtures(times).why) == 0


def test_slow_and_slower_readers_are_no_guessers() -> None:
    """Two kinds, of which neither is as fast as a guess."""
    generator = np.random.Generator(np.random.PCG64(5))
    log = np.where(generator.random(600) < 0.5, np.log(20), np.log(120))
    times = np.exp(log + generator.normal(0, 0.2, 600))[:, None]
    assert time_mixtures(times).why == ("no_second_kind",)


def test_kinds_that_overlap_too_much_are_one() -> None:
    """Fast enough, common enough and better by BIC, but 1.8 deviations apart."""
    generator = np.random.Generator(np.random.PCG64(6))
    centre = np.where(generator.random(8000) < 0.5, np.log(9), np.log(28.5))
    times = np.exp(centre + generator.normal(0, 0.62, 8000))[:, None]
    assert time_mixtures(times).why == ("no_second_kind",)
    apart = np.exp(centre + generator.normal(0, 0.3, 8000))[:, None]
    assert time_mixtures(apart).why == (None,)


def test_mixtures_say_why_there_is_none() -> None:
    few = two_kinds(300, 0.0, seed=9)
    few[:3] = [[4.0], [5.0], [6.0]]
    assert time_mixtures(few).why == ("too_few_fast",)
    assert time_mixtures(np.full((5, 2), np.nan)).why == ("no_times", "no_times")
    assert time_mixtures(np.full((40, 1), 30.0)).why == ("no_second_kind",)
    assert time_mixtures(np.array([[4.0], [60.0], [50.0]])).why == ("no_second_kind",)


def test_the_order_of_persons_and_other_items_does_not_matter() -> None:
    times = two_kinds(200, 0.15, items=4)
    order = np.random.Generator(np.random.PCG64(1)).permutation(200)
    first, again = time_mixtures(times), time_mixtures(times[order])
    np.testing.assert_array_equal(first.thresholds, again.thresholds)
    alone = time_mixtures(times[:, 2:3])
    np.testing.assert_allclose(alone.thresholds, first.thresholds[2:3], rtol=0.02)


def test_cumulative_accuracy_finds_where_answers_beat_chance() -> None:
    times = np.arange(1.0, 101.0)[:, None]
    right = np.ones((100, 1))
    right[:20] = np.array([[1.0], [0], [0], [0]] * 5)
    found = cumulative_thresholds(by_time(times), right, np.array([0.25]))
    # Of the first 20, 5 are right: .25. From the 21st on the accuracy is above it.
    assert found.thresholds[0] == 21
    assert found.why == (None,)


def test_cumulative_accuracy_does_not_need_sorted_persons() -> None:
    generator = np.random.Generator(np.random.PCG64(8))
    times = two_kinds(300, 0.3)
    right = (generator.random((300, 1)) < np.where(times < 12, 0.25, 0.8)).astype(float)
    order = generator.permutation(300)
    first = cumulative_thresholds(by_time(times), right, np.array([0.25]))
    again = cumulative_thresholds(by_time(times[order]), right[order], np.array([0.25]))
    np.testing.assert_array_equal(first.thresholds, again.thresholds)


def test_cumulative_accuracy_says_why_there_is_no_threshold() -> None:
    times = np.tile(np.arange(1.0, 41.0)[:, None], (1, 4))
    times[:, 3] = np.nan
    right = np.ones((40, 4))
    right[:, 1] = 0
    chance = np.array([0.25, 0.25, np.nan, 0.25])
    found = cumulative_thresholds(by_time(times), right, chance)
    assert found.why == ("too_few_fast", "never_above_chance", "no_chance_level", "no_times")
    assert np.isnan(found.thresholds).all()
