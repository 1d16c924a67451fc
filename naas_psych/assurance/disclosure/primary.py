"""Primary suppression: which cells of one table are too small to be shown, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.assurance.disclosure.declared import SHARES, Column, Layout
from naas_psych.assurance.disclosure.profiles import Flags, Numbers, Profile

#: What a ledger row says; the first rule that holds stays.
SMALL_COUNT = "small count"
SMALL_BASE = "base of a percentage"
SMALL_MEAN = "base of a mean"
SMALL_EXTREME = "base of a smallest or largest value"
FEW_WITH_OUTCOME = "few persons of a group have the outcome, or lack it"
SMALL_NUMERATOR = "a percentage that gives a small count"
RESTS_ON_WITHHELD = "rests on a number that is withheld"
SECONDARY = "would give another withheld number"
NEIGHBOURS = "differs from another by a few persons"
PERSONS = "a row about one person"


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table on its way through the gate: its numbers, and the rule that withholds each cell.

    `marks` has, for each column that loses a cell, one rule or None a row. `counted` are the rows
    about persons; others (about judges) stay as they are.
    """

    frame: pd.DataFrame
    layout: Layout
    marks: dict[str, NDArray[np.object_]]
    counted: Flags
    base: Numbers | None = None
    read: dict[str, Any] = field(default_factory=dict)

    def values(self, name: str) -> Numbers:
        """The column as numbers; null is not a number."""
        if name not in self.read:
            numbers = self.frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
            self.read[name] = np.asarray(numbers)
        found: Numbers = self.read[name]
        return found

    def words(self, name: str) -> list[str]:
        """The column as text, for the conditions of a row."""
        mark = f"{name} as text"
        if mark not in self.read:
            self.read[mark] = [str(value) for value in self.frame[name].tolist()]
        found: list[str] = self.read[mark]
        return found

    def hidden(self, name: str) -> Flags:
        """Where a cell of the column is withheld."""
        if name not in self.marks:
            return np.zeros(len(self.frame), dtype=bool)
        return np.asarray(self.marks[name] != None, dtype=bool)  # noqa: E711 - of each element

    def withhold(self, name: str, where: Flags, rule: str) -> bool:
        """Mark the cells that are there and not marked yet; true when there was one."""
        new = where & self.counted & ~self.hidden(name) & ~np.isnan(self.values(name))
        if not new.any():
            return False
        if name not in self.marks:
            self.marks[name] = np.full(len(self.frame), None, dtype=object)
        self.marks[name][new] = rule
        return True

    def bases(self, column: Column) -> list[Numbers]:
        """How many persons the column is about, from every column that says so."""
        if self.base is not None:
            return [self.base]
        return [self.values(name) for name in column.bases]


def primary(sheet: Sheet, profile: Profile) -> None:
    """Mark every cell that is withheld for its own sake, and what rests on it."""
    grouped = bool(sheet.layout.by)
    if sheet.layout.named_only:
        _neighbours(sheet)
    if sheet.layout.apart:
        _apart(sheet, profile)
    for column in sheet.layout.of_kind("count"):
        _count(sheet, column, profile)
    for column in sheet.layout.columns.values():
        _floors(sheet, column, profile, grouped=grouped)
    for column in sheet.layout.of_kind(*SHARES):
        _numerators(sheet, column, profile)
    spread(sheet)
    if sheet.layout.blocks:
        _blocks(sheet, exact=profile.rounding == 1)


def _neighbours(sheet: Sheet) -> None:
    """Of a curve over all cuts only the cuts that somebody asked for are shown.

    Without `by` the columns stand beside others from which they differ, in every row.
    """
    how = sheet.layout.named_only
    named = how.get("by")
    nameless = (
        sheet.frame[named].isna().to_numpy() if named else np.ones(len(sheet.frame), dtype=bool)
    )
    for column in sheet.layout.columns.values():
        if column.of in how["columns"]:
            sheet.withhold(column.name, nameless, NEIGHBOURS)


def _apart(sheet: Sheet, profile: Profile) -> None:
    """Two shares of the same persons that differ by a few: both are withheld.

    Both, so that every table that shows the two makes the same choice.
    """
    how = sheet.layout.apart
    name = how["column"]
    block = sheet.frame.groupby(how["within"], sort=False, dropna=False).ngroup().to_numpy()
    counts = sheet.values(name) * sheet.values(how["base"])
    known = np.isfinite(counts) & ~sheet.hidden(name)
    lost = np.zeros(len(counts), dtype=bool)
    for one in np.unique(block):
        rows = np.flatnonzero((block == one) & known)
        gaps = np.floor(np.abs(counts[rows][:, None] - counts[rows]) + 0.5)
        lost[rows] = ((gaps > 0) & profile.hides(gaps)).any(axis=1)
    for column in sheet.layout.columns.values():
        if column.of == name:
            sheet.withhold(column.name, lost, NEIGHBOURS)


def _blocks(sheet: Sheet, *, exact: bool) -> None:
    """Shares of a block of rows go together; so do counts of all levels where they are exact."""
    how = sheet.layout.blocks
    over = {*how["over"], *(sheet.layout.by if exact else ())}
    keys = [name for name in sheet.layout.keys if name not in over]
    columns = [*how["columns"], *(how.get("counts", ()) if exact else ())]
    lost = np.zeros(len(sheet.frame), dtype=bool)
    for name in (*columns, *how.get("counts", ())):
        lost |= sheet.hidden(name)
    block: NDArray[Any] = np.zeros(len(sheet.frame), dtype=np.int64)
    if keys:
        block = sheet.frame.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    together = np.isin(block, block[lost])
    for column in sheet.layout.columns.values():
        if column.of in columns and column.kind != "free":
            sheet.withhold(column.name, together, SECONDARY)


def spread(sheet: Sheet, rule: str = RESTS_ON_WITHHELD) -> None:
    """Withhold what rests on withheld numbers, until nothing more does.

    In a table of groups the statistics of a row (ratios, differences, tests) are made from its
    shares, so they go with them.
    """
    layout = sheet.layout
    again = True
    while again:
        again = False
        for column in layout.columns.values():
            for other in column.rests:
                again |= sheet.withhold(column.name, sheet.hidden(other), rule)
    for name, count in layout.all_or_none.items():
        if sheet.hidden(count).any():
            sheet.withhold(name, np.ones(len(sheet.frame), dtype=bool), rule)
    if not layout.by:
        return
    lost = np.zeros(len(sheet.frame), dtype=bool)
    for column in layout.of_kind(*SHARES, "mean"):
        lost |= sheet.hidden(column.name)
    for column in layout.of_kind("statistic"):
        sheet.withhold(column.name, lost, rule)


def _count(sheet: Sheet, column: Column, profile: Profile) -> None:
    values = sheet.values(column.name)
    sheet.withhold(column.name, profile.hides(values), SMALL_COUNT)
    if column.outcome:
        for base in sheet.bases(column):
            few = profile.hides_outcome(values, base)
            sheet.withhold(column.name, few, FEW_WITH_OUTCOME)


def _floors(sheet: Sheet, column: Column, profile: Profile, *, grouped: bool) -> None:
    """A number needs so many persons; of a group, every number needs what a percentage needs."""
    if column.kind in ("free", "count", "rounded"):
        return
    for base in sheet.bases(column):
        if column.kind == "extreme":
            sheet.withhold(column.name, base < profile.extreme_base_min, SMALL_EXTREME)
        elif column.kind == "mean" or (column.kind == "statistic" and not grouped):
            sheet.withhold(column.name, base <= profile.mean_base_above, SMALL_MEAN)
        else:
            sheet.withhold(column.name, base < profile.percent_base_min, SMALL_BASE)


def _numerators(sheet: Sheet, column: Column, profile: Profile) -> None:
    """A share says how many persons it counts: that number, and the rest of the base, is a cell."""
    if column.of != column.name or not column.counts_persons:
        return
    for base in sheet.bases(column):
        count = whole(sheet.values(column.name) / SHARES[column.kind] * base)
        for cell in (count, base - count):
            withhold_share(sheet, column, profile.hides(cell), SMALL_NUMERATOR)
            if column.outcome:
                few = profile.hides_outcome(cell, base)
                withhold_share(sheet, column, few, FEW_WITH_OUTCOME)


def withhold_share(sheet: Sheet, column: Column, where: Flags, rule: str) -> None:
    """Withhold a share with its limits, which would give it away."""
    for other in sheet.layout.columns.values():
        if other.of == column.name and other.kind != "free":
            sheet.withhold(other.name, where, rule)


def whole(values: Numbers) -> Numbers:
    """The values that are whole but for rounding, as whole numbers; the others are null."""
    near = np.floor(values + 0.5)
    return np.asarray(np.where(np.abs(values - near) < 1e-6, near, np.nan))


def sheet_of(frame: pd.DataFrame, layout: Layout, tables: Mapping[str, pd.DataFrame]) -> Sheet:
    """The sheet of a table; `tables` are all of the run by `analysis.table`, for its base."""
    counted = np.ones(len(frame), dtype=bool)
    for name, others in layout.exempt.items():
        counted &= ~frame[name].isin(others).to_numpy()
    how = layout.base_from
    if how is None or how["table"] not in tables:
        return Sheet(frame, layout, {}, counted)
    other, keys = tables[how["table"]], list(how["on"])
    counts = other.drop_duplicates(keys).set_index(keys)[how["column"]]
    rows = pd.MultiIndex.from_frame(frame[keys]) if len(keys) > 1 else frame[keys[0]]
    found = counts.reindex(rows).to_numpy(dtype=np.float64, na_value=np.nan)
    return Sheet(frame, layout, {}, counted, base=found)
