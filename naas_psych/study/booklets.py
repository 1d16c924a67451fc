"""Booklets: groups of persons who were given the same items, so that their totals compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.responses import NOT_ADMINISTERED


@dataclass(frozen=True)
class Booklet:
    """Persons who were given the same items and have a mark on each.

    rows : (n,) person indices, or a full slice when everybody has every item
    items : (j,) item indices
    """

    rows: NDArray[np.int64] | slice
    items: NDArray[np.int64]
    n: int


@dataclass(frozen=True)
class Booklets:
    """The booklets that enough persons share, largest first.

    incomplete : persons with a gap among the items they were given
    alone : persons without a gap whose set of items too few others share
    """

    kept: tuple[Booklet, ...]
    incomplete: int
    alone: int

    @property
    def left_out(self) -> int:
        return self.incomplete + self.alone


def find_booklets(marks: NDArray[Any], *, min_persons: int) -> Booklets:
    """Group persons by the items they were given.

    A total needs a mark on every item that was given: a person with another gap (a mark still
    negative) is incomplete and in no booklet. A set of items that fewer than `min_persons` persons
    share is left out, unless there is no larger one; then two persons are enough.
    """
    if not (marks < 0).any():
        n_persons, n_items = marks.shape
        whole = Booklet(slice(None), np.arange(n_items), n_persons)
        return Booklets((whole,), 0, 0)
    not_given = marks == NOT_ADMINISTERED
    complete = np.flatnonzero(~((marks < 0) & ~not_given).any(axis=1) & ~not_given.all(axis=1))
    found = _by_pattern(not_given, complete)
    kept = [b for b in found if b.n >= min_persons] or [b for b in found if b.n >= 2]
    alone = len(complete) - sum(b.n for b in kept)
    return Booklets(tuple(kept), marks.shape[0] - len(complete), alone)


def _by_pattern(not_given: NDArray[np.bool_], rows: NDArray[np.int64]) -> list[Booklet]:
    """One booklet for each pattern among `rows`, largest first, whatever the order of persons."""
    if rows.size == 0:
        return []
    packed = np.ascontiguousarray(np.packbits(not_given[rows], axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    by_pattern = np.split(rows[np.argsort(inverse, kind="stable")], np.cumsum(counts)[:-1])
    return [
        Booklet(by_pattern[k], np.flatnonzero(~not_given[rows[first[k]]]), int(counts[k]))
        for k in np.lexsort((np.arange(counts.size), -counts))
    ]
