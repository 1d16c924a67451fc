"""Plausible values and Rubin's rules."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores.person_scores import person_scores
from naas_psych.irt.scores.plausible import combine, plausible_values
from tests.irt.sheet import data_b, data_c


def test_draws_have_the_moments_of_the_posterior() -> None:
    """4,000 draws of one pattern: mean within 4.5 errors, SD too; the cell adds h^2 / 12."""
    fit = calibrate(data_b(), "2pl")
    pattern = np.array([[1, 1, 0, 1, 0]])
    drawn = plausible_values(fit, np.repeat(pattern, 4000, axis=0), draws=1)[:, 0]
    eap = person_scores(fit, pattern, methods=("eap",)).eap
    step = fit.grid.theta[1] - fit.grid.theta[0]
    sd = np.hypot(eap.se[0], step / np.sqrt(12))
    assert abs(drawn.mean() - eap.theta[0]) < 4.5 * sd / np.sqrt(4000)
    assert abs(drawn.std() / sd - 1) < 4.5 / np.sqrt(8000)


def test_draws_over_persons_have_the_variance_of_theta() -> None:
    """Unlike EAPs, which are shrunken: Var(theta) is 1 in a 2PL, within its sampling error."""
    fit = calibrate(data_b(), "2pl")
    drawn = plausible_values(fit, data_b(), draws=20)
    eap = person_scores(fit, data_b(), methods=("eap",)).eap
    assert drawn.var(axis=0).mean() == pytest.approx(1, abs=0.05)
    assert eap.theta.var() < 0.65


def test_a_persons_values_do_not_depend_on_the_others() -> None:
    fit, scores = calibrate(data_c(), "grm"), np.tile(data_c(), (12, 1))
    every = plausible_values(fit, scores, draws=3)
    more = plausible_values(fit, scores, draws=5)
    assert np.array_equal(every, more[:, :3])
    some = np.array([5999, 17, 4100])
    assert np.array_equal(plausible_values(fit, scores[some], draws=3, places=some), every[some])
    other = plausible_values(fit, scores, draws=3, seed=1)
    assert not np.allclose(every, other)
    assert np.abs(np.corrcoef(every[:500].T)[0, 1]) < 1  # draws of one person differ
    assert np.unique(every[0]).size == 3


def test_groups_are_drawn_from_their_own_distribution() -> None:
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1], 500)
    theta = rng.normal(size=1000) + group
    b = np.linspace(-1.5, 1.5, 6)
    scores = (rng.random((1000, 6)) < 1 / (1 + np.exp(-(theta[:, None] - b)))) * 1
    fit = calibrate(scores, "2pl", groups=group, reference=0)
    drawn = plausible_values(fit, scores, groups=group, draws=10)
    gap = drawn[500:].mean() - drawn[:500].mean()
    assert gap == pytest.approx(fit.group_mean[1], abs=0.05)


def test_uncertain_items_widen_the_spread_between_draws() -> None:
    scores = data_b()[::7]
    fit = calibrate(scores, "2pl", standard_errors="observed")
    sure = plausible_values(fit, scores, draws=40).mean(axis=0)
    unsure = plausible_values(fit, scores, draws=40, uncertain_items=True).mean(axis=0)
    assert unsure.std() > 1.2 * sure.std()
    rasch = calibrate(scores, "rasch", standard_errors="observed")
    assert plausible_values(rasch, scores, draws=2, uncertain_items=True).shape == (100, 2)


def test_nobody_without_a_response_has_values() -> None:
    scores = data_b()
    fit = calibrate(scores, "2pl")
    some = scores[:3].copy()
    some[1] = -1
    drawn = plausible_values(fit, some, draws=2)
    assert np.isnan(drawn[1]).all() and np.isfinite(drawn[[0, 2]]).all()


def test_refusals() -> None:
    fit = calibrate(data_b(), "2pl")
    with pytest.raises(Refused, match="at least 1"):
        plausible_values(fit, data_b(), draws=0)
    with pytest.raises(Refused, match="standard_errors"):
        plausible_values(fit, data_b(), uncertain_items=True)
    with pytest.raises(Refused, match="two or more"):
        combine([1.0], [0.1])


def test_rubins_rules() -> None:
    """By hand: W = 0.2, B = 1, T = 0.2 + 4/3, df = 2 (T / (4/3))^2."""
    found = combine([1.0, 2.0, 3.0], [0.1, 0.2, 0.3])
    assert (found.estimate, found.within, found.between) == pytest.approx((2.0, 0.2, 1.0))
    assert found.total == pytest.approx(0.2 + 4 / 3)
    assert found.se == pytest.approx(np.sqrt(0.2 + 4 / 3))
    assert found.missing_share == pytest.approx((4 / 3) / (0.2 + 4 / 3))
    assert found.df == pytest.approx(2 * ((0.2 + 4 / 3) / (4 / 3)) ** 2)
    many = combine(np.ones((4, 3)), np.full((4, 3), 0.5))
    assert many.total.shape == (3,) and np.isinf(many.df).all()
