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
from naas_psych.numerics.lognormal_search import (
    LEAST_SIGMA,
    Data,
    State,
    laid_out,
    log_likelihood,
    search,
)

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
        if not self.speed_variance > LEAST_SIGMA**2:
            return float("nan")
        return float(_root(self.covariance[-1:, -1])[0] / (2 * self.speed_sd))


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
    data = laid_out(y[:, estimated], seen[:, estimated])
    state, cycles, converged = search(data)
    covariance = _covariance(data, state)
    model = _model(data, state, covariance, estimated, cycles=cycles, converged=converged)
    return replace(model, n=seen.sum(axis=0))


def _varies(y: Floats, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(J,) items with two times at least that are not all the same."""
    least = np.where(seen, y, np.inf).min(axis=0, initial=np.inf)
    most = np.where(seen, y, -np.inf).max(axis=0, initial=-np.inf)
    return np.asarray((seen.sum(axis=0) > 1) & (most - least > LEAST_SIGMA))


def _covariance(data: Data, state: State) -> Floats:
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


def _at_edge(state: State) -> NDArray[np.bool_]:
    """(J + 1,) variances that stopped at their least value and have no error of their own."""
    return np.append(_floored(state), state.speed <= LEAST_SIGMA**2)


def _floored(state: State) -> NDArray[np.bool_]:
    return np.asarray(state.variance <= LEAST_SIGMA**2 * (1 + 1e-9))


def _inverse(information: Floats, *, fixed: NDArray[np.bool_]) -> Floats:
    free = np.flatnonzero(~fixed)
    found = np.zeros_like(information)
    # Variances of items differ by orders of magnitude: to unit diagonal before it is inverted.
    scale = 1.0 / np.sqrt(np.diag(information)[free])
    core = information[np.ix_(free, free)] * np.outer(scale, scale)
    found[np.ix_(free, free)] = np.linalg.pinv(core, hermitian=True) * np.outer(scale, scale)
    return found


def _model(
    data: Data,
    state: State,
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
        log_likelihood=log_likelihood(data, state),
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
