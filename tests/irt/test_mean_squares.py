"""Infit and outfit against mirt, TAM, eRm and the method sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.fit.empirical_curves import curve_distance, distance, empirical_curves
from naas_psych.irt.fit.mean_squares import mean_squares, mean_squares_at, plug_in_sums, report
from naas_psych.irt.scores.person_scores import person_scores
from tests.irt.fit_cases import CASES, MIRT_LEAST, answers, data_b, fitted, made_up
from tests.irt.golden import golden, scores


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_plug_in_agrees_with_mirt(shared: Path, case: tuple[str, str, str]) -> None:
    data, file, model = case
    theirs = answers(shared, data, file, f"{model}.itemfit_infit")
    x, fit = scores(shared, data), fitted(shared, *case)
    theta = person_scores(fit, x, methods=("eap",)).eap.theta
    ours = mean_squares_at(fit, x, theta, least_variance=MIRT_LEAST)
    # R's own answers are 4e-4 off the maximum on verbal's Rasch model.
    np.testing.assert_allclose(ours.outfit, theirs["outfit"], atol=5e-4)
    np.testing.assert_allclose(ours.infit, theirs["infit"], atol=5e-4)
    np.testing.assert_allclose(ours.outfit_t, theirs["z.outfit"], atol=1e-3)
    np.testing.assert_allclose(ours.infit_t, theirs["z.infit"], atol=1e-3)


@pytest.mark.parametrize("data", ["lsat7", "sat12_scored", "verbal_dich"])
def test_posterior_averages_agree_with_tam(shared: Path, data: str) -> None:
    theirs = answers(shared, data, "irt_other", "TAM_msq_itemfit")
    ours = mean_squares(fitted(shared, data, "irt_mirt_dich", "rasch"), scores(shared, data))
    # TAM integrates over 21 nodes, three times coarser than ours.
    np.testing.assert_allclose(ours.outfit, theirs["Outfit"], atol=5e-4)
    np.testing.assert_allclose(ours.infit, theirs["Infit"], atol=5e-4)
    np.testing.assert_allclose(ours.outfit_t, theirs["Outfit_t"], atol=5e-3)
    np.testing.assert_allclose(ours.infit_t, theirs["Infit_t"], atol=5e-3)


def test_method_sheet() -> None:
    fit = calibrate(data_b(), "rasch", nodes=61)
    ours = mean_squares(fit, data_b())
    np.testing.assert_allclose(ours.outfit, [0.996, 0.929, 1.121, 1.011, 0.944], atol=5e-4)
    np.testing.assert_allclose(ours.infit, [1.007, 0.949, 1.068, 1.008, 0.971], atol=5e-4)
    theta = person_scores(fit, data_b(), methods=("eap",)).eap.theta
    plug_in = mean_squares_at(fit, data_b(), theta)
    np.testing.assert_allclose(plug_in.outfit, [0.741, 0.693, 0.833, 0.753, 0.703], atol=5e-4)
    np.testing.assert_allclose(plug_in.infit, [0.831, 0.736, 0.881, 0.801, 0.794], atol=5e-4)


@pytest.mark.parametrize("data", ["lsat7", "sat12_scored", "verbal_dich"])
def test_conditional_rasch_agrees_with_erm(shared: Path, data: str) -> None:
    """eRm: conditional easiness, ML theta, persons with an extreme score left out."""
    other = golden(shared, data, "irt_other")
    theirs = {k: _values(v) for k, v in other["eRm_itemfit"].items() if k != "p_note"}
    easiness = _values(other["eRm_RM"]["beta"])
    x = scores(shared, data)
    total = x.sum(axis=1)
    x = x[(total > 0) & (total < x.shape[1])]
    theta = _ml_by_total(easiness)[x.sum(axis=1) - 1]
    right = 1 / (1 + np.exp(-(theta + easiness[:, None])))
    ours = report(plug_in_sums(np.stack([1 - right, right], axis=1), x.astype(np.int8), axis=1))
    np.testing.assert_allclose(ours.outfit, theirs["outfit"], atol=1e-4)
    np.testing.assert_allclose(ours.infit, theirs["infit"], atol=1e-4)
    np.testing.assert_allclose(ours.outfit_t, theirs["outfit_t"], atol=1e-3)
    np.testing.assert_allclose(ours.infit_t, theirs["infit_t"], atol=1e-3)


def _values(found: dict[str, float] | list[float]) -> np.ndarray:
    return np.array(list(found.values()) if isinstance(found, dict) else found, dtype=float)


def _ml_by_total(easiness: np.ndarray) -> np.ndarray:
    """ML theta of the totals 1 to J - 1."""
    theta = np.zeros(easiness.size - 1)
    for _ in range(60):
        p = 1 / (1 + np.exp(-(theta[:, None] + easiness)))
        gap = np.arange(1, easiness.size) - p.sum(axis=1)
        theta += np.clip(gap / (p * (1 - p)).sum(axis=1), -1, 1)
    return theta


def test_near_one_where_the_model_fits() -> None:
    x = made_up(3000, 15, categories=4)
    found = mean_squares(calibrate(x, "grm"), x)
    # SD of a mean square of 3,000 responses is about .03.
    np.testing.assert_allclose(found.infit, 1.0, atol=0.06)
    np.testing.assert_allclose(found.outfit, 1.0, atol=0.12)
    assert np.abs(found.infit_t).max() < 3.5


def test_threads_and_order_do_not_matter() -> None:
    x = made_up(9000, 10)
    fit = calibrate(x, "2pl")
    one, two = mean_squares(fit, x, threads=1), mean_squares(fit, x, threads=2)
    np.testing.assert_array_equal(one.outfit, two.outfit)
    turned = mean_squares(fit, x[::-1])
    np.testing.assert_allclose(turned.infit, one.infit, rtol=1e-12)


def test_absent_scores_and_constant_items() -> None:
    x = made_up(500, 8).astype(int)
    x[:, 3] = 0
    x[:200, 5] = -1
    fit = calibrate(x, "2pl")
    found = mean_squares(fit, x)
    assert found.n[5] == 300
    assert np.isnan(found.outfit[3]) and found.n[3] == 0
    theta = person_scores(fit, x, methods=("eap",)).eap.theta
    theta[:10] = np.nan
    assert mean_squares_at(fit, x, theta).n[0] == 490


def test_distance_of_two_curves() -> None:
    theta = np.linspace(-4, 4, 81)
    weight = np.exp(-0.5 * theta**2)
    first = 1 / (1 + np.exp(-(theta - 0.5)))
    second = 1 / (1 + np.exp(-1.2 * (theta - 0.2)))
    found = distance(first, second, weight)
    assert found.rmsd == pytest.approx(0.06634, abs=5e-5)
    assert found.md == pytest.approx(-0.05552, abs=5e-5)


def test_curves_hold_all_responses() -> None:
    x = made_up(2000, 10, categories=3)
    fit = calibrate(x, "gpcm")
    curves = empirical_curves(fit, x, n_intervals=8)
    np.testing.assert_allclose(curves.n.sum(axis=1), 2000)
    means = (curves.n * curves.observed).sum(axis=1) / 2000
    np.testing.assert_allclose(means, x.mean(axis=0) / 2, atol=1e-10)
    # The likelihood equations of the items: observed and expected agree on the whole.
    np.testing.assert_allclose(
        (curves.n * (curves.observed - curves.expected)).sum(axis=1), 0, atol=0.05
    )
    assert ((curves.low <= curves.observed) & (curves.observed <= curves.high)).all()
    assert (np.diff(curves.theta, axis=1) > 0).all()
    assert curve_distance(fit, x).rmsd.max() < 0.03


def test_a_bent_item_is_far_from_its_curve() -> None:
    x = made_up(3000, 15)
    total = np.delete(x, 6, axis=1).sum(axis=1)
    x[:, 6] = (total > 4) & (total < 10)
    found = curve_distance(calibrate(x, "2pl"), x)
    assert found.rmsd[6] > 0.15
    assert np.delete(found.rmsd, 6).max() < 0.06
