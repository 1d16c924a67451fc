"""EM in one dimension: the E-step, the M-step, and the search that runs on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from naas_psych.irt.engine.acceleration import Mixer
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
from naas_psych.irt.engine.search import Climb, Settings, Top, climbed
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import TestModel, feasible, log_probabilities
from naas_psych.numerics.arrays import Floats

#: Newton steps of an M-step at first and later. One step a cycle is enough for the proposals to
#: work on, and keeps the map smooth.
_FIRST_STEPS, _STEPS = 4, 1
Solution = Top[Expected]


@dataclass(frozen=True)
class Problem:
    """What is fitted to what. z = item parameters, then the population's."""

    packed: Packed
    model: TestModel
    population: Population
    theta: Floats
    threads: int


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
    """The maximum of the log-likelihood plus log prior, from z on; `mixer` as in `climbed`."""
    logit = _asymptotes(problem)
    climb = Climb(
        expected=lambda z: expected_at(problem, z),
        value=lambda z, e: e.log_likelihood + penalty_at(problem, z),
        mapped=lambda z, e, first: _mapped(problem, z, e, first=first),
        wanted=lambda z, e: _wanted(problem, z, e),
        feasible=lambda z: feasible(problem.model, z[: problem.model.n_free]),
        change=lambda z, other: _largest_change(z, other, logit),
    )
    return climbed(climb, z, settings, mixer)


def penalty_at(problem: Problem, z: Floats) -> float:
    """The log prior at z."""
    return log_prior(problem.model, z[: problem.model.n_free])


def _wanted(problem: Problem, z: Floats, expected: Expected) -> Floats:
    """Where each item would go if it were let."""
    n = problem.model.n_free
    step = newton_step(problem.model, z[:n], problem.theta, expected.counts)
    return np.concatenate([z[:n] + step, z[n:]])


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
