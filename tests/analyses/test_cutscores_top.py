"""The top of the scale against answer sheets simulated twice from the same parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from naas_psych.analyses.cutscores.top_of_scale import top_of_scale
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.make import study_from_scores


@pytest.fixture(scope="module")
def study() -> Study:
    stream = np.random.default_rng(5)
    theta, b = stream.normal(size=800), np.linspace(-2, 1.5, 24)
    scores = (stream.random((800, 24)) < 1 / (1 + np.exp(-1.1 * (theta[:, None] - b)))).astype(int)
    made = study_from_scores(scores)
    cut = {"met": Cut(value=60, unit="percent")}
    return replace(made, spec=made.spec.model_copy(update={"cuts": cut}))


def test_the_top_tenth_is_repeated_as_often_as_by_brute_force(study: Study) -> None:
    row = top_of_scale(study, draws=0).tables["forms"].iloc[0]
    fit = calibrated(study).fit
    stream = np.random.default_rng(1)
    theta = stream.normal(size=400_000)
    chance = 1 / (1 + np.exp(-fit.a * (theta[:, None] - fit.b)))
    first, second = ((stream.random(chance.shape) < chance).sum(axis=1) for _ in range(2))
    top = row["tenth_from"]
    assert row["tenth_share"] == pytest.approx((first >= top).mean(), abs=0.002)
    again = (second[first >= top] >= top).mean()
    assert row["top_again"] == pytest.approx(again, abs=0.008)


def test_errors_are_those_of_the_information(study: Study) -> None:
    row = top_of_scale(study, draws=0).tables["forms"].iloc[0]
    fit = calibrated(study).fit

    def error(theta: float) -> float:
        p = 1 / (1 + np.exp(-fit.a * (theta - fit.b)))
        return float(1 / np.sqrt((fit.a**2 * p * (1 - p)).sum()))

    assert row["error_top"] == pytest.approx(error(1.5), rel=2e-3)
    grid = np.linspace(-4, 4, 8001)
    expected = (1 / (1 + np.exp(-fit.a * (grid[:, None] - fit.b)))).sum(axis=1)
    at = float(np.interp(0.6 * 24, expected, grid))
    assert row["error_at_cut"] == pytest.approx(error(at), rel=2e-3)
    assert row["error_ratio"] == pytest.approx(row["error_top"] / row["error_at_cut"])


def test_without_a_cut_or_draws_there_is_a_reason(study: Study) -> None:
    row = top_of_scale(study, draws=0).tables["forms"].iloc[0]
    assert row["top_again_low_reason"] == "no_draws"
    bare = study_from_scores(study.responses.points)
    found = top_of_scale(bare, draws=0).tables["forms"].iloc[0]
    assert found["error_ratio_reason"] == "no_cut"
    assert found["ceiling_share"] == (study.responses.points.sum(axis=1) == 24).mean()


def test_the_top_is_in_standard_deviations_of_the_persons(study: Study) -> None:
    """Where slopes are fixed, theta does not have the standard deviation 1."""
    row = top_of_scale(study, model="rasch", draws=0).tables["forms"].iloc[0]
    fit = calibrated(study, model="rasch").fit
    assert abs(fit.group_sd[0] - 1) > 0.05
    p = 1 / (1 + np.exp(-(1.5 * fit.group_sd[0] - fit.b)))
    assert row["error_top"] == pytest.approx(1 / np.sqrt((p * (1 - p)).sum()), rel=1e-5)


def test_nobody_has_every_mark_where_the_highest_of_an_item_was_never_given(study: Study) -> None:
    points = np.array(study.responses.points)
    rated = study_from_scores(points, max_points=np.where(np.arange(24) == 3, 2, 1))
    assert top_of_scale(rated, draws=0).tables["forms"].iloc[0]["ceiling_share"] == 0
