"""The moments of persons' scores within booklets: groups of persons who all met the same items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

#: Persons whose scores are held as float64 at a time.
_BLOCK = 65536


@dataclass(frozen=True)
class Booklet:
    """Persons of one group with responses to exactly the same items.

    group : which group; columns : (j,) the items; rows : (n,) the persons; n : sum of their weights
    """

    group: int
    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    n: float


@dataclass(frozen=True)
class Moments:
    """Of one booklet: mean (j,), mean products (j, j) and share of each category (j, K)."""

    mean: Floats
    product: Floats
    share: Floats


def booklets(
    categories: NDArray[np.int8], group: NDArray[np.int64], weight: Floats
) -> list[Booklet]:
    """All booklets of two items or more, the largest first; persons of weight 0 are in none."""
    if categories.min(initial=0) >= 0 and weight.all() and not group.any():
        everyone = np.arange(categories.shape[0])
        return [Booklet(0, np.arange(categories.shape[1]), everyone, float(weight.sum()))]
    present = categories >= 0
    rows = np.flatnonzero((weight > 0) & (present.sum(axis=1) >= 2))
    packed = np.packbits(present[rows], axis=1)
    key = np.column_stack([group[rows].astype(">u4").view(np.uint8).reshape(-1, 4), packed])
    words = np.ascontiguousarray(key).view(np.dtype((np.void, key.shape[1]))).ravel()
    _, first, which = np.unique(words, return_index=True, return_inverse=True)
    order = np.argsort(which, kind="stable")
    members = np.split(rows[order], np.cumsum(np.bincount(which))[:-1]) if rows.size else []
    found = [
        Booklet(int(group[one]), np.flatnonzero(present[one]), mine, float(weight[mine].sum()))
        for one, mine in zip(rows[first], members, strict=True)
    ]
    return sorted(found, key=lambda b: (-b.n, int(b.rows[0])))


def large_enough(found: list[Booklet], n: float, *, fewest: float, share: float) -> list[Booklet]:
    """The largest booklet and all of at least `fewest` persons, if they hold nearly everybody.

    Raises
    ------
    Refused
        They hold less than `share` of the n persons: to leave out the rest could mislead.
    """
    kept = [b for i, b in enumerate(found) if i == 0 or b.n >= fewest]
    held = sum(b.n for b in kept)
    if held < share * n:
        raise Refused(
            "incomplete_data",
            f"{held:g} of {n:g} persons are in the largest booklet of the same items answered, or "
            f"in another of at least {fewest:g} persons; the statistic needs {share:.0%} of them",
            "count omitted responses as wrong where that is fair, or judge fit item by item",
        )
    return kept


def moments(categories: NDArray[np.int8], booklet: Booklet, weight: Floats, most: int) -> Moments:
    """Of categories 0 to most - 1."""
    size = booklet.columns.size
    total, product = np.zeros(size), np.zeros((size, size))
    share = np.zeros((size, most))
    for start in range(0, booklet.rows.size, _BLOCK):
        rows = booklet.rows[start : start + _BLOCK]
        some = categories[rows]
        if booklet.columns.size < some.shape[1]:
            some = some[:, booklet.columns]
        x, w = some.astype(np.float64), weight[rows]
        total += w @ x
        product += (x * w[:, None]).T @ x
        if most > 2:
            share += np.stack([w @ (some == k) for k in range(most)], axis=1)
    mean = total / booklet.n
    if most == 2:
        share = np.stack([booklet.n - total, total], axis=1)
    return Moments(mean, product / booklet.n, share / booklet.n)
