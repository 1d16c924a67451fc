"""Where counts are exact, a level whose size is withheld in one place is withheld in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from naas_psych.assurance.disclosure.primary import SECONDARY, Sheet
from naas_psych.study.groupings import Flags

#: The column of a level, and the count of its persons.
_SIZES = (("group_level", "n"), ("focal", "n_focal"), ("reference", "n_reference"))
#: Columns beside which a count is of some of the level's persons only.
_PARTS = frozenset({"item_id", "form", "outcome", "rater_id", "criterion"})


def withhold_levels(sheets: Sequence[Sheet]) -> None:
    """Every number of a level whose size is withheld: an error or a ratio would give it away."""
    lost = {level for sheet in sheets for level in _lost(sheet)}
    for sheet in sheets:
        where = _rows(sheet, lost)
        if where.any():
            for column in sheet.layout.columns.values():
                if column.kind not in ("free", "rounded"):
                    sheet.withhold(column.name, where, SECONDARY)


def _lost(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Group and level of the rows whose count is withheld, where it counts the whole level."""
    if "group" not in sheet.frame or _PARTS & set(sheet.frame.columns):
        return
    for level, size in _SIZES:
        if level in sheet.frame and size in sheet.frame:
            for row in np.flatnonzero(sheet.hidden(size)).tolist():
                yield str(sheet.frame["group"].iloc[row]), str(sheet.frame[level].iloc[row])


def _rows(sheet: Sheet, lost: set[tuple[str, str]]) -> Flags:
    found = np.zeros(len(sheet.frame), dtype=bool)
    if "group" not in sheet.frame:
        return found
    groups = sheet.frame["group"].astype(str).tolist()
    for level, size in _SIZES:
        if level in sheet.frame and size in sheet.frame:
            names = sheet.frame[level].astype(str).tolist()
            found |= np.array([one in lost for one in zip(groups, names, strict=True)], dtype=bool)
    return found
