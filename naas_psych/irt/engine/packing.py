"""Scores packed for the E-step: items share bytes, so that look-ups replace products.

Robitzsch (2021): group items into pseudo-items of at most 256 joint categories. Absence is one more
category of an item that has any, and adds nothing to a likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.compiled import compiled
from naas_psych.numerics.arrays import Floats

#: Joint categories of a pseudo-item: what one byte can hold.
MOST_CODES = 256


@dataclass(frozen=True)
class Layout:
    """How J items share B pseudo-items.

    first : (B + 1,) the items of pseudo-item b are first[b] to first[b + 1] - 1
    radix : (J,) categories of each item, with one more where a score may be absent
    stride : (J,) what one step of the item's category adds to the code
    size : (B,) joint categories of each pseudo-item
    n_categories : (J,) categories without absence
    """

    first: NDArray[np.int64]
    radix: NDArray[np.int64]
    stride: NDArray[np.int64]
    size: NDArray[np.int64]
    n_categories: NDArray[np.int64]


@dataclass(frozen=True)
class Packed:
    """What the E-step reads: N rows, each a person or a pattern that several persons share.

    codes : (N, B) uint8
    weight : (N,) case weight, or the sum of those of the persons who share the pattern
    weight_squared : (N,) its square, or the sum of theirs
    group : (N,) int64, 0 to G - 1
    row_of : (persons,) the row of each person, or None where each has a row of their own
    """

    layout: Layout
    codes: NDArray[np.uint8]
    weight: Floats
    weight_squared: Floats
    group: NDArray[np.int64]
    row_of: NDArray[np.int64] | None = None


def layout_of(
    n_categories: NDArray[np.int64], absent: NDArray[np.bool_], *, most: int = MOST_CODES
) -> Layout:
    """Fill pseudo-items with items in order while they have at most `most` joint categories."""
    radix = np.asarray(n_categories, np.int64) + absent
    stride = np.ones_like(radix)
    first, size = [0], []
    reach = 1
    for j, r in enumerate(radix.tolist()):
        if reach * r > most and j > first[-1]:
            first.append(j)
            size.append(reach)
            reach = 1
        stride[j] = reach
        reach *= r
    first.append(len(radix))
    size.append(reach)
    return Layout(np.array(first), radix, stride, np.array(size), np.asarray(n_categories))


def pack(
    categories: NDArray[np.int8],
    n_categories: NDArray[np.int64],
    *,
    weight: Floats | None = None,
    group: NDArray[np.int64] | None = None,
    merge: bool = True,
    most_codes: int = MOST_CODES,
) -> Packed:
    """Pack categories (N, J), -1 where absent; patterns that repeat are merged when that pays.

    most_codes : joint categories of a pseudo-item; fewer than a byte holds suit few persons
    """
    n_persons = categories.shape[0]
    absent = np.asarray((categories < 0).any(axis=0))
    layout = layout_of(n_categories, absent, most=most_codes)
    codes = np.empty((n_persons, layout.size.size), np.uint8)
    compiled(_write_codes)(categories, layout.first, layout.stride, layout.n_categories, codes)
    weight = np.ones(n_persons) if weight is None else weight
    group = np.zeros(n_persons, np.int64) if group is None else group
    packed = Packed(layout, codes, weight, weight * weight, group)
    return _merged(packed) if merge and _worth_merging(packed) else packed


def _write_codes(categories: Any, first: Any, stride: Any, n_categories: Any, codes: Any) -> None:
    for n in range(categories.shape[0]):
        for b in range(first.size - 1):
            code = 0
            for j in range(first[b], first[b + 1]):
                k = categories[n, j]
                code += stride[j] * (k if k >= 0 else n_categories[j])
            codes[n, b] = code


#: Rows looked at to guess whether patterns repeat; below this many merging is not worth its cost.
_SAMPLE = 2048


def _worth_merging(packed: Packed) -> bool:
    """Short tests repeat patterns: if half of a sample does, the whole repeats more."""
    n = packed.codes.shape[0]
    if n < _SAMPLE:
        return False
    some = packed.codes[:: n // _SAMPLE][:_SAMPLE]
    return bool(np.unique(_keys(some)).size < 0.5 * some.shape[0])


def _keys(codes: NDArray[np.uint8]) -> NDArray[Any]:
    """One comparable key a row."""
    rows = np.ascontiguousarray(codes)
    if rows.shape[1] <= 8:
        wide = np.zeros((rows.shape[0], 8), np.uint8)
        wide[:, : rows.shape[1]] = rows
        return wide.view(np.uint64).ravel()
    return rows.view(np.dtype((np.void, rows.shape[1]))).ravel()


def _merged(packed: Packed) -> Packed:
    """One row a pattern and group, in an order that does not depend on that of the persons."""
    label = packed.group.astype("<u4")[:, None].view(np.uint8)
    marked = np.hstack([label, packed.codes])
    _, first, row_of = np.unique(_keys(marked), return_index=True, return_inverse=True)
    return Packed(
        packed.layout,
        np.ascontiguousarray(packed.codes[first]),
        np.asarray(np.bincount(row_of, packed.weight, first.size), float),
        np.asarray(np.bincount(row_of, packed.weight_squared, first.size), float),
        packed.group[first],
        row_of,
    )
