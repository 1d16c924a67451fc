"""Means and cross-products of integer scores in one pass, exactly the same for any block size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Persons worked on at a time.
_BLOCK = 32_768
#: Sums of integers below this are exact in float32, so the fast product loses nothing.
_EXACT_FLOAT32 = 2**24


@dataclass(frozen=True)
class Moments:
    """n persons; sums (J,) of the scores; products (J, J), the raw cross-products X'X."""

    n: int
    sums: NDArray[np.float64]
    products: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        return self.sums / self.n

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Covariance matrix with denominator n - 1; nan when n < 2."""
        if self.n < 2:
            return np.full_like(self.products, np.nan)
        return (self.products - np.outer(self.sums, self.sums) / self.n) / (self.n - 1)


def blocks(n: int) -> Iterator[slice]:
    """Consecutive row slices: work on a few megabytes at a time however many persons there are."""
    for start in range(0, n, _BLOCK):
        yield slice(start, min(start + _BLOCK, n))


def exact_kind(points: NDArray[Any], *, rows: int, heaviest: float = 1.0) -> Any:
    """float32 where sums of products over `rows` persons are integers that it holds, else float64.

    `heaviest` is the largest case weight of a person.
    """
    largest = float(points.max(initial=0)) ** 2
    return np.float32 if largest * heaviest * rows < _EXACT_FLOAT32 else np.float64


def moments(points: NDArray[Any]) -> Moments:
    """Sums and cross-products of `points` (N, J), non-negative integers without absences.

    Every partial sum is an exact integer, so the answer does not depend on threads or blocks.
    """
    n_items = points.shape[1]
    sums = np.zeros(n_items)
    products = np.zeros((n_items, n_items))
    kind = exact_kind(points, rows=_BLOCK)
    for rows in blocks(points.shape[0]):
        block: NDArray[Any] = points[rows].astype(kind)
        products += block.T @ block
        sums += block.sum(axis=0, dtype=np.float64)
    return Moments(points.shape[0], sums, products)
