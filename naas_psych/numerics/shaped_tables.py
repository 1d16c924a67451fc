"""Cross-tables of all pairs of items from one cross-product, those of one shape together.

The marks of an item are "at least category c", c = 0 .. K - 1; the first says that there is a
response, and items that everybody answered share it. Cells are differences of their products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.pair_pearson import PairPearson, pearson_of_sums
from naas_psych.numerics.pair_tables import Recoded

#: Persons worked on at a time; sums of so many are exact in float32.
_BLOCK = 8_192


@dataclass(frozen=True)
class OneShape:
    """Pairs of items whose tables have K x L cells: items (P,), marks (K, P) and (L, P)."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def tables(self, products: Floats) -> Floats:
        """Counts (K, L, B x P) from the products (B, M, M) of all marks in B samples."""
        found: Floats = products[:, self.rows[:, None], self.columns[None]]
        found = found.transpose(1, 2, 0, 3).reshape(len(self.rows), len(self.columns), -1)
        found[:-1] -= found[1:]
        found[:, :-1] -= found[:, 1:]
        return found


@dataclass(frozen=True)
class Layout:
    """Where the marks of J items stand: items (M,) and categories (M,) of the marks of each.

    present : (J,) the mark that says an item has a response; scores, squares : (M, J) what each
    mark adds to the score of an item and to its square
    """

    item: NDArray[np.int64]
    category: NDArray[np.int8]
    present: NDArray[np.int64]
    scores: Floats
    squares: Floats
    shapes: tuple[OneShape, ...]

    @property
    def cells(self) -> int:
        """Cells of the tables of all pairs."""
        return sum(len(one.rows) * len(one.columns) * one.first.size for one in self.shapes)

    def products(self, codes: NDArray[np.int8]) -> Floats:
        """Cross-products (M, M) of the marks of `codes` (N, J)."""
        by_item = codes.T
        found = np.zeros((self.item.size, self.item.size))
        marks = np.empty((self.item.size, min(_BLOCK, len(codes))), dtype=np.float32)
        for start in range(0, len(codes), _BLOCK):
            block = by_item[:, start : start + _BLOCK]
            some = marks[:, : block.shape[1]]
            for mark, (item, category) in enumerate(zip(self.item, self.category, strict=True)):
                some[mark] = block[item] >= category
            found += some @ some.T
        return found

    def pearson(self, products: Floats) -> PairPearson:
        """Pearson correlations of the scores; every sum is of integers and exact."""
        there = products[:, self.present]
        return pearson_of_sums(
            n=there[self.present],
            sums=self.scores.T @ there,
            squares=self.squares.T @ there,
            products=self.scores.T @ products @ self.scores,
        )


def layout(data: Recoded, scores: Sequence[NDArray[Any]]) -> Layout:
    """For items whose categories have the `scores` (K,) each, lowest first."""
    # The first mark is everybody's: also who lacks a response is at least at -1.
    item, category = [0], [-1]
    marks = []
    for j, count in enumerate(data.categories.tolist()):
        complete = data.complete or bool(data.codes[:, j].min() >= 0)
        own = range(1 if complete else 0, count)
        marks.append(np.array([0] * complete + [len(item) + k for k in range(len(own))]))
        item += [j] * len(own)
        category += own
    added = np.zeros((2, len(item), len(marks)))
    for j, (at, values) in enumerate(zip(marks, scores, strict=True)):
        for power in (1, 2):
            added[power - 1, at, j] = np.diff(values.astype(float) ** power, prepend=0)
    return Layout(
        item=np.array(item),
        category=np.array(category, dtype=np.int8),
        present=np.array([at[0] for at in marks]),
        scores=added[0],
        squares=added[1],
        shapes=_shapes(marks, data.categories),
    )


def _shapes(marks: list[NDArray[np.int64]], categories: NDArray[np.int64]) -> tuple[OneShape, ...]:
    """All pairs, the item with fewer categories first."""
    first, second = np.triu_indices(len(marks), 1)
    turned = categories[first] > categories[second]
    first, second = np.where(turned, second, first), np.where(turned, first, second)
    shape = categories[first] * 1000 + categories[second]
    made = []
    for one in np.unique(shape):
        at = np.flatnonzero(shape == one)
        made.append(
            OneShape(
                first[at],
                second[at],
                rows=np.stack([marks[j] for j in first[at]], axis=1),
                columns=np.stack([marks[j] for j in second[at]], axis=1),
            )
        )
    return tuple(made)
