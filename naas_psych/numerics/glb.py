"""The greatest lower bound to reliability, by a barrier Newton method on stacked covariances.

Maximise sum psi subject to S - diag(psi) positive semidefinite and psi >= 0; the bound is
1 - sum psi / V. The barrier adds mu (log det(S - diag(psi)) + sum log psi); along its path the
distance to the maximum is at most 2 J mu, which is how the accuracy is known. The path is smooth in
mu, so its tangent, followed from mu to 0, comes a thousand times nearer than the path itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import total_variance
from naas_psych.numerics.factor import FactorSolution, minres
from naas_psych.numerics.inverses import inverse_definite


@dataclass(frozen=True)
class GreatestLowerBound:
    """glb (B,), error variances psi (B, J), and whether each one converged."""

    glb: Floats
    psi: Floats
    converged: NDArray[np.bool_]


def greatest_lower_bound(
    covariance: Floats,
    *,
    start: Floats | None = None,
    accuracy: float = 1e-9,
    follow_tangent: bool = False,
    max_steps: int = 200,
) -> GreatestLowerBound:
    """The bound of each positive definite matrix (B, J, J), to within `accuracy`.

    `start` (J,) is the psi of a similar matrix, as a share of its item variances, best from
    halfway along its path. With `follow_tangent` the bound is read where the tangent ends: of 60
    items with an accuracy of 1e-4 it is within 1e-6 of the maximum, in a third of the time.
    """
    n_items = covariance.shape[-1]
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    total = total_variance(covariance)
    share = np.broadcast_to(np.full(n_items, 0.5) if start is None else start, variances.shape)
    psi = _inside(covariance, np.maximum(share, 1e-3) * variances)
    goal = accuracy * total / (2 * n_items)
    mu = np.maximum(1e-2 * total / (2 * n_items), goal)
    beyond = np.zeros(len(covariance))
    converged = np.zeros(len(covariance), dtype=bool)
    live = np.arange(len(covariance))
    for _ in range(max_steps):
        at = _newton(covariance[live], psi[live], mu[live], exact=accuracy < 1e-6)
        following = np.where(at.decrement < 1.0, np.maximum(0.1 * mu, goal)[live], mu[live])
        # Newton's step alone would pass the next point of the path nine times over.
        ahead = 1.0 - following / mu[live]
        step = at.step + ahead[:, None] * at.tangent
        size = np.minimum(1.0, 0.9 * _reach(at.inverse, psi[live], step))
        psi[live] += size[:, None] * step
        finished = (size == 1.0) & (mu[live] <= goal[live]) & (at.decrement < 0.1)
        converged[live[finished]] = True
        beyond[live[finished]] = at.tangent[finished].sum(axis=1)
        mu[live] = np.where(size >= 0.5, following, mu[live])
        live = live[~finished]
        if not live.size:
            break
    most = psi.sum(axis=1) + (beyond if follow_tangent else 0.0)
    return GreatestLowerBound(np.asarray(1 - most / total), psi, converged)


def _inside(covariance: Floats, psi: Floats) -> Floats:
    """psi shrunk until S - diag(psi) is well inside the positive definite matrices."""
    scale = 1.0 / np.sqrt(psi)
    least = np.linalg.eigvalsh(covariance * scale[:, :, None] * scale[:, None, :])[:, 0]
    return np.asarray(psi * np.minimum(1.0, 0.9 * least)[:, None])


@dataclass(frozen=True)
class _Newton:
    """The step to the path's point at mu, its decrement, and the tangent from there to mu = 0.

    `inverse` (B, J, J) is that of S - diag(psi).
    """

    inverse: Floats
    step: Floats
    decrement: Floats
    tangent: Floats


def _newton(covariance: Floats, psi: Floats, mu: Floats, *, exact: bool) -> _Newton:
    """Newton's step at psi; the tangent is the change of psi along the path, to first order.

    Nearer to the wall than 1e-6 (`exact`) an inverse without pivots would be lost in rounding.
    """
    diagonal = np.arange(psi.shape[1])
    matrix = covariance.copy()
    matrix[:, diagonal, diagonal] -= psi
    inverse = np.linalg.inv(matrix) if exact else inverse_definite(matrix)
    hessian = inverse**2
    hessian[:, diagonal, diagonal] += 1.0 / psi**2
    gradient = 1.0 / mu[:, None] - inverse[:, diagonal, diagonal] + 1.0 / psi
    ahead = np.broadcast_to(1.0 / mu[:, None], gradient.shape)
    both = np.linalg.solve(hessian, np.stack([gradient, ahead], axis=-1))
    step, tangent = both[:, :, 0], both[:, :, 1]
    decrement = np.sqrt(np.maximum(np.einsum("bj,bj->b", step, gradient), 0.0))
    return _Newton(np.asarray(inverse), step, np.asarray(decrement), tangent)


def _reach(inverse: Floats, psi: Floats, step: Floats) -> Floats:
    """How many such steps surely fit before a wall.

    The wall is at 1 / spectral radius of inverse @ diag(step); tr(A^8)^(1/8) bounds the radius.
    """
    fourth = np.linalg.matrix_power(inverse * step[:, None, :], 4)
    radius = np.abs(np.einsum("bij,bji->b", fourth, fourth)) ** 0.125
    shrink = np.max(-step / psi, axis=1)
    return np.asarray(1.0 / np.maximum(np.maximum(radius, shrink), 1e-12))


def error_shares(covariance: Floats, psi: Floats) -> Floats:
    """psi as shares of the item variances: a start for a similar matrix."""
    return np.asarray(psi / np.diagonal(covariance, axis1=-2, axis2=-1))


@dataclass(frozen=True)
class FactorBound:
    """glb (B,) from the communalities of as many minres factors as there is common variance for."""

    glb: Floats
    factors: FactorSolution | None


def common_factors(corr: Floats) -> int:
    """How many factors psych::glb.fa takes for one matrix (J, J).

    The eigenvalues above 0 once the uniquenesses of one factor are taken off; one fewer where that
    model would have negative degrees of freedom.
    """
    n_items = len(corr)
    uniqueness = minres(corr[None], 1).uniqueness[0]
    m = int((np.linalg.eigvalsh(corr - np.diag(uniqueness)) > 0).sum())
    degrees = n_items * (n_items - 1) / 2 - m * n_items + m * (m - 1) / 2
    return m - 1 if degrees < 0 else m


def factor_bound(corr: Floats, n_factors: int) -> FactorBound:
    """1 - sum of the uniquenesses of `n_factors` minres factors / sum of all correlations."""
    if n_factors < 1:
        return FactorBound(np.full(len(corr), np.nan), None)
    factors = minres(corr, n_factors)
    glb = 1.0 - factors.uniqueness.sum(axis=1) / corr.sum(axis=(1, 2))
    return FactorBound(glb, factors)
