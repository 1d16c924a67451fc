"""Reliability coefficients: check values, identities, and psych's answers on real data."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.numerics import coefficients as c
from naas_psych.numerics.alpha_intervals import bonett, feldt
from naas_psych.numerics.glb import common_factors, factor_bound, greatest_lower_bound
from naas_psych.numerics.omega import omega_one_factor, omega_three_factors
from naas_psych.numerics.split_half import extreme_split, good_splits, split_half_mean
from tests.numerics.reliability_data import DATA_A, SETS, bifactor, covariance, made, real

A = covariance(DATA_A)
SHEET = 5e-6


def close(found: Any, expected: float, within: float = SHEET) -> None:
    assert float(np.ravel(found)[0]) == pytest.approx(expected, abs=within)


def test_sheet_values_of_data_a() -> None:
    close(c.alpha(A), 0.548148)
    close(c.alpha(c.correlation_matrix(A)), 0.559293)
    close(c.lambda1(A), 0.45679)
    close(c.lambda2(A), 0.59976)
    close(c.lambda5(A), 0.59413)
    close(c.lambda6(A), 0.64449)
    close(c.lambda6(c.correlation_matrix(A)), 0.65169)
    totals = DATA_A.sum(axis=1)
    close(c.kr21(totals.mean(), totals.var(), 6), 0.422222)
    strata = (np.arange(3), np.arange(3, 6))
    close(c.alpha(A[:, :3, :3]), 0.29348)
    close(c.alpha(A[:, 3:, 3:]), 0.49342)
    close(c.stratified_alpha(A, strata), 0.56173)
    close(c.standard_error_of_measurement(1.566699, float(c.alpha(A)[0])), 1.05313)


def test_sheet_splits_of_data_a() -> None:
    close(extreme_split(A, best=False).coefficient, 0.19753)
    close(extreme_split(A, best=True).coefficient, 0.77778)
    close(split_half_mean(A), 0.54815)


def test_sheet_intervals_of_data_a() -> None:
    exact = float(c.alpha(A)[0])
    first = feldt(exact, n=12, n_items=6, level=0.95)
    second = bonett(exact, n=12, n_items=6, level=0.95)
    close([first.low], -0.01081)
    close([first.high], 0.85009)
    close([second.low], -0.18032)
    close([second.high], 0.82702)


def test_sheet_values_of_the_bifactor_matrix() -> None:
    r = bifactor()[None]
    close(c.alpha(r), 0.805696)
    close(c.lambda2(r), 0.808842)
    close(c.lambda6(r), 0.789522)
    bound = greatest_lower_bound(r)
    assert bound.converged.all()
    close(bound.glb, 0.832968, 1e-6)


def splits_by_hand(s: Any) -> list[float]:
    j = len(s)
    found = []
    for half in combinations(range(j), j // 2):
        rest = [i for i in range(j) if i not in half]
        found.append(4 * s[np.ix_(half, rest)].sum() / s.sum())
    return found


@pytest.mark.parametrize("n_items", [2, 3, 5, 6, 7])
def test_splits_against_every_split(n_items: int) -> None:
    s = covariance(made(200, n_items, seed=n_items))
    by_hand = splits_by_hand(s[0])
    close(split_half_mean(s), float(np.mean(by_hand)), 1e-12)
    close(extreme_split(s, best=True).coefficient, max(by_hand), 1e-12)
    close(extreme_split(s, best=False).coefficient, min(by_hand), 1e-12)


def test_mean_split_is_alpha_for_an_even_number_of_items() -> None:
    close(split_half_mean(A), float(c.alpha(A)[0]), 1e-14)


def test_searched_split_is_as_good_as_all_splits() -> None:
    s = covariance(made(300, 16, seed=3))
    starts = np.ones((40, 16), dtype=np.int8)
    starts[:, 8:] = -1
    starts = np.random.Generator(np.random.PCG64(1)).permuted(starts, axis=1)
    for best in (True, False):
        everything = extreme_split(s, best=best)
        assert everything.exhaustive
        from naas_psych.numerics.split_half import _compare_searched

        sign = 1.0 if best else -1.0
        _, quadratic = _compare_searched(sign * s, starts)
        close(1 - sign * quadratic / s.sum(), float(everything.coefficient[0]), 1e-12)


def test_good_splits_are_different_and_balanced() -> None:
    found = good_splits(covariance(made(400, 21))[0], best=True)
    assert found is not None
    assert (found.sum(axis=1) == 0).all()
    assert len(np.unique(found, axis=0)) == len(found)


def test_kr20_is_alpha_of_right_and_wrong() -> None:
    p = DATA_A.mean(axis=0)
    variance = DATA_A.sum(axis=1).var()
    close(c.alpha(A), 6 / 5 * (1 - (p * (1 - p)).sum() / variance), 1e-14)


@pytest.mark.parametrize("n_items", [2, 5, 12])
def test_alpha_of_parallel_items_is_spearman_brown(n_items: int) -> None:
    r = 0.3
    matrix = np.full((1, n_items, n_items), r)
    matrix[:, np.arange(n_items), np.arange(n_items)] = 1.0
    stepped_up = n_items * r / (1 + (n_items - 1) * r)
    close(c.alpha(matrix), stepped_up, 1e-14)
    close(c.lambda2(matrix), stepped_up, 1e-14)
    close(greatest_lower_bound(matrix).glb, stepped_up, 1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_order_among_the_bounds(seed: int) -> None:
    s = covariance(made(150, 9, seed=seed))
    alpha, two = c.alpha(s)[0], c.lambda2(s)[0]
    best = extreme_split(s, best=True).coefficient[0]
    glb = greatest_lower_bound(s).glb[0]
    assert c.lambda1(s)[0] < alpha <= two
    assert glb >= max(best, two) - 1e-8
    totals = made(150, 9, seed=seed).sum(axis=1)
    assert c.kr21(totals.mean(), totals.var(), 9) <= alpha


def test_order_of_items_and_persons_changes_nothing() -> None:
    points = made(120, 8)
    rng = np.random.Generator(np.random.PCG64(5))
    s = covariance(points)
    t = covariance(points[rng.permutation(120)][:, rng.permutation(8)])
    for f in (c.alpha, c.lambda1, c.lambda2, c.lambda5, c.lambda6, split_half_mean):
        close(f(t), float(f(s)[0]), 1e-12)
    close(
        extreme_split(t, best=True).coefficient, extreme_split(s, best=True).coefficient[0], 1e-12
    )
    close(greatest_lower_bound(t).glb, greatest_lower_bound(s).glb[0], 1e-8)


def test_glb_error_variances_are_feasible() -> None:
    s = covariance(made(500, 10))
    bound = greatest_lower_bound(s)
    assert (bound.psi >= 0).all()
    assert np.linalg.eigvalsh(s[0] - np.diag(bound.psi[0]))[0] > -1e-10


def test_a_total_without_variance_is_undefined() -> None:
    opposite = np.array([[[1.0, -1.0], [-1.0, 1.0]]])
    assert np.isnan(c.alpha(opposite)).all()
    assert np.isnan(c.lambda2(opposite)).all()
    assert not c.positive_definite(opposite).any()


def golden(shared: Path, name: str) -> Any:
    text = (shared / "golden" / f"{name}__ctt.json").read_text(encoding="utf-8")
    return json.loads(text)["results"]


@pytest.mark.parametrize("name", SETS)
def test_alpha_family_against_psych(shared: Path, name: str) -> None:
    theirs, points = golden(shared, name), real(shared, name)
    s = covariance(points)
    r = c.correlation_matrix(s)
    close(c.alpha(s), theirs["alpha"]["total"]["raw_alpha"][0], 1e-10)
    close(c.alpha(r), theirs["alpha"]["total"]["std.alpha"][0], 1e-10)
    limits = feldt(float(c.alpha(s)[0]), n=len(points), n_items=points.shape[1], level=0.95)
    close([limits.low], theirs["alpha_ci_feldt"]["lower"], 1e-10)
    close([limits.high], theirs["alpha_ci_feldt"]["upper"], 1e-10)
    guttman = theirs["guttman"]
    for f, key in (
        (c.lambda1, "1"),
        (c.lambda2, "2"),
        (c.alpha, "3"),
        (c.lambda5, "5"),
        (c.lambda6, "6"),
    ):
        close(f(r), guttman[f"lambda.{key}"], 1e-10)


@pytest.mark.parametrize("name", SETS)
def test_splits_at_least_as_extreme_as_those_psych_found(shared: Path, name: str) -> None:
    theirs, r = golden(shared, name), c.correlation_matrix(covariance(real(shared, name)))
    best = float(extreme_split(r, best=True).coefficient[0])
    worst = float(extreme_split(r, best=False).coefficient[0])
    assert best >= theirs["guttman"]["lambda.4"] - 1e-6
    assert worst <= theirs["split_half"]["minrb"] + 1e-6
    if r.shape[-1] <= 16:
        assert best == pytest.approx(theirs["guttman"]["lambda.4"], abs=1e-10)


@pytest.mark.parametrize("name", SETS)
def test_omega_and_factor_bound_against_psych(shared: Path, name: str) -> None:
    theirs, r = golden(shared, name), c.correlation_matrix(covariance(real(shared, name)))
    if "omega_1factor" in theirs:
        close(omega_one_factor(r).total, theirs["omega_1factor"]["omega_total"], 1e-6)
    if "omega_3factor" in theirs:
        three = omega_three_factors(r)
        assert three.trouble[0] == ""
        close(three.total, theirs["omega_3factor"]["omega_total"], 1e-6)
        close(three.hierarchical, theirs["omega_3factor"]["omega_h"], 1e-5)
    # psych stops a little early where a uniqueness is at its bound (sat12).
    close(factor_bound(r, common_factors(r[0])).glb, theirs["glb_fa"]["glb"], 2e-5)


@pytest.mark.parametrize("name", ["lsat7", "verbal_poly"])
def test_alpha_against_pingouin(shared: Path, name: str) -> None:
    pd = pytest.importorskip("pandas")
    pingouin = pytest.importorskip("pingouin")
    points = real(shared, name)
    value, limits = pingouin.cronbach_alpha(data=pd.DataFrame(points.astype(float)))
    ours = float(c.alpha(covariance(points))[0])
    interval = feldt(ours, n=len(points), n_items=points.shape[1], level=0.95)
    assert ours == pytest.approx(value, abs=1e-12)
    # pingouin rounds its limits to three digits.
    assert [interval.low, interval.high] == pytest.approx(list(limits), abs=5.1e-4)
