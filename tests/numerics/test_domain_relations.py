"""Correlations of domains against worked examples and identities."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.domain_relations import domain_relations
from naas_psych.numerics.grouped_bootstrap import resampled_statistics


def bifactor() -> np.ndarray:
    """The matrix of the method sheet: a general factor and two groups of three items."""
    general = np.array([0.7, 0.6, 0.5, 0.7, 0.6, 0.5])
    groups = np.zeros((6, 2))
    groups[:3, 0], groups[3:, 1] = 0.4, 0.3
    r = np.outer(general, general) + groups @ groups.T
    np.fill_diagonal(r, 1.0)
    return r


BELONGS = np.kron(np.eye(2), np.ones((3, 1)))


def test_htmt_of_the_worked_example() -> None:
    found = domain_relations(bifactor()[None], BELONGS)
    assert found.htmt[0, 0, 1] == pytest.approx(0.749386, abs=5e-7)
    assert found.htmt2[0, 0, 1] == pytest.approx(0.739331, abs=5e-7)
    assert np.isnan(found.htmt[0, 0, 0])


def test_with_equal_variances_htmt_is_the_corrected_correlation() -> None:
    found = domain_relations(bifactor()[None], BELONGS)
    np.testing.assert_allclose(found.htmt[0, 0, 1], found.corrected[0, 0, 1], rtol=1e-12)


def test_scale_changes_htmt_of_nothing() -> None:
    scale = np.diag([1.0, 2, 3, 1, 5, 1])
    one = domain_relations(bifactor()[None], BELONGS)
    other = domain_relations((scale @ bifactor() @ scale)[None], BELONGS)
    np.testing.assert_allclose(one.htmt2, other.htmt2, rtol=1e-12)
    assert abs(one.corrected[0, 0, 1] - other.corrected[0, 0, 1]) > 1e-3


def test_correction_by_hand() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 6))
    c = np.cov(x, rowvar=False)
    found = domain_relations(c[None], BELONGS)
    a, b = x[:, :3].sum(axis=1), x[:, 3:].sum(axis=1)
    r = np.corrcoef(a, b)[0, 1]
    alphas = [1.5 * (1 - np.trace(c[s, s]) / c[s, s].sum()) for s in (slice(0, 3), slice(3, 6))]
    assert found.r[0, 0, 1] == pytest.approx(r, rel=1e-12)
    np.testing.assert_allclose(found.alpha[0], alphas, rtol=1e-12)
    assert found.corrected[0, 0, 1] == pytest.approx(r / np.sqrt(alphas[0] * alphas[1]), rel=1e-12)


def test_undefined_is_nan_not_zero() -> None:
    negative = np.eye(6)
    negative[0, 1] = negative[1, 0] = -0.5
    found = domain_relations(negative[None], BELONGS)
    assert np.isnan(found.corrected[0, 0, 1])
    assert np.isnan(found.htmt[0, 0, 1])


def test_groups_of_persons_give_the_spread_that_single_persons_give() -> None:
    rng = np.random.default_rng(3)
    n = 6000
    x = ((rng.normal(size=(n, 1)) + rng.normal(size=(n, 6))) > 0).astype(np.int8)

    def corrected(c: np.ndarray) -> np.ndarray:
        return domain_relations(c, BELONGS).corrected[:, 0, 1:]

    grouped = resampled_statistics(x, corrected, replicates=2000, seed=1)
    # The spread of one person at a time, by the jackknife over all persons.
    whole = np.cov(x, rowvar=False)[None]
    parts = np.stack(
        [np.cov(np.delete(x, slice(k, k + 20), axis=0), rowvar=False) for k in range(0, n, 20)]
    )
    away = corrected(parts)[:, 0] - corrected(whole)[0, 0]
    jackknife = np.sqrt((len(parts) - 1) / len(parts) * (away**2).sum())
    # Standard error of either is about 4 % of itself.
    assert grouped.std() == pytest.approx(jackknife, rel=0.15)


def test_the_order_of_persons_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 3, size=(50, 6)).astype(np.int8)
    one, other = (
        resampled_statistics(
            y, lambda c: domain_relations(c, BELONGS).r[:, 0], replicates=20, seed=5
        )
        for y in (x, x[::-1])
    )
    np.testing.assert_array_equal(one, other)
