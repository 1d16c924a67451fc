"""Information, its errors and peaks, and reliability by a response model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.grid import Grid, normal_log_weight
from naas_psych.irt.model import curves, model_of, probabilities
from naas_psych.irt.scores.information import information, peaks, theta_of_score
from naas_psych.irt.scores.person_scores import Estimate, person_scores
from naas_psych.irt.scores.reliability import empirical_reliability, model_reliability
from naas_psych.irt.scores.score_distribution import score_distribution
from tests.irt.golden import golden
from tests.irt.mirt_fits import CASES, Case, case
from tests.irt.sheet import data_b, data_c


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{c[0]}-{c[2]}")
def mirt(request: pytest.FixtureRequest, shared: Path) -> Case:
    return case(shared, *request.param)


def test_information_and_expected_score_agree_with_mirt(mirt: Case) -> None:
    known = mirt.answer("testinfo")
    found = information(mirt.fit, known["theta"])
    np.testing.assert_allclose(found.information, known["info"], rtol=1e-9)
    np.testing.assert_allclose(found.expected_score, known["expected"], rtol=1e-11)
    # mirt differentiates the rating scale model numerically, which leaves 1e-10.
    np.testing.assert_allclose(found.item_information[0], mirt.answer("iteminfo_item1"), atol=1e-9)


def test_reliabilities_agree_with_mirt(mirt: Case) -> None:
    nodes = np.linspace(-6, 6, 121)
    weight = normal_log_weight(nodes, np.zeros(1), mirt.fit.group_sd)
    fit = replace(mirt.fit, grid=Grid(nodes, weight))
    eap = person_scores(fit, mirt.scores, methods=("eap",)).eap
    [known] = mirt.answer("empirical_rxx").values()
    assert empirical_reliability(eap, shrunken=True) == pytest.approx(known, abs=1e-10)
    found = model_reliability(fit)
    assert found.marginal_unit == pytest.approx(mirt.answer("marginal_rxx"), abs=1e-7)
    if fit.group_sd[0] == 1:
        assert found.marginal == pytest.approx(found.marginal_unit, abs=1e-12)


def test_wle_reliability_agrees_with_tam(shared: Path) -> None:
    """Their parameters differ from mirt's by less than 1e-3, and so do scores."""
    mirt = case(shared, "science", "irt_mirt_poly", "pcm")
    known = golden(shared, "science", "irt_other")["TAM_PCM_wle"]
    found = person_scores(mirt.fit, mirt.scores, methods=("wle",)).wle
    assert empirical_reliability(found, shrunken=False) == pytest.approx(known["WLE.rel"], abs=1e-4)
    np.testing.assert_allclose(found.theta[:50], known["theta"], atol=2e-3)
    # TAM's errors are I^-1/2 as ours, where mirt's are smaller.
    np.testing.assert_allclose(found.se[:50], known["error"], atol=2e-3)


def test_sheet_of_right_wrong_items() -> None:
    scores = data_b()
    fit = calibrate(scores, "2pl", nodes=61, tolerance=1e-7)
    found = information(fit, [-1, 0, 1])
    # The sheet's last number is 5e-5 off; its tolerance is 5e-4.
    np.testing.assert_allclose(found.information, [1.21934, 1.76961, 1.27628], atol=5e-4)
    eap = person_scores(fit, scores, methods=("eap",)).eap
    assert empirical_reliability(eap, shrunken=True) == pytest.approx(0.57062, abs=1e-5)
    reliability = model_reliability(fit)
    assert reliability.marginal == pytest.approx(0.56347, abs=1e-5)
    assert reliability.information == pytest.approx(0.145, abs=5e-4)


def test_sheet_of_graded_items() -> None:
    fit = calibrate(data_c(), "grm", nodes=61, tolerance=1e-7)
    found = information(fit, [-1, 0, 1]).information
    np.testing.assert_allclose(found, [1.50539, 2.35265, 2.30537], atol=2e-5)


def at_half(model: str, n_categories: int, values: list[float]) -> np.ndarray:
    """Probabilities and information of one item at theta = 0.5."""
    test = model_of([model] * 2, np.array([n_categories] * 2), {})
    x = np.zeros(test.n_free)
    x[test.where[:, : len(values)]] = values
    found = curves(test, x, np.array([0.5]))
    p, p1 = found.p[0, :, 0], found.p1[0, :, 0]
    return np.append(p, (p1**2 / p).sum())


def test_sheet_of_single_items() -> None:
    guess, upper = np.log(0.2 / 0.8), np.log(0.95 / 0.05)
    three, four = (
        at_half("3pl", 2, [1.2, -0.36, guess]),
        at_half("4pl", 2, [1.2, -0.36, guess, upper]),
    )
    np.testing.assert_allclose(three[1:], [0.647771, 0.245300], atol=1e-6)
    np.testing.assert_allclose(four[1:], [0.619785, 0.208745], atol=1e-6)
    graded, credit = (
        at_half("grm", 3, [1.2, 0.9, -0.6]),
        at_half("gpcm", 3, [1.2, 0.4, -0.3]),
    )
    np.testing.assert_allclose(graded[:3], [0.18243, 0.31757, 0.5], atol=5e-6)
    np.testing.assert_allclose(credit, [0.16187, 0.44, 0.39813, 0.72602], atol=5e-6)


def with_values(a: list[float], b: list[float]) -> Calibration:
    fit = calibrate(data_b()[:, : len(a)], "2pl", tolerance=1e-1, relative=1e-1)
    x = fit.x.copy()
    x[fit.model.where[:, 0]] = a
    x[fit.model.where[:, 1]] = -np.array(a) * np.array(b)
    return replace(fit, x=x)


def test_two_parameter_items_peak_at_their_location() -> None:
    """a^2 / 4 at b; the test of alike items there as well."""
    a, b = [1.3, 0.8, 2.0], [-1.013, 0.5077, 2.1]
    found = peaks(with_values(a, b))
    np.testing.assert_allclose(found.theta, b, atol=1e-5)
    np.testing.assert_allclose(found.information, np.square(a) / 4, atol=1e-6)
    alike = peaks(with_values([1.5] * 3, [0.25] * 3))
    assert alike.test_theta == pytest.approx(0.25, abs=1e-6)
    assert alike.test_information == pytest.approx(3 * 1.5**2 / 4, abs=1e-7)


def test_error_of_the_score_is_that_of_its_distribution() -> None:
    fit = calibrate(data_c(), "gpcm")
    theta = np.linspace(-4, 4, 9)
    found = information(fit, theta)
    shares = score_distribution(probabilities(fit.model, fit.x, theta))
    score = np.arange(shares.shape[0])[:, None]
    mean = (shares * score).sum(axis=0)
    sd = np.sqrt((shares * (score - mean) ** 2).sum(axis=0))
    np.testing.assert_allclose(found.expected_score, mean)
    np.testing.assert_allclose(found.score_csem, sd)
    np.testing.assert_allclose(found.csem, found.information**-0.5)
    np.testing.assert_allclose(found.item_expected.sum(axis=0), mean)


def test_parts_of_a_test_add_up() -> None:
    scores = data_c() + 1
    fit = calibrate(scores, "grm")
    whole = information(fit, [0.3])
    parts = [information(fit, [0.3], items=some) for some in ([0, 2], [1, 3])]
    assert whole.information == pytest.approx(sum(p.information for p in parts))
    assert whole.expected_score == pytest.approx(sum(p.expected_score for p in parts))
    assert parts[1].items.tolist() == [1, 3]


def test_theta_of_a_score_comes_back() -> None:
    fit = calibrate(data_c(), "grm")
    wanted = np.array([1.0, 4.0, 7.25])
    theta = theta_of_score(fit, wanted)
    np.testing.assert_allclose(information(fit, theta).expected_score, wanted, atol=1e-9)
    assert np.isnan(theta_of_score(fit, [-1.0, 9.0])).all()


def test_a_score_that_two_thetas_expect_has_none() -> None:
    turning = with_values([1.5, -3.0, 1.5], [-2.0, 0.0, 2.0])
    assert np.isnan(theta_of_score(turning, [1.5])[0])


def test_reliability_of_scores_without_spread_or_errors() -> None:
    none = np.full(4, None, dtype=object)
    same = Estimate(np.ones(4), np.zeros(4), none)
    assert np.isnan(empirical_reliability(same, shrunken=True))
    assert np.isnan(empirical_reliability(same, shrunken=False))
    infinite = Estimate(np.full(4, np.inf), np.full(4, np.nan), none)
    assert np.isnan(empirical_reliability(infinite, shrunken=False))
