"""Distributions of the rest score: the sum of all items but one, at every node of theta."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.scores.score_distribution import joined
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Rest:
    """distribution : (R + 1, Q), the probability of each sum of the items other than `item`."""

    item: int
    distribution: Floats


def rest_scores(probabilities: Floats, n_categories: NDArray[np.int64]) -> Iterator[Rest]:
    """Every item's rest score, from the probabilities (J, K, Q) of its J items.

    Half of the items is left out by adding the other half (Lord & Wingersky 1984), and each half is
    halved in turn: J log J additions of an item, and never a subtraction or division, which lose
    digits where an item is very easy.
    """
    start = np.ones((1, probabilities.shape[2]))
    items = [p[:k] for p, k in zip(probabilities, n_categories.tolist(), strict=True)]
    yield from _within(items, 0, len(items), start)


def _within(items: list[Floats], first: int, last: int, others: Floats) -> Iterator[Rest]:
    """Rest scores of items `first` to `last` - 1; `others` is the sum of all outside these."""
    if last - first == 1:
        yield Rest(first, others)
        return
    middle = (first + last) // 2
    yield from _within(items, first, middle, _with(others, items[middle:last]))
    yield from _within(items, middle, last, _with(others, items[first:middle]))


def _with(distribution: Floats, items: list[Floats]) -> Floats:
    for p in items:
        distribution = joined(distribution, p, np.arange(p.shape[0]))
    return distribution
