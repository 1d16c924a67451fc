"""The distribution of the sum score, and the table from sum scores to theta."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from naas_psych.irt import calibrate
from naas_psych.irt.grid import Grid, normal_log_weight
from naas_psych.irt.model import probabilities
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores.person_scores import person_scores
from naas_psych.irt.scores.score_distribution import form_of, score_distribution, sum_scores
from tests.irt.mirt_fits import CASES, case
from tests.irt.sheet import data_b, data_c


def test_alike_items_make_the_binomial() -> None:
    p = np.array([0.01, 0.3, 0.999])
    items = np.broadcast_to(np.stack([1 - p, p]), (60, 2, 3))
    found = score_distribution(items)
    known = binom.pmf(np.arange(61)[:, None], 60, p)
    np.testing.assert_allclose(found, known, rtol=1e-11, atol=1e-300)


def test_every_pattern_is_counted_once() -> None:
    """Items of 2, 3 and 4 categories with points that have gaps, against the sum over patterns."""
    rng = np.random.default_rng(1)
    p = np.zeros((3, 4, 5))
    for j, k in enumerate((2, 3, 4)):
        p[j, :k] = rng.dirichlet(np.ones(k), 5).T
    points = np.array([[0, 2, 0, 0], [0, 1, 3, 0], [0, 1, 2, 5]])
    found = score_distribution(p, points)
    known = np.zeros((11, 5))
    for pattern in itertools.product(range(2), range(3), range(4)):
        total = sum(points[j, k] for j, k in enumerate(pattern))
        known[total] += np.prod([p[j, k] for j, k in enumerate(pattern)], axis=0)
    np.testing.assert_allclose(found, known, atol=1e-15)


def test_impossible_scores_have_no_probability() -> None:
    p = np.full((4, 2, 1), 0.5)
    found = score_distribution(p, np.tile([0, 2], (4, 1)))
    assert found[1::2].sum() == 0
    np.testing.assert_allclose(found[::2, 0], np.array([1, 4, 6, 4, 1]) / 16)


def test_mean_and_variance_add_up() -> None:
    fit = calibrate(data_c(), "grm")
    theta = np.linspace(-3, 3, 7)
    p = probabilities(fit.model, fit.x, theta)
    found = score_distribution(p)
    score = np.arange(found.shape[0])[:, None]
    k = np.arange(3)[:, None]
    np.testing.assert_allclose(found.sum(axis=0), 1)
    np.testing.assert_allclose((found * score).sum(axis=0), (p * k).sum(axis=(0, 1)))


@pytest.mark.parametrize("which", CASES, ids=lambda c: f"{c[0]}-{c[2]}")
def test_table_agrees_with_mirt(shared: Path, which: tuple[str, str, str]) -> None:
    mirt = case(shared, *which)
    nodes = np.linspace(-6, 6, 121)
    weight = normal_log_weight(nodes, np.zeros(1), mirt.fit.group_sd)
    found = sum_scores(replace(mirt.fit, grid=Grid(nodes, weight)), mirt.scores)
    known = mirt.answer("EAPsum_table")
    name = next(column for column in known if column.startswith("F"))
    assert found.score.tolist() == known["Sum.Scores"]
    assert found.observed is not None and found.observed.tolist() == known["observed"]
    np.testing.assert_allclose(found.eap, known[name], atol=1e-10)
    np.testing.assert_allclose(found.se, known[f"SE_{name}"], atol=1e-10)
    np.testing.assert_allclose(found.expected, known["expected"], atol=1e-9)


def test_sheet_of_right_wrong_items() -> None:
    fit = calibrate(data_b(), "2pl", nodes=61, tolerance=1e-7)
    found = sum_scores(fit)
    eap = [-1.28781, -0.74956, -0.23479, 0.28384, 0.81111, 1.30569]
    np.testing.assert_allclose(found.eap, eap, atol=2e-5)
    np.testing.assert_allclose(
        found.se, [0.70974, 0.67134, 0.65387, 0.65636, 0.68598, 0.70764], atol=2e-5
    )
    assert found.observed is None and found.expected is None


def test_sum_score_of_rasch_says_what_the_pattern_says() -> None:
    scores = data_b()
    fit = calibrate(scores, "rasch")
    table = sum_scores(fit, scores)
    own = person_scores(fit, scores, methods=("eap",)).eap
    np.testing.assert_allclose(own.theta, table.eap[scores.sum(axis=1)], atol=1e-12)
    np.testing.assert_allclose(own.se, table.se[scores.sum(axis=1)], atol=1e-12)


def test_a_form_of_some_items() -> None:
    """Only persons who answered all of it are counted; raw scores keep their lowest value."""
    scores = data_c() + 1
    scores[:100, 3] = -1
    fit = calibrate(scores, "gpcm")
    short = sum_scores(fit, scores, items=[1, 3])
    assert short.score.tolist() == [2, 3, 4, 5, 6]
    assert short.observed is not None and short.observed.sum() == 400
    assert short.expected is not None and short.expected.sum() == pytest.approx(400)
    whole = sum_scores(fit, scores)
    assert whole.score[0] == 4 and whole.score[-1] == 12
    assert short.se.mean() > whole.se.mean()
    assert form_of(fit, [1, 3]).items.tolist() == [1, 3]


def test_form_without_calibrated_items_is_refused() -> None:
    scores = data_b()
    scores[:, 0] = 1
    fit = calibrate(scores, "rasch")
    assert sum_scores(fit).score.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(Refused, match="none of these items"):
        sum_scores(fit, items=[0])
