"""What holds for every response model: probabilities, derivatives, nesting, manners of a fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.families.family import Family
from naas_psych.irt.grid import nodes
from naas_psych.irt.model import (
    LOG_ZERO,
    by_batch,
    curves,
    log_probabilities,
    parameter_scores,
    probabilities,
)
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.irt.priors import Prior
from tests.irt.problems import CASES, model_for, objective, parameters, problem_of, simulated

THETA = np.linspace(-6, 6, 25)
ALL = pytest.mark.parametrize(("model", "n_categories"), CASES)
#: The same, without the largest: enough for what costs a fit each.
FEW = pytest.mark.parametrize(("model", "n_categories"), [c for c in CASES if c[1] in (2, 4)])


def point(model: str, n_categories: int, seed: int = 1) -> Any:
    test = model_for(model, [n_categories] * 3)
    return test, parameters(test, seed)


# Probabilities


@ALL
def test_probabilities_sum_to_one(model: str, n_categories: int) -> None:
    test, x = point(model, n_categories)
    for theta in (THETA, np.array([-40.0, -15, 15, 40])):
        p = probabilities(test, x, theta)
        assert np.all(p >= 0)
        np.testing.assert_allclose(p.sum(axis=1), 1.0, atol=1e-13)
        log_p = log_probabilities(test, x, theta)
        assert np.all(np.isfinite(log_p)) and np.all(log_p >= LOG_ZERO) and np.all(log_p <= 0)


def test_a_category_that_an_item_lacks_is_impossible() -> None:
    test = model_for(["2pl", "grm", "nominal"], [2, 5, 3])
    x = parameters(test)
    p, scores = probabilities(test, x, THETA), parameter_scores(test, x, THETA)
    for j, k in enumerate((2, 5, 3)):
        assert np.all(p[j, k:] == 0) and np.all(scores[j, :, k:] == 0)
        assert np.all(log_probabilities(test, x, THETA)[j, k:] == LOG_ZERO)


# Derivatives


def families(model: str, n_categories: int) -> Any:
    """Family, values (n, V) and the values that may be moved."""
    test, x = point(model, n_categories)
    ((batch, values),) = by_batch(test, x)
    return batch.design.family, values, np.flatnonzero(np.isfinite(values).all(axis=0))


def moved(values: NDArray[np.float64], v: int, step: float) -> NDArray[np.float64]:
    other = values.copy()
    other[:, v] += step
    return other


def difference(function: Any, step: float) -> Any:
    """Fourth-order central difference of function(step)."""
    return (8 * (function(step) - function(-step)) - function(2 * step) + function(-2 * step)) / (
        12 * step
    )


@ALL
def test_scores_are_derivatives_in_the_values(model: str, n_categories: int) -> None:
    family, values, free = families(model, n_categories)
    scores = family.scores(values, THETA, n_categories)
    for v in free:

        def log_p(step: float, v: int = v) -> Any:
            return family.log_probabilities(moved(values, v, step), THETA, n_categories)

        np.testing.assert_allclose(scores[:, v], difference(log_p, 1e-3), rtol=1e-7, atol=1e-8)


@ALL
def test_curvature_is_minus_the_second_derivative(model: str, n_categories: int) -> None:
    family, values, free = families(model, n_categories)
    counts = np.random.default_rng(3).uniform(0, 5, (values.shape[0], n_categories, THETA.size))
    curvature = family.curvature(values, THETA, counts)
    np.testing.assert_allclose(curvature, np.swapaxes(curvature, 1, 2), atol=1e-10)
    for v in free:

        def gradient(step: float, v: int = v) -> Any:
            scores = family.scores(moved(values, v, step), THETA, n_categories)
            return np.einsum("jvkq,jkq->jv", scores, counts)

        expected = -difference(gradient, 1e-3)
        np.testing.assert_allclose(curvature[:, free, v], expected[:, free], rtol=1e-7, atol=1e-6)


@ALL
def test_slopes_are_derivatives_in_theta(model: str, n_categories: int) -> None:
    family, values, _ = families(model, n_categories)
    at: Family = family
    slopes = at.slopes(values, THETA, n_categories)

    def log_p(step: float) -> Any:
        return at.log_probabilities(values, THETA + step, n_categories)

    def first(step: float) -> Any:
        return at.slopes(values, THETA + step, n_categories).first

    np.testing.assert_allclose(slopes.value, log_p(0.0), atol=1e-13)
    np.testing.assert_allclose(slopes.first, difference(log_p, 1e-3), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(slopes.second, difference(first, 1e-3), rtol=1e-7, atol=1e-8)


@ALL
def test_curves_and_parameter_scores_agree_with_differences(model: str, n_categories: int) -> None:
    test, x = point(model, n_categories)
    found = curves(test, x, THETA)
    np.testing.assert_allclose(found.p.sum(axis=1), 1.0, atol=1e-13)
    np.testing.assert_allclose(found.p1.sum(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(found.p2.sum(axis=1), 0.0, atol=1e-12)
    numerical = difference(lambda step: probabilities(test, x, THETA + step), 1e-3)
    np.testing.assert_allclose(found.p1, numerical, atol=1e-9)
    scores = parameter_scores(test, x, THETA)
    for p, unit in enumerate(np.eye(x.size)):
        numerical = difference(lambda s, u=unit: log_probabilities(test, x + s * u, THETA), 1e-3)
        for j in range(3):
            own = scores[j, test.where[j] == p].sum(axis=0)
            np.testing.assert_allclose(own, numerical[j], rtol=1e-7, atol=1e-8)


# Nesting


def same(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


def test_guessing_models_without_asymptotes_are_logistic() -> None:
    a, d = np.array([0.7, 1.3, -0.4]), np.array([0.2, -1.1, 0.6])
    plain = probabilities(model_for("2pl", [2] * 3), np.column_stack([a, d]).ravel(), THETA)
    three = np.column_stack([a, d, np.full(3, -60.0)]).ravel()
    same(probabilities(model_for("3pl", [2] * 3), three, THETA), plain)
    four = np.column_stack([a, d, np.full(3, -60.0), np.full(3, 60.0)]).ravel()
    same(probabilities(model_for("4pl", [2] * 3), four, THETA), plain)


def test_four_parameters_with_a_sure_top_are_three() -> None:
    values = np.array([[0.7, 0.2, -1.2], [1.3, -1.1, -2.0]])
    three = probabilities(model_for("3pl", [2] * 2), values.ravel(), THETA)
    four = np.column_stack([values, [60.0, 60.0]]).ravel()
    same(probabilities(model_for("4pl", [2] * 2), four, THETA), three)


def test_a_guess_at_its_location_is_half_and_half_the_guess() -> None:
    test = model_for("3pl", [2] * 2)
    c = 1 / (1 + np.exp(1.2))
    p = probabilities(test, np.array([1.4, -0.7, -1.2, 0.8, 0.4, -1.2]), np.array([0.5, -0.5]))
    assert p[0, 1, 0] == pytest.approx(0.5 + 0.5 * c, abs=1e-14)
    assert p[1, 1, 1] == pytest.approx(0.5 + 0.5 * c, abs=1e-14)


@pytest.mark.parametrize("model", ["gpcm", "grm", "nominal"])
def test_two_categories_are_logistic(model: str) -> None:
    x = np.array([0.7, 0.2, 1.3, -1.1])
    plain = probabilities(model_for("2pl", [2] * 2), x, THETA)
    same(probabilities(model_for(model, [2] * 2), x, THETA), plain)


def test_nominal_slopes_in_steps_are_partial_credit() -> None:
    gpcm = np.array([0.8, 0.3, -0.5, -1.2])
    nominal = np.concatenate([0.8 * np.arange(1, 4), gpcm[1:]])
    found = probabilities(model_for("nominal", [4] * 2), np.tile(nominal, 2), THETA)
    same(found, probabilities(model_for("gpcm", [4] * 2), np.tile(gpcm, 2), THETA))


def test_partial_credit_is_generalised_with_slope_one() -> None:
    steps = np.array([0.3, -0.5, -1.2])
    plain = probabilities(model_for("pcm", [4] * 2), np.tile(steps, 2), THETA)
    same(probabilities(model_for("gpcm", [4] * 2), np.tile([1, *steps], 2), THETA), plain)
    same(probabilities(model_for("rasch", [4] * 2), np.tile(steps, 2), THETA), plain)


def test_a_rating_scale_is_partial_credit_with_equal_steps() -> None:
    """c_k = -(k delta + tau_1 + ... + tau_k)."""
    delta, tau = np.array([0.4, -0.9]), np.array([-0.7, 0.1, 0.6])
    test = model_for("rsm", [4] * 2)
    by_name = {"delta": delta[0], "tau1 of 4 categories": tau[0], "tau2 of 4 categories": tau[1]}
    x = np.array([delta[1] if item == 1 else by_name[name] for item, name in test.names])
    steps = -(np.outer(delta, np.arange(1, 4)) + np.cumsum(tau))
    plain = probabilities(model_for("pcm", [4] * 2), steps.ravel(), THETA)
    same(probabilities(test, x, THETA), plain)


# The fit


def answers(model: str, n_categories: int, n: int = 500, n_items: int = 6, seed: int = 4) -> Any:
    test = model_for(model, [n_categories] * n_items)
    theta = np.random.default_rng(seed).normal(0, 1.1, n)
    return simulated(test, parameters(test, seed), theta, seed)


def fitted(scores: Any, model: Any, **more: Any) -> Calibration:
    fit: Calibration = calibrate(scores, model, **more)
    return fit


@ALL
def test_a_fit_converges_and_its_likelihood_never_falls(model: str, n_categories: int) -> None:
    fit = fitted(answers(model, n_categories), model)
    assert fit.converged, fit.record
    assert np.all(np.diff(fit.record.history) >= -1e-7)
    assert fit.record.history[-1] == pytest.approx(fit.log_likelihood + fit.log_prior, abs=1e-9)
    assert np.all(np.isfinite(fit.x))


@ALL
def test_the_answer_is_a_maximum(model: str, n_categories: int) -> None:
    """No step along any parameter raises the objective."""
    scores = answers(model, n_categories)
    fit = fitted(scores, model, tolerance=1e-8)
    problem = problem_of(categories_of(fit, scores), fit.model, n_nodes=fit.grid.theta.size)
    problem_z = np.concatenate([fit.x, np.log(fit.group_sd[fit.population.free_sd])])
    assert fit.grid.theta[-1] == 6.0
    best = objective(problem, problem_z)
    assert best == pytest.approx(fit.log_likelihood + fit.log_prior, abs=1e-9)
    for unit in np.eye(problem_z.size) * 1e-2:
        assert objective(problem, problem_z + unit) < best + 1e-9
        assert objective(problem, problem_z - unit) < best + 1e-9


def fitted_pairs() -> Any:
    """Two ways to say the same model: what is fitted, and with what."""
    loose = {"a": Prior("normal", 1.0, 1e6)}
    return [
        ("gpcm", "2pl", 2, {}),
        ("grm", "2pl", 2, {}),
        ("nominal", "2pl", 2, {}),
        ("pcm", "rasch", 2, {}),
        ("pcm", "rasch", 4, {}),
        ("rsm", "rasch", 2, {}),
        ("1pl", "rasch", 2, {}),
        ("1pl", "pcm", 4, {}),
        ("gpcm", "gpcm", 3, {"priors": loose}),
    ]


@pytest.mark.parametrize(("one", "other", "n_categories", "more"), fitted_pairs())
def test_two_names_of_a_model_have_one_likelihood(
    one: str, other: str, n_categories: int, more: Any
) -> None:
    scores = answers(other, n_categories)
    first = fitted(scores, one, tolerance=1e-8, **more)
    second = fitted(scores, other, tolerance=1e-8)
    # 1e-4: where the spread moves from the slopes to the population, the nodes lie elsewhere.
    assert first.log_likelihood == pytest.approx(second.log_likelihood, abs=1e-4)
    assert first.n_parameters == second.n_parameters
    if one == "nominal":
        np.testing.assert_allclose(first.slopes[:, 1], second.a, atol=1e-5)
        np.testing.assert_allclose(first.intercepts[:, 1], -second.a * second.b, atol=1e-5)
        return
    scale = second.group_sd[0] / first.group_sd[0]
    np.testing.assert_allclose(first.b * scale, second.b, atol=1e-4)


def test_one_slope_for_all_is_the_spread_of_rasch() -> None:
    scores = answers("1pl", 2)
    one, rasch = fitted(scores, "1pl", tolerance=1e-8), fitted(scores, "rasch", tolerance=1e-8)
    np.testing.assert_allclose(one.a, rasch.group_sd[0], atol=1e-6)


@pytest.mark.parametrize(
    "nested",
    [
        ("rasch", "2pl", 2),
        ("2pl", "3pl", 2),
        ("rsm", "pcm", 4),
        ("pcm", "gpcm", 4),
        ("gpcm", "nominal", 4),
    ],
)
def test_a_freer_model_fits_no_worse(nested: Any) -> None:
    less, more, n_categories = nested
    scores = answers(more, n_categories)
    priors: dict[str, Any] = {"priors": {"c": Prior("normal", -1.5, 2.0)}} if more == "3pl" else {}
    one, other = fitted(scores, less), fitted(scores, more, **priors)
    # The prior of the guess keeps it off 0, which costs less than it gains here.
    assert other.log_likelihood >= one.log_likelihood - 1e-6


@FEW
def test_perfect_patterns_do_no_harm(model: str, n_categories: int) -> None:
    scores = answers(model, n_categories)
    scores[:20] = 0
    scores[20:40] = n_categories - 1
    fit = fitted(scores, model)
    assert fit.converged
    assert np.all(np.isfinite(fit.x))
    (found,) = posteriors(fit, categories_of(fit, scores))
    eap = found.posterior @ fit.grid.theta
    assert np.all(np.isfinite(eap)) and np.all(np.abs(eap) < 6)


def everything(fit: Calibration, scores: Any) -> tuple[Any, ...]:
    """What a permutation must leave alone: log-likelihood, parameters, errors, posterior means."""
    (found,) = posteriors(fit, categories_of(fit, scores))
    return (
        fit.log_likelihood,
        fit.a,
        fit.b,
        fit.slopes,
        fit.intercepts,
        fit.a_se,
        fit.b_se,
        found.posterior @ fit.grid.theta,
    )


PERMUTED = {"standard_errors": "observed"}


@FEW
def test_the_order_of_persons_changes_nothing(model: str, n_categories: int) -> None:
    scores = answers(model, n_categories)
    order = np.random.default_rng(1).permutation(scores.shape[0])
    before = everything(fitted(scores, model, **PERMUTED), scores)
    after = everything(fitted(scores[order], model, **PERMUTED), scores[order])
    for one, other in zip(before[:-1], after[:-1], strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(after[-1], before[-1][order], atol=1e-9)


@FEW
def test_the_order_of_items_changes_nothing(model: str, n_categories: int) -> None:
    scores = answers(model, n_categories)
    order = np.random.default_rng(1).permutation(scores.shape[1])
    before = everything(fitted(scores, model, **PERMUTED), scores)
    after = everything(fitted(scores[:, order], model, **PERMUTED), scores[:, order])
    assert after[0] == pytest.approx(before[0], rel=1e-12)
    for one, other in zip(before[1:-1], after[1:-1], strict=True):
        np.testing.assert_allclose(other, one[order], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(after[-1], before[-1], atol=1e-9)


@pytest.mark.parametrize(
    ("model", "n_categories"), [("2pl", 2), ("3pl", 2), ("grm", 4), ("rsm", 3)]
)
def test_threads_change_no_byte(model: str, n_categories: int) -> None:
    scores = answers(model, n_categories, n=9000, n_items=12)
    found = set()
    for threads in (1, 2, 3):
        fit = fitted(scores, model, threads=threads, standard_errors="observed")
        assert fit.covariance is not None
        found.add((fit.x.tobytes(), fit.covariance.tobytes(), fit.log_likelihood))
    assert len(found) == 1


@FEW
def test_a_weight_of_two_is_two_persons(model: str, n_categories: int) -> None:
    scores = answers(model, n_categories)
    weights = np.ones(scores.shape[0])
    weights[::3], weights[1::7] = 2.0, 0.0
    rows = fitted(np.repeat(scores, weights.astype(int), axis=0), model, tolerance=1e-8)
    weighted = fitted(scores, model, weights=weights, tolerance=1e-8)
    assert weighted.n == rows.n
    assert weighted.log_likelihood == pytest.approx(rows.log_likelihood, rel=1e-12)
    assert weighted.bic == pytest.approx(rows.bic, rel=1e-12)
    np.testing.assert_allclose(weighted.x, rows.x, atol=1e-6)


def test_a_repeated_pattern_is_its_persons() -> None:
    """Four items of 9,000 persons are merged; the sheet of all persons has the same likelihood."""
    scores = answers("grm", 3, n=9000, n_items=4)
    fit = fitted(scores, "grm")
    whole = problem_of(
        categories_of(fit, scores), fit.model, merge=False, n_nodes=fit.grid.theta.size
    )
    assert objective(whole, fit.x) == pytest.approx(fit.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("n_items", [5, 60, 200])
@pytest.mark.parametrize("model", ["rasch", "2pl", "3pl", "grm"])
def test_the_grid_is_fine_and_wide_enough(model: str, n_items: int) -> None:
    """At the answer a grid four times finer and half as wide again: 0.01 for 1,000 persons."""
    scores = answers(model, 3 if model == "grm" else 2, n=1000, n_items=n_items)
    fit = fitted(scores, model)
    bound, q = fit.grid.theta[-1], fit.grid.theta.size
    problem = problem_of(categories_of(fit, scores), fit.model)
    z = np.concatenate([fit.x, np.log(fit.group_sd[fit.population.free_sd])])
    for wider in (1.0, 1.5):
        theta = nodes(int(4 * wider * (q - 1)) + 1, wider * bound)
        finer = objective(
            type(problem)(problem.packed, problem.model, problem.population, theta, 1), z
        )
        assert finer == pytest.approx(fit.log_likelihood + fit.log_prior, abs=0.01)


def test_a_miskeyed_item_has_a_negative_slope() -> None:
    scores = answers("2pl", 2, n_items=10)
    right = fitted(scores, "2pl", tolerance=1e-8)
    scores[:, 3] = 1 - scores[:, 3]
    wrong = fitted(scores, "2pl", tolerance=1e-8)
    assert wrong.a[3] == pytest.approx(-right.a[3], abs=1e-5)
    assert wrong.b[3] == pytest.approx(right.b[3], abs=1e-5)
    assert wrong.log_likelihood == pytest.approx(right.log_likelihood, abs=1e-6)


def test_items_of_several_models_are_calibrated_together() -> None:
    names = ["2pl"] * 4 + ["3pl"] * 2 + ["grm"] * 3 + ["nominal"] * 2
    test = model_for(names, [2] * 6 + [4, 3, 4, 3, 3])
    rng = np.random.default_rng(21)
    scores = simulated(test, parameters(test), rng.normal(size=2000))
    scores[rng.random(scores.shape) < 0.1] = -1
    fit = fitted(scores, names, standard_errors="observed")
    assert fit.converged and fit.covariance is not None
    assert np.all(np.isfinite(fit.a_se[:9])) and np.all(np.isfinite(fit.slopes_se[9:, 1:3]))


def test_a_wide_population_gets_a_wide_grid() -> None:
    test = model_for("rasch", [2] * 40)
    theta = np.random.default_rng(0).normal(0, 3.5, 1000)
    scores = simulated(test, np.linspace(-4, 4, 40), theta)
    fit = fitted(scores, "rasch")
    assert fit.grid.theta[-1] > 9
    assert fit.group_sd[0] == pytest.approx(3.5, abs=0.35)
