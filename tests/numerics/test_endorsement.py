"""Endorsement: Beta posteriors, priors by moments, chance of being named, weights for silence."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from naas_psych.numerics.endorsement import (
    BetaPrior,
    moments_prior,
    naming_tail,
    posterior_above,
    posterior_below,
    shrunken,
    weighted_strata,
)
from naas_psych.numerics.proportions import probability_below, wilson
from naas_psych.numerics.raking import Margin, collapsed, rake, weighted_shares


@pytest.mark.parametrize(
    ("endorsing", "n", "expected"),
    [(9, 15, 0.8040), (12, 15, 0.2027), (5, 8, 0.6918), (18, 20, 0.0176)],
)
def test_the_published_check_values(endorsing: int, n: int, expected: float) -> None:
    # Method sheet 12.27: Jeffreys posterior that endorsement is below .70.
    assert float(posterior_below(endorsing, n, line=0.70)) == pytest.approx(expected, abs=5e-5)


def test_wilson_of_the_check_value() -> None:
    found = wilson(9, 15, level=0.95)
    assert float(found.low) == pytest.approx(0.35747, abs=5e-6)
    assert float(found.high) == pytest.approx(0.80176, abs=5e-6)


def test_it_is_the_probability_that_items_use() -> None:
    for s, n in product(range(6), [5, 9]):
        here = float(posterior_below(s, n, line=0.3))
        assert here == pytest.approx(probability_below(s, n, line=0.3), rel=1e-14)


def test_both_tails_make_one_and_the_far_tail_keeps_its_digits() -> None:
    s, n = np.array([0, 3, 50]), np.array([4, 9, 50])
    both = posterior_below(s, n, line=0.7) + posterior_above(s, n, line=0.7)
    np.testing.assert_allclose(both, 1.0, rtol=1e-14)
    # 2000 of 2000 below .70 has a probability of about 1e-310: not 0.
    assert 0 < float(posterior_below(1990, 2000, line=0.7)) < 1e-250


def test_a_posterior_mirrors_itself() -> None:
    s = np.arange(11)
    np.testing.assert_allclose(
        posterior_below(s, 10, line=0.7), posterior_above(10 - s, 10, line=0.3), rtol=1e-12
    )


def test_nobody_gives_no_probability() -> None:
    assert np.isnan(posterior_below(0, 0, line=0.7))
    assert np.isnan(naming_tail(0, 0, chance=0.0))


def test_a_uniform_prior_has_a_closed_form() -> None:
    # Beta(1, 1) after 3 of 3: P(p < x) = x^4.
    found = posterior_below(3, 3, line=0.7, prior=BetaPrior(1, 1))
    assert float(found) == pytest.approx(0.7**4, rel=1e-14)


def test_moments_find_the_prior_that_made_the_items() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    n = rng.integers(5, 60, size=20_000)
    s = rng.binomial(n, rng.beta(6.0, 2.0, size=n.size))
    prior = moments_prior(s, n)
    assert prior is not None
    # The standard error of rho = 1 / 9 from 20,000 items is about 1 %.
    assert prior.a + prior.b == pytest.approx(8.0, rel=0.05)
    assert prior.a / (prior.a + prior.b) == pytest.approx(0.75, abs=0.005)


def test_moments_are_unbiased_for_rho_where_raters_differ_in_number() -> None:
    # E[S] / (p q) = J - 1 + rho * spread, over every outcome of a tiny two-item case.
    n, a, b = np.array([1, 3]), 2.0, 1.0
    from scipy.special import beta as beta_function
    from scipy.special import binom

    expected = 0.0
    for s1, s2 in product(range(2), range(4)):
        chance = 1.0
        for s, m in zip((s1, s2), n, strict=True):
            chance *= binom(m, s) * beta_function(a + s, b + m - s) / beta_function(a, b)
        p = (s1 + s2) / 4
        expected += chance * float((n * (np.array([s1, s2]) / n - p) ** 2).sum())
    rho, spread = 1 / (a + b + 1), float(((1 - n / 4) * (n - 1)).sum())
    assert expected == pytest.approx((2 / 3) * (1 / 3) * (1 + rho * spread), rel=1e-12)


def test_items_that_do_not_differ_have_no_prior() -> None:
    assert moments_prior([5] * 30, [10] * 30) is None
    assert moments_prior([10] * 30, [10] * 30) is None
    assert moments_prior([], []) is None


def test_shrinking_lies_between_the_item_and_the_mean() -> None:
    prior = BetaPrior(7.0, 3.0)
    found = shrunken([0, 10, 200], [4, 10, 400], prior=prior, level=0.95)
    assert 0 < found.mean[0] < 0.7 < found.mean[1] < 1
    assert found.mean[2] == pytest.approx(207 / 410)
    assert (found.interval.low < found.mean).all()
    assert (found.mean < found.interval.high).all()


def test_a_stratum_without_raters_leaves_the_mean_undefined() -> None:
    shares = np.array([[0.2, np.nan], [0.6, 0.5], [1.0, 0.9]])
    found = weighted_strata(shares, (1, 2, 1))
    assert found[0] == pytest.approx(0.6)
    assert np.isnan(found[1])


def test_being_named_by_chance_is_binomial() -> None:
    # 2 or more of 3 at 1/2: (3 + 1) / 8.
    assert float(naming_tail(2, 3, chance=0.5)) == pytest.approx(0.5)
    assert float(naming_tail(0, 3, chance=0.5)) == 1.0
    assert float(naming_tail(31, 380, chance=1 / 60)) < 1e-10


def test_one_margin_is_post_stratification_with_its_error() -> None:
    # Method sheet 12.18: .7100 with standard error .013835, frame of 30,000.
    codes = np.repeat([0, 1, 2], [400, 400, 200])
    yes = np.concatenate([np.arange(400) < 320, np.arange(400) < 280, np.arange(200) < 100])
    margin = Margin(codes, np.array([15_000.0, 9_000.0, 6_000.0]))
    weights = rake([margin], 1000)
    found = weighted_shares(yes[:, None], weights, [margin])
    assert found.share[0] == pytest.approx(0.71, rel=1e-12)
    assert found.se[0] == pytest.approx(0.013835, abs=2e-6)


def test_everybody_answered_leaves_no_error() -> None:
    margin = Margin(np.repeat([0, 1], 50), np.array([50.0, 50.0]))
    found = weighted_shares(np.arange(100)[:, None] % 3 == 0, rake([margin], 100), [margin])
    assert found.se[0] == 0.0
    assert found.share[0] == pytest.approx(0.34)
    assert found.n_effective[0] == 100


def test_raking_fits_every_margin() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    first, second = rng.integers(0, 3, 200), rng.integers(0, 2, 200)
    margins = [Margin(first, np.array([100.0, 150, 150])), Margin(second, np.array([300.0, 100]))]
    weights = rake(margins, 200)
    for margin in margins:
        np.testing.assert_allclose(np.bincount(margin.codes, weights), margin.frame, rtol=1e-8)


def test_rare_codes_are_joined_until_somebody_answered() -> None:
    codes = np.array([0] * 20 + [1] * 20 + [2] * 3 + [3] * 3)
    answered = np.array([True] * 15 + [False] * 5 + [True] * 12 + [False] * 8 + [True] * 6)
    found = collapsed(codes, answered, least=5)
    np.testing.assert_array_equal(np.unique(found), [0, 1, 2])
    assert found[40] == found[43]
    alone = collapsed(codes, answered & (codes < 3) & (codes != 2), least=5)
    np.testing.assert_array_equal(np.unique(alone), [0, 1])
