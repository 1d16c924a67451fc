"""Bifactor tests: dimension reduction against the whole grid, identities, recovery, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.multi.bifactor import calibrate_bifactor
from naas_psych.irt.multi.expectation import expect
from naas_psych.irt.multi.m_step import gradient_at
from naas_psych.irt.multi.persons import expected_a_posteriori
from naas_psych.irt.refusal import Refused
from tests.irt.multi_worlds import (
    World,
    slope_by_differences,
    small_problem,
    with_grid,
    world,
    z_of,
)


def bifactor_world(groups: NDArray[np.int64], *, n: int, seed: int = 1, **more: object) -> World:
    """General slopes of about 1.3 and group slopes of about 0.9."""
    rng = np.random.default_rng(seed + 100)
    factors = np.unique(groups[groups >= 0])
    slopes = np.zeros((groups.size, 1 + factors.size))
    slopes[:, 0] = rng.uniform(0.9, 1.7, groups.size)
    for place, factor in enumerate(factors, start=1):
        own = groups == factor
        slopes[own, place] = rng.uniform(0.6, 1.2, own.sum())
    return world(slopes, np.eye(slopes.shape[1]), n=n, seed=seed, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("groups", [[0] * 4 + [-1] * 3, [0, 1] * 4, [1, -1, 0, 1, 0, -1, 1, 0]])
def test_reduction_is_the_whole_grid(groups: list[int], steps: int) -> None:
    """The product grid over the general and all group factors gives the same, item by item."""
    own = np.array(groups)
    made = bifactor_world(own, n=120, steps=steps, absent=0.1)
    ones = np.ones((own.size, 1), bool)
    reduced = small_problem(ones, made.scores, nodes=11, specific_nodes=11, cluster_of=own)
    whole = small_problem(made.slopes != 0, made.scores, nodes=11)
    nothing = np.zeros(own.size)
    specific = made.slopes[:, 1:].sum(axis=1)
    short = np.column_stack([made.slopes[:, 0], specific, made.intercepts])
    long = np.column_stack([made.slopes, nothing, made.intercepts])
    z, z_whole = z_of(reduced.structure, short), z_of(whole.structure, long)
    one, other = expect(reduced, z), expect(whole, z_whole)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
    by_general = other.mass.reshape(11, -1).sum(axis=1)
    assert one.mass == pytest.approx(by_general, abs=1e-8)
    slope = gradient_at(reduced, z, one)
    slope_whole = gradient_at(whole, z_whole, other)
    for column, theirs in [(0, [0]), (1, list(range(1, made.slopes.shape[1])))]:
        for j in range(own.size):
            here = reduced.structure.where[j, column]
            there = whole.structure.where[j, theirs]
            if here >= 0:
                assert slope[here] == pytest.approx(slope_whole[there.max()], abs=1e-8)


def test_without_group_slopes_it_is_the_model_of_one_dimension() -> None:
    groups = np.repeat([0, 1, 2], 4)
    made = bifactor_world(groups, n=300)
    one = calibrate(made.scores, nodes=41)
    problem = small_problem(
        np.ones((12, 1), bool), made.scores, nodes=41, specific_nodes=21, cluster_of=groups
    )
    values = np.column_stack([one.a, np.zeros(12), -one.a * one.b])
    found = expect(problem, z_of(problem.structure, values))
    assert found.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    groups = np.array([0, 0, 0, 1, 1, 1, -1])
    made = bifactor_world(groups, n=150, steps=2, absent=0.1)
    problem = small_problem(
        np.ones((7, 1), bool), made.scores, nodes=9, specific_nodes=11, cluster_of=groups
    )
    values = np.column_stack(
        [made.slopes[:, 0], made.slopes[:, 1:].sum(axis=1) + 0.1, made.intercepts]
    )
    z = z_of(problem.structure, values)
    exact = gradient_at(problem, z, expect(problem, z))
    assert exact == pytest.approx(slope_by_differences(problem, z), abs=1e-5)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_truth_is_found_within_its_errors(seed: int) -> None:
    groups = np.repeat([0, 1, 2], 7)
    made = bifactor_world(groups, n=2500, seed=seed)
    fit = calibrate_bifactor(made.scores, groups, standard_errors="crossprod")
    assert fit.converged
    assert (np.diff(fit.record.history) >= -1e-7).all()
    off = np.concatenate(
        [
            (fit.general - made.slopes[:, 0]) / fit.general_se,
            (fit.specific - made.slopes[:, 1:].sum(axis=1)) / fit.specific_se,
            ((fit.intercepts - made.intercepts) / fit.intercepts_se)[:, 0],
        ]
    )
    # The mean of 63 squared standard normals has SD 0.18.
    assert 0.4 < (off**2).mean() < 1.7
    assert np.abs(off).max() < 4.5


def test_scores_know_the_general_factor() -> None:
    """The EAP and its SD are the moments of the posterior on the whole grid."""
    groups = np.array([0, 0, 0, 1, 1, 1])
    made = bifactor_world(groups, n=400)
    fit = calibrate_bifactor(made.scores, groups, nodes=15, specific_nodes=15, max_cycles=50)
    found = expected_a_posteriori(fit, made.scores)
    slopes = np.zeros((6, 3))
    slopes[:, 0] = fit.general
    slopes[:3, 1], slopes[3:, 2] = fit.specific[:3], fit.specific[3:]
    whole = small_problem(slopes != 0, made.scores, nodes=15)
    values = np.column_stack([slopes, np.zeros(6), fit.intercepts])
    z, theta = z_of(whole.structure, values), whole.grid.primary
    for n in range(3):
        alone = (np.arange(400) == n).astype(float)
        sole = small_problem(slopes != 0, made.scores, nodes=15)
        categories = made.scores[n : n + 1]
        answers = replace(
            sole.answers,
            weight=np.ones(1),
            categories=categories.astype(np.int8),
            packed=tuple(
                replace(p, codes=np.ascontiguousarray(_codes(whole, made.scores)[n : n + 1]))
                for p in sole.answers.packed
            ),
        )
        posterior = expect(replace(sole, answers=answers), z).mass
        mean = posterior @ theta
        assert alone.sum() == 1
        assert found.eap[n] == pytest.approx(mean, abs=1e-9)
        assert found.psd[n] == pytest.approx(np.sqrt(posterior @ (theta - mean) ** 2), abs=1e-9)


def _codes(problem: object, scores: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Six right/wrong items in one byte."""
    return (scores @ (2 ** np.arange(scores.shape[1])))[:, None].astype(np.uint8)


def test_shares_of_the_general_factor_by_hand() -> None:
    groups = np.array([0, 0, 0, 1, 1, 1, -1])
    made = bifactor_world(groups, n=600)
    fit = calibrate_bifactor(made.scores, groups)
    g, s = fit.loadings.T
    star = np.column_stack([fit.general, fit.specific]) / 1.702
    assert fit.loadings == pytest.approx(star / np.sqrt(1 + (star**2).sum(axis=1))[:, None])
    unique = 1 - g**2 - s**2
    first, second = s[:3].sum() ** 2, s[3:6].sum() ** 2
    whole = g.sum() ** 2 + first + second + unique.sum()
    assert fit.omega_h == pytest.approx(g.sum() ** 2 / whole)
    assert fit.omega == pytest.approx((whole - unique.sum()) / whole)
    assert fit.omega_hs[0] == pytest.approx(first / (first + g[:3].sum() ** 2 + unique[:3].sum()))
    assert fit.ecv == pytest.approx((g**2).sum() / (g**2 + s**2).sum())
    assert fit.item_ecv[6] == 1
    assert fit.specific[6] == 0
    assert np.isnan(fit.specific_se[6])


def test_the_grid_is_as_fine_as_the_test_needs() -> None:
    groups = np.repeat([0, 1, 2, 3], 10)
    made = bifactor_world(groups, n=500)
    fit = calibrate_bifactor(made.scores, groups)
    general, specific = fit.grid.axis.size, fit.grid.specific.size
    assert general > 21
    problem = small_problem(
        np.ones((40, 1), bool),
        made.scores,
        nodes=general,
        specific_nodes=specific,
        cluster_of=groups,
    )
    here = expect(problem, fit.x).log_likelihood
    assert here == pytest.approx(fit.log_likelihood, abs=1e-7)
    finer = expect(with_grid(problem, 3 * general, 3 * specific), fit.x).log_likelihood
    assert here == pytest.approx(finer, abs=0.005)
    coarse = calibrate_bifactor(made.scores, groups, nodes=15, max_cycles=20)
    assert "coarse_grid" in dict(coarse.warnings)


def test_threads_and_order_change_nothing() -> None:
    groups = np.repeat([0, 1, 2], 5)
    made = bifactor_world(groups, n=1300)
    one, two = (calibrate_bifactor(made.scores, groups, threads=t, nodes=21) for t in (1, 2))
    assert (one.x == two.x).all()
    order = np.random.default_rng(4).permutation(15)
    tight = calibrate_bifactor(made.scores, groups, nodes=21, tolerance=1e-9)
    other = calibrate_bifactor(made.scores[:, order], groups[order], nodes=21, tolerance=1e-9)
    assert other.log_likelihood == pytest.approx(tight.log_likelihood, abs=1e-8)
    assert other.specific == pytest.approx(tight.specific[order], abs=1e-5)


def test_two_items_share_the_slope_of_their_factor() -> None:
    groups = np.array([0, 0, 0, 0, 7, 7, -1, -1])
    made = bifactor_world(groups, n=1500)
    fit = calibrate_bifactor(made.scores, groups, standard_errors="crossprod")
    assert fit.specific[4] == fit.specific[5] > 0
    assert fit.specific_se[4] == fit.specific_se[5]
    assert fit.n_parameters == 8 + 8 + 4 + 1
    assert "two_item_factor" in dict(fit.warnings)
    assert list(fit.factors) == [0, 7]
    # One of the two keyed the other way round: the same fit with its signs changed.
    turned = made.scores.copy()
    turned[:, 5] = 1 - turned[:, 5]
    other = calibrate_bifactor(turned, groups)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-4)
    assert other.specific[5] == pytest.approx(-fit.specific[5], abs=1e-3)


REFUSALS = {
    "a factor of one item": ([0, 0, 0, 1, -1, -1], "one_item_factor"),
    "no group factor": ([-1] * 6, "no_factors"),
    "not one an item": ([0, 0, 0], "bad_factors"),
    "not whole numbers": ([0.0] * 6, "bad_factors"),
}


@pytest.mark.parametrize("case", REFUSALS, ids=list(REFUSALS))
def test_what_cannot_be_answered_is_refused(case: str) -> None:
    groups, code = REFUSALS[case]
    made = bifactor_world(np.repeat([0, 1], 3), n=100)
    with pytest.raises(Refused) as told:
        calibrate_bifactor(made.scores, groups)
    assert told.value.code == code


def test_a_factor_left_with_one_item_that_varies_is_refused() -> None:
    groups = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    made = bifactor_world(groups, n=200)
    scores = made.scores.copy()
    scores[:, 7] = 0
    with pytest.raises(Refused, match="item 7"):
        calibrate_bifactor(scores, groups)
