"""The asymptotic covariance matrix of two-step polychoric correlations (Muthen 1984).

What one person adds to an estimate (its influence) depends on the person's two categories only, so
that each pair of items has a small table of influences, and the covariance matrix is the mean
product of those tables over persons. Thresholds count as estimated, not as known.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from threadpoolctl import threadpool_limits

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bivariate_normal import density, probability
from naas_psych.numerics.pair_tables import wide_tables

#: The least probability of a cell that nobody is in.
_TINY = 1e-300
#: Persons by pairs held at a time; columns of the product made at a time.
_BLOCK_CELLS = 8_000_000
_STRIP = 256
#: From so many products on they are made in single precision: the error is some 1e-6 of an entry.
_MANY = 4e9


@dataclass(frozen=True)
class Influences:
    """Influences on the P correlations of items i < j, by rows.

    codes (N, J) : the persons' categories
    table (P, K, K) : what a person in these categories of the two items adds to r, mean 0
    variance (P,) : of the estimates, times N
    """

    codes: NDArray[np.int8]
    table: Floats
    variance: Floats


def influences(codes: NDArray[np.int8], thresholds: Floats, r: Floats) -> Influences:
    """The tables of influences at the correlations `r` (P,).

    codes (N, J) from 0, complete; thresholds (J, K - 1), nan where an item has fewer categories
    """
    n_items = codes.shape[1]
    i, j = np.triu_indices(n_items, 1)
    cut = _with_ends(thresholds)
    observed = wide_tables(codes, categories=cut.shape[1] - 1)[i, j] / len(codes)
    h, k = cut[i], cut[j]
    cells = np.maximum(_by_difference(_corner_probability(h, k, r)), _TINY)
    slope = _by_difference(_corner_density(h, k, r)) / cells
    pull = observed * slope / cells
    first = _through_thresholds(h, pull, _edge(h, k, r))
    second = _through_thresholds(k, pull.transpose(0, 2, 1), _edge(k, h, r))
    information = np.sum(observed * slope**2, axis=(1, 2))
    table = (slope - first[:, :, None] - second[:, None, :]) / information[:, None, None]
    table = np.where(observed > 0, table, 0.0)
    return Influences(codes, table, np.sum(observed * table**2, axis=(1, 2)))


def _with_ends(thresholds: Floats) -> Floats:
    """Thresholds with both infinities (J, K + 1)."""
    ends = np.full((len(thresholds), 1), np.inf)
    return np.hstack([-ends, np.where(np.isnan(thresholds), np.inf, thresholds), ends])


def _by_difference(corners: Floats) -> Floats:
    """Rectangles (P, K, K) from values at their corners (P, K + 1, K + 1)."""
    return np.asarray(np.diff(np.diff(corners, axis=1), axis=2))


def _corner_probability(h: Floats, k: Floats, r: Floats) -> Floats:
    shape = (len(r), h.shape[1], k.shape[1])
    inner = np.zeros(shape)
    inner[:, -1, :], inner[:, :, -1] = ndtr(k), ndtr(h)
    middle = probability(h[:, 1:-1, None], k[:, None, 1:-1], r[:, None, None])
    inner[:, 1:-1, 1:-1] = middle
    return inner


def _corner_density(h: Floats, k: Floats, r: Floats) -> Floats:
    corners = np.zeros((len(r), h.shape[1], k.shape[1]))
    finite = np.isfinite(h)[:, :, None] & np.isfinite(k)[:, None, :]
    a = np.where(np.isfinite(h), h, 0.0)[:, :, None]
    b = np.where(np.isfinite(k), k, 0.0)[:, None, :]
    corners[...] = np.where(finite, density(a, b, r[:, None, None]), 0.0)
    return corners


def _normal(h: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * h * h) / np.sqrt(2 * np.pi))


def _edge(h: Floats, k: Floats, r: Floats) -> Floats:
    """d P(category of the first, category of the second) / d upper threshold, (P, K, K)."""
    upper = h[:, 1:]
    finite = np.isfinite(upper)
    at = np.where(finite, upper, 0.0)[:, :, None]
    spread = np.sqrt((1 - r) * (1 + r))[:, None, None]
    inside = np.diff(ndtr((k[:, None, :] - r[:, None, None] * at) / spread), axis=2)
    return np.asarray(np.where(finite, _normal(upper), 0.0)[:, :, None] * inside)


def _through_thresholds(cut: Floats, pull: Floats, edge: Floats) -> Floats:
    """What estimating the thresholds `cut` (P, K + 1) of an item adds, by category (P, K).

    pull (P, K, K) : share times slope in r, over the probability; edge as in `_edge`. A threshold
    moves probability between the category below it and the one above.
    """
    size = cut.shape[1] - 1
    weight = np.sum(edge[:, :-1] * (pull[:, :-1] - pull[:, 1:]), axis=2)
    inner = cut[:, 1:-1]
    finite = np.isfinite(inner)
    weight = np.where(finite, weight / _normal(np.where(finite, inner, 0.0)), 0.0)
    below = (np.arange(size)[:, None] <= np.arange(size - 1)).astype(float)
    centre = np.sum(weight * ndtr(inner), axis=1)
    return np.asarray(weight @ below.T - centre[:, None])


def covariance(found: Influences, *, threads: int = 1) -> Floats:
    """N times the covariance matrix of the correlations (P, P)."""
    size = len(found.variance)
    single = len(found.codes) * float(size) ** 2 > _MANY
    total = np.zeros((size, size))
    strips = [slice(a, min(a + _STRIP, size)) for a in range(0, size, _STRIP)]
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for block in _blocks(found, np.dtype(np.float32 if single else np.float64)):
            list(pool.map(partial(_add_strip, total, block), strips))
    total /= len(found.codes)
    below = np.tril_indices(size, -1)
    total[below] = total.T[below]
    return total


def _add_strip(total: Floats, block: Any, rows: slice) -> None:
    """Rows of the product, from the diagonal on."""
    total[rows, rows.start :] += block[:, rows].T @ block[:, rows.start :]


def _blocks(found: Influences, kind: np.dtype[Any]) -> Iterator[Any]:
    """Influences of persons, some at a time (n, P)."""
    n_items, k = found.codes.shape[1], found.table.shape[1]
    table = found.table.astype(kind).reshape(len(found.table), k * k)
    step = max(1, _BLOCK_CELLS // max(1, len(table)))
    for begin in range(0, len(found.codes), step):
        codes = found.codes[begin : begin + step].astype(np.intp)
        block = np.empty((len(codes), len(table)), dtype=kind)
        place = 0
        for i in range(n_items - 1):
            width = n_items - 1 - i
            own = table[place : place + width].ravel()
            at = codes[:, i, None] * k + codes[:, i + 1 :] + np.arange(width) * k * k
            np.take(own, at, out=block[:, place : place + width], mode="clip")
            place += width
        yield block
