"""Cross-tables of all pairs of items from one cross-product of indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.moments import blocks
from naas_psych.numerics.tetrachoric import Tables


@dataclass(frozen=True)
class Recoded:
    """Codes (N, J) by the categories that occur, from 0 without gaps; -1 where absent.

    categories : (J,) how many occur
    complete : nothing is absent
    """

    codes: NDArray[Any]
    categories: NDArray[np.int64]
    complete: bool


def recoded(codes: NDArray[Any]) -> Recoded:
    """Categories that nobody is in are closed up: they have no threshold of their own."""
    codes = np.asarray(codes)
    n_items = codes.shape[1]
    top = int(codes.max(initial=0)) + 1
    complete = bool(codes.size == 0 or codes.min() >= 0)
    if top <= 2 and complete:
        ones = np.count_nonzero(codes, axis=0)
        categories = (ones > 0).astype(np.int64) + (ones < len(codes))
        return Recoded(np.ascontiguousarray(codes, dtype=np.int8), categories, True)
    kind = np.int8 if top <= 127 else np.int16
    new = np.full(codes.shape, -1, dtype=kind)
    categories = np.zeros(n_items, dtype=np.int64)
    for j in range(n_items):
        counts = np.bincount(codes[:, j].clip(-1) + 1, minlength=top + 1)[1:]
        rank = np.concatenate([[-1], np.cumsum(counts > 0) - 1]).astype(kind)
        new[:, j] = rank[codes[:, j].clip(-1) + 1]
        categories[j] = np.count_nonzero(counts)
    return Recoded(new, categories, complete)


def binary_tables(codes: NDArray[np.int8], *, complete: bool) -> Tables:
    """The 2x2 tables (J, J) of items coded 0 and 1, each from the persons who have both."""
    n_items = codes.shape[1]
    if complete:
        both = np.zeros((n_items, n_items))
        for some in blocks(len(codes)):
            ones_there = codes[some].astype(np.float32)
            both += ones_there.T @ ones_there
        n = np.full(both.shape, float(len(codes)))
        ones = np.broadcast_to(np.diagonal(both)[:, None], n.shape)
        return Tables(n, ones, ones.T, both)
    products = np.zeros((2 * n_items, 2 * n_items))
    for some in blocks(len(codes)):
        block = codes[some]
        marks = np.concatenate([block == 1, block >= 0], axis=1).astype(np.float32)
        products += marks.T @ marks
    right, seen = products[:n_items], products[n_items:]
    return Tables(seen[:, n_items:], right[:, n_items:], seen[:, :n_items], right[:, :n_items])


def wide_tables(codes: NDArray[np.int8], *, categories: int) -> Floats:
    """Counts (J, J, K, K) of each pair of categories, from the persons who have both items."""
    n_items = codes.shape[1]
    size = n_items * categories
    products = np.zeros((size, size))
    for rows in blocks(len(codes)):
        block = codes[rows]
        marks = (block[:, :, None] == np.arange(categories, dtype=np.int8)).astype(np.float32)
        flat = marks.reshape(len(block), size)
        products += flat.T @ flat
    shaped = products.reshape(n_items, categories, n_items, categories)
    return np.ascontiguousarray(shaped.transpose(0, 2, 1, 3))
