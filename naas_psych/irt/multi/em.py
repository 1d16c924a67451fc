"""The EM loop with several dimensions: as `irt/em.py`, with its mixing, guard and record."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from naas_psych.irt.engine.acceleration import Mixer, proposal
from naas_psych.irt.engine.em import Convergence, Settings
from naas_psych.irt.multi.expectation import Expected, expect
from naas_psych.irt.multi.m_step import is_feasible, mapped
from naas_psych.irt.multi.problem import Problem
from naas_psych.numerics.arrays import Floats

#: Plain cycles before the first proposal, and Newton steps of an M-step then and later.
_PLAIN, _FIRST_STEPS, _STEPS = 2, 4, 2


@dataclass(frozen=True)
class Solution:
    """z (P,), the E-step at z, and how it was reached."""

    z: Floats
    expected: Expected
    record: Convergence


def maximise(problem: Problem, z: Floats, settings: Settings) -> Solution:
    """The maximum of the log-likelihood, from z on; no cycle that lowers it is kept."""
    mixer, history = Mixer(), list[float]()
    record = Convergence(False, 0, 0, np.inf, np.inf, ())
    safe, best = z, None
    for cycle in range(1, settings.most_cycles + 1):
        expected = expect(problem, z)
        value = expected.log_likelihood
        record = replace(record, cycles=cycle)
        if best is not None and not value >= history[-1] - _slack(history[-1]):
            if z is safe:
                break  # a plain cycle cannot lower it but by rounding
            mixer.forget()
            record = replace(record, restarts=record.restarts + 1)
            z = safe
            continue
        gain = value - history[-1] if history else np.inf
        history.append(value)
        safe = mapped(problem, z, expected, steps=_FIRST_STEPS if cycle <= _PLAIN else _STEPS)
        change = _largest_change(problem, z, safe)
        done = change < settings.tolerance and abs(gain) < settings.relative * abs(value)
        record = replace(record, converged=done, change=change, gain=gain)
        best = Solution(z, expected, record)
        if done:
            break
        z = _next(problem, mixer, z, safe, record)
    if best is None:
        raise ValueError("at least one cycle is needed")
    return replace(best, record=replace(record, history=tuple(history)))


def _slack(value: float) -> float:
    return max(1e-7, 1e-11 * abs(value))


def _next(problem: Problem, mixer: Mixer, z: Floats, safe: Floats, record: Convergence) -> Floats:
    if record.cycles < _PLAIN:
        return safe
    wanted = proposal(mixer, z, safe)
    return wanted if is_feasible(problem, wanted) else safe


def _largest_change(problem: Problem, before: Floats, after: Floats) -> float:
    """Of a correlation, the change of its tanh: near 1 the free number may run far for nothing."""
    change = np.abs(after - before)
    n = problem.structure.n_items_free
    change[n:] = np.abs(np.tanh(after[n:]) - np.tanh(before[n:]))
    return float(change.max())
