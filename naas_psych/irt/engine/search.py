"""The search: a fixed-point map, proposals from its last steps, and a guard on what is maximised.

One loop for every kind of model; what it climbs is said by `Climb`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from naas_psych.irt.engine.acceleration import Mixer, proposal
from naas_psych.numerics.arrays import Floats

E = TypeVar("E")
#: Plain cycles before the first proposal.
_PLAIN = 2
#: A gain below this share of the log-likelihood is none; after so many of them the search ends.
_NOTHING, _MOST_IDLE = 1e-9, 25
#: A Newton step that is shorter than this is rest.
_AT_REST = 1e-3


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
class Climb(Generic[E]):
    """What is climbed, in functions of the parameters z (P,) and the E-step E there.

    expected : z -> E
    value : (z, E) -> the log-likelihood, with its penalty
    mapped : (z, E, first) -> z after one plain cycle; `first` where the start is still rough
    wanted : (z, E) -> where one Newton step would go, of whatever length
    feasible : z -> whether there is a model with these parameters
    change : (z, z) -> the largest change that matters
    """

    expected: Callable[[Floats], E]
    value: Callable[[Floats, E], float]
    mapped: Callable[[Floats, E, bool], Floats]
    wanted: Callable[[Floats, E], Floats]
    feasible: Callable[[Floats], bool]
    change: Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class Top(Generic[E]):
    """z (P,), the E-step at z, and how it was reached."""

    z: Floats
    expected: E
    record: Convergence


def climbed(climb: Climb[E], z: Floats, settings: Settings, mixer: Mixer | None = None) -> Top[E]:
    """The maximum, from z on; no cycle that lowers the value is kept.

    A `mixer` that has seen steps of the same map goes on where it was. A search that gains nothing
    although parameters go on changing is ended: they run to infinity, or nothing tells them.
    """
    mixer = mixer or Mixer()
    warm = bool(mixer.points)
    safe, history, idle, restarts = z, list[float](), 0, 0
    best: Top[E] | None = None
    for cycle in range(1, settings.most_cycles + 1):
        expected = climb.expected(z)
        value = climb.value(z, expected)
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
        safe = climb.mapped(z, expected, cycle <= _PLAIN and not warm)
        change = climb.change(z, safe)
        done = change < settings.tolerance and abs(gain) < settings.relative * abs(value)
        # A step that was halved away is no rest: nothing may move even if it is let.
        done = done and climb.change(z, climb.wanted(z, expected)) < _AT_REST
        best = Top(z, expected, Convergence(done, cycle, restarts, change, gain, ()))
        if done or idle > _MOST_IDLE:
            break
        z = safe if cycle < _PLAIN and not warm else _next(climb, mixer, z, safe)
    if best is None:
        raise ValueError("at least one cycle is needed")
    return replace(best, record=replace(best.record, history=tuple(history)))


def _slack(value: float) -> float:
    return max(1e-7, 1e-11 * abs(value))


def _next(climb: Climb[E], mixer: Mixer, z: Floats, safe: Floats) -> Floats:
    wanted = proposal(mixer, z, safe)
    return wanted if climb.feasible(wanted) else safe
