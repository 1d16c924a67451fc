"""Indices of content validity: worked tables, exact values and identities."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from naas_psych.numerics.content_validity import (
    aiken_interval,
    aiken_v,
    chance_below,
    congruence,
    content_validity_ratio,
    critical_essential,
    critical_ratio,
    modified_kappa,
    spread,
)
from naas_psych.numerics.proportions import probability_below

#: Judges, fewest who must say "essential", and the ratio (Ayre and Scally 2014; sheet 12.21).
CRITICAL = (
    (5, 5, 1.000),
    (6, 6, 1.000),
    (7, 7, 1.000),
    (8, 7, 0.750),
    (9, 8, 0.778),
    (10, 9, 0.800),
    (11, 9, 0.636),
    (12, 10, 0.667),
    (13, 10, 0.538),
    (14, 11, 0.571),
    (15, 12, 0.600),
    (20, 15, 0.500),
    (25, 18, 0.440),
    (30, 20, 0.333),
    (40, 26, 0.300),
)
#: Judges, agreeing, I-CVI, chance, modified kappa (sheet 12.22).
KAPPA = (
    (4, 3, 0.750, 0.250, 0.667),
    (5, 4, 0.800, 0.156, 0.763),
    (6, 5, 0.833, 0.094, 0.816),
    (9, 7, 0.778, 0.070, 0.761),
    (10, 8, 0.800, 0.044, 0.791),
)
#: Tables print three or five digits.
TOLERANCE = 5e-4


@pytest.mark.parametrize(("n", "needed", "ratio"), CRITICAL)
def test_critical_ratios_are_those_of_the_exact_table(n: int, needed: int, ratio: float) -> None:
    assert critical_essential(n) == needed
    assert critical_ratio(n) == pytest.approx(ratio, abs=TOLERANCE)
    assert content_validity_ratio(needed, n) == pytest.approx(ratio, abs=TOLERANCE)


@pytest.mark.parametrize("n", range(1, 5))
def test_up_to_four_judges_reach_no_critical_ratio(n: int) -> None:
    assert critical_essential(n) is None
    assert np.isnan(critical_ratio(n))


@pytest.mark.parametrize("n", [5, 14, 61, 200, 1500])
def test_the_critical_number_is_the_smallest_within_alpha(n: int) -> None:
    needed = critical_essential(n)
    assert needed is not None
    tails = [sum(comb(n, k) for k in range(at, n + 1)) / 2**n for at in (needed, needed - 1)]
    assert tails[0] <= 0.05 < tails[1]


@pytest.mark.parametrize(("n", "agreeing", "share", "chance", "kappa"), KAPPA)
def test_modified_kappa_is_that_of_the_table(
    n: int, agreeing: int, share: float, chance: float, kappa: float
) -> None:
    assert agreeing / n == pytest.approx(share, abs=TOLERANCE)
    assert comb(n, agreeing) / 2**n == pytest.approx(chance, abs=TOLERANCE)
    assert modified_kappa(agreeing, n) == pytest.approx(kappa, abs=TOLERANCE)


def test_modified_kappa_is_one_when_all_agree_and_undefined_without_judges() -> None:
    assert modified_kappa([3, 14, 500], [3, 14, 500]) == pytest.approx(1.0)
    assert np.isnan(modified_kappa(0, 0))


def test_the_ratio_is_0_at_half_and_1_at_all() -> None:
    assert content_validity_ratio([0, 4, 8], 8).tolist() == [-1.0, 0.0, 1.0]
    assert np.isnan(content_validity_ratio(0, 0))


def test_aiken_v_and_its_interval_are_those_of_the_example() -> None:
    ratings = np.array([4, 4, 3, 4, 2, 4, 3, 4], dtype=float)
    v = aiken_v(ratings.mean(), low=1, high=4)
    limits = aiken_interval(v, ratings.size, steps=3, level=0.95)
    assert v == pytest.approx(0.83333, abs=TOLERANCE)
    assert limits.low == pytest.approx(0.64147, abs=TOLERANCE)
    assert limits.high == pytest.approx(0.93321, abs=TOLERANCE)


def test_five_judges_at_the_top_have_v_1_and_an_interval_that_ends_there() -> None:
    limits = aiken_interval(1.0, 5, steps=3, level=0.95)
    assert limits.low == pytest.approx(0.79612, abs=TOLERANCE)
    assert limits.high == 1.0


def test_the_interval_of_v_mirrors_and_is_undefined_without_judges() -> None:
    low, high = (aiken_interval(v, 7, steps=3, level=0.9) for v in (0.2, 0.8))
    assert low.low == pytest.approx(1 - high.high)
    assert low.high == pytest.approx(1 - high.low)
    assert aiken_interval(0.0, 7, steps=3, level=0.9).low == 0.0
    assert np.isnan(aiken_interval(np.nan, 0, steps=3, level=0.9).low)


def test_congruence_is_that_of_the_example_and_of_rovinelli_and_hambleton() -> None:
    ratings = np.array([[1, -1, 0], [1, -1, -1], [1, 0, -1], [0, -1, -1]], dtype=float)
    means = ratings.mean(axis=0)
    found = congruence(means[None], np.array([[True, False, False]]))
    assert found[0] == pytest.approx(0.75)
    # The original form: N / (2 N - 2) (mean of the objective - mean of all).
    assert found[0] == pytest.approx(3 / 4 * (means[0] - means.mean()))


def test_congruence_of_two_objectives_is_half_the_difference_of_means() -> None:
    means = np.array([[1.0, 0.5, -1.0, -0.5]])
    found = congruence(means, np.array([[True, True, False, False]]))
    assert found[0] == pytest.approx((0.75 - -0.75) / 2)


def test_congruence_needs_another_objective() -> None:
    assert np.isnan(congruence([[1.0]], np.array([[True]]))[0])
    assert np.isnan(congruence([[1.0, 0.0]], np.array([[False, False]]))[0])


def test_spread_tells_agreement_from_two_camps() -> None:
    nan = np.nan
    ratings = np.array([[4, 1, 2, 3], [4, 4, nan, nan], [4, 1, 3, nan], [4, 4, nan, nan]])
    found = spread(ratings, low=1, high=4)
    assert found.sd[:3] == pytest.approx([0.0, np.sqrt(3.0), np.sqrt(0.5)])
    assert found.average_deviation[:3] == pytest.approx([0.0, 1.5, 0.5])
    # Ratings spread evenly over four points have variance 15 / 12.
    assert found.r_wg[:3] == pytest.approx([1.0, 1 - 3 / 1.25, 1 - 0.5 / 1.25])
    assert np.isnan([found.sd[3], found.average_deviation[3], found.r_wg[3]]).all()


def test_the_chance_is_that_of_one_item_at_a_time() -> None:
    pairs = ((0, 5), (4, 14), (13, 14), (14, 14))
    together = chance_below([k for k, _ in pairs], [n for _, n in pairs], line=0.78)
    assert together.tolist() == [probability_below(k, n, line=0.78) for k, n in pairs]
