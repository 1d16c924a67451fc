"""Items at the end of a test that left no trace: no row in the file, or a blank without a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.booklets import find_booklets
from naas_psych.study.responses import NOT_ADMINISTERED, OMITTED
from naas_psych.study.study import Study

Flags = NDArray[np.bool_]

#: Sets of items that may be the whole of a test whose end some persons did not reach.
_MOST_FORMS = 20
#: Different numbers of items with which persons stop, from which it is no matter of shorter forms.
_FEWEST_ENDS = 3


def without_rows(study: Study, given: Flags, positions: NDArray[Any] | None) -> Flags:
    """(N, J) items not in the file because the person did not get to them.

    Only in long data that name no form. A person is taken to have stopped early whose items are the
    first k of exactly one larger set that others have; and only where persons stop at three
    different places or more, as a shorter form would end at one.
    """
    nothing = np.zeros_like(given)
    responses = study.spec.responses
    if responses.layout != "long" or responses.form is not None or given.all():
        return nothing
    whole = _whole_forms(given)
    order = _order(study, given, positions)
    taken = np.zeros(given.shape[0], dtype=np.int64)
    missing = nothing.copy()
    for items in whole:
        early = _stopped(given, items, order)
        taken += early
        missing |= early[:, None] & items & ~given
    missing &= (taken == 1)[:, None]
    ends = np.unique(given[missing.any(axis=1)].sum(axis=1))
    return missing if ends.size >= _FEWEST_ENDS else nothing


def _whole_forms(given: Flags) -> list[Flags]:
    """Sets of items (J,) that two persons or more have and that no larger such set holds."""
    points = np.where(given, 0, NOT_ADMINISTERED).astype(np.int8)
    masks = []
    for booklet in find_booklets(points, min_persons=2).kept:
        mask = np.zeros(given.shape[1], dtype=bool)
        mask[booklet.items] = True
        masks.append(mask)
    largest: list[Flags] = []
    for mask in sorted(masks, key=lambda one: -int(one.sum())):
        if not any((mask <= one).all() for one in largest):
            largest.append(mask)
    return largest[:_MOST_FORMS]


def _order(study: Study, given: Flags, positions: NDArray[Any] | None) -> NDArray[np.int64]:
    """(N, J) place of each item for each person; of items without a row, behind all others.

    Without positions of responses the common order holds for items without a row too.
    """
    if positions is not None:
        return np.where(given & (positions > 0), positions, np.iinfo(np.int16).max).astype(np.int64)
    order = np.arange(given.shape[1])
    if "position" in study.items and study.items["position"].notna().all():
        order = np.argsort(np.argsort(study.items["position"].to_numpy(dtype=float), kind="stable"))
    return np.broadcast_to(order, given.shape)


def _stopped(given: Flags, items: Flags, order: NDArray[np.int64]) -> Flags:
    """(N,) persons whose items are the first of these, in their order, and not all of them."""
    inside = ~(given & ~items).any(axis=1) & given.any(axis=1)
    absent = items & ~given
    last = np.where(given, order, -1).max(axis=1)
    first_absent = np.where(absent, order, np.iinfo(np.int64).max).min(axis=1)
    # With positions of responses: no place before the last is empty.
    size = given.sum(axis=1)
    filled = (last == size) | (order[:1] == order).all()
    return np.asarray(inside & absent.any(axis=1) & (last < first_absent) & filled)


def untimed_ends(points: NDArray[Any], times: NDArray[Any], places: NDArray[Any]) -> Flags:
    """(N, J) omitted items after the last that a person answered or spent time on, but the first.

    Of persons with a time only. Nobody can tell such a blank from an item that was not reached; the
    first is taken as seen, as is usual.
    """
    timed = np.isfinite(times)
    active = ((points >= 0) | timed) & (places > 0)
    last = np.where(active, places, 0).max(axis=1)
    after = (points == OMITTED) & ~timed & (places > last[:, None]) & timed.any(axis=1)[:, None]
    first = np.where(after, places, np.iinfo(np.int16).max).min(axis=1)
    return np.asarray(after & (places > first[:, None]))
