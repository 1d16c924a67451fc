"""Several groups of persons: which items they share, and columns for items that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Column
from naas_psych.irt.engine.coding import Coded
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

#: Labels named in a message.
_NAMED = 12


@dataclass(frozen=True)
class Grouping:
    """index : (N,) each person's group, into `labels`; reference : the group fixed at N(0, 1)."""

    index: NDArray[np.int64]
    labels: tuple[object, ...]
    reference: int


def grouping_of(groups: Any, weight: Floats, *, reference: object, anchors: object) -> Grouping:
    """Groups in sorted order of their labels; the reference is the first unless named.

    Raises
    ------
    Refused
        A label for each person is not there, a group has nobody with weight and a response, or the
        reference is not among the groups.
    """
    if groups is None:
        if reference is not None or anchors is not None:
            raise Refused(
                "bad_groups",
                "a reference group or anchor items were named, but no groups",
                "give groups, a label a person",
            )
        return Grouping(np.zeros(weight.size, np.int64), ("all",), 0)
    names, index = _labelled(groups, weight.size)
    empty = np.bincount(index, weight, minlength=len(names)) == 0
    if empty.any():
        raise Refused(
            "empty_group",
            f"nobody in group {names[int(empty.argmax())]!r} has a weight above 0 and a response",
            "leave the group out",
        )
    if reference is None:
        return Grouping(index, names, 0)
    if reference not in names:
        raise Refused(
            "bad_reference",
            f"no person is in the reference group {reference!r}",
            f"name one of {', '.join(map(repr, names[:_NAMED]))}",
        )
    return Grouping(index, names, names.index(reference))


def _labelled(groups: Any, n_persons: int) -> tuple[tuple[object, ...], NDArray[np.int64]]:
    """The different labels in order, and the place of each person's."""
    given = groups if isinstance(groups, np.ndarray) else np.array(groups, dtype=object)
    if given.shape != (n_persons,):
        raise Refused(
            "bad_groups",
            f"there are {given.size} group labels for {n_persons} persons",
            "give one label a person",
        )
    listed = given.tolist()
    if any(label is None or label != label for label in listed):  # noqa: PLR0124 - NaN is not itself
        raise Refused("bad_groups", "some group labels are unknown", "give every person a label")
    if len({str if isinstance(label, str) else float for label in listed}) > 1:
        raise Refused("bad_groups", "group labels are text and numbers", "use one kind of label")
    names = sorted(set(listed))
    place = {name: k for k, name in enumerate(names)}
    return tuple(names), np.array([place[label] for label in listed], np.int64)


@dataclass(frozen=True)
class Split:
    """Columns after items that are not shared got one a group.

    categories : (N, columns) int8; n_categories (columns,)
    columns : what each is about; item : the caller's item of each; said : what was left out
    """

    categories: NDArray[np.int8]
    n_categories: NDArray[np.int64]
    columns: tuple[Column, ...]
    reference: int
    said: tuple[tuple[str, str], ...]

    @property
    def item(self) -> tuple[int, ...]:
        return tuple(column.item for column in self.columns)


def split_items(
    coded: Coded, grouping: Grouping, anchors: Sequence[int] | None, weight: Floats
) -> Split:
    """Items outside `anchors` (the caller's item numbers) get parameters of each group's own.

    A group has the categories that occur in it; an item that does not vary there has no column.

    Raises
    ------
    Refused
        A group shares too little with the reference group, directly or through others.
    """
    if anchors is None or len(grouping.labels) == 1:
        _refuse_unlinked(coded.categories, grouping)
        whole = tuple(
            Column(int(j), -1, scores) for j, scores in zip(coded.used, coded.scores, strict=True)
        )
        return Split(coded.categories, coded.n_categories, whole, grouping.reference, ())
    shared = np.isin(coded.used, list(anchors))
    _refuse_unlinked(coded.categories[:, shared], grouping)
    found = [
        _Column(coded.categories[:, p], Column(int(coded.used[p]), -1, coded.scores[p]))
        for p in np.flatnonzero(shared)
    ]
    said: list[tuple[str, str]] = []
    for g, label in enumerate(grouping.labels):
        for p in np.flatnonzero(~shared):
            own = _own_column(coded, int(p), (grouping.index == g) & (weight > 0))
            if own is None:
                sentence = f"Item {coded.used[p] + 1} does not vary in group {label!r}."
                said.append(("item_not_in_group", sentence))
            else:
                found.append(_Column(own.categories, replace(own.column, group=g)))
    return Split(
        np.stack([one.categories for one in found], axis=1),
        np.array([one.column.scores.size for one in found]),
        tuple(one.column for one in found),
        grouping.reference,
        tuple(said),
    )


@dataclass(frozen=True)
class _Column:
    categories: NDArray[np.int8]
    column: Column


def _own_column(coded: Coded, place: int, rows: NDArray[np.bool_]) -> _Column | None:
    """The item as some persons see it, its categories numbered anew; None where it is constant."""
    categories = np.where(rows, coded.categories[:, place], -1).astype(np.int8)
    occurs = np.unique(categories[categories >= 0])
    if occurs.size < 2:
        return None
    new = np.full(coded.n_categories[place] + 1, -1, np.int8)  # the last entry is for absences
    new[occurs] = np.arange(occurs.size)
    column = Column(int(coded.used[place]), 0, coded.scores[place][occurs])
    return _Column(new[categories], column)


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
