"""Minimum-residual (unweighted least squares) factor analysis of stacked correlation matrices.

For given uniquenesses psi the best m-factor loadings come from the m largest eigenvalues of
R - diag(psi); half the sum of the other squared eigenvalues is then minimised over psi by Newton's
method (Joreskog 1977, with the exact second derivatives), psi bounded below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: The longest step in one uniqueness. There may be several minima; short steps end in the one
#: nearest the start, which is the one that other programs report.
_LONGEST_STEP = 0.3
#: A uniqueness at this bound is a Heywood case: the model wants a variance of zero or less.
LOWEST_UNIQUENESS = 0.005
#: Steps in the loadings of one factor from a near start, and the slope that ends them well.
_STEPS_NEAR = 5
_SETTLED = 1e-8
_SMALLEST_STEP = 1e-8


@dataclass(frozen=True)
class FactorSolution:
    """Loadings (B, J, m) unrotated, uniquenesses (B, J); one flag a matrix for the rest."""

    loadings: Floats
    uniqueness: Floats
    converged: NDArray[np.bool_]
    heywood: NDArray[np.bool_]


@dataclass(frozen=True)
class _Point:
    """Where the search stands: psi, eigenvalues (rising) and eigenvectors of R - diag(psi)."""

    psi: Floats
    values: Floats
    vectors: Floats
    loss: Floats


def minres(
    corr: Floats,
    n_factors: int,
    *,
    start: Floats | None = None,
    tolerance: float = 1e-10,
    max_steps: int = 200,
) -> FactorSolution:
    """Fit `n_factors` to each matrix of `corr` (B, J, J), positive definite.

    `start` (J,) are uniquenesses to begin from; by default 1 less the squared multiple correlation.
    Converged means that every residual variance off the bound is below `tolerance`.
    """
    if n_factors == 1 and start is not None:
        return _one_factor_near(corr, start, tolerance=tolerance, max_steps=max_steps)
    return _searched(corr, n_factors, start=start, tolerance=tolerance, max_steps=max_steps)


def _searched(
    corr: Floats, n_factors: int, *, start: Floats | None, tolerance: float, max_steps: int
) -> FactorSolution:
    """Newton's method in the uniquenesses, from wherever it starts."""
    if start is None:
        psi = 1.0 / np.diagonal(np.linalg.inv(corr), axis1=-2, axis2=-1)
    else:
        psi = np.broadcast_to(start, corr.shape[:2])
    psi = np.clip(psi, LOWEST_UNIQUENESS, 1.0)
    converged = np.zeros(len(corr), dtype=bool)
    live = np.arange(len(corr))
    point = _at(corr, psi, n_factors)
    final = _Point(psi.copy(), point.values.copy(), point.vectors.copy(), point.loss.copy())
    for _ in range(max_steps):
        gradient = _gradient(point, n_factors)
        free = (point.psi > LOWEST_UNIQUENESS) | (gradient < 0)
        done = np.abs(np.where(free, gradient, 0.0)).max(axis=1) < tolerance
        _put(final, live, point)
        converged[live[done]] = True
        if done.all():
            break
        keep = ~done
        live = live[keep]
        point = _select(point, keep)
        point = _step(corr[live], point, gradient[keep], free[keep], n_factors)
    return _solution(final, converged, n_factors)


def _one_factor_near(
    corr: Floats, start: Floats, *, tolerance: float, max_steps: int
) -> FactorSolution:
    """One factor by Newton's method in its loadings, which needs no eigenvectors.

    What does not settle, or where another factor might be larger, is searched for as always.
    """
    loadings = _newton_loadings(corr, np.sqrt(np.clip(1.0 - start, 0.0, 1.0)))
    uniqueness = 1.0 - loadings**2
    rest = _unexplained(corr, loadings)
    slope = np.abs(np.einsum("bij,bj->bi", rest, loadings)).max(axis=1)
    # No eigenvalue of the rest passes the root of the sum of its squares.
    largest = (rest**2).sum(axis=(1, 2)) < (loadings**2).sum(axis=1) ** 2
    settled = (slope < _SETTLED) & largest & (uniqueness > LOWEST_UNIQUENESS).all(axis=1)
    settled[settled] = _is_least(_curvature(loadings[settled], rest[settled]))
    loadings *= np.where(loadings.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    found = FactorSolution(loadings[:, :, None], uniqueness, settled, np.zeros_like(settled))
    if settled.all():
        return found
    left = ~settled
    others = _searched(corr[left], 1, start=start, tolerance=tolerance, max_steps=max_steps)
    for own, other in zip(vars(found).values(), vars(others).values(), strict=True):
        own[left] = other
    return found


def _newton_loadings(corr: Floats, start: Floats) -> Floats:
    """Loadings (B, J) at which the squared residuals off the diagonal are least, near `start`."""
    loadings = np.tile(start, (len(corr), 1))
    live = np.arange(len(corr))
    for _ in range(_STEPS_NEAR):
        here, own = loadings[live], corr[live]
        rest = _unexplained(own, here)
        gradient = np.einsum("bij,bj->bi", rest, here)
        step = np.linalg.solve(_curvature(here, rest), gradient[:, :, None])[:, :, 0]
        loadings[live] = here + step
        longest = np.abs(step).max(axis=1, initial=0.0)
        # Each step squares the error of the last: after one so small what is left is rounding.
        live = live[(longest > _SMALLEST_STEP) & np.isfinite(longest)]
        if not live.size:
            break
    return loadings


def _curvature(loadings: Floats, rest: Floats) -> Floats:
    """Second derivatives (B, J, J) of a quarter of the squared residuals, in the loadings."""
    diagonal = np.arange(loadings.shape[-1])
    squares = loadings**2
    found = loadings[:, :, None] * loadings[:, None, :] - rest
    found[:, diagonal, diagonal] = squares.sum(axis=1, keepdims=True) - squares + 1e-10
    return np.asarray(found)


def _is_least(curvature: Floats) -> NDArray[np.bool_]:
    """Whether the squares rise on every side: Newton's method also stops at a saddle.

    A factorisation of all at once is the cheapest test; it fails where one of them is a saddle.
    """
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.eigvalsh(curvature)[:, 0] > 0)
    return np.ones(len(curvature), dtype=bool)


def _unexplained(corr: Floats, loadings: Floats) -> Floats:
    """Residual correlations (B, J, J) of one factor, with zeros on the diagonal."""
    rest = corr - loadings[:, :, None] * loadings[:, None, :]
    diagonal = np.arange(corr.shape[-1])
    rest[:, diagonal, diagonal] = 0.0
    return np.asarray(rest)


def _at(corr: Floats, psi: Floats, n_factors: int) -> _Point:
    reduced = corr.copy()
    diagonal = np.arange(corr.shape[-1])
    reduced[:, diagonal, diagonal] -= psi
    values, vectors = np.linalg.eigh(reduced)
    return _Point(psi, values, vectors, 0.5 * (values[:, :-n_factors] ** 2).sum(axis=1))


def _put(into: _Point, rows: NDArray[np.int64], point: _Point) -> None:
    into.psi[rows], into.values[rows] = point.psi, point.values
    into.vectors[rows], into.loss[rows] = point.vectors, point.loss


def _select(point: _Point, keep: NDArray[np.bool_]) -> _Point:
    return _Point(point.psi[keep], point.values[keep], point.vectors[keep], point.loss[keep])


def _gradient(point: _Point, n_factors: int) -> Floats:
    """Minus the diagonal of the residual matrix."""
    rest = point.vectors[:, :, :-n_factors] ** 2
    return np.asarray(-np.einsum("bjk,bk->bj", rest, point.values[:, :-n_factors]))


def _hessian(point: _Point, n_factors: int, *, exact: bool) -> Floats:
    rest, factors = point.vectors[:, :, :-n_factors], point.vectors[:, :, -n_factors:]
    hessian = (rest @ rest.transpose(0, 2, 1)) ** 2
    if not exact:
        return np.asarray(hessian)
    low, high = point.values[:, :-n_factors], point.values[:, -n_factors:]
    for s in range(n_factors):
        gap = low / (low - high[:, s : s + 1])
        inner = (rest * gap[:, None, :]) @ rest.transpose(0, 2, 1)
        w = factors[:, :, s]
        hessian = hessian + 2 * inner * w[:, :, None] * w[:, None, :]
    return np.asarray(hessian)


def _direction(
    point: _Point, gradient: Floats, free: NDArray[np.bool_], n_factors: int, *, exact: bool
) -> Floats:
    """The Newton step in the free uniquenesses, zero in those held at the bound."""
    hessian = _hessian(point, n_factors, exact=exact)
    both = free[:, :, None] & free[:, None, :]
    diagonal = np.arange(free.shape[1])
    hessian = np.where(both, hessian, 0.0)
    hessian[:, diagonal, diagonal] += np.where(free, 1e-10, 1.0)
    downhill = np.where(free, -gradient, 0.0)
    step = np.linalg.solve(hessian, downhill[:, :, None])[:, :, 0]
    longest = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300)))


def _step(
    corr: Floats, point: _Point, gradient: Floats, free: NDArray[np.bool_], n_factors: int
) -> _Point:
    """One step that lowers the loss: exact Newton, or Gauss-Newton where that climbs."""
    step = _direction(point, gradient, free, n_factors, exact=True)
    climbs = np.einsum("bj,bj->b", step, gradient) >= 0
    if climbs.any():
        some = _select(point, climbs)
        step[climbs] = _direction(some, gradient[climbs], free[climbs], n_factors, exact=False)
    size = np.ones(len(corr))
    trial = _at(corr, _moved(point.psi, step, size), n_factors)
    for _ in range(20):
        slack = 1e-13 + 1e-12 * point.loss
        worse = trial.loss > point.loss + slack
        if not worse.any():
            break
        size[worse] *= 0.5
        retry = _at(corr[worse], _moved(point.psi[worse], step[worse], size[worse]), n_factors)
        _put(trial, np.flatnonzero(worse), retry)
    return trial


def _moved(psi: Floats, step: Floats, size: Floats) -> Floats:
    return np.clip(psi + size[:, None] * step, LOWEST_UNIQUENESS, 1.0)


def _solution(point: _Point, converged: NDArray[np.bool_], n_factors: int) -> FactorSolution:
    vectors = point.vectors[:, :, ::-1][:, :, :n_factors]
    values = np.maximum(point.values[:, ::-1][:, :n_factors], 0.0)
    loadings = vectors * np.sqrt(values)[:, None, :]
    # An eigenvector has no sign of its own; the sum of loadings is made positive.
    signs = np.where(loadings.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    heywood = np.asarray((point.psi <= LOWEST_UNIQUENESS).any(axis=1), dtype=bool)
    return FactorSolution(loadings * signs, point.psi, converged, heywood)
