"""KMO, sphericity, MAP and parallel analysis against psych, the sheet's values and identities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.numerics.dimensions import (
    partial_correlations,
    sampling_adequacy,
    singular,
    sphericity,
)
from naas_psych.numerics.pair_pearson import pair_pearson
from naas_psych.numerics.pair_tables import recoded
from naas_psych.numerics.parallel_analysis import eigenvalues, null_eigenvalues, retained
from naas_psych.numerics.permuted import permuter, random_subsets
from tests.numerics.golden_answers import golden
from tests.numerics.reliability_data import bifactor, real


def test_check_values_of_the_method_sheet() -> None:
    r = bifactor()
    assert sampling_adequacy(r).overall == pytest.approx(0.836530, abs=5e-7)
    test = sphericity(r, n=200)
    assert (test.chi_square, test.df) == (pytest.approx(340.487, abs=5e-4), 15)
    found = partial_correlations(r).squared
    assert found[:4] == pytest.approx([0.17493, 0.05561, 0.10474, 0.23928], abs=6e-6)
    expected = [3.0609, 0.9054, 0.6148, 0.5422, 0.4750, 0.4018]
    assert eigenvalues(r) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
def test_pearson_answers_are_those_of_psych(shared: Path, name: str) -> None:
    told = golden(shared, name, "dimensionality")
    points = real(shared, name)
    r = pair_pearson(points).r
    assert eigenvalues(r) == pytest.approx(told["eigenvalues_pearson"], abs=1e-12)
    found = sampling_adequacy(r)
    assert found.overall == pytest.approx(told["kmo"]["MSA"], abs=1e-12)
    assert found.items == pytest.approx(list(told["kmo"]["MSAi"].values()), abs=1e-12)
    test = sphericity(r, n=len(points))
    assert test.chi_square == pytest.approx(told["bartlett"]["chisq"], rel=1e-12)
    assert test.df == told["bartlett"]["df"]
    assert test.p_value == pytest.approx(told["bartlett"]["p.value"], rel=1e-9, abs=1e-300)


def test_map_is_that_of_psych_which_starts_at_one_component(shared: Path) -> None:
    told = golden(shared, "verbal_dich", "dimensionality")
    found = partial_correlations(pair_pearson(real(shared, "verbal_dich")).r)
    assert found.squared[1:7] == pytest.approx(told["map_vss"]["map"], abs=1e-12)


def test_before_any_component_the_partials_are_the_correlations() -> None:
    r = bifactor()
    off = r[~np.eye(6, dtype=bool)]
    found = partial_correlations(r)
    assert found.squared[0] == pytest.approx((off**2).mean())
    assert found.fourth[0] == pytest.approx((off**4).mean())
    assert found.squared.size == 5


def test_nothing_in_common_has_kmo_undefined_and_chi_square_zero() -> None:
    r = np.eye(4)
    assert np.isnan(sampling_adequacy(r).overall)
    assert sphericity(r, n=50).chi_square == pytest.approx(0.0, abs=1e-12)
    assert sphericity(r, n=50).p_value == pytest.approx(1.0)


def test_a_singular_matrix_has_neither() -> None:
    r = np.ones((3, 3))
    assert singular(r)
    assert np.isnan(sampling_adequacy(r).overall)
    assert np.isnan(sphericity(r, n=50).chi_square)
    assert np.isnan(partial_correlations(r).squared[1:]).all()


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
def test_random_eigenvalues_are_those_of_psych_within_monte_carlo_error(
    shared: Path, name: str
) -> None:
    """psych draws normal data of the same size (200 times) and prints means."""
    told = np.array(golden(shared, name, "dimensionality")["parallel"]["pc.sim"])
    found = null_eigenvalues(real(shared, name), kinds=["pearson"], replicates=400, seed=1)
    null = found["pearson"]
    error = null.values.std(axis=0) * np.sqrt(1 / 400 + 1 / 200)
    # The edges of the spectrum of binary data differ from those of normal data by some .002.
    assert np.abs(null.mean - told).max() < 4 * error.max() + 0.002
    assert np.all(np.abs(null.mean - told) < 4 * error + 0.002)


def test_chance_seldom_makes_a_dimension() -> None:
    """Of unrelated items the first eigenvalue passes the 95 % quantile in 1 sample of 20."""
    passed = 0
    for seed in range(100):
        codes = np.random.default_rng(seed).integers(0, 2, size=(120, 8)).astype(np.int8)
        null = null_eigenvalues(codes, kinds=["pearson"], replicates=60, seed=seed)["pearson"]
        passed += retained(eigenvalues(pair_pearson(codes).r), null.quantile(0.95)) > 0
    # About 6 are expected; more than 15, and none at all, in 1 of 1,000 runs.
    assert 1 <= passed <= 15


def test_a_random_subset_has_its_size_and_every_place_is_as_likely() -> None:
    rng = np.random.default_rng(5)
    ones = np.array([1, 7, 20, 39, 40, 0])
    drawn = np.stack([random_subsets(rng, 40, ones) for _ in range(3000)])
    assert (drawn.sum(axis=1, dtype=int) == ones).all()
    share = drawn.mean(axis=0)
    error = np.sqrt(ones / 40 * (1 - ones / 40) / 3000)
    assert np.all(np.abs(share - ones / 40) <= 5 * error + 1e-12)
    # Two places of one column are drawn without replacement.
    together = (drawn[:, 0, 2] * drawn[:, 1, 2]).mean()
    assert together == pytest.approx(20 / 40 * 19 / 39, abs=5 * np.sqrt(0.19 / 3000))


def test_permuting_keeps_margins_and_where_responses_are_absent() -> None:
    rng = np.random.default_rng(8)
    codes = rng.integers(0, 3, size=(90, 4)).astype(np.int8)
    codes[:20, 1] = -1
    drawn = permuter(recoded(codes), seed=1)(np.random.default_rng(2))
    for a, b in zip(codes.T, drawn.T, strict=True):
        assert np.array_equal(np.bincount(a + 1), np.bincount(b + 1))
    assert (drawn[:, 1] < 0).sum() == 20
    assert (drawn[:, 0] >= 0).all()


def test_threads_and_the_order_of_persons_do_not_change_permuted_eigenvalues() -> None:
    rng = np.random.default_rng(4)
    codes = (rng.normal(size=(150, 6)) > 0.3).astype(np.int8)
    gaps = codes.copy()
    gaps[3:9, 2] = -1
    wide = rng.integers(0, 4, size=(120, 5)).astype(np.int8)
    for data in (codes, gaps, wide):
        kinds = ("pearson", "polychoric")
        one = null_eigenvalues(data, kinds=kinds, replicates=12, seed=3)
        two = null_eigenvalues(data[::-1], kinds=kinds, replicates=12, seed=3, threads=3)
        for kind in kinds:
            assert np.array_equal(one[kind].values, two[kind].values)


def test_the_first_eigenvalue_below_the_line_ends_the_count() -> None:
    line = np.array([1.5, 1.2, 1.0])
    assert retained(np.array([3.0, 1.1, 1.05]), line) == 1
    assert retained(np.array([1.4, 1.3, 1.05]), line) == 0
    assert retained(np.array([3.0, 2.1, 1.05]), line) == 3
