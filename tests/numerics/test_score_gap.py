"""Gaps in scores within forms, and the error of measurement of a group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.numerics.coefficients import alpha, standard_error_of_measurement
from naas_psych.numerics.group_error import (
    alpha_within,
    error_at,
    group_error,
    sem_limits,
    sem_ratio,
    sem_ratio_limits,
)
from naas_psych.numerics.measurement_error import lord
from naas_psych.numerics.score_gap import (
    Pair,
    comparable,
    mean_gap,
    standardised_gap,
    superiority,
)

FIRST = np.array([3, 5, 6, 6, 7, 9, 10, 4, 8], dtype=float)
SECOND = np.array([2, 4, 4, 6, 7, 3, 5, 1], dtype=float)


def test_one_form_is_welch_as_r_has_it() -> None:
    # R: t.test(b, a)$conf.int and $parameter; wilcox.test(b, a)$statistic / 72
    found = mean_gap([Pair(FIRST, SECOND)])
    limits = found.interval(0.95)
    assert found.df == pytest.approx(14.9975, abs=5e-5)
    assert (limits.low, limits.high) == pytest.approx((-4.6661177, -0.2227712), abs=1e-6)
    assert superiority([Pair(FIRST, SECOND)]).value == pytest.approx(0.2152778, abs=1e-7)


def test_hedges_g_by_hand() -> None:
    s = np.sqrt((8 * FIRST.var(ddof=1) + 7 * SECOND.var(ddof=1)) / 15)
    by_hand = (1 - 3 / (4 * 15 - 1)) * (SECOND.mean() - FIRST.mean()) / s
    assert standardised_gap([Pair(FIRST, SECOND)]).g == pytest.approx(by_hand)


def test_a_form_that_is_harder_makes_no_gap() -> None:
    easy, hard = Pair(FIRST, FIRST[:4]), Pair(FIRST - 30, np.concatenate([FIRST, FIRST]) - 30)
    balanced = [Pair(FIRST, FIRST), Pair(FIRST - 30, np.concatenate([FIRST, FIRST]) - 30)]
    assert mean_gap(balanced).difference == pytest.approx(0)
    assert standardised_gap(balanced).g == pytest.approx(0)
    assert superiority(balanced).value == pytest.approx(0.5)
    # Pooled over forms instead, the focal group would be ten points lower.
    assert abs(mean_gap([easy, hard]).difference) < 1


def test_forms_count_by_n_m_over_n_plus_m() -> None:
    other = Pair(SECOND, FIRST[:3])
    gap = mean_gap([Pair(FIRST, SECOND), other])
    weight = np.array([9 * 8 / 17, 8 * 3 / 11])
    gaps = [SECOND.mean() - FIRST.mean(), FIRST[:3].mean() - SECOND.mean()]
    assert gap.difference == pytest.approx(weight @ gaps / weight.sum())
    # The same as a regression on the group and the form.
    y = np.concatenate([FIRST, SECOND, SECOND, FIRST[:3]])
    focal = np.repeat([0, 1, 0, 1], [9, 8, 8, 3])
    form = np.repeat([0, 1], [17, 11])
    fitted = np.linalg.lstsq(np.column_stack([focal, form == 0, form == 1]), y, rcond=None)[0]
    assert gap.difference == pytest.approx(fitted[0])


def test_a_form_without_two_of_each_is_not_compared() -> None:
    assert comparable([Pair(FIRST, SECOND[:1]), Pair(FIRST, SECOND[:2])])[0].focal.size == 2


def test_one_group_wholly_above_the_other_has_a_chance_but_no_limits() -> None:
    found = superiority([Pair(FIRST, FIRST + 100)])
    assert found.value == 1
    assert np.isnan(found.interval(0.95).low)


scores = st.lists(st.integers(0, 12), min_size=3, max_size=20).filter(lambda s: len(set(s)) > 1)


@given(scores, scores, scores, scores)
@settings(max_examples=150, deadline=None)
def test_swapping_the_groups_turns_every_gap_round(
    a: list[int], b: list[int], c: list[int], d: list[int]
) -> None:
    ones = [np.array(x, dtype=float) for x in (a, b, c, d)]
    ahead = [Pair(ones[0], ones[1]), Pair(ones[2], ones[3])]
    back = [Pair(one.focal, one.reference) for one in ahead]
    gap = mean_gap(ahead)
    limits, other = gap.interval(0.95), mean_gap(back).interval(0.95)
    assert limits.low <= gap.difference <= limits.high
    assert limits.low == pytest.approx(-other.high, abs=1e-9)
    assert standardised_gap(ahead).g == pytest.approx(-standardised_gap(back).g, abs=1e-9)
    chance = superiority(ahead)
    assert chance.value == pytest.approx(1 - superiority(back).value, abs=1e-12)
    assert chance.variance == pytest.approx(superiority(back).variance, abs=1e-12)
    if 0 < chance.value < 1:
        ends = chance.interval(0.95)
        assert 0 <= ends.low <= chance.value <= ends.high <= 1


def marks(n: int, seed: int = 3) -> np.ndarray:
    generator = np.random.Generator(np.random.PCG64(seed))
    trait = generator.normal(size=(n, 1))
    return (trait + generator.normal(size=(n, 12)) > 0.2).astype(np.int64)


def test_the_mean_error_variance_is_that_of_alpha() -> None:
    found = group_error(marks(80))
    covariance = np.cov(marks(80).T)
    rho = float(alpha(covariance[None])[0])
    assert found.alpha == pytest.approx(rho)
    sd = float(np.sqrt(covariance.sum()))
    assert found.sem == pytest.approx(standard_error_of_measurement(sd, rho))


def test_alpha_within_groups_counts_no_gap() -> None:
    one = marks(80)
    shifted = np.concatenate([one, one + 3])
    whole = float(alpha(np.cov(shifted.T)[None])[0])
    within = alpha_within([group_error(one), group_error(one + 3)])
    assert within == pytest.approx(group_error(one).alpha)
    assert whole > within + 0.1


def test_the_limits_of_sem_hold_it_as_often_as_they_say() -> None:
    # 300 samples of 60 persons from one population of 20,000.
    whole = marks(20_000, seed=8)
    true = group_error(whole).sem
    found = [sem_limits(group_error(whole[k * 60 : (k + 1) * 60]), level=0.95) for k in range(300)]
    held = np.mean([one.low <= true <= one.high for one in found])
    assert 0.90 <= held <= 0.985


def test_the_ratio_of_two_sems_turns_round() -> None:
    one, other = group_error(marks(70, 1)), group_error(marks(90, 2))
    ahead = sem_ratio_limits(one, other, level=0.95)
    back = sem_ratio_limits(other, one, level=0.95)
    assert ahead.low < sem_ratio(one, other) < ahead.high
    assert ahead.low == pytest.approx(1 / back.high)


def test_the_error_at_a_score_is_lords_scaled() -> None:
    one = group_error(marks(200))
    score = np.array([2.0, 6.0, 10.0])
    found = error_at(one, score, binary=True)
    ratio = found / lord(score, 12)
    np.testing.assert_allclose(ratio, ratio[0])
    assert ratio[0] < 1
    assert np.isfinite(error_at(one, score, binary=False)).all()


def test_two_persons_have_no_error() -> None:
    few = group_error(marks(2))
    assert np.isnan(few.alpha)
    assert np.isnan(few.sem)
    assert np.isnan(sem_limits(few, level=0.95).low)
