"""Courses through the sittings added up: by number of the sitting, and by month."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.resits import Course


@dataclass(frozen=True, eq=False)
class Tally:
    """After each of A sittings (first axis), as shares of all persons; last axis kinds or groups.

    sat : sit that one; outcome (A, K, .) : stand at each outcome, whether done or not
    false_pass, false_fail : reach the highest outcome though their true score at that sitting does
        not; have not reached it though the true score of their last sitting does
    false_pass_first, false_fail_first : the same against the true score before the first sitting
    exhausted, dropped_out, waiting : of those not at the highest outcome
    """

    sat: Floats
    outcome: Floats
    false_pass: Floats
    false_fail: Floats
    false_pass_first: Floats
    false_fail_first: Floats
    exhausted: Floats
    dropped_out: Floats
    waiting: Floats

    def weighted(self, weights: Floats) -> Tally:
        """(A, ..., G) of groups of persons whose kinds have these weights (G, Q)."""
        every = {f.name: getattr(self, f.name) for f in fields(self)}
        return Tally(**{k: np.einsum("...q,gq->...g", v, weights) for k, v in every.items()})

    @property
    def reached(self) -> Floats:
        """(A, ...) share at the highest outcome."""
        return np.asarray(self.outcome[:, -1])

    @property
    def sittings(self) -> Floats:
        """Sittings of one person on average."""
        return np.asarray(self.sat.sum(axis=0))


def tallied(course: Course, true: NDArray[np.int64], sittings: int) -> Tally:
    """`true` (A, Q) is the outcome that is deserved at each sitting, as in Sittings."""
    top = course.waiting.shape[1]
    deserved = np.asarray(true[:sittings] >= top)
    met = course.met.sum(axis=1)
    done = (course.exhausted + course.dropped).sum(axis=2)
    waits = course.waiting.sum(axis=2)
    stand = np.cumsum(done, axis=0) + waits
    reached = np.cumsum(met, axis=0)
    failed = np.cumsum(done.sum(axis=1) * deserved, axis=0) + waits.sum(axis=1) * deserved
    return Tally(
        sat=course.sat.sum(axis=1),
        outcome=np.concatenate([stand, reached[:, None]], axis=1),
        false_pass=np.cumsum(met * ~deserved, axis=0),
        false_fail=failed,
        false_pass_first=reached * ~deserved[0],
        false_fail_first=stand.sum(axis=1) * deserved[0],
        exhausted=np.cumsum(course.exhausted.sum(axis=(1, 2)), axis=0),
        dropped_out=np.cumsum(course.dropped.sum(axis=(1, 2)), axis=0),
        waiting=waits.sum(axis=1),
    )


@dataclass(frozen=True, eq=False)
class Calendar:
    """At M months (first axis): shares of all persons, and the sittings of one so far.

    outcome (M, K, Q) : where people stand; the other three are of those not at the highest
    """

    outcome: Floats
    exhausted: Floats
    dropped_out: Floats
    waiting: Floats
    sittings: Floats

    def weighted(self, weights: Floats) -> Calendar:
        """Of persons whose kinds have these weights (G, Q)."""
        every = {f.name: getattr(self, f.name) for f in fields(self)}
        return Calendar(**{k: np.einsum("...q,gq->...g", v, weights) for k, v in every.items()})


def on_calendar(course: Course, months: Floats, *, gap: float, fast_gap: float | None) -> Calendar:
    """Sittings `gap` months apart, or `fast_gap` after an outcome above the lowest."""
    n, outcomes = course.waiting.shape[:2]
    shorter = gap if fast_gap is None else fast_gap
    sitting, fast = np.ogrid[:n, :n]
    at = gap * (sitting - fast) + shorter * fast
    past = (at <= months[:, None, None] + 1e-9).astype(float)
    waits = np.array([gap] + [shorter] * (outcomes - 1))
    until = at[:, None, :] + waits[:, None]
    still = (until > months[:, None, None, None] + 1e-9) * past[:, :, None, :]
    gone = [np.einsum("maj,aojq->moq", past, x) for x in (course.exhausted, course.dropped)]
    waiting = np.einsum("maoj,aojq->moq", still, course.waiting)
    reached = np.einsum("maj,ajq->mq", past, course.met)
    return Calendar(
        outcome=np.concatenate([gone[0] + gone[1] + waiting, reached[:, None]], axis=1),
        exhausted=gone[0].sum(axis=1),
        dropped_out=gone[1].sum(axis=1),
        waiting=waiting.sum(axis=1),
        sittings=np.einsum("maj,ajq->mq", past, course.sat),
    )
