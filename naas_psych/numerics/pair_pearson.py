"""Pearson correlations of all pairs of items, each over the persons who have both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.moments import blocks, moments


@dataclass(frozen=True)
class PairPearson:
    """Correlations r (J, J), unit diagonal, nan where an item does not vary; n (J, J) persons."""

    r: Floats
    n: NDArray[np.int64]

    @property
    def se(self) -> Floats:
        """(1 - r^2) / sqrt(n - 1): the large-sample standard error (J, J)."""
        return np.asarray((1 - self.r**2) / np.sqrt(np.maximum(self.n - 1, 1)))


def pair_pearson(codes: NDArray[Any]) -> PairPearson:
    """Correlations of `codes` (N, J), integers from 0, negative where absent.

    Sums are of integers and exact: with complete data the answer is that of one covariance matrix.
    """
    if codes.size == 0 or codes.min() >= 0:
        found = moments(codes)
        covariance = found.n * found.products - np.outer(found.sums, found.sums)
        return _record(covariance, np.diagonal(covariance)[:, None], found.n)
    n_items = codes.shape[1]
    products = np.zeros((3 * n_items, 3 * n_items))
    for some in blocks(len(codes)):
        block = codes[some]
        there = block >= 0
        marks = np.where(there, block, 0).astype(float)
        stacked = np.concatenate([marks, marks * marks, there], axis=1)
        products += stacked.T @ stacked
    x, square, both = (slice(k * n_items, (k + 1) * n_items) for k in range(3))
    return pearson_of_sums(
        n=products[both, both],
        sums=products[x, both],
        squares=products[square, both],
        products=products[x, x],
    )


def pearson_of_sums(*, n: Floats, sums: Floats, squares: Floats, products: Floats) -> PairPearson:
    """Each (J, J), over the persons who have both items: sums and squares are of the first one."""
    return _record(n * products - sums * sums.T, n * squares - sums**2, n)


def _record(covariance: Floats, variance: Floats, n: Floats | int) -> PairPearson:
    """From n^2 times covariances and variances (of the first item of a pair, over the pair)."""
    variance = np.broadcast_to(variance, covariance.shape)
    spread = np.sqrt(variance) * np.sqrt(variance.T)
    r = np.divide(covariance, spread, out=np.full_like(covariance, np.nan), where=spread > 0)
    r = np.clip(r, -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return PairPearson(r, np.broadcast_to(np.asarray(n, dtype=np.int64), r.shape).copy())
