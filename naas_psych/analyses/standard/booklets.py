"""The ordered booklet of the bookmark method, and where each judge put the bookmark in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.irt.response_locations import Locations
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Booklet:
    """E entries in order of their location; `reasons` of those without stand at the end.

    items, steps (E,) : what each entry is; theta (E,) ascending, nan at the end
    form : the form whose items it holds, "" for all items
    """

    form: str
    items: NDArray[np.int64]
    steps: NDArray[np.int64]
    theta: Floats
    reasons: tuple[str | None, ...]

    @property
    def n(self) -> int:
        """Entries that have a place."""
        return int(np.isfinite(self.theta).sum())

    def at(self, item: int, step: int) -> int:
        """The entry of a step, -1 where there is none."""
        found = np.flatnonzero((self.items == item) & (self.steps == step))
        return int(found[0]) if found.size else -1


def booklet(found: Locations, keep: NDArray[np.bool_], form: str) -> Booklet:
    """The entries of some items in order; equal locations stand in the order of the items."""
    own = np.flatnonzero(keep[found.items])
    order = own[np.argsort(found.theta[own], kind="stable")]
    return Booklet(
        form=form,
        items=found.items[order],
        steps=found.steps[order],
        theta=found.theta[order],
        reasons=tuple(found.reasons[k] for k in order),
    )


@dataclass(frozen=True, eq=False)
class Placed:
    """Bookmarks of J judges for one cut, after one round.

    entries (J,) : entry of the booklet, -1 where none
    whys : why a judge's bookmark has no entry: before_first, after_last, no_such_entry, ...
    tables (J,) : the table of each judge, as a number
    """

    cut_name: str
    booklet: Booklet
    judges: tuple[str, ...]
    entries: NDArray[np.int64]
    whys: tuple[str | None, ...]
    tables: NDArray[np.int64]
    table_names: tuple[str | None, ...]

    def locations(self, pages: Booklet, convention: str) -> Floats:
        """(J,) where the bookmarks lie with the locations and the order of `pages`.

        -inf and inf before the first and after the last entry; nan without a location.
        """
        ends = {"before_first": -np.inf, "after_last": np.inf}
        found = np.array([ends.get(why or "", np.nan) for why in self.whys])
        for j, entry in enumerate(self.entries):
            if entry >= 0:
                at = pages.at(int(self.booklet.items[entry]), int(self.booklet.steps[entry]))
                found[j] = _location(pages, at, convention)
        return found


def _location(pages: Booklet, at: int, convention: str) -> float:
    """Of the last entry mastered, or half way to the next; after the last entry there is none."""
    if at < 0 or at >= pages.n:
        return float("nan")
    here = float(pages.theta[at])
    if convention == "midpoint" and at + 1 < pages.n:
        return (here + float(pages.theta[at + 1])) / 2
    return here


def placed_bookmarks(
    rows: pd.DataFrame, pages: Booklet, item_ids: Sequence[str], cut_name: str
) -> Placed:
    """One row a judge; of several the last."""
    rows = rows.drop_duplicates("judge_id", keep="last").sort_values("judge_id", kind="stable")
    found = [_entry(row, pages, item_ids) for row in rows.to_dict("records")]
    names = _table_names(rows)
    known = sorted({name for name in names if name is not None})
    # Without tables every judge sits alone.
    codes = [known.index(n) if n is not None else len(known) + k for k, n in enumerate(names)]
    return Placed(
        cut_name=cut_name,
        booklet=pages,
        judges=tuple(rows["judge_id"].astype(str)),
        entries=np.array([entry for entry, _ in found], np.int64),
        whys=tuple(why for _, why in found),
        tables=np.array(codes, np.int64),
        table_names=tuple(names),
    )


def _table_names(rows: pd.DataFrame) -> list[str | None]:
    if "panel_table" not in rows:
        return [None] * len(rows)
    return [None if pd.isna(name) else str(name) for name in rows["panel_table"]]


def _entry(row: dict[Any, Any], pages: Booklet, item_ids: Sequence[str]) -> tuple[int, str | None]:
    """The entry that a row means, by its item or by its place; or why there is none."""
    item, place = row.get("item_id"), row.get("place")
    if isinstance(item, str) and item in item_ids:
        j, step = item_ids.index(item), row.get("step")
        own = np.flatnonzero(pages.items == j)
        number = 1 if step is None or pd.isna(step) else int(step)
        if (step is None or pd.isna(step)) and own.size > 1:
            return -1, "no_such_entry"
        at = pages.at(j, number)
        return (at, pages.reasons[at]) if 0 <= at < pages.n else _absent(pages, at)
    if place is None or pd.isna(place):
        return -1, "no_ratings"
    if place < 1:
        return -1, "before_first"
    if place > pages.n:
        return -1, "after_last"
    return (int(place) - 1, None) if place == int(place) else (-1, "no_such_entry")


def _absent(pages: Booklet, at: int) -> tuple[int, str | None]:
    return -1, "no_such_entry" if at < 0 else pages.reasons[at]
