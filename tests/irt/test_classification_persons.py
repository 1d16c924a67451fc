"""Rudner's and Guo's methods: the sheet's numbers, edges, and what they agree on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from naas_psych.irt.classification.guo import guo
from naas_psych.irt.classification.rudner import rudner
from naas_psych.numerics.bivariate_normal import probability


def test_check_value_14() -> None:
    one = rudner(np.array([0.2]), np.array([0.4]), 0.0).crossed()
    assert float(one.accurate) == pytest.approx(0.691462, abs=5e-7)
    assert float(one.consistent) == pytest.approx(0.573316, abs=5e-7)
    three = rudner(np.array([0.3]), np.array([0.35]), [-0.5, 0.5])
    np.testing.assert_allclose(three.p[0], [0.011135, 0.705010, 0.283855], atol=5e-7)
    assert float(three.crossed().consistent) == pytest.approx(0.577736, abs=5e-7)


def test_infinite_estimates_are_left_out_and_counted() -> None:
    theta = np.array([-np.inf, 0.2, np.inf, np.nan])
    found = rudner(theta, np.array([np.nan, 0.4, np.nan, 0.3]), [0.0])
    assert found.left_out == 3
    assert float(found.crossed().accurate) == pytest.approx(0.691462, abs=5e-7)


def test_nobody_left() -> None:
    found = rudner(np.array([np.inf]), np.array([np.nan]), [0.0]).crossed()
    assert np.isnan(found.accurate)
    assert np.isnan(found.kappa)


def test_no_error_at_all() -> None:
    found = rudner(np.array([-1.0, 0.0, 1.0]), np.zeros(3), [0.5])
    assert found.p.tolist() == [[1, 0], [1, 0], [0, 1]]
    assert float(found.crossed().consistent) == 1


def test_terms_add_up_to_the_tables() -> None:
    theta = np.linspace(-2, 2, 9)
    found = rudner(theta, np.full(9, 0.5), [-0.4, 0.7])
    right, again = found.terms().mean(axis=0)
    whole = found.crossed()
    assert whole.accuracy is not None
    np.testing.assert_allclose(right, whole.accuracy)
    np.testing.assert_allclose(again, whole.consistency)


@settings(max_examples=30, deadline=None)
@given(theta=st.floats(-2, 2), se=st.floats(0.3, 1), cut=st.floats(-1, 1), gap=st.floats(0.1, 1))
def test_guo_of_a_normal_likelihood_is_rudner(
    theta: float, se: float, cut: float, gap: float
) -> None:
    nodes = np.linspace(-8, 8, 321)
    weight = np.exp(-0.5 * ((nodes - theta) / se) ** 2)
    cuts = [cut, cut + gap]
    by_grid = guo((weight / weight.sum())[None], nodes, cuts)
    by_normal = rudner(np.array([theta]), np.array([se]), cuts)
    np.testing.assert_allclose(by_grid.p, by_normal.p, atol=1e-6)


def test_posteriors_of_a_normal_world_give_its_consistency() -> None:
    """EAP with the SD of the posterior: the consistency is that of two parallel scores."""
    reliability = 0.8
    z = (np.arange(4000) + 0.5) / 4000
    eap = np.sqrt(reliability) * ndtri(z)
    found = rudner(eap, np.full(z.size, np.sqrt(1 - reliability)), [0.3]).crossed()
    p = float(ndtr(0.3))
    both = float(probability(np.array([0.3]), np.array([0.3]), np.array([reliability]))[0])
    assert float(found.consistent) == pytest.approx(1 - 2 * p + 2 * both, abs=2e-4)
