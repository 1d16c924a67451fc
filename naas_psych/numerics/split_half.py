"""Split halves: the best, the worst and the average of all equal splits of a test.

With e = +1 for one half and -1 for the other, Guttman's split-half coefficient 4 cov(A, B) / V is
1 - e'Se / V. An odd test gets an empty item, so that its halves are (J-1)/2 and (J+1)/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import total_variance, trace

#: Up to this many items every split is looked at (6,435 of them at 16).
EXHAUSTIVE = 16
_MOST_STARTS, _FEWEST_STARTS = 1000, 50
_SEED = 2017
_ROUNDS = 200
_BATCH_CELLS = 4_000_000
_SEARCH_CELLS = 1_000_000


@dataclass(frozen=True)
class Splits:
    """Signs (B, J) of a split and its coefficient (B,); `exhaustive` if no other can pass it."""

    signs: NDArray[np.int8]
    coefficient: Floats
    exhaustive: bool


def split_half_mean(covariance: Floats) -> Floats:
    """The average over all equal splits, in closed form; alpha when the number of items is even.

    Under a random equal split of J' (J, or J + 1 if odd) the signs have E(e_i e_j) = -1/(J' - 1).
    """
    n_items = covariance.shape[-1]
    even = n_items + n_items % 2
    total = total_variance(covariance)
    diagonal = trace(covariance)
    return np.asarray(1.0 - (diagonal - (total - diagonal) / (even - 1)) / total)


def _padded(covariance: Floats) -> Floats:
    if covariance.shape[-1] % 2 == 0:
        return covariance
    return np.pad(covariance, [(0, 0)] * (covariance.ndim - 2) + [(0, 1), (0, 1)])


@cache
def _all_splits(n_items: int) -> NDArray[np.int8]:
    """Every split of an even number of items, the last item always in the minus half."""
    chosen = np.array(list(combinations(range(n_items - 1), n_items // 2)))
    signs = np.full((len(chosen), n_items), -1, dtype=np.int8)
    np.put_along_axis(signs, chosen, 1, axis=1)
    return signs


@cache
def _random_splits(n_items: int) -> NDArray[np.int8]:
    # The work of a search grows with the square of the items, so long tests get fewer starts.
    starts = min(_MOST_STARTS, max(_FEWEST_STARTS, _SEARCH_CELLS // n_items**2))
    rng = np.random.Generator(np.random.PCG64(_SEED))
    signs = np.tile(np.repeat(np.array([1, -1], dtype=np.int8), n_items // 2), (starts, 1))
    return rng.permuted(signs, axis=1)


def extreme_split(
    covariance: Floats, *, best: bool, starts: NDArray[np.int8] | None = None
) -> Splits:
    """The split with the largest (or smallest) coefficient of each matrix (B, J, J).

    Up to `EXHAUSTIVE` items all splits are compared. Beyond that, pairs are swapped between the
    halves while that helps, from up to 1,000 fixed random splits, or from `starts` (S, J').
    """
    padded = _padded(covariance)
    n_even = padded.shape[-1]
    sign = 1.0 if best else -1.0
    exhaustive = n_even <= EXHAUSTIVE
    if exhaustive:
        signs, quadratic = _compare_all(sign * padded, _all_splits(n_even))
    else:
        given = _random_splits(n_even) if starts is None else starts
        signs, quadratic = _compare_searched(sign * padded, given)
    coefficient = 1.0 - sign * quadratic / total_variance(covariance)
    return Splits(signs, np.asarray(coefficient), exhaustive)


def good_splits(covariance: Floats, *, best: bool, keep: int = 5) -> NDArray[np.int8] | None:
    """Different splits (S, J') that a search of one matrix (J, J) ends in, the best ones first.

    They are where to start on a similar matrix; None where all splits are compared anyway.
    """
    padded = _padded(covariance[None])
    if padded.shape[-1] <= EXHAUSTIVE:
        return None
    starts = _random_splits(padded.shape[-1])
    sign = 1.0 if best else -1.0
    which = np.zeros(len(starts), dtype=np.int64)
    signs, quadratic = _swap(sign * padded, which, starts.astype(float))
    # A split and its mirror image are one.
    signs = signs * signs[:, :1]
    order = np.argsort(quadratic, kind="stable")
    _, first = np.unique(signs[order], axis=0, return_index=True)
    return np.asarray(signs[order[np.sort(first)[:keep]]], dtype=np.int8)


def _compare_all(matrix: Floats, signs: NDArray[np.int8]) -> tuple[NDArray[np.int8], Floats]:
    """The split with the least e'Se, from the list `signs`, for each matrix."""
    e = signs.astype(float)
    found = np.empty((len(matrix), e.shape[1]), dtype=np.int8)
    least = np.empty(len(matrix))
    for b, s in enumerate(matrix):
        quadratic = np.einsum("sj,sj->s", e @ s, e)
        k = int(np.argmin(quadratic))
        found[b], least[b] = signs[k], quadratic[k]
    return found, least


def _compare_searched(matrix: Floats, starts: NDArray[np.int8]) -> tuple[NDArray[np.int8], Floats]:
    """The least e'Se that swapping reaches, a few million cells at a time."""
    n_matrices, n_items = matrix.shape[0], matrix.shape[-1]
    found = np.empty((n_matrices, n_items), dtype=np.int8)
    least = np.full(n_matrices, np.inf)
    size = max(1, _BATCH_CELLS // n_items**2)
    rows = np.arange(n_matrices)
    pairs = np.array([(b, s) for s in range(len(starts)) for b in rows]).reshape(-1, 2)
    for at in range(0, len(pairs), size):
        which, start = pairs[at : at + size].T
        signs, quadratic = _swap(matrix, which, starts[start].astype(float))
        for b, e, q in zip(which, signs, quadratic, strict=True):
            # A later start must win clearly, or rounding would choose among equal splits.
            if np.isinf(least[b]) or q < least[b] - 1e-12 * abs(least[b]):
                found[b], least[b] = e, q
    return found, least


def _swap(matrix: Floats, which: NDArray[np.int64], e: Floats) -> tuple[Floats, Floats]:
    """Swap the best pair between the halves until no swap lowers e'Se.

    With g = Se, swapping i (in the plus half) with j changes e'Se by
    4 (g_j - g_i + s_ii + s_jj - 2 s_ij).
    """
    e = e.copy()
    half = e.shape[1] // 2
    variances = np.diagonal(matrix, axis1=-2, axis2=-1)
    scale = 1e-12 * np.abs(matrix).sum(axis=(-2, -1))
    plus = np.nonzero(e > 0)[1].reshape(-1, half)
    minus = np.nonzero(e < 0)[1].reshape(-1, half)
    pull = np.einsum("bij,bj->bi", matrix[which], e)
    twice = 2 * matrix
    shared = twice[which[:, None, None], plus[:, :, None], minus[:, None, :]]
    live = np.arange(len(e))
    for _ in range(_ROUNDS):
        of, here, there = which[live], plus[live], minus[live]
        at = live[:, None]
        leave = variances[of[:, None], here] - pull[at, here]
        join = variances[of[:, None], there] + pull[at, there]
        change = leave[:, :, None] + join[:, None, :]
        change -= shared
        flat = change.reshape(len(live), -1)
        best = flat.argmin(axis=1)
        helps = flat[np.arange(len(live)), best] < -scale[of]
        live, best, of = live[helps], best[helps], of[helps]
        if not live.size:
            break
        row, column = best // half, best % half
        i, j = plus[live, row], minus[live, column]
        plus[live, row], minus[live, column] = j, i
        e[live, i], e[live, j] = -1.0, 1.0
        pull[live] += twice[of, j] - twice[of, i]
        # Only the two items that moved have other partners now.
        shared = shared[helps]
        rows = np.arange(len(live))
        shared[rows, row] = twice[of[:, None], j[:, None], minus[live]]
        shared[rows, :, column] = twice[of[:, None], i[:, None], plus[live]]
    return e, np.einsum("bi,bij,bj->b", e, matrix[which], e, optimize=True)
