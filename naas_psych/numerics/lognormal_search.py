"""The search of the lognormal model of times: EM cycles with leaps, and the likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: The least sd of a log residual: times are not recorded to a thousandth of themselves.
LEAST_SIGMA = 1e-3
_CYCLES = 2000
_TOLERANCE = 1e-9
#: Below this variance persons do not differ in speed.
_LEAST_SPEED = LEAST_SIGMA**2 / 1000
#: Share of the least residual variance below which persons may not differ in speed at all.
_NEAR_NONE = 0.05
#: Steps at most that a leap stands for, and the range of the logs of variances.
_FARTHEST, _LOG_RANGE = 1000.0, 50.0


@dataclass(frozen=True)
class Data:
    """y (N, J) centred log times with 0 where missing; m (N, J) 1 where there is one."""

    y: Floats
    m: Floats
    centre: Floats
    n: Floats
    squares: Floats
    sums: Floats


@dataclass(frozen=True)
class State:
    beta: Floats
    variance: Floats
    speed: float


def laid_out(y: Floats, seen: NDArray[np.bool_]) -> Data:
    # Centred: the sums of squares lose nothing to the level of the item.
    n = seen.sum(axis=0).astype(float)
    centre = np.where(seen, y, 0.0).sum(axis=0) / n
    centred = np.where(seen, y - centre, 0.0)
    return Data(
        y=centred,
        m=seen.astype(float),
        centre=centre,
        n=n,
        squares=np.einsum("nj,nj->j", centred, centred),
        sums=centred.sum(axis=0),
    )


def search(data: Data) -> tuple[State, int, bool]:
    """EM until no parameter moves by more than a billionth of its own scale in a cycle.

    Two cycles in a row point to where many lead (Varadhan and Roland, 2008); without that, EM
    crawls where persons hardly differ in speed. The leap counts only where the likelihood grows.
    """
    state = _start(data)
    fit = log_likelihood(data, state)
    for cycle in range(2, _CYCLES + 1, 3):
        first = _cycle(data, state)
        if _moved(state, first) < _TOLERANCE:
            return first, cycle, True
        second = _cycle(data, first)
        state, fit = _best(data, state, first, second, fit)
    return state, _CYCLES, False


def _best(data: Data, start: State, first: State, second: State, fit: float) -> tuple[State, float]:
    """Where the leap lands, if not below `fit` of the start, else the second step.

    Near no difference in speed the leaps grow short: there, none at all is tried too, and taken
    where the likelihood falls from it.
    """
    best = _cycle(data, _leap(start, first, second))
    better = log_likelihood(data, best)
    if not better >= fit:
        best, better = second, log_likelihood(data, second)
    if best.speed < _NEAR_NONE * float(best.variance.min()):
        edge = _cycle(data, replace(best, speed=_LEAST_SPEED))
        at_edge = log_likelihood(data, edge)
        if at_edge >= better and _slope_at_none(data, edge) <= 0:
            return edge, at_edge
    return best, better


def _slope_at_none(data: Data, state: State) -> float:
    """Twice the slope of the log-likelihood in s^2 where persons do not differ in speed."""
    w = 1.0 / state.variance
    along = (data.y - data.m * state.beta) @ w
    return float((along**2).sum() - (data.m @ w).sum())


def _moved(old: State, new: State) -> float:
    """The farthest that a parameter moved, on its own scale."""
    return max(
        float((np.abs(new.beta - old.beta) / np.sqrt(new.variance)).max()),
        float((np.abs(new.variance - old.variance) / new.variance).max()),
        abs(new.speed - old.speed) / (new.speed + float(new.variance.min())),
    )


def _leap(start: State, first: State, second: State) -> State:
    """Where two steps lead, by how much the second is shorter than the first; logs of variances."""
    x, once, twice = (_packed(one) for one in (start, first, second))
    step = once - x
    bend = twice - once - step
    size = float(np.sqrt((step**2).sum() / max(float((bend**2).sum()), 1e-300)))
    size = min(max(size, 1.0), _FARTHEST)
    x = x + 2 * size * step + size**2 * bend
    j = start.beta.size
    free = np.exp(np.clip(x[j:], -_LOG_RANGE, _LOG_RANGE))
    variance = np.maximum(free[:j], LEAST_SIGMA**2)
    return State(x[:j], variance, max(float(free[j]), _LEAST_SPEED))


def _packed(state: State) -> Floats:
    return np.concatenate([state.beta, np.log(state.variance), [np.log(state.speed)]])


def _start(data: Data) -> State:
    total = data.squares / data.n
    return State(np.zeros(total.size), np.maximum(total / 2, LEAST_SIGMA**2), total.mean() / 4)


def _cycle(data: Data, state: State) -> State:
    w = 1.0 / state.variance
    both = data.m @ np.stack([w, w * state.beta], axis=1)
    shrunk = 1.0 + state.speed * both[:, 0]
    tau = state.speed * (both[:, 1] - data.y @ w) / shrunk
    spread = state.speed / shrunk
    mean = float(tau.mean())
    tau = tau - mean
    speed = max(float((tau**2 + spread).mean()), _LEAST_SPEED)
    moments = data.m.T @ np.stack([tau, tau**2 + spread], axis=1)
    beta = (data.sums + moments[:, 0]) / data.n
    cross = data.y.T @ tau
    # sum m (y - beta + tau)^2, multiplied out.
    gap = data.squares + moments[:, 1] + data.n * beta**2
    gap += 2 * cross - 2 * beta * (data.sums + moments[:, 0])
    return State(beta, np.maximum(gap / data.n, LEAST_SIGMA**2), speed)


def log_likelihood(data: Data, state: State) -> float:
    w = 1.0 / state.variance
    r = data.y - data.m * state.beta
    total, along = data.m @ w, r @ w
    shrunk = 1.0 + state.speed * total
    quadratic = (r * r) @ w - state.speed * along**2 / shrunk
    constant = data.n @ (np.log(2 * np.pi) + np.log(state.variance))
    return float(-0.5 * (constant + np.log(shrunk).sum() + quadratic.sum()))
