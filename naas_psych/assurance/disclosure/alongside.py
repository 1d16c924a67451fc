"""What goes with withheld outcomes and means: gaps made from them, and the one that is left.

A difference in pass rates beside one of the two rates gives the other. The mean of everybody and
those of all levels but one give that of the last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from naas_psych.assurance.disclosure.declared import SHARES, Column
from naas_psych.assurance.disclosure.keys import Combined, Conditions, key_at, levels_of
from naas_psych.assurance.disclosure.primary import (
    RESTS_ON_WITHHELD,
    SECONDARY,
    Sheet,
    spread,
    withhold_share,
)

#: Columns that compare two groups in a row.
_SIDES = ("reference", "focal")


def withhold_gaps(sheets: Sequence[Sheet]) -> None:
    """Withhold what is made from an outcome of a group that is withheld in any table."""
    lost = {one for sheet in sheets for one in _lost_outcomes(sheet)}
    if not lost:
        return
    for sheet in sheets:
        if sheet.layout.by and not sheet.layout.modelled and _cut_column(sheet) is not None:
            _withhold_gaps(sheet, lost)


def _lost_outcomes(sheet: Sheet) -> set[tuple[Conditions, str]]:
    """The levels and cuts whose outcomes this table withholds."""
    if (name := _cut_column(sheet)) is None:
        return set()
    cuts = sheet.words(name)
    return {
        (levels_of(sheet, column, row), cuts[row])
        for column in sheet.layout.columns.values()
        if column.outcome
        for row in np.flatnonzero(sheet.hidden(column.name)).tolist()
    }


def _cut_column(sheet: Sheet) -> str | None:
    return next((name for name in ("cut", "outcome") if name in sheet.layout.keys), None)


def _withhold_gaps(sheet: Sheet, lost: set[tuple[Conditions, str]]) -> None:
    cuts = sheet.words(_cut_column(sheet) or "")
    sides: list[str | None] = [one for one in _SIDES if one in sheet.frame.columns]
    asked = [Column(name="", kind="free", of="", side=side) for side in sides or [None]]
    where = np.array(
        [
            any((levels_of(sheet, side, row), cuts[row]) in lost for side in asked)
            for row in range(len(sheet.frame))
        ],
        dtype=bool,
    )
    for column in sheet.layout.of_kind("statistic", "mean", *SHARES):
        if column.kind == "statistic" or column.side is None:
            sheet.withhold(column.name, where, RESTS_ON_WITHHELD)


def withhold_lone_means(sheets: Sequence[Sheet], combined: Combined) -> None:
    """Where the mean of one level of a group is withheld, that of the next smallest goes too."""
    for sheet in sheets:
        own = [column for column in sheet.layout.of_kind("mean") if column.of == column.name]
        if sheet.layout.by and any(sheet.hidden(column.name).any() for column in own):
            for what in sorted({column.what for column in own}):
                same = [column for column in own if column.what == what]
                for levels in _levels_by_block(sheet, same, combined).values():
                    _withhold_next(sheet, levels)
            spread(sheet, SECONDARY)


_Place = tuple[Column, int]


def _levels_by_block(
    sheet: Sheet, columns: Sequence[Column], combined: Combined
) -> dict[tuple[str, Conditions], dict[str, list[_Place]]]:
    """For each group column (and what else holds), where the mean of each level stands."""
    found: dict[tuple[str, Conditions], dict[str, list[_Place]]] = {}
    for column in columns:
        for row in np.flatnonzero(~np.isnan(sheet.values(column.name))).tolist():
            key = key_at(sheet, column, row, 0)
            if len(key.levels) == 1:
                ((group, level),) = key.levels
                if (group, level) not in combined:
                    block = found.setdefault((group, key.conditions), {})
                    block.setdefault(level, []).append((column, row))
    return found


def _withhold_next(sheet: Sheet, levels: dict[str, list[_Place]]) -> None:
    hidden = [level for level, places in levels.items() if _is_hidden(sheet, *places[0])]
    others = [level for level in levels if level not in hidden]
    if len(hidden) != 1 or not others:
        return
    smallest = min(others, key=lambda level: (_persons(sheet, *levels[level][0]), level))
    for column, row in levels[smallest]:
        where = np.zeros(len(sheet.frame), dtype=bool)
        where[row] = True
        withhold_share(sheet, column, where, SECONDARY)


def _is_hidden(sheet: Sheet, column: Column, row: int) -> bool:
    return bool(sheet.hidden(column.name)[row])


def _persons(sheet: Sheet, column: Column, row: int) -> float:
    return min((float(base[row]) for base in sheet.bases(column)), default=0.0)
