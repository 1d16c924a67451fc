"""Curves under drawn parameters: the estimates first, and the covariance that was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.drawn_curves import drawn_parameters, drawn_probabilities
from tests.make import DATA_C


@pytest.fixture(scope="module")
def fit():
    return calibrate(DATA_C, "gpcm", standard_errors="observed")


def test_the_first_row_is_the_estimate(fit) -> None:
    theta, columns = np.linspace(-2, 2, 5), np.array([3, 1])
    p = drawn_probabilities(fit, drawn_parameters(fit, 3, seed=1), theta, columns)
    np.testing.assert_allclose(p[0], probabilities(fit.model, fit.x, theta)[columns], atol=1e-14)
    np.testing.assert_allclose(p.sum(axis=2), 1.0)


def test_draws_have_the_covariance_of_the_estimates(fit) -> None:
    drawn = drawn_parameters(fit, 20_000, seed=5)[1:]
    np.testing.assert_allclose(drawn.mean(axis=0), fit.x, atol=0.02)
    scale = np.sqrt(np.diag(fit.covariance))
    np.testing.assert_allclose(
        np.cov(drawn.T) / np.outer(scale, scale),
        fit.covariance / np.outer(scale, scale),
        atol=0.04,
    )


def test_the_seed_says_which_draws(fit) -> None:
    one, same, other = (drawn_parameters(fit, 10, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one[1:] != other[1:]).all()


def test_without_a_covariance_there_are_no_draws(fit) -> None:
    assert drawn_parameters(replace(fit, covariance=None), 10, seed=1).shape[0] == 1


def test_draws_that_make_no_model_are_left_out() -> None:
    fit = calibrate(DATA_C, "grm", standard_errors="observed")
    wide = replace(fit, covariance=fit.covariance * 40)
    drawn = drawn_parameters(wide, 200, seed=1)
    p = drawn_probabilities(wide, drawn, np.array([0.0]), np.arange(4))
    assert drawn.shape[0] == 201
    assert (p >= 0).all()
