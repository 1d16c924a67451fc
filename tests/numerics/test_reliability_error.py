"""Measurement error and subscores: the check values of the method sheets."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.measurement_error import (
    keats,
    kelley,
    lord,
    part_error_variance,
    smoothed,
)
from naas_psych.numerics.subscores import domain_prmse, prmse
from tests.numerics.reliability_data import DATA_A, covariance


def test_sheet_values_of_lord_and_keats() -> None:
    x = np.array([4.0])
    assert lord(x, 6)[0] == pytest.approx(1.26491, abs=5e-6)
    assert keats(x, 6, reliability=0.548148, kr21=0.422222)[0] == pytest.approx(1.11861, abs=5e-6)
    x = np.array([39.0])
    assert lord(x, 60)[0] == pytest.approx(3.725769, abs=5e-7)
    found = keats(x, 60, reliability=0.9032017, kr21=0.8875625)[0]
    assert found == pytest.approx(3.456959, abs=5e-7)


def test_sheet_values_of_feldt_qualls() -> None:
    parts = DATA_A.reshape(12, 3, 2).sum(axis=2)
    error = part_error_variance(parts, parts.mean(axis=0))
    expected = [0.64583, 0.39583, 0.39583, 0.14583, 1.39583, 0.89583]
    assert error[:6] == pytest.approx(expected, abs=5e-6)
    assert error.mean() == pytest.approx(0.85417, abs=5e-6)
    v = DATA_A.sum(axis=1).var(ddof=1)
    assert error.mean() * 12 / 11 == pytest.approx(v * (1 - alpha(covariance(parts))[0]), abs=1e-12)


def test_the_curve_is_exact_where_the_variances_are_a_quadratic() -> None:
    total = np.array([0, 1, 2, 3, 4, 4, 5])
    variance = 1.0 + total * (6 - total) / 2
    found = smoothed(total, variance, np.arange(7.0))
    assert found[:6] ** 2 == pytest.approx(1.0 + np.arange(6) * (6 - np.arange(6)) / 2)
    assert np.isnan(found[6])


def test_true_scores_are_drawn_to_the_mean() -> None:
    found = kelley(np.array([10.0, 20.0]), mean=20, sd=5, reliability=0.8, level=0.95)
    assert found.estimate == pytest.approx([12.0, 20.0])
    assert (found.high - found.low)[0] == pytest.approx(2 * 1.959964 * 5 * 0.4, abs=1e-5)


def test_sheet_values_of_prmse() -> None:
    found = prmse(*(np.array(v) for v in (9.0, 0.70, 64.0, 21.0)))
    assert float(found.subscore) == 0.70
    assert float(found.total) == pytest.approx(0.830580, abs=5e-7)
    assert float(found.augmented) == pytest.approx(0.837143, abs=5e-7)


def test_prmse_of_a_domain_that_is_the_whole_test() -> None:
    found = domain_prmse(covariance(DATA_A), np.arange(6))
    assert found.total[0] == pytest.approx(found.subscore[0])
    assert found.augmented[0] == pytest.approx(found.subscore[0])
