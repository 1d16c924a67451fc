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
    categories = max((int(one.max(initial=0)) for one in most), default=0) + 1
    lengths = [int(one.sum()) + 1 for one in most]
    counts = np.zeros((n_items, sum(lengths), n_groups, categories), dtype=np.int32)
    start = 0
    for form, length in zip(forms, lengths, strict=True):
        own = group[form.rows]
        compared = own >= 0
        marks = form.marks[compared].astype(np.int64)
        studied = form.studied[compared]
        total = marks[:, used[form.items]].sum(axis=1)
        for k, item in enumerate(form.items):
            matched = total + _own_part(marks[:, k], bool(used[item]), include_studied)
            seen = studied[:, k] >= 0
            code = (matched * n_groups + own[compared]) * categories + studied[:, k]
            found = np.bincount(code[seen], minlength=length * n_groups * categories)
            counts[item, start : start + length] = found.reshape(length, n_groups, categories)
        start += length
    return DifCells(
        counts=counts,
        score=np.concatenate([np.arange(length) for length in lengths] or [np.empty(0, np.int64)]),
        form=np.repeat(np.arange(len(lengths)), lengths),
    )


def _own_part(marks: Integers, in_total: bool, wanted: bool) -> Any:
    """What turns the anchor's total into the matching total of one item."""
    if in_total == wanted:
        return 0
    return marks if wanted else -marks


def _most(form: MatchedForm) -> Integers:
    return np.asarray(form.marks.max(axis=0, initial=0), dtype=np.int64)
