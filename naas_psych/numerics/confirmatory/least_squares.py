"""Least squares on polychoric correlations: diagonally weighted (DWLS) and unweighted (ULS).

Loss: half the sum over pairs of w (r - sigma)^2, with w = 1 / (N times the variance of r) or 1.
Thresholds fit exactly, so that they add nothing to loss or trace. The scaled and shifted statistic
(WLSMV, ULSMV; Asparouhov & Muthen 2010) is a T + b with a = sqrt(df / tr((U G)^2)) and
b = df - a tr(U G), so that mean and variance are those of a chi-square on df.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.confirmatory.model import (
    FactorModel,
    Implied,
    curvature,
    implied,
    pair_slopes,
    start,
    turned_upwards,
)
from naas_psych.numerics.confirmatory.search import LOWEST_UNIQUENESS, Minimum, Point, minimise

#: Rows of the covariance matrix that are squared at a time.
_ROWS = 64


@dataclass(frozen=True)
class PairFit:
    """A model fitted to correlations r (P,) with weights (P,) of n persons."""

    model: FactorModel
    r: Floats
    weights: Floats
    n: int
    minimum: Minimum

    @cached_property
    def at(self) -> Implied:
        return implied(self.model, self.minimum.theta)

    @cached_property
    def slopes(self) -> Floats:
        return pair_slopes(self.at)

    @property
    def chi_square(self) -> float:
        """The plain statistic, (N - 1) times twice the loss, as lavaan has it."""
        return 2 * (self.n - 1) * self.minimum.loss

    @property
    def baseline(self) -> float:
        """The same where all correlations are 0."""
        return float((self.n - 1) * np.sum(self.weights * self.r**2))

    @cached_property
    def bread(self) -> Floats:
        """Inverse of slopes' W slopes (q, q); nan where a parameter is not determined."""
        information = self.slopes.T @ (self.weights[:, None] * self.slopes)
        try:
            np.linalg.cholesky(information)
        except np.linalg.LinAlgError:
            return np.full(information.shape, np.nan)
        return np.asarray(np.linalg.inv(information))


@dataclass(frozen=True)
class Scaled:
    """Scaled and shifted statistics, of the model and of its baseline; robust errors (q, q)."""

    chi_square: float
    baseline: float
    factor: float
    shift: float
    errors: Floats


def fit_pairs(model: FactorModel, r: Floats, weights: Floats, n: int) -> PairFit:
    """Fit a model without uniquenesses to correlations r (P,) of items i < j, by rows."""
    matrix = np.eye(model.n_items)
    i, j = np.triu_indices(model.n_items, 1)
    matrix[i, j] = matrix[j, i] = r
    scale = float(np.mean(weights))

    def objective(theta: Floats) -> Point | None:
        return _point(model, theta, r, weights / scale)

    found = minimise(objective, start(model, matrix))
    minimum = Minimum(
        turned_upwards(model, found.theta),
        found.loss * scale,
        found.converged,
        found.identified,
        found.steps,
    )
    return PairFit(model, r, weights, n, minimum)


def _point(model: FactorModel, theta: Floats, r: Floats, weights: Floats) -> Point | None:
    at = implied(model, theta)
    if not np.isfinite(at.sigma).all():
        return None
    i, j = np.triu_indices(model.n_items, 1)
    gap = r - at.sigma[i, j]
    slopes = cache(lambda: pair_slopes(at))
    safe = cache(lambda: np.asarray(slopes().T @ (weights[:, None] * slopes())))

    def exact() -> Floats:
        pull = np.zeros(at.sigma.shape)
        pull[i, j] = pull[j, i] = weights * gap
        return np.asarray(safe() - 0.5 * curvature(model, at, pull))

    return Point(
        0.5 * float(np.sum(weights * gap**2)),
        gradient=lambda: np.asarray(-slopes().T @ (weights * gap)),
        exact=exact,
        safe=safe,
        lost=bool(at.uniqueness.min() < LOWEST_UNIQUENESS),
    )


def scaled(fit: PairFit, covariance: Floats) -> Scaled:
    """Scaled statistics and robust errors from N times the covariance of the r (P, P)."""
    weights = fit.weights
    trace = float(weights @ np.diagonal(covariance))
    squares = _weighted_squares(covariance, weights)
    base_factor, base_shift = _adjustment(len(fit.r), trace, squares)
    weighted = weights[:, None] * fit.slopes
    errors = fit.bread @ (weighted.T @ covariance @ weighted) @ fit.bread / (fit.n - 1)
    factor = shift = np.nan
    if fit.model.df > 0:
        # What the parameters can reach is taken out of both traces.
        root = np.sqrt(weights)[:, None]
        basis = _directions(root * fit.slopes)
        reached = root * (covariance @ (root * basis))
        inner = basis.T @ reached
        trace -= float(np.trace(inner))
        squares += float(np.vdot(inner, inner)) - 2 * float(np.vdot(reached, reached))
        factor, shift = _adjustment(fit.model.df, trace, squares)
    return Scaled(
        chi_square=factor * fit.chi_square + shift,
        baseline=base_factor * fit.baseline + base_shift,
        factor=factor,
        shift=shift,
        errors=errors,
    )


def _weighted_squares(covariance: Floats, weights: Floats) -> float:
    """tr((W G)^2), some rows at a time."""
    total = 0.0
    for begin in range(0, len(weights), _ROWS):
        rows = slice(begin, begin + _ROWS)
        total += float(weights[rows] @ (covariance[rows] ** 2 @ weights))
    return total


def _directions(slopes: Floats) -> Floats:
    """An orthonormal basis of the columns."""
    basis, sizes, _ = np.linalg.svd(slopes, full_matrices=False)
    return np.asarray(basis[:, sizes > 1e-9 * sizes[0]])


def _adjustment(df: int, trace: float, squares: float) -> tuple[float, float]:
    factor = float(np.sqrt(df / squares))
    return factor, df - factor * trace
