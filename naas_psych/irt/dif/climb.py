"""To the maximum near by: quasi-Newton steps from a start at which the information is known.

The first step is Newton's own. Later ones keep the information of the start, bettered by what the
slope did on the way (Broyden, Fletcher, Goldfarb and Shanno; two-loop form of Nocedal 1980).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.dif.two_groups import Sight, TwoGroups, allowed, sight_at
from naas_psych.numerics.arrays import Floats

Solve = Callable[[Floats], Floats]
_MEMORY, _MOST_STEPS, _HALVINGS = 12, 60, 14
#: The longest step in one parameter.
_LONGEST = 2.0
#: The search ends where the log-likelihood has no more than this to gain. That gain is part of the
#: answer, so that what is missing is only as much as the information errs in it.
TO_GAIN = 1e-4


@dataclass(frozen=True)
class Reached:
    """The sight at the top, steps taken, and whether the search came to rest there.

    value : the log-likelihood with what the last, small step would still gain
    """

    sight: Sight
    value: float
    steps: int
    converged: bool


@dataclass(frozen=True)
class _Pair:
    step: Floats
    bend: Floats


def climbed(
    problem: TwoGroups,
    start: Sight,
    information: Floats,
    active: NDArray[np.bool_],
    *,
    to_gain: float = TO_GAIN,
) -> Reached:
    """The maximum over the `active` parameters (Z,) from `start` on; no step goes down."""
    places = np.flatnonzero(active)
    solve = _solver(information[np.ix_(places, places)])
    return climbed_by(problem, start, places, solve, to_gain=to_gain)


def climbed_by(
    problem: TwoGroups,
    start: Sight,
    places: NDArray[np.int64],
    solve: Solve,
    *,
    to_gain: float = TO_GAIN,
) -> Reached:
    """The same over the parameters at `places`, `solve` being the inverse of their information."""
    pairs: deque[_Pair] = deque(maxlen=_MEMORY)
    now = start
    for count in range(_MOST_STEPS):
        slope = now.slope[places]
        step = _direction(slope, pairs, solve)
        if slope @ step < 0:
            pairs.clear()
            step = solve(slope)
        gain = 0.5 * float(slope @ step)
        if gain < to_gain:
            return Reached(now, now.value + gain, count, True)
        after = _stepped(problem, now, places, step)
        if after is None:
            return Reached(now, now.value, count, False)
        bend = slope - after.slope[places]
        moved = after.z[places] - now.z[places]
        if moved @ bend > 1e-10 * np.sqrt((moved @ moved) * (bend @ bend)):
            pairs.append(_Pair(moved, bend))
        now = after
    return Reached(now, now.value, _MOST_STEPS, False)


def _solver(information: Floats) -> Solve:
    """The inverse of the information as a function; made definite where it is not."""
    from scipy.linalg import cho_factor

    scale = 1 / np.sqrt(np.maximum(np.diag(information), 1e-8))
    scaled = information * np.outer(scale, scale)
    for ridge in (0.0, 1e-6, 1e-3, 0.1, 1.0, 10.0, 100.0):
        try:
            factor = cho_factor(scaled + ridge * np.eye(scale.size), lower=True)
        except np.linalg.LinAlgError:
            continue
        return partial(_solved, factor, scale)
    return lambda slope: scale * scale * slope


def _solved(factor: Any, scale: Floats, slope: Floats) -> Floats:
    from scipy.linalg import cho_solve

    return np.asarray(scale * cho_solve(factor, scale * slope))


def _direction(slope: Floats, pairs: deque[_Pair], solve: Solve) -> Floats:
    left, used = slope.copy(), list[float]()
    for pair in reversed(pairs):
        share = float(pair.step @ left) / float(pair.step @ pair.bend)
        left -= share * pair.bend
        used.append(share)
    found: Floats = solve(left)
    for pair, share in zip(pairs, reversed(used), strict=True):
        back = float(pair.bend @ found) / float(pair.step @ pair.bend)
        found = found + (share - back) * pair.step
    return found


def _stepped(
    problem: TwoGroups, now: Sight, places: NDArray[np.int64], step: Floats
) -> Sight | None:
    """The sight after the step, shortened until it goes up enough; None where none does."""
    step = step * min(1.0, _LONGEST / max(float(np.abs(step).max()), _LONGEST))
    promised = float(now.slope[places] @ step)
    for _ in range(_HALVINGS):
        z = now.z.copy()
        z[places] += step
        if allowed(problem, z):
            after = sight_at(problem, z)
            if after.value >= now.value + 1e-4 * promised:
                return after
        step, promised = 0.5 * step, 0.5 * promised
    return None
