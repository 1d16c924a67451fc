"""The digital test as it was sat: time, guessing, what was chosen and what it earned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.choosing import choose, earned
from naas_psych.simulate.clock import clock
from naas_psych.simulate.draws import Flags, Floats, Ints, logistic
from naas_psych.simulate.plan import BETA, Plan

ANSWERED, OMITTED, NOT_REACHED, LOST = range(4)
STATES = ("answered", "omitted", "not_reached", "technical_loss")


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Every response of the N candidates to the L items of their form, in order of position.

    Attributes
    ----------
    rows : (N, L) row of the bank of the item at each position
    picked : (N, L) options chosen, one bit each from the lowest for A
    states : (N, L) index into STATES; a pick counts only where it is 0
    seconds : (N, L) response time, nan where there is none
    rushed : (N, L) guessed fast because time ran out
    highest : (N, L) the most that the item gives
    marks : (N, L) what the recorded key gives, 0 where nothing was recorded
    """

    rows: Ints
    picked: NDArray[np.uint8]
    states: NDArray[np.int8]
    seconds: Floats
    rushed: Flags
    highest: NDArray[np.int8]
    marks: NDArray[np.int8]

    @property
    def percent(self) -> Floats:
        """(N,) marks in percent of the highest mark of what was not lost."""
        possible = np.where(self.states == LOST, 0, self.highest).sum(axis=1)
        return np.asarray(100 * self.marks.sum(axis=1) / np.maximum(possible, 1))

    @property
    def hurried(self) -> Flags:
        """(N,) guessed fast at least once."""
        return np.asarray(self.rushed.any(axis=1))


def sitting(plan: Plan, cast: Cast, bank: Bank) -> Sitting:
    """Let every candidate sit the form of their phase."""
    rows = _rows(cast, bank)
    time = clock(plan, cast, bank, rows)
    score = _scores(plan, cast, bank, rows, guessed=time.rushed)
    picked = choose(plan, cast, bank, rows=rows, score=score)
    omitted = plan.stream("omitted").random(rows.shape) < plan.numbers["sitting"]["omitted"]
    states = np.where(omitted, OMITTED, ANSWERED).astype(np.int8)
    states[time.not_reached] = NOT_REACHED
    sat = Sitting(
        rows=rows,
        picked=picked,
        states=states,
        seconds=time.seconds,
        rushed=time.rushed,
        marks=np.zeros(rows.shape, dtype=np.int8),
        highest=bank.items["max_score"].to_numpy(dtype=np.int8)[rows],
    )
    return marked(sat, bank)


def marked(sat: Sitting, bank: Bank) -> Sitting:
    """The same sitting with every mark given again."""
    marks = earned(bank, sat.rows, sat.picked)
    marks[sat.states != ANSWERED] = 0
    return replace(sat, marks=marks)


def _rows(cast: Cast, bank: Bank) -> Ints:
    """(N, L) the item at each position of each candidate's form."""
    by_phase = {phase: bank.form(phase) for phase in set(cast.candidates["phase"])}
    phases = cast.candidates["phase"].to_numpy()
    rows = np.empty((len(phases), len(next(iter(by_phase.values())))), dtype=np.int64)
    for phase, form in by_phase.items():
        rows[phases == phase] = form
    return rows


def _scores(plan: Plan, cast: Cast, bank: Bank, rows: Ints, *, guessed: Flags) -> NDArray[np.int8]:
    """(N, L) what was truly earned: 0 or 1, or how many of the keyed options were picked.

    One answer: c + (1 - c) logistic(a (theta - b)), the three-parameter logistic model (Birnbaum,
    1968). Several: the graded model (Samejima, 1969), with thresholds b + steps.
    """
    rng = plan.stream("scores")
    logit = cast.theta[:, None] - bank.b[rows] - _shifts(plan, cast, bank, rows)
    logit = bank.a[rows] * logit + _shared(plan, bank, rows)
    draw = rng.random(rows.shape)
    floor = bank.c[rows]
    score = (draw < floor + (1 - floor) * logistic(logit)).astype(np.int8)
    _grade(bank, rows, logit, draw, score)
    return np.where(guessed, _guess(plan, bank, rows), score).astype(np.int8)


def _grade(bank: Bank, rows: Ints, logit: Floats, draw: Floats, score: NDArray[np.int8]) -> None:
    """Graded items, in place: as many steps as the draw lies below."""
    several = bank.multiple[rows]
    slope = bank.a[rows][several]
    reached = logistic(logit[several][:, None] - slope[:, None] * bank.steps)
    score[several] = (draw[several][:, None] < reached).sum(axis=1)


def _guess(plan: Plan, bank: Bank, rows: Ints) -> NDArray[np.int8]:
    """(N, L) what picking by chance earns."""
    rng, numbers = plan.stream("guesses"), plan.numbers["items"]
    offered, picks = numbers["options"], numbers["picks"]
    single = rng.random(rows.shape) < 1 / offered["single"]
    several = rng.hypergeometric(picks, offered["multiple"] - picks, picks, rows.shape)
    return np.where(bank.multiple[rows], several, single).astype(np.int8)


def _shifts(plan: Plan, cast: Cast, bank: Bank, rows: Ints) -> Floats:
    """(N, L) by how much an item is harder for a candidate: P4, P5, P10 and P11."""
    shift = np.zeros(rows.shape)
    in_beta = cast.is_in(BETA)
    for name in ("P4", "P5", "P10", "P11"):
        if not plan.has(name):
            continue
        plant: Any = plan.plant(name)
        among = in_beta
        if "column" in plant:
            among = (cast.candidates[plant["column"]] == plant["level"]).to_numpy()
        hit = np.isin(rows, bank.rows(plant["items"])) & among[:, None]
        shift[hit] += plant["shift"]
    return shift


def _shared(plan: Plan, bank: Bank, rows: Ints) -> Floats:
    """(N, L) P9: what the items of one scenario share beyond ability."""
    feeling = plan.stream("scenario feeling").normal(size=len(rows))
    return np.asarray(scenario_loadings(plan, bank)[rows] * feeling[:, None])


def scenario_loadings(plan: Plan, bank: Bank) -> Floats:
    """(J,) P9: by how many logits a standard deviation of it moves each item."""
    plant = plan.plant("P9")
    least, most = plant["loading"]
    drawn = plan.stream("scenario loadings").uniform(least, most, len(plant["items"]))
    loading = np.zeros(len(bank.items))
    loading[bank.rows(plant["items"])] = drawn
    return loading if plan.has("P9") else np.zeros_like(loading)
