"""Person fit against mirt, PerFit and the method sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.fit.person_fit import Estimator, person_fit
from naas_psych.irt.fit.response_patterns import pattern_fit
from naas_psych.irt.scores.person_scores import person_scores
from tests.irt.fit_cases import CASES, MIRT_LEAST, answers, data_b, fitted, made_up
from tests.irt.golden import golden, scores

_ESTIMATORS: dict[str, Estimator] = {"ML": "ml", "BM": "map", "WL": "wle"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_agrees_with_mirt(shared: Path, case: tuple[str, str, str]) -> None:
    data, file, model = case
    theirs = answers(shared, data, file, f"{model}.personfit")
    x, fit = scores(shared, data), fitted(shared, *case)
    theta = person_scores(fit, x, methods=("eap",)).eap.theta
    ours = person_fit(fit, x, theta, estimator="eap", least_variance=MIRT_LEAST)
    first = slice(theirs["Zh"].size)
    # R's own answers are a little off the maximum, most so on verbal's Rasch model.
    np.testing.assert_allclose(ours.lz[first], theirs["Zh"], atol=5e-4)
    for name in ("outfit", "infit"):
        found = getattr(ours.mean_squares, name)[first]
        np.testing.assert_allclose(found, theirs[name], atol=5e-4)
        found = getattr(ours.mean_squares, f"{name}_t")[first]
        np.testing.assert_allclose(found, theirs[f"z.{name}"], atol=5e-4)
    assert np.isnan(ours.lz_star).all()


@pytest.mark.parametrize("ability", ["ML", "BM", "WL"])
def test_agrees_with_perfit(shared: Path, ability: str) -> None:
    theirs = golden(shared, "verbal_dich", "personfit")
    x, fit = scores(shared, "verbal_dich"), fitted(shared, "verbal_dich", "irt_mirt_dich", "2pl")
    x = x[:60]
    estimator = _ESTIMATORS[ability]
    theta = person_scores(fit, x, methods=(estimator,)).estimates[estimator].theta
    ours = person_fit(fit, x, theta, estimator=estimator)
    usual = (x.sum(axis=1) > 0) & (x.sum(axis=1) < x.shape[1])
    for name, values in (("lz", ours.lz), ("lzstar", ours.lz_star)):
        want = np.array(theirs[f"{name}_{ability}"]["scores"])
        # PerFit prints four decimals and solves for theta to about as many.
        np.testing.assert_allclose(values[usual], want[usual], atol=2e-4)
    assert np.isnan(ours.lz_star[~usual]).all()


def test_patterns_agree_with_perfit(shared: Path) -> None:
    theirs = golden(shared, "verbal_dich", "personfit")
    ours = pattern_fit(scores(shared, "verbal_dich").astype(np.int8))
    usual = np.isfinite(ours.u3[:60])
    assert usual.sum() == 59
    for name, values in (("Gnormed", ours.guttman), ("U3", ours.u3), ("Ht", ours.h_t)):
        want = np.array([np.nan if v is None else v for v in theirs[name]["scores"]], dtype=float)
        np.testing.assert_allclose(values[:60][usual], want[usual], atol=5.1e-5)


def test_method_sheet() -> None:
    fit = calibrate(data_b(), "2pl", nodes=61)
    person = np.array([[0, 1, 0, 0, 1]])
    found = person_scores(fit, person)
    want: dict[Estimator, float] = {"ml": -2.01653, "map": -2.01866, "wle": -2.01701}
    for estimator, value in want.items():
        ours = person_fit(fit, person, found.estimates[estimator].theta, estimator=estimator)
        assert ours.lz_star[0] == pytest.approx(value, abs=5e-5)
    ml = person_fit(fit, person, found.ml.theta, estimator="ml")
    assert ml.lz[0] == pytest.approx(-1.99152, abs=5e-5)
    eap = person_fit(fit, person, found.eap.theta, estimator="eap")
    assert eap.lz[0] == pytest.approx(-2.00181, abs=5e-5)
    assert np.isnan(eap.lz_star[0]) and eap.reasons[0] == "not_corrected"
    patterns = pattern_fit(data_b().astype(np.int8))
    for row, values in (
        ([0, 1, 0, 0, 1], (0.71547, -0.2354, 0.83333)),
        ([1, 0, 1, 0, 0], (0.37096, 0.0919, 0.33333)),
    ):
        at = int(np.flatnonzero((data_b() == row).all(axis=1))[0])
        shown = (patterns.u3[at], patterns.h_t[at], patterns.guttman[at])
        assert shown == pytest.approx(values, abs=5e-5)


@pytest.mark.parametrize(("model", "categories"), [("2pl", 2), ("grm", 4)])
def test_lz_star_is_standard_where_the_model_fits(model: str, categories: int) -> None:
    x = made_up(4000, 40, categories=categories)
    fit = calibrate(x, model)
    theta = person_scores(fit, x, methods=("wle",)).wle.theta
    ours = person_fit(fit, x, theta, estimator="wle")
    # SE of a mean .016, of an SD .011, of a share of .05 .0035. The correction is of the first
    # order in 1 / sqrt(J): what is left of the mean falls from .08 at 20 items to .03 at 200.
    assert abs(np.nanmean(ours.lz_star)) < 0.5 / 40**0.5
    assert np.nanstd(ours.lz_star) == pytest.approx(1, abs=0.05)
    assert (ours.p[np.isfinite(ours.p)] < 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_guessers_are_found() -> None:
    x = made_up(2000, 40)
    rng = np.random.default_rng(9)
    x[:100] = rng.random((100, 40)) < 0.5
    fit = calibrate(x, "2pl")
    theta = person_scores(fit, x, methods=("wle",)).wle.theta
    flagged = person_fit(fit, x, theta, estimator="wle").p < 0.01
    assert flagged[:100].mean() > 0.5
    assert flagged[100:].mean() < 0.03


def test_patterns_about_which_nothing_can_be_said() -> None:
    x = made_up(500, 12).astype(int)
    fit = calibrate(x, "2pl")
    x[0], x[1], x[2] = 1, 0, -1
    x[3, 4:] = -1
    x[3, :4] = [0, 1, 0, 1]
    theta = person_scores(fit, x, methods=("wle",)).wle.theta
    theta[4] = np.inf
    x[4] = [0, 1] * 6
    ours = person_fit(fit, x, theta, estimator="wle")
    assert ours.reasons[:6].tolist() == [
        "all_right", "all_wrong", "no_responses", "too_few_responses", "no_estimate", "",
    ]  # fmt: skip
    assert np.isnan(ours.lz_star[:5]).all() and np.isfinite(ours.lz_star[5])
    assert np.isnan(ours.mean_squares.outfit[2]) and ours.mean_squares.n[2] == 0


def test_order_of_persons_does_not_matter() -> None:
    x = made_up(1500, 10)
    fit = calibrate(x, "2pl")
    theta = person_scores(fit, x, methods=("map",)).map.theta
    ours = person_fit(fit, x, theta, estimator="map").lz_star
    turned = person_fit(fit, x[::-1], theta[::-1], estimator="map").lz_star
    np.testing.assert_allclose(turned[::-1], ours, atol=1e-12)


def test_patterns_without_variance_or_with_absences() -> None:
    x = made_up(60, 6)
    x[:, 2] = 1
    x[5, 0] = -1
    found = pattern_fit(x)
    assert np.isnan(found.u3[5])
    usual = np.isfinite(found.u3)
    assert usual.sum() > 30
    assert ((found.u3[usual] >= -1e-12) & (found.u3[usual] <= 1 + 1e-12)).all()
    assert np.isnan(pattern_fit(x[:1]).guttman).all()
