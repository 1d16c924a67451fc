"""Booklets: groups of persons who were given the same items, so that their totals compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Booklet:
    """Persons with one pattern of scored items.

    rows : (n,) person indices, or a full slice when everybody has the same items
    items : (j,) item indices
    """

    rows: NDArray[np.int64] | slice
    items: NDArray[np.int64]
    n: int


@dataclass(frozen=True)
class Booklets:
    """All booklets of at least `min_persons`, largest first, and how many persons fit in none."""

    kept: tuple[Booklet, ...]
    left_out: int
    min_persons: int


def find_booklets(marks: NDArray[Any], *, min_persons: int) -> Booklets:
    """Group persons by which items carry a mark (negative: absent).

    A pattern that fewer than `min_persons` persons share is left out: a total over an odd set of
    items compares with nobody's. Data without absences make one booklet of any size.
    """
    absent = marks < 0
    n_persons, n_items = marks.shape
    if not absent.any():
        whole = Booklet(slice(None), np.arange(n_items), n_persons)
        return Booklets((whole,), 0, min_persons)
    packed = np.ascontiguousarray(np.packbits(absent, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -counts))
    kept = []
    left_out = 0
    for k in order:
        items = np.flatnonzero(~absent[first[k]])
        if counts[k] < min_persons or items.size == 0:
            left_out += int(counts[k])
            continue
        kept.append(Booklet(np.flatnonzero(inverse == k), items, int(counts[k])))
    return Booklets(tuple(kept), left_out, min_persons)
