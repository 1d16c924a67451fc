"""Proportional odds: a group against another over ordered outcomes, with covariates held equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.effects import Effect, Sites, summed

_CYCLES = 60
_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Ordered:
    """P(Y >= k) = expit(x b - a_k): coefficients are b (P,), then a (K - 1,) rising.

    scores (N, P + K - 1) and covariance as the model has it.
    """

    coefficients: Floats
    scores: Floats
    covariance: Floats


def proportional_odds(y: NDArray[np.int64], x: Floats) -> Ordered | None:
    """Maximum likelihood for outcomes y (N,) from 0 to K - 1, each of somebody (McCullagh 1980).

    x (N, P) has no constant. None where the outcomes are separated.
    """
    reached = np.array([(y >= k).mean() for k in range(1, int(y.max()) + 1)])
    beta = np.r_[np.zeros(x.shape[1]), -np.log(reached / (1 - reached))]
    state = _derivatives(y, x, beta)
    for _ in range(_CYCLES):
        if np.linalg.cond(state.information) > 1e14:
            return None
        step = np.linalg.solve(state.information, state.scores.sum(axis=0))
        for _ in range(30):
            new = _derivatives(y, x, beta + step)
            if new.log_likelihood >= state.log_likelihood - 1e-12 * abs(state.log_likelihood):
                break
            step = step / 2
        beta, state = beta + step, new
        if np.abs(step).max() * max(np.abs(x).max(initial=1.0), 1.0) < _TOLERANCE:
            covariance: Floats = np.asarray(np.linalg.inv(state.information), dtype=float)
            return Ordered(beta, state.scores, covariance)
    return None


@dataclass(frozen=True, eq=False)
class _State:
    log_likelihood: float
    scores: Floats
    information: Floats


def _derivatives(y: NDArray[np.int64], x: Floats, beta: Floats) -> _State:
    """Log likelihood, scores (N, P + K - 1) and observed information.

    With F the logistic distribution, P(Y = y) = F(upper) - F(lower), upper = x b - a_y and
    lower = x b - a_(y + 1), both infinite at the ends.
    """
    n, p = x.shape
    cuts = beta[p:]
    if np.any(np.diff(cuts) <= 0):
        return _State(-np.inf, np.zeros((n, beta.size)), np.eye(beta.size))
    eta = x @ beta[:p]
    ends = np.r_[-np.inf, cuts, np.inf]
    first, second = expit(eta - ends[y]), expit(eta - ends[y + 1])
    share = np.maximum(first - second, 1e-300)
    slopes = [first * (1 - first), second * (1 - second)]
    bends = [slopes[0] * (1 - 2 * first), slopes[1] * (1 - 2 * second)]
    arms = [_arm(x, y - 1, cuts.size), _arm(x, y, cuts.size)]
    scores = (arms[0] * slopes[0][:, None] - arms[1] * slopes[1][:, None]) / share[:, None]
    curved = [
        (arm * (bend / share)[:, None]).T @ arm for arm, bend in zip(arms, bends, strict=True)
    ]
    information = scores.T @ scores - curved[0] + curved[1]
    return _State(float(np.log(share).sum()), scores, information)


def _arm(x: Floats, cut: NDArray[np.int64], n_cuts: int) -> Floats:
    """(N, P + K - 1) derivative of x b - a_cut; of a cut that does not exist it does not matter."""
    flags = np.zeros((x.shape[0], n_cuts))
    real = (cut >= 0) & (cut < n_cuts)
    flags[np.flatnonzero(real), cut[real]] = -1.0
    return np.column_stack([x, flags])


def ordered_differences(
    y: NDArray[np.int64], focal: Floats, others: Floats, sites: Sites
) -> tuple[Effect, ...] | None:
    """Average difference in the probability of reaching each outcome from 1 to K - 1.

    others (N, P) hold no constant. Errors are the sandwich by site with G / (G - 1); the degrees of
    freedom are left to the caller, who knows those of the single outcome.
    """
    x = np.column_stack([others, focal])
    fit = proportional_odds(y, x)
    if fit is None:
        return None
    count = y.size if sites is None else np.unique(sites).size
    influence = fit.scores @ fit.covariance
    by_site = np.column_stack([summed(column, sites) for column in influence.T])
    by_site *= np.sqrt(count / max(count - 1, 1))
    return tuple(_reaching(fit, k, others, by_site, sites) for k in range(int(y.max())))


def _reaching(fit: Ordered, k: int, others: Floats, by_site: Floats, sites: Sites) -> Effect:
    p = others.shape[1]
    base = others @ fit.coefficients[:p] - fit.coefficients[p + 1 + k]
    p0, p1 = expit(base), expit(base + fit.coefficients[p])
    w0, w1 = p0 * (1 - p0), p1 * (1 - p1)
    gradient = np.zeros(fit.coefficients.size)
    gradient[:p] = (w1 - w0) @ others / base.size
    gradient[p] = w1.mean()
    gradient[p + 1 + k] = -(w1 - w0).mean()
    parts = by_site @ gradient
    own = p1 - p0
    return Effect(
        value=float(own.mean()),
        se=float(np.sqrt((parts**2).sum())),
        df=np.inf,
        method="ordinal",
        parts=parts + summed((own - own.mean()) / base.size, sites),
        log_odds=float(fit.coefficients[p]),
        log_odds_se=float(np.sqrt((by_site[:, p] ** 2).sum())),
    )
