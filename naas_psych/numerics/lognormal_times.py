"""The lognormal model of response times (van der Linden 2006), by marginal maximum likelihood.

ln T_ij = beta_i - tau_j + e_ij, e_ij ~ N(0, sigma_i^2), tau_j ~ N(0, s^2): a factor model whose
loadings are all one, with times missing where they are. The location of beta is fixed by a mean
speed of 0 among the persons it is fitted to; the scale is that of log seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: The least sd of a log residual: times are not recorded to a thousandth of themselves.
LEAST_SIGMA = 1e-3
_CYCLES = 2000
_TOLERANCE = 1e-9
#: One item cannot tell a quick person from a quick answer; two are just enough.
LEAST_ITEMS = 2


@dataclass(frozen=True)
class TimeModel:
    """Estimates of the lognormal model.

    Attributes
    ----------
    beta, sigma : (J,) mean and residual sd of the log seconds; nan where `estimated` is false
    speed_variance : s^2
    covariance : (2J + 1, 2J + 1) of beta, sigma^2 and s^2, in this order
    n : (J,) times there are
    estimated : (J,) items with two times that differ
    floored : (J,) items whose sigma stopped at its least value
    """

    beta: Floats
    sigma: Floats
    speed_variance: float
    covariance: Floats
    n: NDArray[np.int64]
    estimated: NDArray[np.bool_]
    floored: NDArray[np.bool_]
    log_likelihood: float
    cycles: int
    converged: bool

    @property
    def alpha(self) -> Floats:
        """(J,) time discrimination, 1 / sigma."""
        return np.asarray(1.0 / self.sigma)

    @property
    def beta_se(self) -> Floats:
        return _root(np.diag(self.covariance)[: self.beta.size])

    @property
    def alpha_se(self) -> Floats:
        """Delta method: alpha = (sigma^2)^-1/2, so its slope in sigma^2 is alpha^3 / 2."""
        j = self.beta.size
        return np.asarray(0.5 * self.alpha**3 * _root(np.diag(self.covariance)[j : 2 * j]))

    @property
    def speed_sd(self) -> float:
        return float(np.sqrt(self.speed_variance))

    @property
    def speed_sd_se(self) -> float:
        """nan where the variance is estimated as 0, at the edge of its space."""
        if self.speed_variance <= 0:
            return float("nan")
        return float(_root(self.covariance[-1:, -1])[0] / (2 * self.speed_sd))


@dataclass(frozen=True)
class _Data:
    """y (N, J) centred log times with 0 where missing; m (N, J) 1 where there is one."""

    y: Floats
    m: Floats
    centre: Floats
    n: Floats
    squares: Floats
    sums: Floats


@dataclass(frozen=True)
class _State:
    beta: Floats
    variance: Floats
    speed: float


def fit_times(log_times: NDArray[Any]) -> TimeModel:
    """Fit the model to log seconds (N, J), nan where there is none.

    EM: posterior moments of speed, then means and variances in closed form. The mean of the
    posterior speeds goes into beta each time (parameter expansion), which costs nothing and takes
    the slowest direction out.
    """
    y = np.asarray(log_times, dtype=np.float64)
    seen = np.isfinite(y)
    estimated = _varies(y, seen)
    if estimated.sum() < LEAST_ITEMS:
        return _nothing(seen.sum(axis=0), estimated)
    data = _data(y[:, estimated], seen[:, estimated])
    state, cycles, converged = _search(data)
    covariance = _covariance(data, state)
    model = _model(data, state, covariance, estimated, cycles=cycles, converged=converged)
    return replace(model, n=seen.sum(axis=0))


def _varies(y: Floats, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(J,) items with two times at least that are not all the same."""
    least = np.where(seen, y, np.inf).min(axis=0, initial=np.inf)
    most = np.where(seen, y, -np.inf).max(axis=0, initial=-np.inf)
    return np.asarray((seen.sum(axis=0) > 1) & (most - least > LEAST_SIGMA))


def _data(y: Floats, seen: NDArray[np.bool_]) -> _Data:
    # Centred: the sums of squares lose nothing to the level of the item.
    n = seen.sum(axis=0).astype(float)
    centre = np.where(seen, y, 0.0).sum(axis=0) / n
    centred = np.where(seen, y - centre, 0.0)
    return _Data(
        y=centred,
        m=seen.astype(float),
        centre=centre,
        n=n,
        squares=np.einsum("nj,nj->j", centred, centred),
        sums=centred.sum(axis=0),
    )


def _search(data: _Data) -> tuple[_State, int, bool]:
    """EM until no parameter moves by more than a billionth of its own scale."""
    state = _start(data)
    for cycle in range(1, _CYCLES + 1):
        new = _cycle(data, state)
        scale = np.sqrt(new.variance)
        moved = max(
            float((np.abs(new.beta - state.beta) / scale).max()),
            float((np.abs(new.variance - state.variance) / new.variance).max()),
            abs(new.speed - state.speed) / (new.speed + float(new.variance.min())),
        )
        state = new
        if moved < _TOLERANCE:
            return state, cycle, True
    return state, _CYCLES, False


def _start(data: _Data) -> _State:
    total = data.squares / data.n
    return _State(np.zeros(total.size), np.maximum(total / 2, LEAST_SIGMA**2), total.mean() / 4)


def _cycle(data: _Data, state: _State) -> _State:
    w = 1.0 / state.variance
    both = data.m @ np.stack([w, w * state.beta], axis=1)
    shrunk = 1.0 + state.speed * both[:, 0]
    tau = state.speed * (both[:, 1] - data.y @ w) / shrunk
    spread = state.speed / shrunk
    mean = float(tau.mean())
    tau = tau - mean
    speed = float((tau**2 + spread).mean())
    moments = data.m.T @ np.stack([tau, tau**2 + spread], axis=1)
    beta = (data.sums + moments[:, 0]) / data.n
    cross = data.y.T @ tau
    # sum m (y - beta + tau)^2, multiplied out.
    gap = data.squares + moments[:, 1] + data.n * beta**2
    gap += 2 * cross - 2 * beta * (data.sums + moments[:, 0])
    return _State(beta, np.maximum(gap / data.n, LEAST_SIGMA**2), speed)


def _covariance(data: _Data, state: _State) -> Floats:
    """Inverse expected information given which times are there, (2J + 1, 2J + 1).

    With q = V^-1 1 and V^-1 = W - W 1 1' W / P, means have information sum V^-1, variances
    (1/2) sum of squared elements of V^-1, of q and of 1'V^-1 1 (Searle 1992); means and variances
    do not inform one another.
    """
    j, w, s2 = state.beta.size, 1.0 / state.variance, state.speed
    total = data.m @ w
    factor = s2 / (1.0 + s2 * total)
    paired = (data.m * factor[:, None]).T @ data.m
    means = np.diag(w * data.n) - np.outer(w, w) * paired
    squared = (data.m * (factor**2)[:, None]).T @ data.m
    diagonal = data.n - 2 * w * np.diag(paired)
    variances = np.zeros((j + 1, j + 1))
    variances[:j, :j] = np.outer(w, w) ** 2 * squared + np.diag(w**2 * diagonal)
    left = 1.0 - factor * total
    variances[:j, j] = variances[j, :j] = w**2 * (data.m.T @ left**2)
    variances[j, j] = ((total * left) ** 2).sum()
    found = np.zeros((2 * j + 1, 2 * j + 1))
    found[:j, :j] = np.linalg.pinv(means, hermitian=True)
    found[j:, j:] = _inverse(variances / 2, fixed=_at_edge(state))
    return found


def _at_edge(state: _State) -> NDArray[np.bool_]:
    """(J + 1,) variances that stopped at their least value and have no error of their own."""
    return np.append(_floored(state), state.speed <= LEAST_SIGMA**2)


def _floored(state: _State) -> NDArray[np.bool_]:
    return np.asarray(state.variance <= LEAST_SIGMA**2 * (1 + 1e-9))


def _inverse(information: Floats, *, fixed: NDArray[np.bool_]) -> Floats:
    free = np.flatnonzero(~fixed)
    found = np.zeros_like(information)
    # Variances of items differ by orders of magnitude: to unit diagonal before it is inverted.
    scale = 1.0 / np.sqrt(np.diag(information)[free])
    core = information[np.ix_(free, free)] * np.outer(scale, scale)
    found[np.ix_(free, free)] = np.linalg.pinv(core, hermitian=True) * np.outer(scale, scale)
    return found


def _log_likelihood(data: _Data, state: _State) -> float:
    w = 1.0 / state.variance
    r = data.y - data.m * state.beta
    total, along = data.m @ w, r @ w
    shrunk = 1.0 + state.speed * total
    quadratic = (r * r) @ w - state.speed * along**2 / shrunk
    constant = data.n @ (np.log(2 * np.pi) + np.log(state.variance))
    return float(-0.5 * (constant + np.log(shrunk).sum() + quadratic.sum()))


def _model(
    data: _Data,
    state: _State,
    covariance: Floats,
    estimated: NDArray[np.bool_],
    *,
    cycles: int,
    converged: bool,
) -> TimeModel:
    """The estimates at the place of their item; nan for items that were left out."""
    j = estimated.size
    places = np.flatnonzero(estimated)
    every = np.concatenate([places, j + places, [2 * j]])
    whole = np.full((2 * j + 1, 2 * j + 1), np.nan)
    whole[np.ix_(every, every)] = covariance
    return TimeModel(
        beta=_spread(data.centre + state.beta, estimated, np.nan),
        sigma=_spread(np.sqrt(state.variance), estimated, np.nan),
        speed_variance=state.speed,
        covariance=whole,
        n=_spread(data.n, estimated, 0).astype(np.int64),
        estimated=estimated,
        floored=_spread(_floored(state), estimated, False).astype(bool),
        log_likelihood=_log_likelihood(data, state),
        cycles=cycles,
        converged=converged,
    )


def _nothing(n: NDArray[np.int64], estimated: NDArray[np.bool_]) -> TimeModel:
    j = estimated.size
    return TimeModel(
        beta=np.full(j, np.nan),
        sigma=np.full(j, np.nan),
        speed_variance=float("nan"),
        covariance=np.full((2 * j + 1, 2 * j + 1), np.nan),
        n=n,
        estimated=np.zeros(j, dtype=bool),
        floored=np.zeros(j, dtype=bool),
        log_likelihood=float("nan"),
        cycles=0,
        converged=False,
    )


def _spread(values: NDArray[Any], where: NDArray[np.bool_], empty: Any) -> NDArray[Any]:
    found = np.full(where.size, empty, dtype=np.result_type(values.dtype, type(empty)))
    found[where] = values
    return found


def _root(values: Floats) -> Floats:
    return np.sqrt(np.maximum(values, 0.0))
