"""Resits followed by chances: check values, conservation, and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, ndtr, ndtri

from naas_psych.irt.scores.score_distribution import score_distribution
from naas_psych.numerics.resits import Policy, Sittings, followed
from naas_psych.numerics.resits_tally import Tally, on_calendar, tallied


def one_person(chances: list[float], correlation: float = 0.0) -> list[float]:
    """Chance to have met the cut after each sitting."""
    below = 1 - np.array(chances)[:, None, None]
    sittings = Sittings(below, np.zeros((len(chances), 1), np.int64))
    course = followed(sittings, Policy(len(chances), error_correlation=correlation))
    return [float(v) for v in np.cumsum(course.met.sum(axis=1)[:, 0])]


def test_a_person_one_error_below_the_cut() -> None:
    at = float(ndtr(-1))
    assert one_person([at] * 4) == pytest.approx([0.15866, 0.2921, 0.4044, 0.49901], abs=5e-4)
    assert one_person([at] * 4, 0.3)[-1] == pytest.approx(0.426, abs=3e-3)
    rising = [float(ndtr(-1 + 0.25 * k)) for k in range(4)]
    assert one_person(rising)[-1] == pytest.approx(0.731, abs=3e-3)
    assert one_person([0.5] * 4) == pytest.approx([0.5, 0.75, 0.875, 0.9375])


@given(st.floats(0.01, 0.99), st.floats(0.0, 0.95), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_correlated_errors_leave_the_first_sitting_and_help_less(
    chance: float, correlation: float, n: int
) -> None:
    alone, together = one_person([chance] * n), one_person([chance] * n, correlation)
    assert together[0] == pytest.approx(alone[0], abs=2e-3)
    assert together[-1] <= alone[-1] + 2e-3


def test_correlated_errors_against_a_simulation() -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    chances, r, n = [0.3, 0.4, 0.5], 0.4, 400_000
    shared = np.sqrt(r) * generator.normal(size=(n, 1))
    errors = shared + np.sqrt(1 - r) * generator.normal(size=(n, 3))
    met = (errors > ndtri(1 - np.array(chances))).any(axis=1).mean()
    assert one_person(chances, r)[-1] == pytest.approx(met, abs=3e-3)


def three_outcomes() -> Sittings:
    generator = np.random.Generator(np.random.PCG64(11))
    upper = generator.uniform(0.2, 0.9, size=(5, 1, 7))
    below = np.concatenate([upper * generator.uniform(0.1, 0.9, size=(5, 1, 7)), upper], axis=1)
    return Sittings(below, generator.integers(0, 3, size=(5, 7)))


POLICIES = [
    Policy(1),
    Policy(4),
    Policy(3, drop_out=0.2),
    Policy(4, discounted=0.3),
    Policy(3, drop_out=0.1, error_correlation=0.3, fast=True),
    Policy(3, fast=True, best=False, discounted=0.5),
]


@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_is_lost(policy: Policy) -> None:
    sittings = three_outcomes()
    course = followed(sittings, policy)
    tally = tallied(course, sittings.true, policy.sittings)
    assert tally.outcome.sum(axis=1) == pytest.approx(np.ones((policy.sittings, 7)))
    ends = tally.reached + tally.exhausted + tally.dropped_out + tally.waiting
    assert ends == pytest.approx(np.ones((policy.sittings, 7)))
    assert tally.waiting[-1] == pytest.approx(0)
    assert (np.diff(tally.reached, axis=0) >= 0).all()
    months = np.array([0.0, 2.0, 5.9, 6.0, 8.0, 30.0])
    at = on_calendar(course, months, gap=6.0, fast_gap=2.0 if policy.fast else None)
    assert at.outcome.sum(axis=1) == pytest.approx(np.ones((6, 7)))
    assert at.outcome[-1] == pytest.approx(tally.outcome[-1])
    assert at.sittings[-1] == pytest.approx(tally.sittings)
    assert at.sittings[0] == pytest.approx(1.0)


def brute(sittings: Sittings, policy: Policy, kind: int, n: int, seed: int) -> dict[str, float]:
    """One kind of person, sitting by sitting, with drawn outcomes."""
    generator = np.random.Generator(np.random.PCG64(seed))
    top = sittings.below.shape[1]
    stand, sat = np.zeros(n, int), np.zeros(n, int)
    met, wrong, months = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n)
    active = np.ones(n, bool)
    for a in range(policy.sittings):
        drawn = (generator.random(n)[:, None] >= sittings.below[a, :, kind]).sum(axis=1)
        sat += active
        now = active & (drawn == top)
        met, wrong = met | now, wrong | (now & (sittings.true[a, kind] < top))
        kept = np.maximum(stand, drawn) if policy.best else drawn
        stand = np.where(active & ~now, kept, stand)
        active &= ~now & (generator.random(n) < policy.may_again(a + 1))
        active &= generator.random(n) >= policy.drop_out
        months = np.where(active, months + np.where((stand > 0) & policy.fast, 2.0, 6.0), months)
    return {
        "met": met.mean(),
        "wrong": wrong.mean(),
        "sat": sat.mean(),
        "middle": (~met & (stand == 1)).mean(),
        "by_8": (met & (months <= 8)).mean(),
    }


@pytest.mark.parametrize("policy", [p for p in POLICIES if p.error_correlation == 0])
def test_chances_are_what_drawn_outcomes_come_to(policy: Policy) -> None:
    sittings = three_outcomes()
    course = followed(sittings, policy)
    tally = tallied(course, sittings.true, policy.sittings)
    at = on_calendar(course, np.array([8.0]), gap=6.0, fast_gap=2.0 if policy.fast else None)
    for kind in (0, 4):
        drawn = brute(sittings, policy, kind, 100_000, 5 + kind)
        near = {"abs": 5 * 0.5 / np.sqrt(100_000)}
        assert tally.reached[-1, kind] == pytest.approx(drawn["met"], **near)
        assert tally.false_pass[-1, kind] == pytest.approx(drawn["wrong"], **near)
        assert tally.outcome[-1, 1, kind] == pytest.approx(drawn["middle"], **near)
        assert tally.sittings[kind] == pytest.approx(drawn["sat"], abs=0.02)
        assert at.outcome[0, -1, kind] == pytest.approx(drawn["by_8"], **near)


def test_with_one_sitting_both_standings_are_one() -> None:
    sittings = three_outcomes()
    tally = tallied(followed(sittings, Policy(1)), sittings.true, 1)
    assert tally.false_pass == pytest.approx(tally.false_pass_first)
    assert tally.false_fail == pytest.approx(tally.false_fail_first)


def anchor(gain: float = 0.0) -> Tally:
    """Sixty items, mean 78 per cent, SD 12, reliability .82; a cut of 63 per cent."""
    slope, centre = 0.6655, -2.0904
    b = centre + 0.3 * ndtri((np.arange(60) + 0.5) / 60)
    theta = np.arange(-6, 6, 0.01) + 0.005
    weight = np.exp(-theta * theta / 2)
    below, true = [], []
    for k in range(3):
        p = expit(slope * (theta + gain * k - b[:, None]))
        chances = score_distribution(np.stack([1 - p, p], axis=1))
        below.append(chances[:38].sum(axis=0)[None])
        true.append((p.sum(axis=0) >= 37.8).astype(np.int64))
    sittings = Sittings(np.array(below), np.array(true))
    tally = tallied(followed(sittings, Policy(3)), sittings.true, 3)
    return tally.weighted((weight / weight.sum())[None])


def test_the_anchor_of_three_sittings() -> None:
    """A separate simulation of 30,000 gave these; twice its own error is allowed."""
    tally = anchor()
    below = 1 - tally.reached[:, 0]
    assert below[0] == pytest.approx(0.111, abs=2 * np.sqrt(0.111 * 0.889 / 30_000))
    assert below[2] == pytest.approx(0.056, abs=2 * np.sqrt(0.056 * 0.944 / 30_000))
    assert 30_000 * tally.sittings[0] == pytest.approx(35_500, abs=150)
    assert 30_000 * tally.false_pass[[0, 2], 0] == pytest.approx([705, 1450], abs=2 * np.sqrt(1450))
    assert 30_000 * tally.false_fail[0, 0] == pytest.approx(990, abs=2 * np.sqrt(990))
    assert 30_000 * tally.false_fail[2, 0] == pytest.approx(85, abs=2 * np.sqrt(85))


def test_the_anchor_with_gains() -> None:
    """.2 SD between sittings as published; .4 lies between once and at every gap."""
    assert 1 - anchor(0.2).reached[2, 0] == pytest.approx(0.036, abs=0.002)
    assert 0.016 < 1 - anchor(0.4).reached[2, 0] < 0.023
