"""Scores of persons: against mirt and the method sheet, direct solutions, and identities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.grid import Grid, normal_log_weight
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores import person_scores as score_module
from naas_psych.irt.scores.lattice import bend_of, information_of, lattice_of, log_slopes
from naas_psych.irt.scores.person_scores import METHODS, PersonScores, person_scores
from tests.irt.golden import numbers
from tests.irt.mirt_fits import CASES, Case, case
from tests.irt.sheet import data_b, data_c

FINE = np.linspace(-6, 6, 121)  # the nodes that mirt scores with, whatever it calibrated with


def fine(fit: Calibration) -> Calibration:
    return replace(fit, grid=Grid(FINE, normal_log_weight(FINE, fit.group_mean, fit.group_sd)))


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{c[0]}-{c[2]}")
def mirt(request: pytest.FixtureRequest, shared: Path) -> Case:
    return case(shared, *request.param)


class Person:
    """One person's log-likelihood, in plain sums."""

    def __init__(self, fit: Calibration, categories: np.ndarray) -> None:
        self.fit, self.categories = fit, categories

    def at(self, theta: float) -> dict[str, float]:
        slopes = log_slopes(self.fit.model, self.fit.x, np.array([theta]))
        have = self.categories >= 0
        rows = np.flatnonzero(have)
        own = (rows, self.categories[have], 0)
        return {
            "l": slopes.value[own].sum(),
            "l1": slopes.first[own].sum(),
            "l2": slopes.second[own].sum(),
            "i": information_of(slopes)[have].sum(),
            "j": bend_of(slopes)[have].sum(),
        }

    def warm(self, theta: float) -> float:
        at = self.at(theta)
        return at["l1"] + at["j"] / (2 * at["i"])


def log_information_slope(person: Person, theta: float, step: float = 1e-4) -> float:
    above, below = (np.log(person.at(theta + s)["i"]) for s in (step, -step))
    return float(above - below) / (2 * step)


def test_eap_agrees_with_mirt(mirt: Case) -> None:
    found = person_scores(fine(mirt.fit), mirt.scores, methods=("eap",)).eap
    known = numbers(mirt.answer("scores_EAP"))
    np.testing.assert_allclose(found.theta[:50], known[:, 0], atol=1e-10)
    np.testing.assert_allclose(found.se[:50], known[:, 1], atol=1e-10)


@pytest.mark.parametrize("method", ["map", "ml", "wle"])
def test_modes_agree_with_mirt(mirt: Case, method: str) -> None:
    if method == "wle" and mirt.model == "3pl_prior":
        pytest.skip("mirt weights by the root of I there: see the next test but one")
    found = person_scores(mirt.fit, mirt.scores, methods=(method,)).estimates[method].theta[:50]
    known = numbers(mirt.answer(f"scores_{method.upper()}"))[:, 0]
    assert np.array_equal(np.isinf(found), np.isnan(known))  # mirt's infinities come as no number
    finite = np.isfinite(found)
    # mirt's optimiser stops within about 3e-6, and warned that it had not converged for rsm.
    np.testing.assert_allclose(found[finite], known[finite], atol=1e-4)


@pytest.mark.parametrize("method", ["map", "ml"])
def test_errors_of_mirt_are_from_observed_information(mirt: Case, method: str) -> None:
    """Ours are from expected information; mirt's are (-l'' + 1 / sd^2)^-1/2 at the estimate."""
    from naas_psych.irt.persons import categories_of

    found = person_scores(mirt.fit, mirt.scores, methods=(method,)).estimates[method]
    known = numbers(mirt.answer(f"scores_{method.upper()}"))
    categories = categories_of(mirt.fit, mirt.scores)
    precision = 1 / mirt.fit.group_sd[0] ** 2 if method == "map" else 0.0
    for n in range(0, 50, 7):
        if np.isfinite(found.theta[n]) and known[n, 1] < 1.5:
            at = Person(mirt.fit, categories[n]).at(found.theta[n])
            assert found.se[n] == pytest.approx((at["i"] + precision) ** -0.5, abs=1e-8)
            assert known[n, 1] == pytest.approx((-at["l2"] + precision) ** -0.5, abs=5e-4)


@pytest.mark.parametrize("data", ["sat12_scored", "verbal_dich"])
def test_weighted_likelihood_of_guessing_models_in_mirt_is_jeffreys(
    shared: Path, data: str
) -> None:
    """mirt's scores solve l' + I' / (2 I) = 0, and not Warm's equation, which ours do solve."""
    from naas_psych.irt.persons import categories_of

    mirt = case(shared, data, "irt_mirt_3pl", "3pl_prior")
    found = person_scores(mirt.fit, mirt.scores, methods=("wle",)).wle.theta
    known = numbers(mirt.answer("scores_WLE"))[:, 0]
    categories = categories_of(mirt.fit, mirt.scores)
    for n in range(0, 50, 7):
        person = Person(mirt.fit, categories[n])
        assert person.warm(found[n]) == pytest.approx(0, abs=1e-6)
        jeffreys = person.at(known[n])["l1"] + 0.5 * log_information_slope(person, known[n])
        assert jeffreys == pytest.approx(0, abs=1e-3)


def test_errors_of_weighted_likelihood_in_mirt(mirt: Case) -> None:
    """They are from the second derivative of l + ln(I) / 2, which is smaller than I^-1/2."""
    from naas_psych.irt.persons import categories_of

    if mirt.model == "rsm":
        pytest.skip("mirt warned that these did not converge")
    known = numbers(mirt.answer("scores_WLE"))
    categories = categories_of(mirt.fit, mirt.scores)
    for n in range(0, 50, 7):
        theta, person = known[n, 0], Person(mirt.fit, categories[n])
        step = 1e-3
        middle, below, above = (np.log(person.at(theta + s)["i"]) for s in (0, -step, step))
        bend = (below - 2 * middle + above) / step**2
        expected = (-person.at(theta)["l2"] - 0.5 * bend) ** -0.5
        assert known[n, 1] == pytest.approx(expected, rel=2e-3)


def one(found: PersonScores, method: str) -> tuple[float, float]:
    estimate = found.estimates[method]  # type: ignore[index]
    return float(estimate.theta[0]), float(estimate.se[0])


SHEET_B = {
    (1, 0, 0, 0, 0): [
        (-0.72770, 0.65657),
        (-0.67347, 0.63606),
        (-1.20506, 0.97109),
        (-0.93791, 0.88796),
    ],
    (1, 1, 0, 1, 0): [
        (0.36535, 0.63148),
        (0.34045, 0.60777),
        (0.54559, 0.78930),
        (0.45164, 0.77687),
    ],
    (1, 1, 1, 1, 1): [
        (1.30569, 0.70764),
        (1.22090, 0.69075),
        (np.inf, np.nan),
        (2.18116, 1.47799),
    ],
}


def test_sheet_of_right_wrong_items() -> None:
    fit = calibrate(data_b(), "2pl", nodes=61, tolerance=1e-7)
    for pattern, known in SHEET_B.items():
        found = person_scores(fit, np.array([pattern]))
        for method, answer in zip(METHODS, known, strict=True):
            # The sheet's own program stopped within 2e-4 for the flat peaks of WLE.
            assert one(found, method) == pytest.approx(answer, abs=5e-4, nan_ok=True)


def test_sheet_of_graded_items() -> None:
    fit = calibrate(data_c(), "grm", nodes=61, tolerance=1e-7)
    found = person_scores(fit, np.array([[0, 1, 1, 0], [2, 2, 1, 2]]), methods=("eap", "wle"))
    np.testing.assert_allclose(found.eap.theta, [-0.43110, 1.30628], atol=5e-5)
    np.testing.assert_allclose(found.eap.se, [0.56529, 0.60142], atol=5e-5)
    np.testing.assert_allclose(found.wle.theta, [-0.47137, 1.71698], atol=5e-4)


def mixed(seed: int = 5) -> tuple[Calibration, np.ndarray]:
    """A 3PL, a 2PL, a graded, a partial credit and a nominal part, with a tenth absent."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=600)
    models = ["3pl"] * 6 + ["2pl"] * 4 + ["grm"] * 3 + ["gpcm"] * 3 + ["nominal"] * 2
    columns = []
    for j, model in enumerate(models):
        k = 2 if j < 10 else 4
        noisy = theta * (0.8 + 0.1 * (j % 5)) + rng.logistic(size=600) - (j % 4 - 1.5) * 0.7
        column = np.digitize(noisy, np.linspace(-1.5, 1.5, k - 1) if k > 2 else [0.0])
        if model == "3pl":
            column = np.where(rng.random(600) < 0.2, 1, column)
        columns.append(column)
    scores = np.column_stack(columns)
    scores[rng.random(scores.shape) < 0.1] = -1
    return calibrate(scores, models, tolerance=1e-4), scores


def test_mixed_test_with_absences_is_solved() -> None:
    """Every finite score is a root of its equation, and no point of a fine grid lies higher."""
    from naas_psych.irt.persons import categories_of

    fit, scores = mixed()
    found = person_scores(fit, scores[:60])
    grid = np.linspace(-6, 6, 241)
    for n, categories in enumerate(categories_of(fit, scores[:60])):
        person = Person(fit, categories)
        for method, prior in (("ml", 0.0), ("map", 1.0)):
            theta = found.estimates[method].theta[n]
            if np.isfinite(theta):
                at = person.at(theta)
                assert abs(at["l1"] - prior * theta) < 1e-7
                heights = [person.at(t)["l"] - prior * t * t / 2 for t in grid[::6]]
                assert at["l"] - prior * theta**2 / 2 >= max(heights) - 1e-9
        assert abs(person.warm(found.wle.theta[n])) < 1e-7
        assert found.wle.se[n] == pytest.approx(person.at(found.wle.theta[n])["i"] ** -0.5)


def test_steep_and_flat_items_are_solved_directly() -> None:
    """Slopes of 0.3 and 30 together: the lattice must follow the steepest."""
    fit, _ = mixed()
    a, b = np.repeat([0.3, 1.0, 30.0], 4), np.tile([-1.0, -0.2, 0.3, 1.1], 3)
    rng = np.random.default_rng(1)
    scores = (rng.random((400, 12)) < 1 / (1 + np.exp(-np.outer(rng.normal(size=400), a)))) * 1
    fit = calibrate(scores, "2pl", tolerance=1e-2, relative=1e-2)
    x = fit.x.copy()
    x[fit.model.where[:, 0]], x[fit.model.where[:, 1]] = a, -a * b
    fit = replace(fit, x=x)
    found = person_scores(fit, scores[:40], methods=("ml", "map"))
    for n in range(40):
        person = Person(fit, scores[n])
        for method, prior in (("ml", 0.0), ("map", 1.0)):
            theta = found.estimates[method].theta[n]
            if np.isfinite(theta):
                root = brentq(lambda t, p=prior, o=person: o.at(t)["l1"] - p * t, -25, 25)
                assert theta == pytest.approx(root, abs=1e-6)


def test_highest_of_several_maxima_is_taken() -> None:
    """Guessers, right on hard items only: a peak, and a rise of the likelihood to the left."""
    fit, _ = mixed()
    rng = np.random.default_rng(2)
    scores = (rng.random((300, 10)) < 0.5) * 1
    fit = calibrate(scores, "3pl", tolerance=1e-1, relative=1e-1, max_cycles=2)
    x = fit.x.copy()
    a, b = rng.uniform(0.7, 4, 10), rng.uniform(-3, 3, 10)
    where = fit.model.where
    x[where[:, 0]], x[where[:, 1]], x[where[:, 2]] = a, -a * b, np.log(0.25 / 0.75)
    fit = replace(fit, x=x)
    several = 0
    grid = np.linspace(-20, 20, 4001)
    log_p = log_slopes(fit.model, fit.x, grid).value
    patterns = np.arange(1024)[:, None] >> np.arange(10) & 1
    found = person_scores(fit, patterns, methods=("ml",)).ml.theta
    for pattern, theta in zip(patterns, found, strict=True):
        value = log_p[np.arange(10), pattern].sum(axis=0)
        inside = value[1200:]  # from -8: below, it is flat but for rounding
        peaks = np.flatnonzero((inside[1:-1] > inside[:-2]) & (inside[1:-1] >= inside[2:]))
        rises = peaks.size and inside[0] > inside[: peaks[0] + 1].min() + 1e-6
        several += bool(peaks.size > 1 or rises)
        best = grid[value.argmax()]
        if -8 < best < 19:
            assert theta == pytest.approx(best, abs=0.011)
        else:
            assert theta == (np.inf if value[-1] > value[0] else -np.inf)
    assert several > 30


def test_total_score_is_enough_for_rasch(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = data_b()
    fit = calibrate(scores, "rasch")
    by_score = person_scores(fit, scores)
    monkeypatch.setattr(score_module, "sufficient_total", lambda fit: False)
    by_pattern = person_scores(fit, scores)
    for method in METHODS:
        a, b = by_score.estimates[method], by_pattern.estimates[method]
        np.testing.assert_allclose(a.theta, b.theta, atol=1e-9)
        np.testing.assert_allclose(a.se, b.se, atol=1e-9)


def test_threads_blocks_and_order_change_nothing() -> None:
    fit, scores = mixed()
    many = np.tile(scores, (8, 1))
    once, again = person_scores(fit, many, threads=1), person_scores(fit, many, threads=3)
    back = person_scores(fit, many[::-1][:4321])
    for method in METHODS:
        a, b, c = (f.estimates[method] for f in (once, again, back))
        assert np.array_equal(a.theta, b.theta, equal_nan=True)
        assert np.array_equal(a.se, b.se, equal_nan=True)
        np.testing.assert_allclose(a.theta[::-1][:4321], c.theta, atol=1e-10)


def test_each_person_has_the_prior_of_their_group() -> None:
    """Without information the EAP and MAP would be the group's mean; with it they lie between."""
    rng = np.random.default_rng(3)
    group = np.repeat([0, 1], 400)
    theta = rng.normal(size=800) * np.where(group, 0.7, 1.0) + 0.8 * group
    b = np.linspace(-1.5, 1.5, 8)
    scores = (rng.random((800, 8)) < 1 / (1 + np.exp(-(theta[:, None] - b)))) * 1
    fit = calibrate(scores, "2pl", groups=group, reference=0)
    pattern = np.tile(scores[:1], (2, 1))
    found = person_scores(fit, pattern, groups=np.array([0, 1]))
    assert found.eap.theta[1] > found.eap.theta[0] and found.map.theta[1] > found.map.theta[0]
    assert found.eap.se[1] < found.eap.se[0]
    assert found.ml.theta[0] == found.ml.theta[1] and found.wle.theta[0] == found.wle.theta[1]
    at = Person(fit, pattern[1]).at(found.map.theta[1])
    pull = (found.map.theta[1] - fit.group_mean[1]) / fit.group_sd[1] ** 2
    assert at["l1"] - pull == pytest.approx(0, abs=1e-7)


def test_nobody_without_a_response_has_a_score() -> None:
    fit, scores = mixed()
    some = scores[:3].copy()
    some[1] = -1
    found = person_scores(fit, some)
    assert found.answered[1] == 0
    for method in METHODS:
        estimate = found.estimates[method]
        assert np.isnan(estimate.theta[1]) and np.isnan(estimate.se[1])
        assert estimate.reason[1] == "no_responses"
        assert estimate.reason[0] is None


def test_reverse_items_turn_the_extremes_round() -> None:
    fit = calibrate(data_b(), "2pl")
    x = fit.x.copy()
    x[fit.model.where[:, 0]] *= -1
    found = person_scores(replace(fit, x=x), np.array([[1] * 5, [0] * 5]), methods=("ml",)).ml
    assert found.theta.tolist() == [-np.inf, np.inf]
    assert found.reason.tolist() == ["no_maximum"] * 2


def test_lattice_is_as_fine_as_the_steepest_item_asks() -> None:
    fit = calibrate(data_b(), "2pl")
    assert lattice_of(fit).step <= 0.05 + 1e-12
    x = fit.x.copy()
    x[fit.model.where[0, 0]] = 20.0
    assert lattice_of(replace(fit, x=x)).step <= 0.1 / 20


def test_unknown_method_is_refused() -> None:
    fit = calibrate(data_b(), "2pl")
    with pytest.raises(Refused, match="eap, map, ml, wle"):
        person_scores(fit, data_b()[:3], methods=("mle",))  # type: ignore[arg-type]


def test_nobody_at_all() -> None:
    fit = calibrate(data_b(), "2pl")
    with pytest.raises(Refused):
        person_scores(fit, np.empty((0, 5), int))
