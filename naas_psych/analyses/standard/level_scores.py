"""Scores by level, and shares at or above each boundary by score: what the pictures stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy

#: Persons of a band of scores at the least, and bands at the most.
_IN_BAND, _BANDS = 10, 10


def level_table(
    percent: Floats,
    level: NDArray[np.int64],
    levels: Sequence[str],
    *,
    folders: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    """A row a level: how many, mean, SD and quartiles of the per cent of the marks.

    `folders` (n,) says which rating is of whom, where a person has several.
    """
    members = [np.flatnonzero(level == k) for k in range(len(levels))]
    groups = [percent[own] for own in members]
    n = [_persons(own, folders) for own in members]
    columns: dict[str, Any] = {
        "judged_level": list(levels),
        "n": n,
        **({} if folders is None else {"ratings": [int(own.size) for own in members]}),
        "mean_percent": _each(groups, np.mean, 1),
        "sd_percent": _each(groups, lambda own: own.std(ddof=1), 2),
        "percent_quartile_1": _each(groups, lambda own: np.quantile(own, 0.25), 1),
        "percent_median": _each(groups, np.median, 1),
        "percent_quartile_3": _each(groups, lambda own: np.quantile(own, 0.75), 1),
    }
    why = ["group_empty" if not count else "too_few_persons" for count in n]
    return tidy(columns, dict.fromkeys(columns, why))


def _each(groups: Sequence[Floats], value: Any, least: int) -> Floats:
    found = [float(value(own)) if own.size >= least else np.nan for own in groups]
    return np.array(found, dtype=float)


def _persons(rows: NDArray[np.int64], folders: NDArray[np.int64] | None) -> int:
    return int(rows.size if folders is None else np.unique(folders[rows]).size)


def band_table(
    percent: Floats,
    level: NDArray[np.int64],
    names: Sequence[str],
    *,
    folders: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    """A row a boundary and band of scores: how many judgements, and the share at or above."""
    codes = _bands(percent)
    rows = []
    for k, name in enumerate(names):
        for band in range(int(codes.max()) + 1):
            own = np.flatnonzero(codes == band)
            rows.append(
                {
                    "cut_name": name,
                    "band": band + 1,
                    "n": _persons(own, folders),
                    **({} if folders is None else {"ratings": int(own.size)}),
                    "mean_percent": float(percent[own].mean()),
                    "above_share": float((level[own] > k).mean()),
                }
            )
    return tidy({name: [row[name] for row in rows] for name in rows[0]})


def _bands(percent: Floats) -> NDArray[np.int64]:
    """(n,) band of each: of about as many, and equal scores in one band."""
    count = int(np.clip(percent.size // _IN_BAND, 1, _BANDS))
    edges = np.unique(np.quantile(percent, np.arange(1, count) / count))
    return np.unique(np.searchsorted(edges, percent, side="left"), return_inverse=True)[1]
