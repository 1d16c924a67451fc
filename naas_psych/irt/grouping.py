"""Several groups of persons: which items they share, and columns for items that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.coding import Coded
from naas_psych.irt.refusal import Refused


@dataclass(frozen=True)
class Grouping:
    """index : (N,) the group of each person, into `labels`; reference : the group fixed at N(0, 1)."""

    index: NDArray[np.int64]
    labels: tuple[object, ...]
    reference: int


def grouping_of(groups: Any, n_persons: int, reference: object) -> Grouping:
    """Groups in sorted order of their labels; the reference is the first unless named.

    Raises
    ------
    Refused
        A label for each person is not there, or the reference is not among them.
    """
    if groups is None:
        return Grouping(np.zeros(n_persons, np.int64), ("all",), 0)
    labels, index = np.unique(np.asarray(groups), return_inverse=True)
    if index.shape != (n_persons,):
        raise Refused(
            "bad_groups",
            f"there are {np.asarray(groups).size} group labels for {n_persons} persons",
            "give one label a person",
        )
    names = tuple(labels.tolist())
    if reference is None:
        return Grouping(index.astype(np.int64), names, 0)
    if reference not in names:
        raise Refused(
            "bad_reference",
            f"no person is in the reference group {reference!r}",
            f"name one of {', '.join(map(repr, names))}",
        )
    return Grouping(index.astype(np.int64), names, names.index(reference))


@dataclass(frozen=True)
class Split:
    """Columns after items that are not shared got one a group.

    categories : (N, columns) int8; place : (columns,) which coded item; group : (columns,), -1 all
    """

    categories: NDArray[np.int8]
    place: NDArray[np.int64]
    group: NDArray[np.int64]


def split_items(coded: Coded, grouping: Grouping, anchors: Sequence[int] | None) -> Split:
    """Items outside `anchors` (the caller's item numbers) get parameters of their own in each group.

    Raises
    ------
    Refused
        A group shares too little with the reference group, directly or through others.
    """
    n_groups = len(grouping.labels)
    places = np.arange(coded.used.size)
    if anchors is None or n_groups == 1:
        _refuse_unlinked(coded.categories, grouping)
        return Split(coded.categories, places, np.full(places.size, -1))
    shared = np.isin(coded.used, list(anchors))
    _refuse_unlinked(coded.categories[:, shared], grouping)
    columns, place, group = (
        [coded.categories[:, shared]],
        [places[shared]],
        [np.full(shared.sum(), -1)],
    )
    for g in range(n_groups):
        own = coded.categories[:, ~shared].copy()
        own[grouping.index != g] = -1
        met = _vary(own, coded.n_categories[~shared])
        columns.append(own[:, met])
        place.append(places[~shared][met])
        group.append(np.full(int(met.sum()), g))
    return Split(np.hstack(columns), np.concatenate(place), np.concatenate(group))


def _vary(categories: NDArray[np.int8], n_categories: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Items in all whose categories somebody of the group is: others have no parameters there."""
    return np.array(
        [
            np.unique(categories[categories[:, j] >= 0, j]).size == k
            for j, k in enumerate(n_categories.tolist())
        ],
        dtype=bool,
    )


def _refuse_unlinked(categories: NDArray[np.int8], grouping: Grouping) -> None:
    """Groups are linked by items that persons of both have met."""
    n_groups = len(grouping.labels)
    if n_groups == 1:
        return
    met = np.array([(categories[grouping.index == g] >= 0).any(axis=0) for g in range(n_groups)])
    linked = np.zeros(n_groups, bool)
    linked[grouping.reference] = True
    for _ in range(n_groups):
        items = met[linked].any(axis=0)
        linked |= (met & items).any(axis=1)
    if not linked.all():
        label = grouping.labels[int(np.flatnonzero(~linked)[0])]
        raise Refused(
            "no_anchor",
            f"group {label!r} shares no item with the reference group "
            f"{grouping.labels[grouping.reference]!r}, directly or through other groups",
            "its scale cannot be placed beside theirs: name anchor items that both have met",
        )
