"""Maximum likelihood for continuous scores (ML), and its robust statistics (MLR).

Loss: F = ln|Sigma| + tr(S Sigma^-1) - ln|S| - J with S by divisor N; chi-square = N F. MLR is that
of lavaan and Mplus: sandwich errors from the observed information, and chi-square divided by
(trace of the saturated model - trace of this model) / df (Yuan & Bentler 2000; Asparouhov & Muthen
2005), each trace being that of the casewise products of scores times the inverse information.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.confirmatory.model import (
    FactorModel,
    Implied,
    curvature,
    implied,
    start,
    turned_upwards,
)
from naas_psych.numerics.confirmatory.search import LOWEST_UNIQUENESS, Minimum, Point, minimise

#: A correlation matrix with a smaller eigenvalue is singular for this purpose.
SMALLEST_EIGENVALUE = 1e-8
_BLOCK = 8192


@dataclass(frozen=True)
class NormalFit:
    """A model fitted to a covariance matrix (divisor N) of n persons."""

    model: FactorModel
    covariance: Floats
    n: int
    minimum: Minimum

    @cached_property
    def at(self) -> Implied:
        return implied(self.model, self.minimum.theta)

    @cached_property
    def inverse(self) -> Floats:
        return np.asarray(np.linalg.inv(self.at.sigma))

    @property
    def chi_square(self) -> float:
        return max(0.0, self.n * self.minimum.loss)

    @cached_property
    def log_likelihood(self) -> float:
        """Of the scores, with saturated means."""
        _, log_det = np.linalg.slogdet(self.covariance)
        j = self.model.n_items
        saturated = -0.5 * self.n * (j * np.log(2 * np.pi) + log_det + j)
        return float(saturated - 0.5 * self.n * self.minimum.loss)

    @property
    def bic(self) -> float:
        return float(-2 * self.log_likelihood + self.model.parameters * np.log(self.n))

    @cached_property
    def expected_information(self) -> Floats:
        """Of one person (q, q)."""
        return np.asarray(0.5 * _expected(self.at, self.inverse))

    @cached_property
    def observed_information(self) -> Floats:
        return np.asarray(0.5 * _observed(self.model, self.at, self.inverse, self.covariance))

    @cached_property
    def errors(self) -> Floats:
        """Covariance of the estimates (q, q) from the expected information; nan if singular."""
        return _inverse(self.expected_information) / self.n


@dataclass(frozen=True)
class RobustNormal:
    """Sandwich covariance of the estimates (q, q); scaling of chi-square and of its baseline."""

    errors: Floats
    scaling: float
    baseline_scaling: float


def is_singular(covariance: Floats) -> bool:
    """No inverse worth the name: a variance of 0, items that add up to others, or N <= J."""
    scale = np.sqrt(np.diagonal(covariance))
    if not (scale > 0).all():
        return True
    smallest = np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0]
    return bool(smallest < SMALLEST_EIGENVALUE)


def fit_ml(model: FactorModel, covariance: Floats, n: int) -> NormalFit:
    """Fit to a covariance matrix that is not singular (see `is_singular`)."""
    scale = np.sqrt(np.diagonal(covariance))
    # In units of one standard deviation the steps of all parameters have one size.
    corr = covariance / np.outer(scale, scale)
    _, log_det = np.linalg.slogdet(corr)

    def objective(theta: Floats) -> Point | None:
        return _point(model, theta, corr, float(log_det))

    found = minimise(objective, start(model, corr))
    theta = turned_upwards(model, found.theta) * _units(model, scale)
    minimum = Minimum(theta, found.loss, found.converged, found.identified, found.steps)
    return NormalFit(model, covariance, n, minimum)


def _units(model: FactorModel, scale: Floats) -> Floats:
    item, _ = np.nonzero(model.loads)
    correlations = np.ones(model.factor_pairs[0].size)
    return np.concatenate([scale[item], correlations, scale**2])


def _point(model: FactorModel, theta: Floats, s: Floats, log_det: float) -> Point | None:
    at = implied(model, theta)
    try:
        root = np.linalg.cholesky(at.sigma)
    except np.linalg.LinAlgError:
        return None
    inverse = np.asarray(np.linalg.inv(at.sigma), dtype=np.float64)
    log_sigma = 2 * float(np.log(np.diagonal(root)).sum())
    return Point(
        log_sigma - log_det + float(np.sum(s * inverse)) - len(s),
        gradient=lambda: _gradient(at, inverse, s),
        exact=lambda: _observed(model, at, inverse, s),
        safe=lambda: _expected(at, inverse),
        lost=bool(at.uniqueness.min() < LOWEST_UNIQUENESS),
    )


def _gradient(at: Implied, inverse: Floats, s: Floats) -> Floats:
    omega = inverse - inverse @ s @ inverse
    return np.asarray(2 * at.half * np.einsum("js,js->s", at.x, omega @ at.y))


def _expected(at: Implied, inverse: Floats) -> Floats:
    """tr(A Sigma_s A Sigma_t), A the inverse of sigma."""
    return _product(at, inverse, inverse)


def _product(at: Implied, a: Floats, m: Floats) -> Floats:
    """tr(A Sigma_s M Sigma_t) + its transpose, halved: symmetric in s and t, (q, q)."""
    ax, ay, mx, my = a @ at.x, a @ at.y, m @ at.x, m @ at.y
    xax, yay, xay = at.x.T @ ax, at.y.T @ ay, at.x.T @ ay
    xmx, ymy, xmy = at.x.T @ mx, at.y.T @ my, at.x.T @ my
    total = xax * ymy + yay * xmx + xay * xmy.T + xay.T * xmy
    total = np.outer(at.half, at.half) * total
    return np.asarray((total + total.T) / 2)


def _observed(model: FactorModel, at: Implied, a: Floats, s: Floats) -> Floats:
    """Second derivatives of F; `_product` is linear in its last matrix."""
    m = a @ s @ a
    return _product(at, a, 2 * m - a) + curvature(model, at, a - m)


def _inverse(information: Floats) -> Floats:
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.inv(information))


def robust(fit: NormalFit, deviations: Floats) -> RobustNormal:
    """Robust statistics from the scores less their means (N, J)."""
    meat = _meat(fit.at, fit.inverse, deviations)
    bread = _inverse(fit.observed_information)
    df = fit.model.df
    own = float(np.sum(meat * bread))
    saturated = _saturated_trace(fit.covariance, deviations)
    pairs = fit.model.n_items * (fit.model.n_items - 1) // 2
    alone = _independent_trace(fit.covariance, deviations)
    return RobustNormal(
        errors=bread @ meat @ bread / fit.n,
        scaling=(saturated - own) / df if df else np.nan,
        baseline_scaling=(saturated - alone) / pairs if pairs else np.nan,
    )


def _meat(at: Implied, inverse: Floats, deviations: Floats) -> Floats:
    """Mean product of the persons' scores d log-likelihood / d theta (q, q)."""
    left, right = inverse @ at.x, inverse @ at.y
    expected = np.einsum("js,js->s", at.x, right)
    total = np.zeros((at.half.size, at.half.size))
    for begin in range(0, len(deviations), _BLOCK):
        z = deviations[begin : begin + _BLOCK]
        score = at.half * ((z @ left) * (z @ right) - expected)
        total += score.T @ score
    return total / len(deviations)


def _saturated_trace(covariance: Floats, deviations: Floats) -> float:
    """Trace for the model without restrictions: half of (Mardia's kurtosis - J)."""
    inverse = np.linalg.inv(covariance)
    squares = np.einsum("nj,nj->n", deviations @ inverse, deviations)
    return float((np.mean(squares**2) - len(covariance)) / 2)


def _independent_trace(covariance: Floats, deviations: Floats) -> float:
    """Trace for the model in which items have variances only."""
    variances = np.diagonal(covariance)
    return float(np.sum(np.mean(deviations**4, axis=0) / variances**2 - 1) / 2)
