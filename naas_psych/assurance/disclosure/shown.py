"""A table as it leaves the gate: counts rounded, withheld cells null with a reason beside them."""

from __future__ import annotations

from math import log10
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.assurance.disclosure.declared import SHARES, Column
from naas_psych.assurance.disclosure.primary import SECONDARY, Sheet
from naas_psych.assurance.disclosure.profiles import Numbers, Profile

WITHHELD = "withheld"
WITH_ANOTHER = "withheld_with_another"

#: A share is shown to one decimal of a percent.
_SHARE_DECIMALS = 3
#: Other statistics: four decimals, and four digits where they are small.
_DECIMALS, _DIGITS = 4, 4


def shown(sheet: Sheet, profile: Profile) -> pd.DataFrame:
    """The table that may be seen."""
    table = sheet.frame.copy()
    for column in sheet.layout.columns.values():
        if column.kind == "free":
            continue
        name = column.name
        hidden = sheet.hidden(name)
        values = np.where(sheet.counted, rounded(sheet, column, profile), sheet.values(name))
        if hidden.any():
            table[name] = np.where(hidden, np.nan, values)
            _say_why(table, sheet, name)
        elif table[name].dtype.kind in "iu" and np.isfinite(values).all():
            table[name] = values.astype(np.int64)
        else:
            table[name] = values
    return table


def rounded(sheet: Sheet, column: Column, profile: Profile) -> Numbers:
    """The numbers of a column to the precision that may be seen."""
    values = sheet.values(column.name)
    if column.kind in ("count", "rounded"):
        return profile.rounded(values)
    if column.kind in SHARES:
        places = _SHARE_DECIMALS - round(log10(SHARES[column.kind]))
        return np.asarray(np.round(values, places))
    if column.kind in ("mean", "extreme"):
        bases = sheet.bases(column)
        return _mean(values, np.fmin.reduce(bases)) if bases else _statistic(values)
    return _statistic(values)


def _mean(values: Numbers, base: Numbers) -> Numbers:
    """No finer than one unit shared among all: a finer mean tells how many they are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        decimals = np.floor(np.log10(np.where(base >= 1, base, 1)))
    decimals = np.where(np.isnan(decimals), 0, np.minimum(decimals, _DECIMALS))
    step = 10.0**decimals
    # Rounded once more, so that 0.1 * 3 is 0.3.
    return np.asarray(np.round(np.floor(values * step + 0.5) / step, _DECIMALS))


def _statistic(values: Numbers) -> Numbers:
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(size > 0, -np.floor(np.log10(np.where(size > 0, size, 1))) - 1, 0)
    decimals = np.where(np.isfinite(below), np.maximum(below, 0) + _DIGITS, _DIGITS)
    decimals = np.where(size >= 1, _DECIMALS, np.minimum(decimals, 300)).astype(int)
    found = np.array(values, dtype=np.float64)
    for places in np.unique(decimals):
        here = decimals == places
        found[here] = np.round(values[here], int(places)) if places < 16 else _tiny(values[here])
    return found


def _tiny(values: Numbers) -> Numbers:
    return np.array([float(f"{value:.{_DIGITS - 1}e}") for value in values], dtype=np.float64)


def _say_why(table: pd.DataFrame, sheet: Sheet, name: str) -> None:
    """Fill the reasons of the column, which stands right after it when it is new."""
    reason = f"{name}_reason"
    marks = sheet.marks[name]
    said = [None if mark is None else _code(mark) for mark in marks]
    if reason in table.columns:
        table[reason] = _joined(table[reason], said)
        return
    place = table.columns.get_loc(name)
    table.insert(int(place) + 1 if isinstance(place, int) else 0, reason, _column(said))


def _code(mark: str) -> str:
    return WITH_ANOTHER if mark == SECONDARY else WITHHELD


def _joined(before: pd.Series[Any], said: list[str | None]) -> pd.Series[Any]:
    kept = [old if new is None else new for old, new in zip(before, said, strict=True)]
    return pd.Series(kept, index=before.index, dtype=object)


def _column(said: list[str | None]) -> pd.Series[Any]:
    return pd.Series(said, dtype=object)
