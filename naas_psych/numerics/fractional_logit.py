"""Logistic regression of a share between 0 and 1, with errors that hold for any such share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from naas_psych.numerics.arrays import Floats

_CYCLES = 50
_TOLERANCE = 1e-10
#: A coefficient of standardised regressors beyond this has run off: the groups are separated.
_FARTHEST = 25.0


@dataclass(frozen=True)
class Logit:
    """coefficients (P,) and their covariance (P, P); nan where there is no finite solution."""

    coefficients: Floats
    covariance: Floats
    converged: bool


def fractional_logit(share: Floats, regressors: Floats) -> Logit:
    """Quasi-likelihood fit of E(share) = expit(regressors @ b) (Papke & Wooldridge 1996).

    For shares of 0 and 1 this is logistic regression. The covariance is the sandwich, for points of
    0 to 3 are not four independent right answers.
    """
    n_parameters = regressors.shape[1]
    scale = np.maximum(np.abs(regressors).max(axis=0, initial=0.0), 1e-300)
    # Persons along the rows in memory: products over a few long rows are several times faster.
    x = np.ascontiguousarray((regressors / scale).T)
    beta = np.zeros(n_parameters)
    for _ in range(_CYCLES):
        p = expit(beta @ x)
        information = (x * (p * (1 - p))) @ x.T
        if not _invertible(information):
            return _none(n_parameters)
        step = np.linalg.solve(information, x @ (share - p))
        beta = beta + step * min(1.0, 4.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(beta).max() > _FARTHEST:
            return _none(n_parameters)
        if np.abs(step).max() < _TOLERANCE:
            return _solved(x, share, beta, scale)
    return _none(n_parameters)


def _solved(x: Floats, share: Floats, beta: Floats, scale: Floats) -> Logit:
    p = expit(beta @ x)
    bread = np.linalg.inv((x * (p * (1 - p))) @ x.T)
    scores = x * (share - p)
    covariance = bread @ (scores @ scores.T) @ bread / np.outer(scale, scale)
    # N / (N - P) undoes most of what fitting takes off the residuals.
    n_parameters, n = x.shape
    return Logit(beta / scale, covariance * n / max(n - n_parameters, 1), True)


def _invertible(information: Floats) -> bool:
    return bool(np.isfinite(information).all() and np.linalg.cond(information) < 1e12)


def _none(n_parameters: int) -> Logit:
    return Logit(
        np.full(n_parameters, np.nan), np.full((n_parameters, n_parameters), np.nan), False
    )
