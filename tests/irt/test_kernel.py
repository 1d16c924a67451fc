"""The compiled E-step against its twin in matrix products, and against what must not change it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych.irt.engine import kernel_numpy
from naas_psych.irt.engine.em import Problem, grid_at
from naas_psych.irt.engine.expectation import Expected, expect, look_ups
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.engine.posterior import row_posteriors
from naas_psych.irt.engine.unpacking import categories_in
from naas_psych.irt.model import log_probabilities
from tests.irt.problems import model_for, parameters, problem_of, simulated

MIXED = ["2pl"] * 9 + ["3pl"] * 3 + ["grm"] * 4 + ["nominal"] * 3
N_CATEGORIES = [2] * 12 + [5, 4, 3, 5] + [3, 4, 5]


def mixed_problem(n: int = 6000, **more: Any) -> Problem:
    """19 items of four models, 12 % absent, weights that are not whole, three groups."""
    model = model_for(MIXED, N_CATEGORIES)
    rng = np.random.default_rng(12)
    categories = simulated(model, parameters(model), rng.normal(size=n))
    categories[rng.random(categories.shape) < 0.12] = -1
    given = {"weight": rng.uniform(0, 2, n), "group": rng.integers(0, 3, n), **more}
    return problem_of(categories, model, **given)


def both(problem: Problem) -> tuple[Expected, Expected]:
    extra = np.array([0.4, -0.3, 0.2, -0.1])[: problem.population.n_free]
    z = np.concatenate([parameters(problem.model), extra])
    grid = grid_at(problem, z)
    log_p = log_probabilities(problem.model, z[: problem.model.n_free], grid.theta)
    return expect(problem.packed, log_p, grid, threads=problem.threads), kernel_numpy.expect(
        problem.packed, log_p, grid
    )


def assert_same(one: Expected, other: Expected) -> None:
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(one.counts, other.counts, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(one.mass, other.mass, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("n_nodes", [61, 64, 7, 200])
def test_the_twins_agree(n_nodes: int) -> None:
    assert_same(*both(mixed_problem(n_nodes=n_nodes)))


def test_the_twins_agree_where_likelihoods_underflow() -> None:
    """300 items answered at random have likelihoods near exp(-300) at best."""
    model = model_for("2pl", [2] * 300)
    x = parameters(model) * 3
    categories = np.random.default_rng(6).integers(0, 2, (40, 300)).astype(np.int8)
    problem = problem_of(categories, model)
    grid = grid_at(problem, x)
    log_p = log_probabilities(model, x, grid.theta)
    found = expect(problem.packed, log_p, grid)
    assert found.log_likelihood < -40 * 300
    assert_same(found, kernel_numpy.expect(problem.packed, log_p, grid))


def test_expected_counts_are_all_the_persons() -> None:
    problem = mixed_problem()
    found, _ = both(problem)
    categories = categories_in(problem.packed)
    present = problem.packed.weight @ (categories >= 0)
    np.testing.assert_allclose(found.counts.sum(axis=(1, 2)), present, rtol=1e-12)
    of_groups = np.bincount(problem.packed.group, problem.packed.weight)
    np.testing.assert_allclose(found.mass.sum(axis=1), of_groups, rtol=1e-12)


def test_threads_change_no_byte() -> None:
    found = set()
    for threads in (1, 2, 3):
        one, _ = both(mixed_problem(20_000, threads=threads))
        found.add((one.counts.tobytes(), one.mass.tobytes(), one.log_likelihood))
    assert len(found) == 1


def test_packed_scores_unpack() -> None:
    model = model_for(MIXED, N_CATEGORIES)
    rng = np.random.default_rng(1)
    categories = simulated(model, parameters(model), rng.normal(size=500))
    categories[rng.random(categories.shape) < 0.2] = -1
    packed = pack(categories, model.n_categories)
    np.testing.assert_array_equal(categories_in(packed), categories)
    np.testing.assert_array_equal(categories_in(packed, slice(10, 30)), categories[10:30])


def test_merged_patterns_give_the_same_counts() -> None:
    model = model_for("grm", [3] * 5)
    rng = np.random.default_rng(9)
    categories = simulated(model, parameters(model), rng.normal(size=8000))
    weight, group = rng.uniform(0, 2, 8000), rng.integers(0, 2, 8000)
    found = []
    for merge in (False, True):
        problem = problem_of(categories, model, weight=weight, group=group, merge=merge)
        found.append(both(problem)[0])
    assert problem.packed.row_of is not None
    np.testing.assert_array_equal(categories_in(problem.packed)[problem.packed.row_of], categories)
    assert_same(*found)


def test_a_person_of_weight_zero_is_nobody() -> None:
    problem = mixed_problem(400, weight=np.r_[np.ones(200), np.zeros(200)])
    half = both(problem)[0]
    categories = categories_in(problem.packed, slice(0, 200))
    few = problem_of(categories, problem.model, group=problem.packed.group[:200])
    assert_same(half, both(few)[0])


def test_posteriors_of_persons_add_up_to_the_e_step() -> None:
    problem = mixed_problem(700)
    z = np.concatenate([parameters(problem.model), [0.4, -0.3, 0.2, -0.1]])
    grid = grid_at(problem, z)
    log_p = log_probabilities(problem.model, z[: problem.model.n_free], grid.theta)
    whole = expect(problem.packed, log_p, grid)
    seen = look_ups(problem.packed, log_p, grid)
    found = row_posteriors(problem.packed, seen, slice(0, 700))
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1.0, rtol=1e-14)
    weight, group = problem.packed.weight, problem.packed.group
    mass = [weight[group == g] @ found.posterior[group == g] for g in range(3)]
    np.testing.assert_allclose(mass, whole.mass, rtol=1e-10, atol=1e-12)
    assert weight @ found.log_marginal == pytest.approx(whole.log_likelihood, rel=1e-12)
    alone = row_posteriors(problem.packed, seen, slice(333, 334))
    np.testing.assert_array_equal(alone.posterior[0], found.posterior[333])
