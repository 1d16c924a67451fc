"""One row a comparison: the gap in ability, and from which cut on pass rates lie apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.cut_groups_model import LevelModel
from naas_psych.analyses.cutscores.cut_groups_rows import NAMES, Counted
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.thresholds import Thresholds

#: Persons of each group who must meet a cut for its ratio to be looked at.
_FEWEST = 10


def gaps_table(
    comparisons: Sequence[Comparison],
    grid: Floats,
    along: Counted,
    *,
    modelled: Mapping[str, Floats],
    levels: Mapping[int, LevelModel],
    limits: Thresholds,
) -> pd.DataFrame:
    """Abilities, and the lowest cut from which the ratio is below the line."""
    columns: dict[str, Any] = {name: [say(c) for c in comparisons] for name, say in NAMES.items()}
    for side in ("reference", "focal"):
        n = getattr(along.passes, f"n_{side}")[:, 0]
        columns[f"n_{side}"] = n.astype(np.int64)
    columns |= _abilities(comparisons, levels, along.shown)
    line = limits["pass_ratio_min"].value
    columns |= _crossings(grid, along, line)
    if modelled:
        below = modelled["ratio_modelled"] < line
        columns["modelled_below_from"] = np.where(along.shown, _from_on(grid, below), np.nan)
    else:
        columns["modelled_below_from"] = np.full(len(comparisons), np.nan)
    return tidy(columns, _whys(columns, along.shown, bool(modelled)))


def _abilities(
    comparisons: Sequence[Comparison],
    levels: Mapping[int, LevelModel],
    shown: NDArray[np.bool_],
) -> dict[str, Floats]:
    found = {}
    for side in ("reference", "focal"):
        own = [levels.get(id(getattr(one, side))) for one in comparisons]
        for name, part in (("ability", "mean"), ("ability_sd", "sd")):
            values = [getattr(one.moments, part) if one else np.nan for one in own]
            found[f"{name}_{side}"] = np.where(shown, np.array(values, dtype=float), np.nan)
    spread = np.sqrt((found["ability_sd_reference"] ** 2 + found["ability_sd_focal"] ** 2) / 2)
    gap = found["ability_focal"] - found["ability_reference"]
    with np.errstate(invalid="ignore", divide="ignore"):
        found["ability_gap"] = np.where(spread > 0, gap / spread, np.nan)
    return found


def _crossings(grid: Floats, along: Counted, line: float) -> dict[str, Floats]:
    """Only cuts that enough persons of both groups meet: beyond them the ratio is chance."""
    passed = np.minimum(along.passes.reference, along.passes.focal)
    seen = (passed >= _FEWEST) & along.shown[:, None]
    with np.errstate(invalid="ignore"):
        below = {end: seen & (along.columns[f"ratio{end}"] < line) for end in ("", "_low", "_high")}
    seen_to = _last(grid, seen)
    from_on = _from_on(grid, np.where(seen, below[""], True))
    with np.errstate(invalid="ignore"):
        from_on = np.where(from_on <= seen_to, from_on, np.nan)
    return {
        "ratio_below_from": from_on,
        "ratio_surely_below_from": _first(grid, below["_high"]),
        "ratio_maybe_below_from": _first(grid, below["_low"]),
        "ratio_seen_to": seen_to,
    }


def _first(grid: Floats, holds: NDArray[np.bool_]) -> Floats:
    """The lowest cut at which it holds; nan where there is none."""
    return np.where(holds.any(axis=1), grid[holds.argmax(axis=1)], np.nan)


def _last(grid: Floats, holds: NDArray[np.bool_]) -> Floats:
    return np.where(holds.any(axis=1), grid[::-1][holds[:, ::-1].argmax(axis=1)], np.nan)


def _from_on(grid: Floats, holds: NDArray[np.bool_]) -> Floats:
    """The lowest cut from which on it holds at every cut."""
    tail = np.logical_and.accumulate(holds[:, ::-1], axis=1)[:, ::-1]
    return _first(grid, tail)


def _whys(
    columns: Mapping[str, Any], shown: NDArray[np.bool_], modelled: bool
) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for name, values in columns.items():
        if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
            continue
        beyond = "ratio_never_below" if name.endswith("below_from") else "no_variance"
        beyond = "all_or_none_passed" if name == "ratio_seen_to" else beyond
        if name.startswith(("ability", "modelled")) and not modelled:
            beyond = "not_fitted"
        found[name] = [beyond if there else "group_too_few" for there in shown]
    return found
