"""Polychoric correlations of many K x K tables at once, thresholds from margins (Olsson 1979)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bivariate_normal import FAR, density, density_slope, probability
from naas_psych.numerics.tetrachoric import BOUNDARY, NO_RESPONSES, NO_VARIANCE, OK, Tetrachoric

_MOST_STEPS = 60
#: Convergence is quadratic: a step of this size leaves an error of some 1e-12.
_SETTLED = 1e-6
#: A correlation beyond this is at the boundary: the likelihood rises to the end of the scale.
_MOST = 0.99999
#: So it is where the likelihood is flat on the way there: a standard error of Fisher's z above 1.
_FLAT_FROM, _LEAST_INFORMATION = 0.6, 1.0
#: The least probability of a cell, so that an underflow does not divide by 0.
_TINY = 1e-18


@dataclass(frozen=True)
class _Grid:
    """Counts (P, K, K) and the corners of the cells: thresholds (P, K + 1, 1) and (P, 1, K + 1)."""

    counts: Floats
    h: Floats
    k: Floats

    def rows(self, keep: NDArray[np.int64]) -> _Grid:
        return _Grid(self.counts[keep], self.h[keep], self.k[keep])


@dataclass(frozen=True)
class _Slopes:
    """Derivative of the log-likelihood in rho (P,), observed and expected information (P,).

    ratio : (P, K, K) derivative of the log probability of each cell
    """

    ratio: Floats
    score: Floats
    observed: Floats
    expected: Floats


def polychoric_pairs(counts: Floats, *, zero_cell: float = 0.0) -> Tetrachoric:
    """Every correlation of `counts` (P, K, L) where the table allows one; unused codes are empty.

    rho maximises sum n_kl log pi_kl(rho). `zero_cell` persons are put into each empty cell of the
    categories that occur. se is 1/sqrt of the observed one-parameter information; se_full that of
    the two-step estimator, by the influence of one person in each cell.
    """
    counts = np.asarray(counts, dtype=float)
    n = counts.sum(axis=(1, 2))
    used = (counts.sum(axis=2) > 0)[:, :, None] & (counts.sum(axis=1) > 0)[:, None, :]
    empty = used & (counts == 0)
    zeros = empty.sum(axis=(1, 2)).astype(np.int16)
    fewest = np.minimum((counts.sum(axis=2) > 0).sum(axis=1), (counts.sum(axis=1) > 0).sum(axis=1))
    status = np.where(n < 0.5, NO_RESPONSES, np.where(fewest < 2, NO_VARIANCE, OK)).astype(np.int8)
    r, se, se_full = (np.full(n.shape, np.nan) for _ in range(3))
    live = np.flatnonzero(status == OK)
    if live.size:
        grid = _grid(counts[live] + zero_cell * empty[live])
        rho = _maximum(grid)
        inside = np.abs(rho) < _MOST * (1 - 1e-9)
        status[live[~inside]] = BOUNDARY
        # At the boundary the information says nothing.
        kept, at, rho = grid.rows(np.flatnonzero(inside)), live[inside], rho[inside]
        slopes = _slopes(kept, rho)
        r[at] = rho
        se[at] = 1 / np.sqrt(np.where(slopes.observed > 0, slopes.observed, slopes.expected))
        se_full[at] = _full_error(kept, rho, slopes)
    return Tetrachoric(r, se, se_full, zeros, status)


def _grid(counts: Floats) -> _Grid:
    return _Grid(
        counts, _corners(counts.sum(axis=2))[:, :, None], _corners(counts.sum(axis=1))[:, None, :]
    )


def _corners(margin: Floats) -> Floats:
    """Thresholds (P, K + 1) with both infinities."""
    n = margin.sum(axis=1, keepdims=True)
    below = np.concatenate([np.zeros_like(n), np.cumsum(margin, axis=1)], axis=1) / n
    below[:, -1] = 1.0
    return np.asarray(ndtri(np.minimum(below, 1.0)))


def _cells(corner: Floats) -> Floats:
    """Cells (P, K, K) from values at their corners (P, K + 1, K + 1)."""
    by_row = corner[:, 1:] - corner[:, :-1]
    return np.asarray(by_row[:, :, 1:] - by_row[:, :, :-1])


def _slopes(grid: _Grid, rho: Floats) -> _Slopes:
    r = rho[:, None, None]
    # A threshold repeated by a category that is not in use may be infinite.
    h, k = np.clip(grid.h[:, 1:-1], -FAR, FAR), np.clip(grid.k[:, :, 1:-1], -FAR, FAR)
    probabilities = np.maximum(_cells(_cumulative(h, k, r)), _TINY)
    first, second = _framed(rho.size, grid), _framed(rho.size, grid)
    first[:, 1:-1, 1:-1] = density(h, k, r)
    second[:, 1:-1, 1:-1] = first[:, 1:-1, 1:-1] * density_slope(h, k, r)
    ratio = _cells(first) / probabilities
    n = grid.counts.sum(axis=(1, 2))
    score = (grid.counts * ratio).sum(axis=(1, 2))
    observed = (grid.counts * (ratio**2 - _cells(second) / probabilities)).sum(axis=(1, 2))
    expected = n * (ratio**2 * probabilities).sum(axis=(1, 2))
    return _Slopes(ratio, score, observed, expected)


def _full_error(grid: _Grid, rho: Floats, slopes: _Slopes) -> Floats:
    """sqrt(sum_cells share influence^2 / n) of the two-step estimator (Olsson 1979)."""
    n = grid.counts.sum(axis=(1, 2))[:, None, None]
    share, ratio = grid.counts / n, slopes.ratio
    by_row = _through_thresholds(grid.h, grid.k, rho, ratio, share.sum(axis=2))
    by_column = _through_thresholds(
        grid.k.transpose(0, 2, 1),
        grid.h.transpose(0, 2, 1),
        rho,
        ratio.transpose(0, 2, 1),
        share.sum(axis=1),
    )
    influence = ratio - by_row[:, :, None] - by_column[:, None, :]
    total = (share * influence**2).sum(axis=(1, 2)) * n[:, 0, 0]
    return np.asarray(np.sqrt(total) / slopes.expected)


def _through_thresholds(h: Floats, k: Floats, rho: Floats, ratio: Floats, margin: Floats) -> Floats:
    """What a person in each row category (P, K) moves the score for rho by way of thresholds h.

    A threshold's influence is (1{below it} - its share) / phi; the density cancels with that in
    the derivative of the cells beside the threshold.
    """
    r = rho[:, None, None]
    inner = np.clip(h[:, 1:-1], -FAR, FAR)
    conditional = ndtr((k - r * inner) / np.sqrt((1 - r) * (1 + r)))
    across = conditional[:, :, 1:] - conditional[:, :, :-1]
    weight = (across * (ratio[:, :-1] - ratio[:, 1:])).sum(axis=2)
    share_below = np.cumsum(margin, axis=1)[:, :-1]
    # Category c is below every threshold from c on.
    from_here = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    moved = np.concatenate([from_here, np.zeros((len(rho), 1))], axis=1)
    return np.asarray(moved - (weight * share_below).sum(axis=1)[:, None])


def _framed(n_pairs: int, grid: _Grid) -> Floats:
    """Zeros at every corner (P, K + 1, K + 1): at an infinite limit densities are 0."""
    return np.zeros((n_pairs, grid.h.shape[1], grid.k.shape[2]))


def _cumulative(h: Floats, k: Floats, r: Floats) -> Floats:
    """Phi2 at every corner (P, K + 1, K + 1); at an infinite limit it is a margin."""
    corner = np.zeros((len(r), h.shape[1] + 2, k.shape[2] + 2))
    corner[:, 1:-1, 1:-1] = probability(h, k, r)
    corner[:, 1:-1, -1:] = ndtr(h)
    corner[:, -1:, 1:-1] = ndtr(k)
    corner[:, -1, -1] = 1.0
    return corner


def _maximum(grid: _Grid) -> Floats:
    """Newton's method (Fisher scoring where that climbs down) held inside a bracket."""
    n_pairs = len(grid.counts)
    rho = _pearson(grid)
    low, high = np.full(n_pairs, -_MOST), np.full(n_pairs, _MOST)
    live, now = np.arange(n_pairs), grid
    for _ in range(_MOST_STEPS):
        at = rho[live]
        slopes = _slopes(now, at)
        low[live] = np.where(slopes.score > 0, at, low[live])
        high[live] = np.where(slopes.score < 0, at, high[live])
        information = np.where(
            slopes.observed > slopes.expected / 4, slopes.observed, slopes.expected
        )
        by_z = slopes.expected * (1 - at * at) ** 2
        flat = (by_z < _LEAST_INFORMATION) & (np.abs(at) > _FLAT_FROM)
        step = slopes.score / np.maximum(information, 1e-300)
        new = at + step
        middle = (low[live] + high[live]) / 2
        inside = (new > low[live]) & (new < high[live]) | (np.abs(step) < _SETTLED)
        new = np.where(inside, new, middle)
        rho[live] = np.where(flat, np.sign(at), new)
        unsettled = np.flatnonzero((np.abs(new - at) > _SETTLED) & ~flat)
        if not unsettled.size:
            break
        live, now = live[unsettled], now.rows(unsettled)
    return rho


def _pearson(grid: _Grid) -> Floats:
    """Pearson correlation of the codes, a little stretched: where to begin."""
    _, n_rows, n_columns = grid.counts.shape
    a, b = np.arange(n_rows, dtype=float), np.arange(n_columns, dtype=float)
    n = grid.counts.sum(axis=(1, 2))
    first, second = grid.counts.sum(axis=2), grid.counts.sum(axis=1)
    mean_a, mean_b = first @ a / n, second @ b / n
    var_a = first @ a**2 / n - mean_a**2
    var_b = second @ b**2 / n - mean_b**2
    product = np.einsum("pkl,k,l->p", grid.counts, a, b) / n - mean_a * mean_b
    r = product / np.sqrt(var_a * var_b)
    return np.asarray(np.clip(1.1 * r, -0.95, 0.95))
