"""Tests of two and three dimensions: identities, derivatives, recovery of truth, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.multi.calibrate import calibrate_multidimensional
from naas_psych.irt.multi.calibration import standardised
from naas_psych.irt.multi.correlations import jacobian, log_weights, matrix
from naas_psych.irt.multi.errors import crossprod, observed
from naas_psych.irt.multi.expectation import expect
from naas_psych.irt.multi.fineness import fitting_grid
from naas_psych.irt.multi.graded import log_probabilities
from naas_psych.irt.multi.grid import grid_of
from naas_psych.irt.multi.identified import rotation_is_fixed
from naas_psych.irt.multi.m_step import gradient_at
from naas_psych.irt.multi.persons import expected_a_posteriori
from naas_psych.irt.multi.problem import Problem, answers_of
from naas_psych.irt.refusal import Refused
from tests.irt.multi_worlds import (
    between,
    slope_by_differences,
    small_problem,
    with_grid,
    world,
    z_of,
)

TWO = np.array([[1.0, 0.5], [0.5, 1.0]])
THREE = np.array([[1.0, 0.5, 0.3], [0.5, 1.0, -0.2], [0.3, -0.2, 1.0]])


@pytest.mark.parametrize(("model", "steps", "absent"), [("2pl", 1, 0.0), ("grm", 3, 0.1)])
def test_one_dimension_is_the_model_of_one_dimension(model: str, steps: int, absent: float) -> None:
    made = world(between(12, 1), np.eye(1), n=700, steps=steps, absent=absent)
    one = calibrate(made.scores, model, nodes=61)
    same = calibrate_multidimensional(made.scores, np.ones((12, 1)), model=model, nodes=61)
    assert same.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    assert same.slopes[:, 0] == pytest.approx(one.a, abs=1e-5)
    located = one.b if one.b.ndim == 2 else one.b[:, None]
    assert same.mdiff == pytest.approx(located, abs=1e-5)
    assert (same.n_parameters, same.aic, same.bic) == pytest.approx(
        (one.n_parameters, one.aic, one.bic), abs=1e-5
    )


def test_dimensions_apart_are_calibrations_apart() -> None:
    slopes = between(14, 2)
    made = world(slopes, np.eye(2), n=600)
    both = calibrate_multidimensional(made.scores, slopes > 0, correlated=False, nodes=41)
    apart = [calibrate(made.scores[:, d::2], nodes=41) for d in (0, 1)]
    total = sum(one.log_likelihood for one in apart)
    assert both.log_likelihood == pytest.approx(total, abs=1e-6)
    assert both.slopes[0::2, 0] == pytest.approx(apart[0].a, abs=1e-5)
    assert both.slopes[1::2, 1] == pytest.approx(apart[1].a, abs=1e-5)


def test_dimensions_that_are_the_same_are_one() -> None:
    """With a correlation of (almost) 1 only the nodes on the diagonal weigh anything."""
    slopes = between(10, 2)
    made = world(slopes, TWO, n=400)
    two = small_problem(slopes > 0, made.scores, nodes=31)
    nearly = np.array([[1.0, 1 - 1e-9], [1 - 1e-9, 1.0]])
    two = replace(two, structure=replace(two.structure, correlations=nearly))
    one = small_problem(np.ones((10, 1), bool), made.scores, nodes=31)
    flat = np.column_stack([slopes.sum(axis=1), np.zeros(10), made.intercepts])
    deep = np.column_stack([slopes, np.zeros(10), made.intercepts])
    assert expect(two, z_of(two.structure, deep)).log_likelihood == pytest.approx(
        expect(one, z_of(one.structure, flat)).log_likelihood, abs=1e-5
    )


def test_turning_an_exploratory_answer_changes_nothing() -> None:
    made = world(between(12, 2), TWO, n=500)
    fit = calibrate_multidimensional(made.scores, dimensions=2)
    assert fit.slopes[0, 1] == 0.0
    assert (fit.correlations == np.eye(2)).all()
    problem = small_problem(np.ones((12, 2), bool), made.scores, nodes=fit.grid.axis.size)
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = np.column_stack([fit.slopes @ turn, np.zeros(12), fit.intercepts])
    after = expect(problem, z_of(problem.structure, turned)).log_likelihood
    assert after == pytest.approx(fit.log_likelihood, abs=1e-4)
    # Oblique loadings and their correlations say the same of every pair of items.
    assert fit.rotated is not None
    assert fit.rotation_converged
    assert fit.rotated @ fit.rotated_correlations @ fit.rotated.T == pytest.approx(
        fit.loadings @ fit.loadings.T, abs=1e-10
    )


def test_an_exploratory_calibration_is_no_worse_than_a_confirmatory_one() -> None:
    slopes = between(12, 2)
    made = world(slopes, TWO, n=500)
    free = calibrate_multidimensional(made.scores, dimensions=2, nodes=31)
    bound = calibrate_multidimensional(made.scores, slopes > 0, nodes=31)
    assert free.log_likelihood > bound.log_likelihood
    assert free.n_parameters - bound.n_parameters == 11 - 1
    assert np.abs(free.rotated_correlations[0, 1] - 0.5) < 0.25


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_the_gradient_is_that_of_the_likelihood(dimensions: int) -> None:
    correlations = (np.eye(1), TWO, THREE)[dimensions - 1]
    slopes = between(7, dimensions)
    slopes[0] = 0.7
    made = world(slopes, correlations, n=150, steps=2, absent=0.15)
    problem = small_problem(slopes > 0, made.scores, nodes=9, free_correlations=dimensions > 1)
    values = np.column_stack([slopes * 0.8, np.zeros(7), made.intercepts + 0.2])
    pairs = np.array([0.3, -0.2, 0.4])[: dimensions * (dimensions - 1) // 2]
    z = z_of(problem.structure, values, pairs)
    exact = gradient_at(problem, z, expect(problem, z))
    assert exact == pytest.approx(slope_by_differences(problem, z), abs=1e-5)


def test_the_gradient_is_zero_at_the_answer() -> None:
    slopes = between(10, 2)
    made = world(slopes, TWO, n=500, steps=2, absent=0.1)
    fit = calibrate_multidimensional(made.scores, slopes > 0, model="grm", tolerance=1e-8)
    problem = Problem(
        answers_of(fit.structure, made.scores.astype(np.int8), np.ones(500)),
        fit.structure,
        fit.grid,
        1,
    )
    assert fit.converged
    assert gradient_at(problem, fit.x, expect(problem, fit.x)) == pytest.approx(0, abs=1e-4)
    assert slope_by_differences(problem, fit.x) == pytest.approx(0, abs=1e-4)


def test_the_likelihood_never_falls() -> None:
    slopes = between(12, 3)
    made = world(slopes, THREE, n=400)
    fit = calibrate_multidimensional(made.scores, slopes > 0, nodes=11, max_cycles=60)
    assert (np.diff(fit.record.history) >= -1e-7).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_truth_is_found_within_its_errors(seed: int) -> None:
    slopes = between(20, 2, seed)
    slopes[3] = (0.9, 0.6)
    made = world(slopes, TWO, n=2000, seed=seed)
    fit = calibrate_multidimensional(made.scores, slopes > 0, standard_errors="crossprod")
    assert fit.converged
    free = slopes > 0
    off = np.concatenate(
        [
            ((fit.slopes - slopes) / fit.slopes_se)[free],
            ((fit.intercepts - made.intercepts) / fit.intercepts_se)[:, 0],
            [(fit.correlations[0, 1] - 0.5) / fit.correlations_se[0, 1]],
        ]
    )
    # The mean of 42 squared standard normals has SD 0.22; the largest of 42 exceeds 4 once in 380.
    assert 0.4 < (off**2).mean() < 1.8
    assert np.abs(off).max() < 4.5
    assert np.isnan(fit.slopes_se[~free]).all()


def test_three_dimensions_are_found() -> None:
    slopes = between(18, 3)
    made = world(slopes, THREE, n=1500)
    fit = calibrate_multidimensional(made.scores, slopes > 0, standard_errors="crossprod", nodes=15)
    off = np.triu_indices(3, 1)
    assert np.abs((fit.correlations - THREE) / fit.correlations_se)[off].max() < 4
    assert np.linalg.eigvalsh(fit.correlations)[0] > 0


def test_the_two_kinds_of_errors_are_of_one_size() -> None:
    slopes = between(10, 2)
    made = world(slopes, TWO, n=2500)
    fits = [
        calibrate_multidimensional(made.scores, slopes > 0, standard_errors=kind, nodes=31)
        for kind in ("crossprod", "observed")
    ]
    ratio = np.sqrt(np.diag(fits[0].covariance) / np.diag(fits[1].covariance))
    assert ratio == pytest.approx(1, abs=0.15)


def test_the_errors_of_one_person_a_pattern() -> None:
    """Where the model is right and every pattern has its expected weight, the two agree."""
    patterns = np.array(np.meshgrid(*[[0, 1]] * 6)).reshape(6, -1).T
    slopes = between(6, 2)
    problem = small_problem(slopes > 0, patterns, nodes=15, free_correlations=True)
    values = np.column_stack([slopes, np.zeros(6), np.linspace(-0.5, 0.5, 6)])
    z = z_of(problem.structure, values, np.array([0.4]))
    alone = [
        expect(replace(problem, answers=replace(problem.answers, weight=row)), z).log_likelihood
        for row in np.eye(64)
    ]
    chance = np.exp(alone)
    assert chance.sum() == pytest.approx(1, abs=1e-12)
    whole = replace(problem, answers=replace(problem.answers, weight=chance))
    assert crossprod(whole, z) == pytest.approx(observed(whole, z), abs=1e-7)


def test_threads_change_nothing() -> None:
    slopes = between(12, 2)
    made = world(slopes, TWO, n=1500)
    one, two = (
        calibrate_multidimensional(made.scores, slopes > 0, threads=t, standard_errors="crossprod")
        for t in (1, 2)
    )
    assert (one.x == two.x).all()
    assert one.log_likelihood == two.log_likelihood
    assert (one.covariance == two.covariance).all()


def test_order_changes_nothing() -> None:
    slopes = between(12, 2)
    made = world(slopes, TWO, n=600)
    rng = np.random.default_rng(5)
    people, items = rng.permutation(600), rng.permutation(12)
    fit = calibrate_multidimensional(made.scores, slopes > 0, tolerance=1e-9)
    other = calibrate_multidimensional(
        made.scores[people][:, items], (slopes > 0)[items], tolerance=1e-9
    )
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-8)
    assert other.slopes == pytest.approx(fit.slopes[items], abs=1e-6)


def test_a_weight_is_so_many_persons() -> None:
    slopes = between(8, 2)
    made = world(slopes, TWO, n=300)
    weight = np.arange(300) % 3
    fit = calibrate_multidimensional(made.scores, slopes > 0, weights=weight, nodes=21)
    many = calibrate_multidimensional(np.repeat(made.scores, weight, axis=0), slopes > 0, nodes=21)
    assert fit.log_likelihood == pytest.approx(many.log_likelihood, abs=1e-7)
    assert (fit.n, fit.bic) == pytest.approx((many.n, many.bic))


def test_the_grid_is_as_fine_as_the_test_needs() -> None:
    """A sharp test gets more nodes, and its log-likelihood is that of a finer grid still."""
    slopes = between(40, 2) * 1.8
    made = world(slopes, TWO, n=500)
    fit = calibrate_multidimensional(made.scores, slopes > 0)
    assert fit.grid.axis.size > 31
    problem = small_problem(
        slopes > 0, made.scores, nodes=fit.grid.axis.size, free_correlations=True
    )
    finer = expect(with_grid(problem, 2 * fit.grid.axis.size), fit.x).log_likelihood
    assert fit.log_likelihood == pytest.approx(finer, abs=0.005)
    coarse = calibrate_multidimensional(made.scores, slopes > 0, nodes=15, max_cycles=30)
    assert "coarse_grid" in dict(coarse.warnings)
    assert "coarse_grid" not in dict(fit.warnings)


def test_three_dimensions_are_seen_finely_enough() -> None:
    """0.01 per 1,000 persons, at the truth, on the grid that the truth asks for."""
    slopes = between(24, 3)
    made = world(slopes, THREE, n=200)
    problem = small_problem(slopes > 0, made.scores, nodes=15, free_correlations=True)
    values = np.column_stack([slopes, np.zeros(24), made.intercepts])
    partial = (-0.2 - 0.5 * 0.3) / np.sqrt((1 - 0.5**2) * (1 - 0.3**2))
    z = z_of(problem.structure, values, np.arctanh([0.5, 0.3, partial]))
    grid = fitting_grid(problem, z, expect(problem, z))
    assert 15 < grid.axis.size < 31
    here = expect(replace(problem, grid=grid), z).log_likelihood
    assert here == pytest.approx(expect(with_grid(problem, 35), z).log_likelihood, abs=0.002)


def test_scores_are_posterior_means() -> None:
    slopes = between(8, 2)
    made = world(slopes, TWO, n=300, absent=0.2)
    made.scores[0] = -1
    fit = calibrate_multidimensional(made.scores, slopes > 0, nodes=21)
    found = expected_a_posteriori(fit, made.scores)
    theta = fit.grid.primary
    values = np.column_stack([fit.slopes, fit.intercepts])
    log_p = log_probabilities(values, theta)
    for n in (0, 1, 2):
        log_like = log_weights(theta, fit.correlations)
        for j in np.flatnonzero(made.scores[n] >= 0):
            log_like = log_like + log_p[j, made.scores[n, j]]
        like = np.exp(log_like)
        posterior = like / like.sum()
        mean = posterior @ theta
        assert found.eap[n] == pytest.approx(mean, abs=1e-10)
        assert found.psd[n] == pytest.approx(np.sqrt(posterior @ (theta - mean) ** 2), abs=1e-10)
        assert found.log_marginal[n] == pytest.approx(np.log(like.sum()), abs=1e-10)
    assert found.eap[0] == pytest.approx([0, 0], abs=1e-12)


def test_correlations_are_always_possible() -> None:
    rng = np.random.default_rng(2)
    for x in rng.normal(0, 2, (50, 3)):
        found = matrix(x, 3)
        assert np.linalg.eigvalsh(found)[0] > 0
        assert np.diag(found) == pytest.approx(1)
        for p, row in enumerate(np.eye(3) * 1e-6):
            ahead, behind = matrix(x + row, 3), matrix(x - row, 3)
            assert jacobian(x, 3)[p] == pytest.approx((ahead - behind) / 2e-6, abs=1e-8)


def test_loadings_and_lengths() -> None:
    """Slope 1.702 on one dimension is a loading of 1 / sqrt(2)."""
    slopes = np.array([[1.702, 0.0], [1.702, 1.702]])
    assert standardised(slopes, np.eye(2)) == pytest.approx(
        np.array([[0.5**0.5, 0], [3**-0.5, 3**-0.5]])
    )


def test_an_item_against_the_others_has_a_negative_slope() -> None:
    slopes = between(12, 2)
    slopes[4] *= -1
    made = world(slopes, TWO, n=800)
    fit = calibrate_multidimensional(made.scores, slopes != 0)
    assert fit.slopes[4, 0] < -0.5
    assert (np.delete(fit.slopes[:, 0], 4) >= 0).all()


def test_items_that_cannot_be_calibrated_are_named() -> None:
    slopes = between(10, 2)
    made = world(slopes, TWO, n=400)
    scores = made.scores.copy()
    scores[:, 2] = 1
    scores[:, 5] = -1
    fit = calibrate_multidimensional(scores, slopes > 0)
    assert (fit.reasons[2], fit.reasons[5], fit.reasons[0]) == ("no_variance", "no_responses", None)
    assert np.isnan(fit.slopes[[2, 5]]).all()
    assert np.isfinite(fit.slopes[[0, 1, 3]]).all()
    found = expected_a_posteriori(fit, scores)
    assert np.isfinite(found.eap).all()


def test_a_steep_slope_is_told_and_not_held_back() -> None:
    """Twins of an item that is almost a copy of another have no finite slope to speak of."""
    slopes = between(8, 2)
    made = world(slopes, TWO, n=300)
    scores = made.scores.copy()
    scores[:, 2] = scores[:, 0]
    fit = calibrate_multidimensional(scores, slopes > 0, max_cycles=200)
    assert np.isfinite(fit.slopes).all()
    assert fit.slopes[:3, 0].max() > 8
    assert "steep_slope" in dict(fit.warnings)


def test_twenty_persons_are_few_and_no_disaster() -> None:
    slopes = between(8, 2)
    made = world(slopes, TWO, n=20)
    fit = calibrate_multidimensional(
        made.scores, slopes > 0, max_cycles=100, standard_errors="crossprod"
    )
    used = [reason is None for reason in fit.reasons]
    assert np.isfinite(fit.slopes[used]).all()
    assert np.isfinite(fit.log_likelihood)
    assert fit.covariance is None  # 20 persons cannot show 17 errors
    assert "no_errors" in dict(fit.warnings)


def _pattern(*rows: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array(rows)


REFUSALS = {
    "four dimensions": ({"pattern": np.ones((8, 4))}, "too_many_dimensions"),
    "a dimension without items": ({"pattern": np.tile([1, 0], (8, 1))}, "too_few_items"),
    "a dimension of one item": (
        {"pattern": _pattern(*[(1, 0)] * 7, (0, 1))},
        "too_few_items",
    ),
    "two items and no correlation": (
        {"pattern": _pattern(*[(1, 0)] * 6, *[(0, 1)] * 2), "correlated": False},
        "too_few_items",
    ),
    "an item that loads on nothing": (
        {"pattern": _pattern(*[(1, 0)] * 4, *[(0, 1)] * 3, (0, 0))},
        "no_loading",
    ),
    "a pattern that can be turned": ({"pattern": np.ones((8, 2))}, "not_identified"),
    "a pattern of other items": ({"pattern": np.ones((7, 2))}, "bad_pattern"),
    "no pattern": ({}, "no_pattern"),
    "another model": ({"dimensions": 2, "model": "3pl"}, "unknown_model"),
    "bad weights": ({"dimensions": 2, "weights": -np.ones(100)}, "bad_weights"),
    "few items": ({"dimensions": 3, "scores": 3}, "too_few_items"),
    "other errors": ({"dimensions": 2, "standard_errors": "oakes"}, "bad_standard_errors"),
}


@pytest.mark.parametrize("case", REFUSALS, ids=list(REFUSALS))
def test_what_cannot_be_answered_is_refused(case: str) -> None:
    options, code = REFUSALS[case]
    options = dict(options)
    made = world(between(8, 2), TWO, n=100)
    n_items = options.pop("scores", 8)
    with pytest.raises(Refused) as told:
        calibrate_multidimensional(made.scores[:, :n_items], **options)
    assert told.value.code == code
    assert told.value.remedy


def test_graded_items_need_the_graded_model() -> None:
    made = world(between(8, 2), TWO, n=100, steps=2)
    with pytest.raises(Refused, match="grm"):
        calibrate_multidimensional(made.scores, dimensions=2)


@pytest.mark.parametrize(
    ("pattern", "correlated", "fixed"),
    [
        (np.ones((6, 1)), True, True),
        (np.ones((6, 2)), False, False),
        (np.tri(6, 2), False, True),
        (np.tri(6, 2), True, False),
        (np.tri(6, 3), False, True),
        (between(6, 2) > 0, True, True),
        (_pattern((1, 0), (0, 1), *[(1, 1)] * 4), True, True),
        (_pattern((1, 0), (0, 1), *[(1, 1)] * 4), False, True),
    ],
)
def test_which_patterns_fix_the_rotation(
    pattern: NDArray[np.float64], correlated: bool, fixed: bool
) -> None:
    """Joreskog (1969): D (D - 1) zeros well placed with correlations, half as many without."""
    assert rotation_is_fixed(pattern > 0, correlated=correlated) is fixed


def test_grid_is_a_product() -> None:
    grid = grid_of(5, 1, n_dimensions=2, bound=6.0)
    assert grid.primary.shape == (25, 2)
    assert np.exp(log_weights(grid.primary, TWO)).sum() == pytest.approx(1)


def test_patterns_that_repeat_are_merged_and_nothing_changes() -> None:
    slopes = between(6, 2)
    made = world(slopes, TWO, n=3000)
    problem = small_problem(slopes > 0, made.scores, nodes=15, free_correlations=True)
    assert problem.answers.weight.size < 65
    one_each = answers_of(
        problem.structure, made.scores.astype(np.int8), np.ones(3000), merge=False
    )
    values = np.column_stack([slopes, np.zeros(6), made.intercepts])
    z = z_of(problem.structure, values, np.array([0.3]))
    merged, apart = expect(problem, z), expect(replace(problem, answers=one_each), z)
    assert merged.log_likelihood == pytest.approx(apart.log_likelihood, abs=1e-8)
    assert merged.counts[0] == pytest.approx(apart.counts[0], abs=1e-9)
