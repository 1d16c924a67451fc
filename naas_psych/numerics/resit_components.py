"""Resits of an assessment of several components: all of it again, or what was not met alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.decision_rules import Lines, TrueScores, decided, square_root

#: Who takes only the components below their top cut again: nobody, those with an outcome above the
#: lowest, or everybody.
Again = Literal["all", "failed_of_middle", "failed"]


@dataclass(frozen=True, eq=False)
class Arm:
    """After each of A sittings, as shares of all persons.

    reached, false_pass, false_fail (A,) : as in Tally
    sittings, taken : of one person on average, sittings and components in them
    months : from the first sitting, of those who reach the top at a later one, on average
    """

    reached: Floats
    false_pass: Floats
    false_fail: Floats
    sittings: float
    taken: float
    months: float


@dataclass(frozen=True, eq=False)
class Plan:
    """How resits go: sittings, months between them (shorter after a middle outcome), and gains.

    true, practice : in SD of true scores from sitting to sitting; drop_out : share who give up
    """

    attempts: int
    gap: float
    fast_gap: float
    true: float
    practice: float
    drop_out: float


def simulated_arm(
    rule: str, model: TrueScores, lines: Lines, plan: Plan, again: Again, *, persons: int, seed: int
) -> Arm:
    """Simulated persons under a rule; one seed gives the same persons and errors in any arm."""
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, plan.attempts))))
    m, top = len(model.mean), lines.composite.size
    normal = stream.standard_normal((persons, m))
    true = model.mean + np.einsum("nm,km->nk", normal, square_root(model.true))
    step = np.sqrt(np.diag(model.true))
    error = square_root(model.error)
    scores = np.full((persons, m), -np.inf)
    active = np.ones(persons, dtype=bool)
    only = np.zeros(persons, dtype=bool)
    deserved = np.zeros(persons, dtype=bool)
    months, waited = np.zeros(persons), np.full(persons, np.nan)
    shares = np.zeros((3, plan.attempts))
    passed, sat, taken = np.zeros(persons, dtype=bool), 0, 0
    wrongly = np.zeros(persons, dtype=bool)
    for a in range(plan.attempts):
        noise = np.einsum("nm,km->nk", stream.standard_normal((persons, m)), error)
        stay = stream.random(persons) >= plan.drop_out
        retakes = active[:, None] & (~only[:, None] | (scores < lines.cuts[:, -1]))
        fresh = true + a * (plan.true + plan.practice) * step + noise
        scores = np.where(retakes, fresh, scores)
        sat, taken = sat + int(active.sum()), taken + int(retakes.sum())
        truth = decided(rule, true + a * plan.true * step, lines) == top
        deserved = np.where(active, truth, deserved)
        outcome = decided(rule, scores, lines)
        now = active & (outcome == top)
        passed, wrongly = passed | now, wrongly | (now & ~truth)
        if a > 0:
            waited[now] = months[now]
        shares[:, a] = passed.mean(), wrongly.mean(), (~passed & deserved).mean()
        active &= ~now & stay
        middle = outcome > 0
        only = {"all": np.zeros_like(middle), "failed": np.ones_like(middle)}.get(again, middle)
        months += np.where(middle, plan.fast_gap, plan.gap)
    late = np.isfinite(waited)
    mean_wait = float(waited[late].mean()) if late.any() else float("nan")
    return Arm(shares[0], shares[1], shares[2], sat / persons, taken / persons, mean_wait)
