"""The EM loop: E-step, M-step, a proposal from the last steps, and a guard on the likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from naas_psych.irt.engine.acceleration import Mixer, proposal
from naas_psych.irt.engine.expectation import Expected, expect
from naas_psych.irt.engine.m_step import improved, log_prior, newton_step
from naas_psych.irt.engine.packing import Packed
from naas_psych.irt.engine.population import (
    Population,
    free_part,
    moments_at,
    updated,
    weights_at,
)
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import TestModel, feasible, log_probabilities
from naas_psych.numerics.arrays import Floats

#: Plain cycles before the first proposal, and Newton steps of an M-step then and later. One step a
#: cycle is enough for the proposals to work on, and keeps the map smooth.
_PLAIN, _FIRST_STEPS, _STEPS = 2, 4, 1
#: A gain below this share of the log-likelihood is none; after so many of them the search ends.
_NOTHING, _MOST_IDLE = 1e-9, 25
#: A Newton step that is shorter than this is rest.
_AT_REST = 1e-3


@dataclass(frozen=True)
class Problem:
    """What is fitted to what. z = item parameters, then the population's."""

    packed: Packed
    model: TestModel
    population: Population
    theta: Floats
    threads: int


@dataclass(frozen=True)
class Settings:
    """When to stop: largest change of a parameter, and change of the log-likelihood over itself."""

    tolerance: float
    relative: float
    most_cycles: int


@dataclass(frozen=True)
class Convergence:
    """What happened.

    cycles : E-steps taken
    restarts : proposals that would have lowered the likelihood and were thrown away
    change : the largest change of a parameter in the last cycle (of asymptotes: of themselves)
    gain : change of the (penalised) log-likelihood in the last cycle
    history : log-likelihood plus log prior after each accepted cycle on the last grid
    """

    converged: bool
    cycles: int
    restarts: int
    change: float
    gain: float
    history: tuple[float, ...]


def continued(before: Convergence, after: Convergence) -> Convergence:
    """The record of a search that went on from another."""
    return replace(
        after, cycles=before.cycles + after.cycles, restarts=before.restarts + after.restarts
    )


@dataclass(frozen=True)
class Solution:
    """z (P,), the E-step at z, and how it was reached."""

    z: Floats
    expected: Expected
    log_prior: float
    record: Convergence


def grid_at(problem: Problem, z: Floats) -> Grid:
    """The nodes with the weights that z gives them."""
    part = z[problem.model.n_free :]
    return Grid(problem.theta, weights_at(problem.population, part, problem.theta))


def expected_at(problem: Problem, z: Floats) -> Expected:
    """The E-step at z."""
    log_p = log_probabilities(problem.model, z[: problem.model.n_free], problem.theta)
    return expect(problem.packed, log_p, grid_at(problem, z), threads=problem.threads)


def maximise(
    problem: Problem, z: Floats, settings: Settings, mixer: Mixer | None = None
) -> Solution:
    """The maximum of the log-likelihood plus log prior, from z on.

    A `mixer` that has seen steps of the same map goes on where it was. A search that gains nothing
    although parameters go on changing is ended: they run to infinity, or nothing tells them.
    """
    mixer = mixer or Mixer()
    warm = bool(mixer.points)
    logit = _asymptotes(problem)
    safe, history, idle, restarts = z, list[float](), 0, 0
    best: Solution | None = None
    for cycle in range(1, settings.most_cycles + 1):
        expected = expected_at(problem, z)
        penalty = log_prior(problem.model, z[: problem.model.n_free])
        value = expected.log_likelihood + penalty
        if best is not None and not value >= history[-1] - _slack(history[-1]):
            best = replace(best, record=replace(best.record, cycles=cycle))
            if z is safe:
                break  # a plain cycle cannot lower it but by rounding: this is as far as it goes
            mixer.forget()
            restarts += 1
            z = safe
            continue
        gain = value - history[-1] if history else np.inf
        idle = idle + 1 if gain < _NOTHING * abs(value) else 0
        history.append(value)
        first = cycle <= _PLAIN and not warm
        safe = _mapped(problem, z, expected, first=first)
        change = _largest_change(z, safe, logit)
        done = change < settings.tolerance and abs(gain) < settings.relative * abs(value)
        done = done and _settled(problem, z, expected, logit)
        record = Convergence(done, cycle, restarts, change, gain, ())
        best = Solution(z, expected, penalty, record)
        if done or idle > _MOST_IDLE:
            break
        z = safe if cycle < _PLAIN and not warm else _next(problem, mixer, z, safe)
    if best is None:
        raise ValueError("at least one cycle is needed")
    return replace(best, record=replace(best.record, history=tuple(history)))


def _settled(problem: Problem, z: Floats, expected: Expected, logit: NDArray[np.bool_]) -> bool:
    """Whether no item would move if it were let: a step that was halved away is no rest."""
    n = problem.model.n_free
    step = newton_step(problem.model, z[:n], problem.theta, expected.counts)
    wanted = np.concatenate([z[:n] + step, z[n:]])
    return _largest_change(z, wanted, logit) < _AT_REST


def _slack(value: float) -> float:
    return max(1e-7, 1e-11 * abs(value))


def _next(problem: Problem, mixer: Mixer, z: Floats, safe: Floats) -> Floats:
    wanted = proposal(mixer, z, safe)
    return wanted if feasible(problem.model, wanted[: problem.model.n_free]) else safe


def _mapped(problem: Problem, z: Floats, expected: Expected, *, first: bool) -> Floats:
    """One plain EM cycle: the M-step for items and population."""
    n = problem.model.n_free
    steps = _FIRST_STEPS if first else _STEPS
    x = improved(problem.model, z[:n], problem.theta, expected.counts, steps=steps)
    now = moments_at(problem.population, z[n:])
    after = updated(problem.population, problem.theta, expected.mass, now)
    return np.concatenate([x, free_part(problem.population, after)])


def _asymptotes(problem: Problem) -> NDArray[np.bool_]:
    """Where z holds the logit of an asymptote: far out it may run without changing anything."""
    mask = np.zeros(problem.model.n_free + problem.population.n_free, bool)
    mask[: problem.model.n_free] = [name.startswith("logit") for _, name in problem.model.names]
    return mask


def _largest_change(before: Floats, after: Floats, logit: NDArray[np.bool_]) -> float:
    change = np.abs(after - before)
    change[logit] = np.abs(expit(after[logit]) - expit(before[logit]))
    return float(change.max())
