"""The shape of a factor model and what it implies: sigma = L Phi L' + diag(psi).

Every derivative of sigma has the form half * (x y' + y x'), so that each kind of parameter is two
vectors and a number, and all the formulas of estimation are written once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class FactorModel:
    """Which loadings are free, and whether factors correlate; factors have variance 1.

    loads : (J, F) which item loads on which factor
    correlated : every pair of factors has a free correlation; else all are 0
    variances : the J uniquenesses are parameters (else only off-diagonal cells are modelled)
    """

    loads: NDArray[np.bool_]
    correlated: bool = False
    variances: bool = True

    @property
    def n_items(self) -> int:
        return int(self.loads.shape[0])

    @property
    def n_loadings(self) -> int:
        return int(self.loads.sum())

    @property
    def factor_pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and second factor of every free correlation."""
        return np.triu_indices(self.loads.shape[1] if self.correlated else 0, 1)

    @property
    def parameters(self) -> int:
        """Free parameters, in this order: loadings by row, correlations, uniquenesses."""
        return self.n_loadings + self.factor_pairs[0].size + self.variances * self.n_items

    @property
    def df(self) -> int:
        """Cells of the matrix that are modelled, less parameters."""
        pairs = self.n_items * (self.n_items - 1) // 2
        return pairs + self.variances * self.n_items - self.parameters


@dataclass(frozen=True)
class Implied:
    """What a model says at a point.

    loadings (J, F), phi (F, F), uniqueness (J,), sigma (J, J); x and y (J, q) and half (q,) so that
    d sigma / d theta_s = half_s (x_s y_s' + y_s x_s').
    """

    loadings: Floats
    phi: Floats
    uniqueness: Floats
    sigma: Floats
    x: Floats
    y: Floats
    half: Floats


def one_factor_model(n_items: int, *, variances: bool = True) -> FactorModel:
    """All items on one factor."""
    return FactorModel(np.ones((n_items, 1), dtype=bool), variances=variances)


def grouped_model(groups: Any, *, variances: bool = True) -> FactorModel:
    """Correlated factors; `groups` (J,) is the factor of each item, from 0."""
    member = np.asarray(groups)[:, None] == np.arange(np.max(groups) + 1)
    return FactorModel(member, correlated=True, variances=variances)


def bifactor_model(groups: Any, *, variances: bool = True) -> FactorModel:
    """A general factor first, then one uncorrelated factor a group; below 0: of no group."""
    numbers = [g for g in np.unique(groups) if g >= 0]
    member = np.asarray(groups)[:, None] == np.array(numbers, dtype=np.int64)
    general = np.ones((len(member), 1), dtype=bool)
    return FactorModel(np.hstack([general, member]), variances=variances)


def implied(model: FactorModel, theta: Floats) -> Implied:
    """Sigma and its derivatives at the parameters `theta` (q,).

    Without uniquenesses among the parameters the diagonal of sigma is 1.
    """
    n_items, n_factors = model.loads.shape
    first, second = model.factor_pairs
    loadings = np.zeros((n_items, n_factors))
    loadings[model.loads] = theta[: model.n_loadings]
    phi = np.eye(n_factors)
    phi[first, second] = phi[second, first] = theta[model.n_loadings :][: first.size]
    common = loadings @ phi @ loadings.T
    uniqueness = theta[-n_items:] if model.variances else 1.0 - np.diagonal(common)
    sigma = common + np.diag(uniqueness)
    item, factor = np.nonzero(model.loads)
    unit = np.eye(n_items)
    x, y = [unit[:, item], loadings[:, first]], [(loadings @ phi)[:, factor], loadings[:, second]]
    half = [np.ones(item.size + first.size)]
    if model.variances:
        x, y, half = [*x, unit], [*y, unit], [*half, np.full(n_items, 0.5)]
    return Implied(
        loadings, phi, uniqueness, sigma, np.hstack(x), np.hstack(y), np.concatenate(half)
    )


def diagonal_slopes(at: Implied) -> Floats:
    """d diag(sigma) / d theta, (J, q)."""
    return np.asarray(2 * at.half * at.x * at.y)


def pair_slopes(at: Implied) -> Floats:
    """d sigma_ij / d theta for i < j, (P, q)."""
    i, j = np.triu_indices(len(at.sigma), 1)
    slopes = at.x[i] * at.y[j]
    slopes += at.y[i] * at.x[j]
    return np.asarray(slopes * at.half)


def curvature(model: FactorModel, at: Implied, weight: Floats) -> Floats:
    """sum over all cells of weight_jk d2 sigma_jk / d theta_s d theta_t, (q, q); weight symmetric.

    Only loadings with loadings, and loadings with factor correlations, have one.
    """
    item, factor = np.nonzero(model.loads)
    first, second = model.factor_pairs
    size = np.zeros((at.half.size, at.half.size))
    own = slice(0, item.size)
    size[own, own] = 2 * at.phi[np.ix_(factor, factor)] * weight[np.ix_(item, item)]
    if first.size:
        turned = (weight @ at.loadings)[item]
        cross = slice(item.size, item.size + first.size)
        mixed = 2 * (
            turned[:, second] * (factor[:, None] == first)
            + turned[:, first] * (factor[:, None] == second)
        )
        size[own, cross], size[cross, own] = mixed, mixed.T
    return size


def start(model: FactorModel, matrix: Floats) -> Floats:
    """Where to begin: the leading direction of each factor's block of `matrix`."""
    scale = np.sqrt(np.diagonal(matrix))
    rest = matrix / np.outer(scale, scale)
    rest = rest - np.diag(np.diagonal(rest))
    loadings = np.zeros(model.loads.shape)
    for factor, members in enumerate(model.loads.T):
        rows = np.flatnonzero(members)
        loadings[rows, factor] = _leading(rest[np.ix_(rows, rows)])
        if not model.correlated:
            # What the factors before it explain is not explained again.
            rest = rest - np.outer(loadings[:, factor], loadings[:, factor])
    first, second = model.factor_pairs
    across = loadings.T @ rest @ loadings
    lengths = (loadings**2).sum(axis=0)
    phi = np.clip((across / np.outer(lengths, lengths))[first, second], -0.8, 0.8)
    share = np.clip(1 - (loadings**2).sum(axis=1), 0.2, 1.0)
    loadings = loadings * scale[:, None]
    uniqueness = share * scale**2 if model.variances else np.empty(0)
    return np.concatenate([loadings[model.loads], phi, uniqueness])


def _leading(block: Floats) -> Floats:
    """Loadings on one factor of correlations with a zero (or small) diagonal, by two rounds."""
    off = block - np.diag(np.diagonal(block))
    communality = np.abs(off).max(axis=1, initial=0.0)
    found = np.zeros(len(block))
    for _ in range(2):
        values, vectors = np.linalg.eigh(off + np.diag(np.minimum(communality, 0.9)))
        found = vectors[:, -1] * np.sqrt(max(values[-1], 0.05))
        communality = found**2
    found = np.clip(found, -0.95, 0.95)
    return np.asarray(found if found.sum() >= 0 else -found)


def turned_upwards(model: FactorModel, theta: Floats) -> Floats:
    """The same model with every factor turned so that its loadings sum to 0 or more."""
    item, factor = np.nonzero(model.loads)
    first, second = model.factor_pairs
    sums = np.bincount(factor, theta[: item.size], minlength=model.loads.shape[1])
    sign = np.where(sums < 0, -1.0, 1.0)
    theta = theta.copy()
    theta[: item.size] *= sign[factor]
    theta[item.size : item.size + first.size] *= sign[first] * sign[second]
    return theta
