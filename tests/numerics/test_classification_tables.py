"""Tables of outcomes from a beta of true scores: check values, quadrature, and brute force."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import bdtr, beta, betaincinv

from naas_psych.numerics.classification import hanson_brennan as hb
from naas_psych.numerics.classification import livingston_lewis as ll
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.sweep import at_each_cut, at_sets
from naas_psych.numerics.classification.true_beta import NO_BETA, TrueBeta, fitted
from naas_psych.numerics.classification.true_nodes import true_nodes

#: The distribution of check value 10 of the method sheet.
TRUE = TrueBeta(5, 3, 0.25, 0.75, 4)


def test_check_value_10_at_one_cut() -> None:
    found = ll.from_true(TRUE, np.array([0.5]), length=50)
    assert found.accurate == pytest.approx(0.83698, abs=5e-6)
    assert found.consistent == pytest.approx(0.77499, abs=5e-6)
    assert found.chance == pytest.approx(0.62630, abs=5e-6)
    assert found.kappa == pytest.approx(0.39789, abs=5e-6)
    assert found.false_pass == pytest.approx(0.07044, abs=5e-6)
    assert found.false_fail == pytest.approx(0.09258, abs=5e-6)


def test_check_value_10_at_two_cuts() -> None:
    found = ll.from_true(TRUE, np.array([0.5, 0.6]), length=50)
    known = [0.63287, 0.54163, 0.34712, 0.29793]
    numbers = [found.accurate, found.consistent, found.chance, found.kappa]
    assert np.array(numbers) == pytest.approx(np.array(known), abs=5e-6)
    rows = [[0.15612, 0.06195, 0.00849], [0.08597, 0.20257, 0.13196], [0.00661, 0.07215, 0.27417]]
    assert found.accuracy == pytest.approx(np.array(rows), abs=6e-6)


def test_check_value_10_with_two_term_error() -> None:
    found, clipped = hb.from_true(TRUE, np.array([0.5]), items=50, k=2)
    known = [0.84274, 0.78296, 0.62979, 0.41373]
    numbers = [found.accurate, found.consistent, found.chance, found.kappa]
    assert np.array(numbers) == pytest.approx(np.array(known), abs=6e-6)
    assert 0 <= clipped < 1e-6


def test_two_term_error_at_k_0_is_the_binomial() -> None:
    plain = ll.from_true(TRUE, np.array([0.4, 0.62]), length=50)
    found, clipped = hb.from_true(TRUE, np.array([0.4, 0.62]), items=50, k=0)
    assert found.accuracy == pytest.approx(plain.accuracy, abs=1e-13)
    assert clipped == pytest.approx(0, abs=1e-13)


def by_quad(true: TrueBeta, cuts: list[float], length: int) -> Crossed:
    """The tables by QUADPACK, which takes powers at the ends for weights."""
    least = np.concatenate([[0], np.rint(length * np.array(cuts)), [length + 1]])
    edges = np.clip((np.array([-9.0, *cuts, 9.0]) - true.low) / (true.high - true.low), 0, 1)

    def chance(w: float, k: int) -> float:
        tau = true.low + (true.high - true.low) * w
        top = 1.0 if least[k + 1] > length else bdtr(least[k + 1] - 1, length, tau)
        return float(top - (bdtr(least[k] - 1, length, tau) if least[k] > 0 else 0.0))

    def piece(of: Any, low: float, high: float) -> float:
        if high <= low:
            return 0.0
        powers = (true.alpha - 1 if low == 0 else 0, true.beta - 1 if high == 1 else 0)

        def rest(w: float) -> float:
            left = 1 if low == 0 else w ** (true.alpha - 1)
            right = 1 if high == 1 else (1 - w) ** (true.beta - 1)
            return float(of(w) * left * right / beta(true.alpha, true.beta))

        limits: dict[str, Any] = {"epsabs": 1e-12, "epsrel": 1e-11, "limit": 200}
        return float(quad(rest, low, high, weight="alg", wvar=powers, **limits)[0])

    pieces = list(pairwise(edges))
    k = range(len(pieces))
    accuracy = [[piece(lambda w, j=j: chance(w, j), *pieces[i]) for j in k] for i in k]

    def both(i: int, j: int) -> float:
        return sum(piece(lambda w: chance(w, i) * chance(w, j), *p) for p in pieces)

    return Crossed(np.array(accuracy), np.array([[both(i, j) for j in k] for i in k]))


@pytest.mark.parametrize(
    ("true", "cuts", "length"),
    [
        (TrueBeta(2.9188, 0.92092, 0.11133, 0.9402, 4), [0.6], 5),
        (TrueBeta(2.9188, 0.92092, 0.11133, 0.9402, 4), [0.4, 0.8], 5),
        (TrueBeta(0.3, 0.2, 0, 1, 2), [0.6], 20),
        (TrueBeta(0.04, 0.1, 0, 1, 2), [0.6], 20),
        (TrueBeta(0.54, 0.0216, 0, 1, 2), [0.5, 0.9], 20),
        (TrueBeta(9.2, 5.4, 0, 1, 2), [0.6, 0.7], 40),
        (TrueBeta(1.5, 1.2, 0.1, 0.9, 4), [0.05, 0.5], 30),
        (TrueBeta(60.5, 40.2, 0, 1, 2), [0.3, 0.95], 40),
        (TrueBeta(9.2, 5.4, 0, 1, 2), [0.63], 300),
        (TrueBeta(250.0, 150.0, 0, 1, 2), [0.62, 0.64], 300),
    ],
)
def test_nodes_agree_with_quadpack(true: TrueBeta, cuts: list[float], length: int) -> None:
    found, known = ll.from_true(true, np.array(cuts), length=length), by_quad(true, cuts, length)
    assert found.accuracy == pytest.approx(known.accuracy, abs=1e-9)
    assert found.consistency == pytest.approx(known.consistency, abs=1e-9)


def test_long_tests_take_another_way_to_the_same_numbers() -> None:
    cuts = np.array([0.55, 0.6])
    listed, called = (ll.from_true(TRUE, cuts, length=n).accuracy for n in (2000, 2001))
    assert listed == pytest.approx(called, abs=2e-3)
    known = by_quad(TRUE, [0.55, 0.6], 2001).accuracy
    assert called == pytest.approx(known, abs=1e-7)


def test_brute_force_with_two_sittings() -> None:
    # 400,000 persons: an error of at most .0008 in a share, and four of those are allowed.
    rng, n = np.random.Generator(np.random.PCG64(17)), 400_000
    tau = TRUE.low + (TRUE.high - TRUE.low) * rng.beta(TRUE.alpha, TRUE.beta, n)
    first, second = rng.binomial(50, tau), rng.binomial(50, tau)
    edges = np.array([25, 30])
    outcomes = [np.searchsorted(edges, x, side="right") for x in (50 * tau, first, second)]
    found = ll.from_true(TRUE, edges / 50, length=50)
    for table, other in ((found.accuracy, 0), (found.consistency, 2)):
        pairs = np.bincount(3 * outcomes[other] + outcomes[1], minlength=9).reshape(3, 3) / n
        assert table == pytest.approx(pairs, abs=4 * 0.0008)


def test_every_cut_comes_from_one_table() -> None:
    attainable = np.arange(1, 41)
    whole = ll.from_true(TRUE, attainable / 40, length=40)
    single, pairs = at_each_cut(whole), at_sets(whole, [[19, 24], [0, 39]])
    for place in (0, 15, 19, 39):
        alone = ll.from_true(TRUE, attainable[[place]] / 40, length=40)
        assert single.accuracy is not None
        assert single.accuracy[place] == pytest.approx(alone.accuracy, abs=1e-10)
        # Hardly anybody reaches the last cut, and kappa is a ratio of very small numbers there.
        assert single.kappa[place] == pytest.approx(alone.kappa, abs=1e-6)
    two = ll.from_true(TRUE, np.array([20, 25]) / 40, length=40)
    assert pairs.consistency[0] == pytest.approx(two.consistency, abs=1e-10)
    assert pairs.accuracy is not None
    assert pairs.accuracy[0] == pytest.approx(two.accuracy, abs=1e-10)
    with pytest.raises(ValueError, match="ascending places"):
        at_sets(whole, [[24, 19]])
    with pytest.raises(ValueError, match="ascending places"):
        at_sets(whole, [[40]])


@pytest.mark.parametrize("true", [TRUE, TrueBeta(0.3, 0.2, 0, 1, 2), TrueBeta(90, 2, 0.1, 1, 4)])
def test_nodes_carry_the_moments_of_the_beta(true: TrueBeta) -> None:
    nodes = true_nodes(true, np.array([0.3, 0.5, 0.97]))
    assert nodes.weight.sum() == pytest.approx(1)
    assert nodes.tau + nodes.rest == pytest.approx(np.ones_like(nodes.tau))
    assert (nodes.weight * nodes.tau).sum() == pytest.approx(true.mean, abs=1e-12)
    spread = (nodes.weight * (nodes.tau - true.mean) ** 2).sum()
    assert spread == pytest.approx(true.variance, rel=1e-10)


def _moments(true: TrueBeta) -> tuple[float, float, float, float]:
    shares = (np.arange(200_000) + 0.5) / 200_000
    tau = true.low + (true.high - true.low) * betaincinv(true.alpha, true.beta, shares)
    m1, m2, m3, m4 = (float(np.mean(tau**r)) for r in (1, 2, 3, 4))
    return m1, m2, m3, m4


@pytest.mark.parametrize(
    "true",
    [TRUE, TrueBeta(2, 6, 0.1, 0.95, 4), TrueBeta(4, 3, 0, 0.8, 3), TrueBeta(3, 7, 0, 1, 2)],
)
def test_the_fit_finds_the_beta_that_made_the_moments(true: TrueBeta) -> None:
    found = fitted(_moments(true), parameters=true.parameters)
    assert found.parameters == true.parameters
    shape = [true.alpha, true.beta, true.low, true.high]
    assert [found.alpha, found.beta, found.low, found.high] == pytest.approx(shape, rel=2e-3)


def test_fewer_parameters_where_more_leave_the_scale() -> None:
    # Moments of a beta that begins below 0: four parameters would put people there.
    moments = _moments(TrueBeta(5, 3, -0.1, 0.75, 4))
    assert fitted(moments).parameters == 3
    # One that ends above 1 as well leaves only two.
    moments = _moments(TrueBeta(5, 3, -0.1, 1.1, 4))
    assert fitted(moments).parameters == 2
    assert fitted((0.5, 0.25, 0.125, 0.0625)) == NO_BETA
    assert fitted((0.5, 0.2, 0.1, 0.05)) == NO_BETA


def test_all_four_moments_come_back_through_the_error() -> None:
    nodes = true_nodes(TRUE, np.array([0.5]))
    for k in (0.0, 2.0):
        scores = hb.two_term_scores(nodes, 50, k=k)
        shares = np.einsum("pq,pqx->x", nodes.weight, scores)
        known = [float((nodes.weight * nodes.tau**r).sum()) for r in (1, 2, 3, 4)]
        x = np.arange(51.0)
        assert hb.true_moments(x, shares, items=50, k=k) == pytest.approx(known, rel=1e-9)
        if k == 0:
            # Below r there are no products of r, and for whole scores none would be.
            assert ll.true_moments(x, shares, length=50.0) == pytest.approx(known, rel=1e-9)
        found = fitted(hb.true_moments(x, shares, items=50, k=k))
        shape = [found.alpha, found.beta, found.low, found.high]
        assert shape == pytest.approx([5, 3, 0.25, 0.75], rel=1e-4)
