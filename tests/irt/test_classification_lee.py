"""Lee's method: the sheet's numbers, identities, and a fine integral."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from naas_psych.irt.classification.lee import by_cut, reaching, reaching_at, upper_shares
from naas_psych.irt.scores.score_distribution import score_distribution

Floats = NDArray[np.float64]
_B = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])


def _p(theta: Floats, a: float = 1.0) -> Floats:
    right = 1 / (1 + np.exp(-a * (theta - _B[:, None])))
    return np.stack([1 - right, right], axis=1)


def _grid(n: int) -> tuple[Floats, Floats]:
    theta = np.linspace(-6, 6, n)
    weight = np.exp(-(theta**2) / 2)
    return theta, weight / weight.sum()


def _over(n: int, cuts: list[float], a: float = 1.0):  # type: ignore[no-untyped-def]
    theta, weight = _grid(n)
    p = _p(theta, a)
    return reaching(score_distribution(p), p[:, 1].sum(axis=0), weight, cuts=cuts)


def test_check_value_13() -> None:
    p = _p(np.array([1.0, 0.0]))
    f, expected = score_distribution(p), p[:, 1].sum(axis=0)
    shown = [0.00110, 0.01903, 0.11666, 0.31712, 0.38223, 0.16385]
    np.testing.assert_allclose(f[:, 0], shown, atol=6e-6)
    assert expected[0] == pytest.approx(3.5519, abs=5e-5)
    one = reaching_at(f[:, :1], expected[:1], np.ones(1), cuts=[3]).each()
    assert one.accurate[0] == pytest.approx(0.86320, abs=6e-6)
    assert one.consistent[0] == pytest.approx(0.76383, abs=6e-6)
    middle = reaching_at(f[:, 1:], expected[1:], np.ones(1), cuts=[3]).each()
    np.testing.assert_allclose([middle.accurate[0], middle.consistent[0]], 0.5, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(cut=st.floats(0.5, 4.5), a=st.floats(0.6, 2.0))
def test_a_coarse_grid_is_as_good_as_a_fine_one(cut: float, a: float) -> None:
    coarse, fine = _over(121, [cut], a).each(), _over(4801, [cut], a).each()
    np.testing.assert_allclose(coarse.accuracy, fine.accuracy, atol=2e-6)
    np.testing.assert_allclose(coarse.consistency, fine.consistency, atol=1e-9)


def test_tables_of_several_cuts() -> None:
    found = _over(121, [1.5, 3, 4])
    whole, each = found.crossed(), found.each()
    assert whole.accuracy is not None
    assert whole.accuracy.sum() == pytest.approx(1)
    assert whole.consistency.sum() == pytest.approx(1)
    np.testing.assert_allclose(whole.consistency, whole.consistency.T, atol=1e-15)
    np.testing.assert_allclose(whole.accuracy.sum(axis=0), whole.consistency.sum(axis=0))
    for k in range(3):
        half = whole.at(k)
        assert half.accuracy is not None
        assert each.accuracy is not None
        np.testing.assert_allclose(half.accuracy, each.accuracy[k], atol=1e-12)
        np.testing.assert_allclose(half.consistency, each.consistency[k], atol=1e-12)
    some = found.crossed([0, 2])
    np.testing.assert_allclose(some.consistency[0, 0], whole.consistency[0, 0])


def test_cuts_one_by_one_are_the_same() -> None:
    theta, weight = _grid(121)
    p = _p(theta)
    f, expected, cuts = score_distribution(p), p[:, 1].sum(axis=0), [1, 2, 3.2, 5]
    one = by_cut(f, expected, weight, cuts=cuts)
    other = reaching(f, expected, weight, cuts=cuts).each()
    assert one.accuracy is not None
    assert other.accuracy is not None
    np.testing.assert_allclose(one.accuracy, other.accuracy, atol=1e-14)
    np.testing.assert_allclose(one.consistency, other.consistency, atol=1e-14)


def test_draws_stay_apart() -> None:
    theta, weight = _grid(121)
    p = np.stack([_p(theta, a) for a in (0.8, 1.5)], axis=2)
    f = score_distribution(p.reshape(5, 2, -1)).reshape(-1, 2, theta.size)
    both = by_cut(f, p[:, 1].sum(axis=0), np.stack([weight, weight]), cuts=[2, 3])
    for draw, a in enumerate((0.8, 1.5)):
        alone = _over(121, [2, 3], a).each()
        np.testing.assert_allclose(both.accurate[draw], alone.accurate, atol=1e-14)
        np.testing.assert_allclose(both.kappa[draw], alone.kappa, atol=1e-12)


def test_everybody_or_nobody_reaches_a_cut_at_the_ends() -> None:
    ends = _over(121, [0, 6]).each()
    np.testing.assert_allclose(ends.accurate, 1)
    np.testing.assert_allclose(ends.consistent, 1)
    assert np.isnan(ends.kappa).all()


def test_a_fraction_means_the_total_above() -> None:
    f = score_distribution(_p(np.zeros(1)))
    np.testing.assert_array_equal(
        upper_shares(f, np.array([2.1])), upper_shares(f, np.array([3.0]))
    )
    np.testing.assert_array_equal(
        upper_shares(f, np.array([3 + 1e-12])), upper_shares(f, np.array([3.0]))
    )


def test_items_with_several_categories_by_drawing_answers() -> None:
    theta, weight = _grid(121)
    steps = np.array([[-1.0, 0.5], [0.0, 1.0], [-0.5, -0.2]])
    logits = np.cumsum(theta[None, None] - steps[:, :, None], axis=1)
    p = np.exp(np.concatenate([np.zeros((3, 1, theta.size)), logits], axis=1))
    p /= p.sum(axis=1, keepdims=True)
    expected = (np.arange(3)[:, None] * p).sum(axis=(0, 1))
    found = reaching(score_distribution(p), expected, weight, cuts=[3]).each()
    stream = np.random.default_rng(5)
    n = 200_000
    own = stream.standard_normal(n)
    chance = np.exp(np.cumsum(own - steps[:, :, None], axis=1))
    totals = []
    true = np.zeros(n)
    for _ in range(2):
        total = np.zeros(n)
        true[:] = 0
        for ratio in chance:
            whole = 1 + ratio.sum(axis=0)
            one, two = ratio / whole
            u = stream.random(n)
            total += (u < two) * 2.0 + ((u >= two) & (u < two + one))
            true += one + 2 * two
        totals.append(total >= 3)
    se = np.sqrt(0.25 / n)
    assert found.consistent[0] == pytest.approx((totals[0] == totals[1]).mean(), abs=4 * se)
    assert found.accurate[0] == pytest.approx((totals[0] == (true >= 3)).mean(), abs=4 * se)
