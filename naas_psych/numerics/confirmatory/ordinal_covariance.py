"""The asymptotic covariance matrix of two-step polychoric correlations (Muthen 1984).

What one person adds to an estimate (its influence) depends on the person's two categories only, so
that each pair of items has a small table of influences, and the covariance matrix is the mean
product of those tables over persons. Thresholds count as estimated, not as known.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bivariate_normal import density, probability
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.pair_tables import recoded, wide_tables

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

    codes (N, J) : the persons' categories, the number K of categories where absent
    table (P, K + 1, K + 1) : what a person in these categories of the two items adds to r, mean 0;
    0 for who lacks one of them
    variance (P,) : of the correlations, times N
    """

    codes: NDArray[np.int8]
    table: Floats
    variance: Floats


def influences(codes: NDArray[Any], r: Floats) -> Influences:
    """The tables of influences at the correlations `r` (P,).

    codes (N, J) are integers from 0, negative where absent; each pair is over the persons who have
    both items, thresholds included, as `polychoric_matrix` computes it.
    """
    data = recoded(codes)
    i, j = np.triu_indices(codes.shape[1], 1)
    categories = int(data.categories.max())
    counts = wide_tables(data.codes, categories=categories)[i, j]
    n = counts.sum(axis=(1, 2))
    observed = counts / n[:, None, None]
    h, k = _cuts(observed.sum(axis=2)), _cuts(observed.sum(axis=1))
    there = observed > 0
    cells = np.where(there, _by_difference(_corner_probability(h, k, r)), 1.0)
    cells = np.maximum(cells, _TINY)
    slope = np.where(there, _by_difference(_corner_density(h, k, r)) / cells, 0.0)
    pull = observed * slope / cells
    first = _through_thresholds(h, pull, _edge(h, k, r))
    second = _through_thresholds(k, pull.transpose(0, 2, 1), _edge(k, h, r))
    information = np.sum(observed * slope**2, axis=(1, 2))
    table = (slope - first[:, :, None] - second[:, None, :]) / information[:, None, None]
    table = np.where(there, table, 0.0)
    # A pair that only some persons have moves more with each of them.
    weight = len(codes) / n
    variance = np.sum(observed * table**2, axis=(1, 2)) * weight
    table = np.pad(table * weight[:, None, None], ((0, 0), (0, 1), (0, 1)))
    present = np.where(data.codes < 0, categories, data.codes).astype(np.int8)
    return Influences(present, table, variance)


def _cuts(shares: Floats) -> Floats:
    """Thresholds with both infinities (P, K + 1) from shares of categories (P, K)."""
    cumulative = np.cumsum(shares, axis=1)
    cumulative[:, -1] = 1.0
    # Rounding must not give a threshold to a category that nobody is in.
    cumulative[cumulative > 1 - 1e-12] = 1.0
    return np.asarray(ndtri(np.pad(cumulative, ((0, 0), (1, 0)))))


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
    kind = np.dtype(np.float32 if single else np.float64)
    step = max(1, _BLOCK_CELLS // size)
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        for begin in range(0, len(found.codes), step):
            block = _block(found, slice(begin, begin + step), kind, pool)
            list(pool.map(partial(_add_strip, total, block), strips))
    total /= len(found.codes)
    for rows in strips:
        # The half below the diagonal is the mirror of the half above.
        total[rows.stop :, rows] = total[rows, rows.stop :].T
        square = np.triu(total[rows, rows])
        total[rows, rows] = square + np.triu(square, 1).T
    return total


def _add_strip(total: Floats, block: Any, rows: slice) -> None:
    """Rows of the product, from the diagonal on."""
    total[rows, rows.start :] += block[:, rows].T @ block[:, rows.start :]


def _block(found: Influences, rows: slice, kind: np.dtype[Any], pool: ThreadPoolExecutor) -> Any:
    """Influences of some persons (n, P)."""
    codes = found.codes[rows]
    n_items = codes.shape[1]
    table = found.table.astype(kind).reshape(len(found.table), -1)
    block = np.empty((len(codes), len(table)), dtype=kind)
    list(pool.map(partial(_fill, block, codes, table), range(n_items - 1)))
    return block


def _fill(block: Any, codes: NDArray[np.int8], table: Any, item: int) -> None:
    """The pairs of one item with those behind it."""
    n_items, cells = codes.shape[1], table.shape[1]
    k, width = round(cells**0.5), n_items - 1 - item
    begin = item * (2 * n_items - item - 1) // 2
    own = table[begin : begin + width]
    if k == 3 and codes.max(initial=0) < 2:
        # Two categories and nobody absent: a plane and a twist, which is faster than looking up.
        one = codes[:, item, None].astype(table.dtype)
        both = codes[:, item + 1 :].astype(table.dtype)
        twist = own[:, 4] - own[:, 3] - own[:, 1] + own[:, 0]
        part = block[:, begin : begin + width]
        np.multiply(one, twist, out=part)
        part += own[:, 1] - own[:, 0]
        part *= both
        part += own[:, 0]
        part += one * (own[:, 3] - own[:, 0])
        return
    at = codes[:, item, None].astype(np.intp) * k + codes[:, item + 1 :]
    at += np.arange(width) * cells
    np.take(own.ravel(), at, out=block[:, begin : begin + width], mode="clip")
