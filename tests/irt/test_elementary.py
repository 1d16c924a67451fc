"""Elementary symmetric functions: exact identities, exact arithmetic, no overflow anywhere."""

from __future__ import annotations

from fractions import Fraction
from math import comb, log
from typing import Any

import numpy as np
import pytest

from naas_psych.irt.conditional.elementary import (
    category_probabilities,
    leave_one_out,
    log_elementary,
    windows,
)


def made(n_items: int, n_categories: int, *, spread: float = 1.0, seed: int = 3) -> Any:
    """Cumulative log easiness (J, K), 0 for the first category."""
    rng = np.random.Generator(np.random.PCG64(seed))
    steps = rng.normal(scale=spread, size=(n_items, n_categories - 1))
    return np.column_stack([np.zeros(n_items), np.cumsum(steps, axis=1)])


def polynomial(factors: list[list[Any]]) -> list[Any]:
    """The product of polynomials with exact coefficients."""
    total = [factors[0][0] * 0 + 1]
    for factor in factors:
        new = [total[0] * 0] * (len(total) + len(factor) - 1)
        for i, a in enumerate(total):
            for k, b in enumerate(factor):
                new[i + k] += a * b
        total = new
    return total


@pytest.mark.parametrize("n_items", [1, 2, 5, 60, 300])
def test_equal_items_give_binomial_coefficients(n_items: int) -> None:
    expected = [log(comb(n_items, r)) for r in range(n_items + 1)]
    np.testing.assert_allclose(log_elementary(np.zeros(n_items)), expected, rtol=1e-13, atol=1e-12)


def test_300_equal_items_of_5_categories_against_whole_numbers() -> None:
    expected = [log(c) for c in polynomial([[1] * 5] * 300)]
    np.testing.assert_allclose(log_elementary(np.zeros((300, 5))), expected, rtol=1e-13, atol=1e-11)


def test_against_exact_fractions_where_division_would_fail() -> None:
    beta = np.array([-12.0, 12.0, 9.5, -9.5, 0.0, 0.1, -0.1, 6.0, 6.0, -6.0, 3.0, -8.0])
    exact = polynomial([[Fraction(1), Fraction(float(np.exp(b)))] for b in beta])
    expected = [log(c.numerator) - log(c.denominator) for c in exact]
    np.testing.assert_allclose(log_elementary(beta), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("n_items", [5, 60, 300])
def test_leave_one_out_identity(n_items: int) -> None:
    beta = made(n_items, 2, spread=2.0)[:, 1]
    gamma, without = log_elementary(beta), leave_one_out(beta)
    r = np.arange(1, n_items + 1)
    total = np.exp(beta[:, None] + without[:, :-1] - gamma[1:]).sum(axis=0)
    np.testing.assert_allclose(total, r, rtol=1e-12)


def test_item_put_back_gives_the_whole() -> None:
    table = made(7, 4)
    gamma, without = log_elementary(table), leave_one_out(table)
    for j in range(7):
        back = np.convolve(np.exp(without[j][np.isfinite(without[j])]), np.exp(table[j]))
        np.testing.assert_allclose(np.log(back), gamma, rtol=1e-12, atol=1e-13)


def test_the_ends_are_known_however_far_apart_the_items() -> None:
    table = made(300, 5, spread=12.0)
    gamma = log_elementary(table)
    assert np.isfinite(gamma).all()
    assert gamma[0] == pytest.approx(0.0, abs=1e-9)
    assert gamma[-1] == pytest.approx(table[:, -1].sum(), rel=1e-12)
    assert gamma[1] == pytest.approx(np.logaddexp.reduce(table[:, 1]), rel=1e-12)


def test_scores_far_from_the_middle_keep_all_their_digits() -> None:
    """Counting categories from the top turns the functions round: gamma_r becomes gamma_(R-r)."""
    table = made(300, 5, spread=12.0)
    turned = log_elementary(table[:, ::-1] - table[:, -1:])
    gamma = log_elementary(table)
    np.testing.assert_allclose(turned[::-1] + gamma[-1], gamma, rtol=0, atol=1e-9)


def test_far_items_take_several_places_which_serve_each_score_once() -> None:
    table = made(300, 5, spread=12.0)[None]
    served = np.sum([w.served[0] for w in windows(table, np.ones((1, 1201), dtype=bool))], axis=0)
    np.testing.assert_array_equal(served, 1)
    assert len(list(windows(made(60, 2)[None], np.ones((1, 61), dtype=bool)))) == 1


@pytest.mark.parametrize(("n_items", "n_categories"), [(6, 2), (60, 2), (8, 5), (300, 3)])
def test_category_probabilities_sum_to_one_and_to_the_score(
    n_items: int, n_categories: int
) -> None:
    p = category_probabilities(made(n_items, n_categories))
    np.testing.assert_allclose(p.sum(axis=2), 1.0, rtol=1e-11)
    np.testing.assert_allclose(
        (p @ np.arange(n_categories)).sum(axis=1), np.arange(len(p)), rtol=1e-11, atol=1e-13
    )


def test_a_category_that_lacks_adds_nothing() -> None:
    table = made(5, 2)
    padded = np.column_stack([table, np.full((5, 2), -np.inf)])
    np.testing.assert_allclose(log_elementary(padded), log_elementary(table), rtol=1e-14)
    np.testing.assert_allclose(log_elementary(table[:, 1]), log_elementary(table), rtol=1e-14)


def test_tilting_the_scale_multiplies_by_a_power() -> None:
    table = made(20, 3)
    tilted = log_elementary(table + 1.7 * np.arange(3))
    np.testing.assert_allclose(tilted, log_elementary(table) + 1.7 * np.arange(41), atol=1e-11)
