"""Shares of those who took part beside those of the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.population_frame import frame_counts, shared_columns
from naas_psych.numerics.sample_shares import SampleShares, sample_shares
from naas_psych.result import tidy
from naas_psych.study.groupings import in_band, level_values
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

_NOBODY = "none took part"


def columns_compared(study: Study) -> tuple[str, ...]:
    """Columns of the frame and of the persons, strata first, without those of very many levels."""
    shared = shared_columns(study)
    first = [name for name in study.spec.population.strata if name in shared]
    most = study.thresholds["group_levels_max"].value
    names = dict.fromkeys([*first, *shared])
    return tuple(name for name in names if 1 < len(_stated(study, name)) <= most)


def shares_table(
    study: Study, columns: tuple[str, ...], clusters: NDArray[np.int64], *, level: float
) -> pd.DataFrame:
    """One row a level of each column, and one for persons who state none."""
    parts = [_of_column(study, name, clusters, level) for name in columns]
    made = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    reasons = {
        name: [
            "no_level_stated" if str(text).startswith("(") else "not_in_frame"
            for text in made["group_level"]
        ]
        for name in ("share", "frame_share", "share_difference_sd")
    }
    return tidy(made, reasons)


def _of_column(
    study: Study, name: str, clusters: NDArray[np.int64], level: float
) -> dict[str, NDArray[Any]]:
    known = _stated(study, name)
    values = level_values(study, name)
    silent = (None, *study.spec.fairness.not_stated)
    has = np.array([value not in silent for value in values], dtype=bool)
    levels = sorted({*known, *values[has]})
    codes = pd.Index(levels).get_indexer(pd.Index(values))
    frame = np.array([known.get(one, 0.0) for one in levels])
    frame = frame / frame.sum()
    found = sample_shares(codes[has], clusters[has], frame, level=level)
    n = np.bincount(codes[has], minlength=len(levels))
    return _rows(name, levels, n, frame, found, missing=int((~has).sum()), limits=study.thresholds)


def _rows(
    name: str,
    levels: list[str],
    n: NDArray[np.int64],
    frame: NDArray[np.float64],
    found: SampleShares,
    *,
    missing: int,
    limits: Thresholds,
) -> dict[str, NDArray[Any]]:
    """Where the frame has none of a level, no difference is defined."""
    there = frame > 0
    numbers = {
        "share": found.share,
        "share_low": found.low,
        "share_high": found.high,
        "frame_share": frame,
        "share_difference_sd": np.where(there, found.difference, np.nan),
        "share_difference_sd_low": np.where(there, found.difference_low, np.nan),
        "share_difference_sd_high": np.where(there, found.difference_high, np.nan),
    }
    ends = (numbers["share_difference_sd_low"], numbers["share_difference_sd_high"])
    words = [
        _NOBODY if came == 0 and needed else _likeness(low, high, limits)
        for came, needed, low, high in zip(found.share, there, *ends, strict=True)
    ]
    last = 1 if missing else 0
    return {
        "group": np.array([name] * (len(levels) + last), dtype=object),
        "group_level": np.array([*levels, *["(missing)"] * last], dtype=object),
        "n": np.array([*n, *[missing] * last], dtype=np.int64),
        **{key: np.concatenate([value, np.full(last, np.nan)]) for key, value in numbers.items()},
        "likeness": np.array([*words, *["not compared"] * last], dtype=object),
    }


def _likeness(low: float, high: float, limits: Thresholds) -> str:
    """By the one rule of verdicts: all of the interval within the first or the second line."""
    small = limits["share_difference_small"].value
    medium = limits["share_difference_medium"].value
    if not np.isfinite(low):
        return "not compared"
    if -small <= low and high <= small:
        return "alike"
    if -medium <= low and high <= medium:
        return "nearly alike"
    if low > medium or high < -medium:
        return "too many" if low > 0 else "too few"
    return "cannot tell"


def _stated(study: Study, name: str) -> dict[str, float]:
    """Level of the frame to how many it has; numbers are put in the bands of the persons."""
    table, how = study.tables["frame"], study.spec.groups.get(name)
    sums = pd.Series(frame_counts(table)).groupby(table[name].to_numpy(), sort=True).sum()
    found: dict[str, float] = {}
    for value, n in sums.items():
        text = str(value)
        level = (in_band(text, how.bands) or text) if how is not None and how.bands else text
        if n > 0 and level not in ("", *study.spec.fairness.not_stated):
            found[level] = found.get(level, 0.0) + float(n)
    return found
