"""Least squares, logistic regression and Firth's: what each leaves for errors to be made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import expit, log_expit

from naas_psych.numerics.arrays import Floats

_CYCLES = 40
_TOLERANCE = 1e-9
#: Of an outcome that is separated the information loses a factor e in every cycle.
_SINGULAR = 1e14
#: Share of a column's length below which it adds nothing to those before it.
_ALIKE = 1e-8


@dataclass(frozen=True, eq=False)
class Fit:
    """A fit of N rows and P parameters, as the errors need it.

    design (N, P) : the regressors times the root of each row's weight in the information
    scores (N, P) : each row's share in the equations that the coefficients solve
    bread (P, P) : inverse of design' design, the model's own covariance (of least squares: over
        the variance of the residuals)
    """

    coefficients: Floats
    design: Floats
    scores: Floats
    bread: Floats


def independent_columns(x: Floats) -> list[int]:
    """Columns of x (N, P) that those before them do not already make up, as R keeps them."""
    kept: list[int] = []
    basis = np.zeros((x.shape[0], 0))
    for k in range(x.shape[1]):
        column = x[:, k]
        # Twice, for what rounding left of the first time.
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > _ALIKE * max(float(np.linalg.norm(column)), 1e-300):
            kept.append(k)
            basis = np.column_stack([basis, rest / length])
    return kept


def least_squares(y: Floats, x: Floats) -> Fit:
    """Ordinary least squares of y (N,) on x (N, P) of full rank."""
    bread: Floats = np.asarray(np.linalg.inv(x.T @ x), dtype=float)
    coefficients = bread @ (x.T @ y)
    return Fit(coefficients, x, x * (y - x @ coefficients)[:, None], bread)


def logistic(y: Floats, x: Floats) -> Fit | None:
    """Maximum likelihood for y (N,) of 0 and 1 on x (N, P) of full rank; None where separated.

    Where regressors tell the outcome for certain, coefficients run off and Newton never settles.
    """
    beta = np.zeros(x.shape[1])
    value = _likelihood(y, x, beta)
    for _ in range(_CYCLES):
        p = expit(x @ beta)
        information = (x * (p * (1 - p))[:, None]).T @ x
        if np.linalg.cond(information) > _SINGULAR:
            return None
        step: Floats = np.asarray(np.linalg.solve(information, x.T @ (y - p)), dtype=float)
        step, value = _halved(partial(_likelihood, y, x), beta, step, value)
        beta = beta + step
        if np.abs(x @ step).max() < _TOLERANCE:
            return _logistic_fit(y, x, beta)
    return None


def _logistic_fit(y: Floats, x: Floats, beta: Floats) -> Fit:
    p = expit(x @ beta)
    design = x * np.sqrt(p * (1 - p))[:, None]
    bread: Floats = np.asarray(np.linalg.inv(design.T @ design), dtype=float)
    return Fit(beta, design, x * (y - p)[:, None], bread)


def firth(y: Floats, x: Floats) -> Fit | None:
    """Firth's (1993) penalised likelihood, which is finite under separation.

    The score is x'(y - p + h (1/2 - p)) with h the leverages; None where it does not settle.
    """
    beta = np.zeros(x.shape[1])
    value = _penalised(y, x, beta)
    for _ in range(10 * _CYCLES):
        p = expit(x @ beta)
        design = x * np.sqrt(p * (1 - p))[:, None]
        inverse = np.linalg.pinv(design.T @ design, hermitian=True)
        bread: Floats = np.asarray(inverse, dtype=float)
        leverage = ((design @ bread) * design).sum(axis=1)
        scores = x * (y - p + leverage * (0.5 - p))[:, None]
        step = bread @ scores.sum(axis=0)
        if np.abs(x @ step).max() < _TOLERANCE:
            return Fit(beta, design, scores, bread)
        step = step * min(1.0, 5.0 / float(np.abs(x @ step).max()))
        step, value = _halved(partial(_penalised, y, x), beta, step, value)
        beta = beta + step
    return None


def _halved(
    value: Callable[[Floats], float], beta: Floats, step: Floats, before: float
) -> tuple[Floats, float]:
    """A step that is halved until the value does not fall, and the value there."""
    for _ in range(30):
        found = value(beta + step)
        if found >= before - 1e-12 * abs(before):
            break
        step = step / 2
    return step, found


def _likelihood(y: Floats, x: Floats, beta: Floats) -> float:
    eta = x @ beta
    return float(y @ log_expit(eta) + (1 - y) @ log_expit(-eta))


def _penalised(y: Floats, x: Floats, beta: Floats) -> float:
    p = expit(x @ beta)
    determinant = np.linalg.slogdet((x * (p * (1 - p))[:, None]).T @ x)[1]
    return _likelihood(y, x, beta) + float(determinant) / 2
