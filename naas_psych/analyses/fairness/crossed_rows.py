"""The rows of the tables on crossed groups: cells, and what is left beyond main effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from naas_psych.analyses.fairness.crossed_groups import Crossing, grouped, persons_by_cell
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.regression.crossed import (
    LOGISTIC_SD,
    Cells,
    ratio_limits,
    remaining_limits,
    shrunken_cells,
)
from naas_psych.numerics.two_groups import mean_interval
from naas_psych.result import tidy

_SHOWN = (
    "cell_shrunken",
    "cell_shrunken_low",
    "cell_shrunken_high",
    "cell_additive",
    "cell_deviation",
    "cell_deviation_low",
    "cell_deviation_high",
)
_SUMMED = (
    "between_sd",
    "beyond_sd",
    "beyond_sd_low",
    "beyond_sd_high",
    "cell_vpc",
    "cell_vpc_low",
    "cell_vpc_high",
    "remaining",
    "remaining_low",
    "remaining_high",
)


@dataclass(frozen=True, eq=False)
class Modelled:
    """An outcome of the persons in cells: values (N,), and the model with main effects and without
    them; None where everybody has one value."""

    outcome: str
    binary: bool
    values: Floats
    with_main: Cells | None
    without: Cells | None


def modelled(
    crossing: Crossing,
    outcome: str,
    values: Floats,
    forms: NDArray[np.int64],
    *,
    binary: bool,
    level: float,
) -> Modelled:
    """The two models of an outcome; rates are in percent only where they are shown."""
    own = np.where(crossing.codes >= 0, values, np.nan)
    if not np.nanmax(own) > np.nanmin(own):
        return Modelled(outcome, binary, own, None, None)
    with_main, without = (
        shrunken_cells(grouped(crossing, own, forms, main=main, binary=binary), level=level)
        for main in (True, False)
    )
    return Modelled(outcome, binary, own, with_main, without)


def cells_table(
    crossing: Crossing, found: Sequence[Modelled], *, floor: float, level: float
) -> pd.DataFrame:
    """A row an outcome and cell."""
    parts = [_cells(crossing, one, floor=floor, level=level) for one in found]
    columns = {
        name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]
    }
    said = _cell_reasons(crossing) * len(found)
    constant = [None if one.with_main else "no_variance" for one in found for _ in crossing.levels]
    reasons = {"cell_mean": said} | dict.fromkeys(
        ("cell_additive", "cell_shrunken", "cell_deviation"), constant
    )
    return tidy(columns, reasons)


def _cell_reasons(crossing: Crossing) -> list[str]:
    """Why a mean has no limits."""
    return ["no_variance" if n > 1 else "too_few_persons" for n in persons_by_cell(crossing)]


def _cells(crossing: Crossing, one: Modelled, *, floor: float, level: float) -> dict[str, Any]:
    n = persons_by_cell(crossing)
    size = len(crossing.levels)
    return {
        "outcome": np.array([one.outcome] * size, dtype=object),
        "cell": np.array(crossing.cells, dtype=object),
        **{
            f"level_{k + 1}": np.array([of[k] for of in crossing.levels], dtype=object)
            for k in range(len(crossing.names))
        },
        "n": n,
        **_raw(crossing, one, level),
        **_shown(one, size),
        "below_floor": n < floor,
    }


def _raw(crossing: Crossing, one: Modelled, level: float) -> dict[str, Floats]:
    """Means as they are, with Student's limits; rates with Wilson's."""
    own = [one.values[crossing.codes == k] for k in range(len(crossing.levels))]
    means = np.array([values.mean() for values in own])
    if one.binary:
        counts = np.array([values.size for values in own], dtype=float)
        found = wilson(means * counts, counts, level=level)
        low, high = found.low, found.high
    else:
        each = [mean_interval(values, level=level) for values in own]
        low, high = (np.array([getattr(x, side) for x in each]) for side in ("low", "high"))
    scale = 100.0 if one.binary else 1.0
    names = ("cell_mean", "cell_mean_low", "cell_mean_high")
    return dict(zip(names, (scale * means, scale * low, scale * high), strict=True))


def _shown(one: Modelled, size: int) -> dict[str, Floats]:
    """What the model says, in per cent; a deviation as the distance that it moves the rate."""
    if one.with_main is None:
        return {name: np.full(size, np.nan) for name in _SHOWN}
    cells = one.with_main
    base = cells.best.additive
    sides = (cells.best.deviation, cells.deviation.low, cells.deviation.high)
    values = [base + cells.best.deviation, cells.value.low, cells.value.high, base]
    values += [base + side for side in sides]
    shown = [100 * expit(value) if one.binary else value for value in values]
    shown[4:] = [value - shown[3] for value in shown[4:]]
    return dict(zip(_SHOWN, shown, strict=True))


def summary_table(
    crossing: Crossing, found: Sequence[Modelled], *, line: float, level: float
) -> pd.DataFrame:
    """A row an outcome: how far cells are apart, and how much of it main effects leave."""
    n = persons_by_cell(crossing)
    rows = [_summary(one, line=line, level=level) for one in found]
    columns: dict[str, Any] = {
        "outcome": [one.outcome for one in found],
        "crossed": [" x ".join(crossing.names)] * len(found),
        "cells": [len(crossing.levels)] * len(found),
        "n": [int(n.sum())] * len(found),
        **{name: [row[name] for row in rows] for name in rows[0]},
    }
    constant = [None if one.with_main else "no_variance" for one in found]
    none = [why or "no_between_cells" for why in constant]
    names = ("between_sd", "beyond_sd", "cell_vpc")
    reasons: dict[str, Sequence[str | None]] = dict.fromkeys(names, constant)
    for name in ("remaining", "remaining_low", "remaining_high"):
        reasons[name] = none
    return tidy(columns, reasons)


def _summary(one: Modelled, *, line: float, level: float) -> dict[str, Any]:
    if one.with_main is None or one.without is None:
        return dict.fromkeys(_SUMMED, np.nan) | {"crossing_verdict": "cannot_tell"}
    main, without = one.with_main, one.without
    limits = _around(main.best.ratio, ratio_limits(main, level))
    unit = LOGISTIC_SD if one.binary else main.best.within
    shares = [_share(ratio) for ratio in (main.best.ratio, limits.low, limits.high)]
    remaining = np.nan
    if without.variance > 0:
        remaining = min(1.0, main.variance / without.variance)
    left = _around(remaining, remaining_limits(main, without, level))
    values = (
        float(np.sqrt(without.variance)),
        main.best.ratio * unit,
        limits.low * unit,
        limits.high * unit,
        *shares,
        remaining,
        left.low,
        left.high,
    )
    said = dict(zip(_SUMMED, values, strict=True))
    return said | {"crossing_verdict": _verdict(left.low, left.high, line)}


def _around(value: float, limits: Interval[float]) -> Interval[float]:
    """Limits that hold the value too: they average over ratios, of which none looked at is 0."""
    return Interval(float(np.fmin(limits.low, value)), float(np.fmax(limits.high, value)))


def _share(ratio: float) -> float:
    """The share of the variance of persons that lies between cells."""
    return ratio**2 / (1 + ratio**2)


def _verdict(low: float, high: float, line: float) -> str:
    if high <= line:
        return "mostly_main_effects"
    return "mostly_beyond" if low > line else "cannot_tell"
