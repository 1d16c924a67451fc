"""EM with several dimensions: its E-step and M-step under the search of one dimension."""

from __future__ import annotations

import numpy as np

from naas_psych.irt.engine.search import Climb, Settings, Top, climbed
from naas_psych.irt.multi.expectation import Expected, expect
from naas_psych.irt.multi.m_step import is_feasible, mapped, wanted
from naas_psych.irt.multi.problem import Problem
from naas_psych.numerics.arrays import Floats

#: Newton steps of an M-step at first and later.
_FIRST_STEPS, _STEPS = 4, 2
Solution = Top[Expected]


def maximise(problem: Problem, z: Floats, settings: Settings) -> Solution:
    """The maximum of the log-likelihood, from z on."""
    climb = Climb(
        expected=lambda z: expect(problem, z),
        value=lambda _, e: e.log_likelihood,
        mapped=lambda z, e, first: mapped(problem, z, e, steps=_FIRST_STEPS if first else _STEPS),
        wanted=lambda z, e: wanted(problem, z, e),
        feasible=lambda z: is_feasible(problem, z),
        change=lambda z, other: _largest_change(problem, z, other),
    )
    return climbed(climb, z, settings)


def _largest_change(problem: Problem, before: Floats, after: Floats) -> float:
    """Of a correlation, the change of its tanh: near 1 the free number may run far for nothing."""
    change = np.abs(after - before)
    n = problem.structure.n_items_free
    change[n:] = np.abs(np.tanh(after[n:]) - np.tanh(before[n:]))
    return float(change.max())
