"""Counts that every method on matched scores starts from: item by matching score, group, category.

Persons are matched within their form on a total of marks. What the methods need of thousands of
persons is how many of each group have each category of an item at each matching score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MatchedForm:
    """Persons who were given the same j items and have a total on them.

    items : (j,) indices in the study
    marks : (n, j) whole points above the item's lowest, none absent: what totals are made of
    studied : (n, j) the same, negative where the response is left out of the item's statistics
    rows : (n,) persons of the study
    """

    name: str
    items: Integers
    marks: NDArray[Any]
    studied: NDArray[Any]
    rows: Integers


@dataclass(frozen=True, eq=False)
class DifCells:
    """How many persons of each group have each category, at each matching score.

    counts : (J, S, G, C) persons; items not given in a form have no persons in its strata
    score : (S,) the matching total of each stratum, in points
    form : (S,) the form of each stratum
    """

    counts: NDArray[np.int32]
    score: Integers
    form: Integers


def dif_cells(
    forms: Sequence[MatchedForm],
    group: Integers,
    *,
    n_items: int,
    n_groups: int,
    anchor: NDArray[np.bool_] | None = None,
    include_studied: bool = True,
) -> DifCells:
    """The counts for all J items.

    Parameters
    ----------
    group
        (N,) 0, 1 ... of each person of the study, negative for persons who are not compared.
    anchor
        (J,) items whose marks make the matching total; all items where it is not given.
    include_studied
        Whether an item's own mark is always part of its matching total (as MH, standardisation
        and logistic regression need), or never (SIBTEST matches on the other items).
    """
    used = np.ones(n_items, dtype=bool) if anchor is None else anchor
    most = [_most(form) for form in forms]
    categories = max((int(form.studied.max(initial=0)) for form in forms), default=0) + 1
    lengths = [int(one.sum()) + 1 for one in most]
    counts = np.zeros((n_items, sum(lengths), n_groups, categories), dtype=np.int32)
    start = 0
    for form, length, own in zip(forms, lengths, most, strict=True):
        at = used[form.items]
        found = _by_anchor_total(form, group, at, shape=(length, n_groups, categories))
        # An item that gives nobody a mark is in no total, whatever was answered to it.
        _move(found, (at != include_studied) & (own > 0), by=1 if include_studied else -1)
        counts[form.items, start : start + length] = found
        start += length
    return DifCells(
        counts=counts,
        score=np.concatenate([np.arange(length) for length in lengths] or [np.empty(0, np.int64)]),
        form=np.repeat(np.arange(len(lengths)), lengths),
    )


def _by_anchor_total(
    form: MatchedForm, group: Integers, used: NDArray[np.bool_], *, shape: tuple[int, int, int]
) -> NDArray[np.int32]:
    """(j, S, G, C) persons at each total of the items in use.

    Persons are sorted by total and group once, so that each category of all items is one sum over
    stretches of persons.
    """
    length, n_groups, categories = shape
    own = group[form.rows]
    compared = np.flatnonzero(own >= 0)
    found = np.zeros((form.items.size, length * n_groups, categories), dtype=np.int32)
    if compared.size:
        # Sums of whole numbers below 2^24 are exact in single precision.
        total = form.marks.astype(np.float32) @ used.astype(np.float32)
        code = total[compared].astype(np.int64) * n_groups + own[compared]
        order = np.argsort(code.astype(np.min_scalar_type(int(code.max()))), kind="stable")
        code = code[order]
        starts = np.flatnonzero(np.diff(code, prepend=-1))
        small = np.int8 if categories < 127 else np.int32
        studied = np.ascontiguousarray(form.studied.astype(small)[compared[order]].T)
        for category in range(categories):
            hits = studied == category
            found[:, code[starts], category] = np.add.reduceat(hits, starts, axis=1, dtype=np.int32)
    return found.reshape(-1, length, n_groups, categories)


def _move(found: NDArray[np.int32], items: NDArray[np.bool_], *, by: int) -> None:
    """Put an item's own mark into its matching total, or take it out, where `items` says so."""
    for category in range(1, found.shape[3]):
        shift = by * category
        held = found[items, :, :, category]
        moved = np.zeros_like(held)
        if by > 0:
            moved[:, shift:] = held[:, :-shift]
        else:
            moved[:, :shift] = held[:, -shift:]
        found[items, :, :, category] = moved


def _most(form: MatchedForm) -> Integers:
    return np.asarray(form.marks.max(axis=0, initial=0), dtype=np.int64)
