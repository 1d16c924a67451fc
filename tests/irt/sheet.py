"""The made-up data of the method sheet, whose numbers two programs agree on."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

_B_REFERENCE = "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46"
_B_FOCAL = "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12"
_C = (
    "32 2 1 25 7 1 6 2 2 9 3 2 10 5 2 9 7 4 3 0 0 3 5 1 2 3 3 17 6 2 17 5 1 13 9 0 14 4 0 9 6 5 17 "
    "13 11 1 2 1 3 2 3 2 11 9 9 4 1 12 3 2 10 3 1 7 5 2 7 9 1 9 11 13 2 3 3 1 6 5 2 18 19"
)


def _table(counts: NDArray[np.int64], n_items: int, n_categories: int) -> NDArray[np.int64]:
    patterns = np.array(list(itertools.product(range(n_categories), repeat=n_items)))
    return np.repeat(patterns, counts, axis=0)


def _numbers(text: str) -> NDArray[np.int64]:
    return np.array([int(word) for word in text.split()])


def data_b() -> NDArray[np.int64]:
    """700 persons on 5 right/wrong items."""
    return _table(_numbers(_B_REFERENCE) + _numbers(_B_FOCAL), 5, 2)


def data_c() -> NDArray[np.int64]:
    """500 persons on 4 items of three categories."""
    return _table(_numbers(_C), 4, 3)
