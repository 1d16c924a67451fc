"""Tetrachoric and polychoric correlations against integrals, lavaan, polycor and identities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from naas_psych.numerics.bivariate_normal import density, density_slope, probability
from naas_psych.numerics.pair_pearson import pair_pearson
from naas_psych.numerics.polychoric import polychoric_matrix
from naas_psych.numerics.polychoric_pairs import polychoric_pairs
from naas_psych.numerics.smoothing import smoothed
from naas_psych.numerics.tetrachoric import BOUNDARY, OK, Tables, tetrachoric
from tests.numerics.golden_answers import golden
from tests.numerics.reliability_data import real

#: Data C of the method sheet: patterns 0000, 0001, 0002, 0010, ... 2222.
COUNTS_C = [
    *(32, 2, 1, 25, 7, 1, 6, 2, 2, 9, 3, 2, 10, 5, 2, 9, 7, 4, 3, 0, 0, 3, 5, 1, 2, 3, 3),
    *(17, 6, 2, 17, 5, 1, 13, 9, 0, 14, 4, 0, 9, 6, 5, 17, 13, 11, 1, 2, 1, 3, 2, 3, 2, 11, 9),
    *(9, 4, 1, 12, 3, 2, 10, 3, 1, 7, 5, 2, 7, 9, 1, 9, 11, 13, 2, 3, 3, 1, 6, 5, 2, 18, 19),
]


def data_c() -> Any:
    patterns = np.stack(np.unravel_index(np.arange(81), (3, 3, 3, 3)), axis=1)
    return np.repeat(patterns, COUNTS_C, axis=0).astype(np.int8)


def persons_of(table: Any) -> Any:
    """One row a person of a table of counts."""
    counts = np.asarray(table)
    return np.repeat(np.argwhere(counts >= 0), counts.ravel(), axis=0).astype(np.int8)


def integral(h: float, k: float, rho: float) -> float:
    """P(X < h, Y < k) as the integral of phi(x) Phi((k - rho x) / s), pieced where it is steep."""
    spread = np.sqrt((1 - rho) * (1 + rho))
    centre = k / rho if rho else 0.0
    cuts = [centre + step * spread for step in (-40, -10, -4, -2, -1, 0, 1, 2, 4, 10, 40)]
    inside = [c for c in (*cuts, *np.arange(-13.5, 14, 0.5)) if -14 < c < h]
    ends = np.unique([-14.0, *inside, h])
    x, w = np.polynomial.legendre.leggauss(64)
    half = np.diff(ends)[:, None] / 2
    at = (ends[:-1] + ends[1:])[:, None] / 2 + half * x
    value = np.exp(-at * at / 2) / np.sqrt(2 * np.pi) * ndtr((k - rho * at) / spread)
    return float((half * w * value).sum())


CORRELATIONS = (0.0, 0.1, 0.299, 0.301, 0.749, 0.751, 0.924, 0.926, 0.99, 0.9999, -0.5, -0.95)


@pytest.mark.parametrize("rho", CORRELATIONS)
def test_the_bivariate_normal_is_its_integral(rho: float) -> None:
    rng = np.random.default_rng(7)
    points = [*(2 * rng.normal(size=(12, 2))), [0.4, 0.4], [0.4, -0.4], [0.4, 0.401], [3.5, -3.2]]
    for h, k in points:
        found = float(probability(np.array(h), np.array(k), np.array(rho)))
        assert found == pytest.approx(integral(h, k, rho), abs=2e-15)


def test_the_bivariate_normal_at_its_limits() -> None:
    one = np.ones(1)
    assert probability(0 * one, 0 * one, 0.5 * one)[0] == pytest.approx(
        1 / 4 + np.arcsin(0.5) / (2 * np.pi)
    )
    limits = np.array([np.inf, -np.inf, np.inf]), np.array([0.2, 0.1, np.inf])
    assert probability(*limits, np.array([0.5, 0.95, 0.99])) == pytest.approx([ndtr(0.2), 0, 1])
    assert probability(one, 0 * one, one) == pytest.approx(ndtr(0.0))
    assert probability(one, 0 * one, -one) == pytest.approx(ndtr(1.0) - 0.5)


def test_the_density_is_the_derivative_in_rho() -> None:
    rng = np.random.default_rng(3)
    h, k, rho = rng.normal(size=50), rng.normal(size=50), rng.uniform(-0.9, 0.9, size=50)
    step = 1e-6
    by_difference = (probability(h, k, rho + step) - probability(h, k, rho - step)) / (2 * step)
    assert density(h, k, rho) == pytest.approx(by_difference, abs=1e-9)
    logs = np.log(density(h, k, rho + step)) - np.log(density(h, k, rho - step))
    assert density_slope(h, k, rho) == pytest.approx(logs / (2 * step), rel=1e-6, abs=1e-7)


def test_check_values_of_the_method_sheet() -> None:
    two = polychoric_matrix(persons_of([[40, 20], [15, 25]]))
    assert two.r[0, 1] == pytest.approx(0.43993, abs=5e-6)
    three = polychoric_matrix(persons_of([[20, 10, 5], [8, 15, 12], [2, 9, 19]]))
    assert three.r[0, 1] == pytest.approx(0.60078, abs=5e-6)
    assert three.se[0, 1] == pytest.approx(0.08356, abs=1e-5)
    found = polychoric_matrix(data_c()).r[np.tril_indices(4, -1)]
    assert found == pytest.approx([0.30864, 0.23569, 0.37506, 0.32260, 0.54115, 0.40255], abs=6e-6)


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
def test_the_matrix_is_that_of_lavaan(shared: Path, name: str) -> None:
    told = golden(shared, name, "dimensionality")
    found = polychoric_matrix(real(shared, name))
    # lavaan stops its search at 1e-7 or so; ours is at the root.
    assert found.r == pytest.approx(np.array(told["lavCor_ordered"]["values"]), abs=1e-7)


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
def test_our_likelihood_is_above_that_of_psych(shared: Path, name: str) -> None:
    """psych's tetrachoric stops early, and smooths a matrix that is not positive definite."""
    points = real(shared, name)
    told = np.array(golden(shared, name, "dimensionality")["tetrachoric_correct0"]["rho"]["values"])
    ours = polychoric_matrix(points).r
    gain = []
    for a, b in zip(*np.triu_indices(points.shape[1], 1), strict=True):
        gain.append(
            log_likelihood(points[:, [a, b]], ours[a, b])
            - log_likelihood(points[:, [a, b]], told[a, b])
        )
    assert min(gain) > -1e-9
    assert max(gain) > (1e-8 if name == "lsat7" else 0.05)


def log_likelihood(pair: Any, rho: float) -> float:
    h, k = ndtri(1 - pair.mean(axis=0))
    both = float(probability(np.array(h), np.array(k), np.array(rho)))
    p = np.array([[both, ndtr(h) - both], [ndtr(k) - both, 1 - ndtr(h) - ndtr(k) + both]])
    counts = np.array(
        [[((pair[:, 0] == x) & (pair[:, 1] == y)).sum() for y in (0, 1)] for x in (0, 1)]
    )
    return float((counts * np.log(p)).sum())


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
def test_standard_errors_are_those_of_polycor(shared: Path, name: str) -> None:
    """Two-step: thresholds known. Full maximum likelihood: thresholds estimated."""
    told = golden(shared, name, "dimensionality")
    found = polychoric_matrix(real(shared, name)[:, :2])
    two_step, full = told["polychor_2step_pair_1_2"], told["polychor_ml_pair_1_2"]
    # polycor's two-step rho comes from a search on a grid of 1e-4, and its se from there.
    assert found.r[0, 1] == pytest.approx(two_step["rho"], abs=1e-4)
    assert found.se[0, 1] == pytest.approx(two_step["se"], rel=1e-4)
    assert found.se_full[0, 1] == pytest.approx(full["se"], rel=5e-5)


@pytest.mark.parametrize(
    "table",
    [[[40, 20], [15, 25]], [[20, 10, 5], [8, 15, 12], [2, 9, 19]], [[30, 8, 4], [5, 9, 20]]],
)
def test_the_full_error_is_the_influence_of_each_person(table: Any) -> None:
    """sqrt(sum share influence^2 / n), the influence by weighing one cell a little more."""
    counts = np.array(table, dtype=float)
    n, step = counts.sum(), 1e-3
    influence = np.zeros_like(counts)
    for cell in np.ndindex(counts.shape):
        more, less = counts.copy(), counts.copy()
        more[cell] += step
        less[cell] -= step
        pair = polychoric_pairs(np.stack([more, less])).r
        influence[cell] = (pair[0] - pair[1]) / (2 * step) * n
    expected = np.sqrt((counts * influence**2).sum()) / n
    # The analytic form uses expected information, which for 3 x 3 differs a little from observed.
    slack = 1e-5 if counts.size == 4 else 0.03
    assert polychoric_pairs(counts[None]).se_full[0] == pytest.approx(expected, rel=slack)


def test_a_table_of_two_by_two_is_a_special_case_of_the_larger_ones() -> None:
    counts = np.array([[[40, 20], [15, 25]], [[90, 3], [20, 10]], [[5, 40], [30, 2]]], dtype=float)
    large = polychoric_pairs(counts)
    small = tetrachoric(
        Tables(
            counts.sum(axis=(1, 2)), counts[:, 1].sum(1), counts[:, :, 1].sum(1), counts[:, 1, 1]
        )
    )
    for name in ("r", "se", "se_full"):
        assert getattr(large, name) == pytest.approx(getattr(small, name), rel=1e-9)


def test_the_solution_reproduces_the_table() -> None:
    rng = np.random.default_rng(11)
    h, k, rho = rng.normal(size=400), rng.normal(size=400), rng.uniform(-0.99, 0.99, size=400)
    both, n = probability(h, k, rho), np.full(400, 1e9)
    least = np.min([both, ndtr(h) - both, ndtr(k) - both, 1 - ndtr(h) - ndtr(k) + both], axis=0)
    found = tetrachoric(Tables(n, n * ndtr(h), n * ndtr(k), n * both))
    sure = least > 1e-7
    assert sure.sum() > 300
    assert found.r[sure] == pytest.approx(rho[sure], abs=1e-8)


def test_reversing_a_category_order_turns_the_sign() -> None:
    codes = data_c()
    turned = codes.copy()
    turned[:, 2] = 2 - turned[:, 2]
    sign = np.array([1, 1, -1, 1])
    assert polychoric_matrix(turned).r == pytest.approx(
        polychoric_matrix(codes).r * np.outer(sign, sign) * (1 - np.eye(4)) + np.eye(4), abs=1e-9
    )


def test_the_order_of_persons_and_items_does_not_matter_nor_do_threads_or_unused_codes() -> None:
    codes = data_c()
    found = polychoric_matrix(codes)
    order = np.random.default_rng(1).permutation(len(codes))
    items = [2, 0, 3, 1]
    mixed = polychoric_matrix(codes[order][:, items], threads=3)
    assert mixed.r == pytest.approx(found.r[np.ix_(items, items)], abs=1e-12)
    assert np.array_equal(polychoric_matrix(codes, threads=2).r, found.r)
    assert np.array_equal(polychoric_matrix(codes * 3 + 1).r, found.r)


def test_each_pair_is_over_the_persons_who_have_both() -> None:
    for codes in (data_c(), (data_c() > 0).astype(np.int8)):
        gaps = codes.copy()
        gaps[::3, 0] = -1
        gaps[1::5, 2] = -1
        found, pearson = polychoric_matrix(gaps), pair_pearson(gaps)
        for a, b in ((0, 1), (0, 2), (2, 3), (1, 3)):
            rows = (gaps[:, a] >= 0) & (gaps[:, b] >= 0)
            own = polychoric_matrix(gaps[rows][:, [a, b]])
            assert found.r[a, b] == pytest.approx(own.r[0, 1], abs=1e-10)
            assert found.n[a, b] == rows.sum()
            r = np.corrcoef(gaps[rows][:, [a, b]].T)[0, 1]
            assert pearson.r[a, b] == pytest.approx(r, abs=1e-14)


def test_pearson_of_complete_data_is_corrcoef() -> None:
    codes = data_c()
    assert pair_pearson(codes).r == pytest.approx(np.corrcoef(codes.T), abs=1e-14)


def test_half_a_person_is_moved_into_a_single_empty_cell() -> None:
    found = polychoric_matrix(persons_of([[30, 10], [0, 12]]))
    moved = Tables(*(np.array([x]) for x in (52.0, 12.0, 22.0, 11.5)))
    assert found.zero_cells[0, 1] == 1
    assert found.r[0, 1] == pytest.approx(tetrachoric(moved).r[0], abs=1e-12)
    left = polychoric_matrix(persons_of([[30, 10], [0, 12]]), zero_cell=0.0)
    assert np.isnan(left.r[0, 1])
    assert left.reasons[0, 1] == "boundary"


def test_what_has_no_correlation_says_why() -> None:
    alike = polychoric_matrix(persons_of([[30, 0], [0, 12]]))
    assert (alike.reasons[0, 1], np.isnan(alike.r[0, 1])) == ("boundary", True)
    codes = np.array([[0, 1, -1, 1], [1, 0, -1, 1], [1, -1, 0, 1], [0, -1, 1, 1], [1, 1, -1, 1]])
    found = polychoric_matrix(codes)
    assert found.reasons[1, 2] == "no_responses"
    assert found.reasons[0, 3] == "no_variance"
    assert found.n[1, 2] == 0
    assert np.isnan(found.se[0, 3])


def test_a_likelihood_that_rises_to_the_end_has_no_maximum() -> None:
    table = np.array(
        [[[0, 0, 0, 21], [4, 4, 19, 530]], [[20, 10, 0, 0], [0, 0, 9, 30]]], dtype=float
    )
    found = polychoric_pairs(table)
    assert found.status.tolist() == [BOUNDARY, BOUNDARY]
    assert np.isnan(found.r).all()
    filled = polychoric_pairs(table, zero_cell=0.5)
    assert filled.status.tolist() == [OK, OK]
    assert 0.5 < filled.r[1] < 1


def test_smoothing_leaves_a_good_matrix_alone_and_mends_a_bad_one() -> None:
    good = np.array([[1, 0.5], [0.5, 1]])
    assert smoothed(good).matrix is good
    bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    mended = smoothed(bad)
    assert mended.changed
    assert mended.smallest_eigenvalue == pytest.approx(np.linalg.eigvalsh(bad)[0])
    assert np.diagonal(mended.matrix) == pytest.approx(np.ones(3))
    assert np.linalg.eigvalsh(mended.matrix)[0] > 0
    assert mended.largest_change == pytest.approx(np.abs(mended.matrix - bad).max())
