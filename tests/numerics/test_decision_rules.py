"""Rules over components: by hand, against the bivariate normal, and as properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from naas_psych.numerics.bivariate_normal import probability
from naas_psych.numerics.composite import composite, rated_reliability
from naas_psych.numerics.decision_rules import (
    Lines,
    combinations,
    crossed,
    decided,
    falls,
    sat_twice,
    standard_normal,
    true_scores,
)
from naas_psych.numerics.resit_components import Plan, simulated_arm

TWO = Lines(
    cuts=np.array([[50.0, 60.0], [2.0, 3.0]]),
    multipliers=np.array([0.1, 1.0]),
    composite=np.array([7.0, 9.0]),
    floors=np.array([50.0, 2.0]),
)
SCORES = np.array([[60, 3], [59.999, 3], [80, 1], [45, 4.5], [50, 2], [40, 1]], dtype=float)


def test_each_rule_by_hand() -> None:
    assert decided("conjunctive", SCORES, TWO).tolist() == [2, 1, 0, 0, 1, 0]
    assert decided("complementary", SCORES, TWO).tolist() == [2, 2, 2, 2, 1, 0]
    assert decided("compensatory", SCORES, TWO).tolist() == [2, 1, 2, 2, 1, 0]
    assert decided("hybrid", SCORES, TWO).tolist() == [2, 1, 0, 0, 1, 0]
    table = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 2]])
    by_table = Lines(TWO.cuts, TWO.multipliers, TWO.composite, TWO.floors, table)
    assert decided("table", SCORES, by_table).tolist() == [2, 1, 1, 1, 1, 0]


def test_falls_names_both_places() -> None:
    assert falls(np.array([[0, 0, 1], [0, 1, 1], [1, 1, 2]])) == ()
    found = falls(np.array([[0, 1], [0, 0]]))
    assert [(one.lower, one.higher) for one in found] == [((0, 1), (1, 1))]


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4), st.floats(0, 30))
@settings(max_examples=60, deadline=None)
def test_no_rule_falls_and_conjunctive_is_the_hardest(given_: list[float], more: float) -> None:
    scores = np.array(given_).reshape(2, 2) * np.array([1.0, 0.05])
    raised = scores + np.array([more, 0.0])
    for rule in ("conjunctive", "complementary", "compensatory", "hybrid"):
        assert (decided(rule, raised, TWO) >= decided(rule, scores, TWO)).all()
    assert (decided("conjunctive", scores, TWO) <= decided("complementary", scores, TWO)).all()


def test_the_table_of_the_worst_outcome_is_the_conjunctive_rule() -> None:
    table = np.zeros((3, 3), np.int64)
    for place in combinations(2, 3):
        table[place] = min(place)
    lines = Lines(TWO.cuts, TWO.multipliers, TWO.composite, TWO.floors, table)
    assert (decided("table", SCORES, lines) == decided("conjunctive", SCORES, TWO)).all()


@pytest.mark.parametrize(("r", "below"), [(0.3, 0.27), (0.45, 0.26), (0.6, 0.25)])
def test_eleven_and_twenty_below_make_a_quarter(r: float, below: float) -> None:
    cut = ndtri(np.array([0.11, 0.20]))
    lines = Lines(cut[:, None], np.ones(2), np.array([cut.sum()]), cut)
    model = true_scores(np.zeros(2), np.array([[1, r], [r, 1]]), np.array([0.82, 0.70]))
    twice = sat_twice(model, standard_normal(200_000, 2, seed=1))
    share = float((decided("conjunctive", twice[1], lines) == 0).mean())
    exact = 1 - float(probability(-cut[0], -cut[1], np.array(r)))
    assert exact == pytest.approx(below, abs=0.005)
    assert share == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 200_000))
    one = crossed("conjunctive", twice, lines)
    assert one.accurate < 0.9
    assert one.false_fail > one.false_pass


def test_consistency_of_one_component_is_bivariate_normal() -> None:
    cut = np.array([[0.3]])
    lines = Lines(cut, np.ones(1), np.array([0.3]), cut[:, 0])
    model = true_scores(np.zeros(1), np.eye(1), np.array([0.8]))
    one = crossed("conjunctive", sat_twice(model, standard_normal(400_000, 1, seed=2)), lines)
    below = float(probability(np.array(0.3), np.array(0.3), np.array(0.8)))
    above = float(probability(np.array(-0.3), np.array(-0.3), np.array(0.8)))
    assert one.consistent == pytest.approx(below + above, abs=3e-3)


def test_true_correlations_above_one_are_brought_back() -> None:
    covariance = np.array([[1, 0.8], [0.8, 1]])
    found = true_scores(np.zeros(2), covariance, np.array([0.6, 0.6]))
    assert found.clipped
    assert found.correlation[0, 1] == pytest.approx(0.8 / 0.6)
    assert np.linalg.eigvalsh(found.true).min() >= -1e-9
    assert np.diag(found.true) == pytest.approx([0.6, 0.6])
    kept = true_scores(np.zeros(2), covariance, np.array([0.9, 0.9]))
    assert not kept.clipped
    assert kept.true + kept.error == pytest.approx(covariance)


def test_errors_that_go_together_are_taken_off_the_covariance() -> None:
    covariance = np.array([[4.0, 1.5], [1.5, 1.0]])
    found = true_scores(np.zeros(2), covariance, np.array([0.75, 0.64]), 0.5)
    assert found.error[0, 1] == pytest.approx(0.5 * 1.0 * 0.6)
    assert found.true[0, 1] == pytest.approx(1.5 - 0.3)
    zero = true_scores(np.zeros(2), covariance, np.array([0.0, 0.64]))
    assert np.isfinite(zero.true).all()


def test_a_component_without_true_scores_cannot_go_with_another() -> None:
    together = np.array([[1.0, 0.7], [0.7, 1.0]])
    assert true_scores(np.zeros(2), together, np.array([0.0, 0.9])).clipped
    assert not true_scores(np.zeros(2), np.eye(2), np.array([0.0, 0.9])).clipped


def test_mosier() -> None:
    sd = np.array([10.0, 8, 6])
    r = np.array([[1, 0.5, 0.4], [0.5, 1, 0.45], [0.4, 0.45, 1]])
    found = composite(np.array([0.5, 0.3, 0.2]), r * np.outer(sd, sd), np.array([0.85, 0.7, 0.6]))
    assert found.variance == pytest.approx(51.592, abs=5e-4)
    assert found.reliability == pytest.approx(0.882656, abs=1e-6)
    assert found.sem == pytest.approx(2.460488, abs=1e-6)
    assert found.effective.sum() == pytest.approx(1.0)
    flat = composite(np.array([1.0, 1.0]), np.zeros((2, 2)), np.array([0.5, 0.5]))
    assert np.isnan(flat.reliability)
    assert np.isnan(flat.effective).all()


def test_reliability_over_tasks_and_raters() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    n = 4000
    shape = [(n, 1, 1), (n, 3, 1), (n, 1, 2), (n, 3, 2)]
    variance = (0.35, 0.15, 0.15, 0.15)
    marks = sum(
        generator.normal(0, np.sqrt(v), size=s) for v, s in zip(variance, shape, strict=True)
    )
    expected = 0.35 / (0.35 + 0.15 / 3 + 0.15 / 2 + 0.15 / 6)
    easier = np.asarray(marks) + np.array([0.0, 5.0, -5.0])[None, :, None]
    assert rated_reliability(np.asarray(marks)) == pytest.approx(expected, abs=0.02)
    assert rated_reliability(easier) == pytest.approx(rated_reliability(np.asarray(marks)))
    assert np.isnan(rated_reliability(np.ones((1, 3, 2))))
    assert np.isnan(rated_reliability(np.ones((9, 3, 2))))


def test_sitting_failed_parts_only_lets_more_through() -> None:
    cut = ndtri(np.array([[0.05, 0.2], [0.05, 0.2]]))
    lines = Lines(cut, np.ones(2), cut.sum(axis=0), cut[:, 0])
    model = true_scores(np.zeros(2), np.array([[1, 0.4], [0.4, 1]]), np.array([0.8, 0.8]))
    plan = Plan(attempts=3, gap=6, fast_gap=2, true=0.0, practice=0.0, drop_out=0.0)
    arms = [
        simulated_arm("conjunctive", model, lines, plan, again, persons=20_000, seed=1)
        for again in ("all", "failed_of_middle", "failed")
    ]
    assert len({arm.reached[0] for arm in arms}) == 1
    everything, middle, failed = arms
    assert everything.reached[-1] < middle.reached[-1] < failed.reached[-1]
    assert everything.false_pass[-1] < failed.false_pass[-1]
    assert everything.taken > failed.taken
    assert everything.false_fail[0] > everything.false_fail[-1]
