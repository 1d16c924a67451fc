"""Sums over a grid up from a cut: close to the integral wherever the cut falls."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from naas_psych.irt.classification.steps import steps

_THETA = np.linspace(-6, 6, 121)
_WEIGHT = np.exp(-(_THETA**2) / 2)
_WEIGHT = _WEIGHT / _WEIGHT.sum()


@settings(max_examples=40, deadline=None)
@given(cut=st.floats(-3, 3))
def test_normal_tail(cut: float) -> None:
    assert steps(_THETA, np.array([cut])) @ _WEIGHT == pytest.approx(ndtr(-cut), abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(cut=st.floats(-0.8, 0.8), slope=st.floats(0.5, 2))
def test_where_a_curve_crosses(cut: float, slope: float) -> None:
    found = steps(np.tanh(slope * _THETA), np.array([cut])) @ _WEIGHT
    assert found == pytest.approx(ndtr(-np.arctanh(cut) / slope), abs=1e-6)


def test_falling_curve_and_two_crossings() -> None:
    cut = np.array([0.3])
    np.testing.assert_allclose(steps(-_THETA, cut) @ _WEIGHT, ndtr(-0.3), atol=1e-8)
    bump = steps(np.exp(-(_THETA**2)), np.array([0.5])) @ _WEIGHT
    np.testing.assert_allclose(bump, 2 * ndtr(np.sqrt(np.log(2))) - 1, atol=1e-7)


def test_cut_that_nobody_or_everybody_reaches() -> None:
    np.testing.assert_array_equal(steps(_THETA, np.array([-9.0, 9.0])).mean(axis=1), [1.0, 0.0])


def test_each_curve_by_itself() -> None:
    curves = np.stack([_THETA, _THETA - 0.37, np.tanh(_THETA)])
    together = steps(curves, np.array([-0.2, 0.1]))
    alone = np.stack([steps(curve, np.array([-0.2, 0.1])) for curve in curves], axis=1)
    np.testing.assert_array_equal(together, alone)
