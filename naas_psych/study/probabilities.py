"""Judged probabilities as shares from 0 to 1, whichever way they were written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, is_blank, number
from naas_psych.study.offered import Offer

#: Ratings that a judge needs before it is said that all of them are in another unit.
_TELLING = 3
#: An item with more marks than this could be rated in per cent without anybody seeing it.
_FEW_MARKS = 20
#: Of ratings above 1 on items with several marks, the share that may lie above these by slips.
_SLIPS = 0.1
_KNOWN = ("probability", "p_partial")
_MIXED = "percent_and_proportion_mixed"


@dataclass(frozen=True)
class _Ratings:
    """One column of n ratings: values, the lowest score and the marks of each one's item.

    judge : (n,) which judge and round gave it, as a number
    """

    name: str
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    steps: NDArray[np.float64]
    judge: NDArray[np.int64]
    item: NDArray[np.int64]

    @property
    def several(self) -> NDArray[np.bool_]:
        """Ratings of items with more than one mark."""
        return self.steps > 1


def as_probabilities(
    frame: pd.DataFrame,
    table: RawTable,
    boundaries: Sequence[str],
    offered: Mapping[str, Offer] | None,
    audit: Audit,
) -> pd.DataFrame:
    """Ratings of 0 to 1, of 0 to 100 or in marks as shares; which of these they are is said.

    Judges, rounds or cells in another unit than the rest are a fault: their ratings are emptied.
    """
    frame = _numbers(frame, table, [c for c in boundaries if c in frame], audit)
    columns = [c for c in dict.fromkeys((*_KNOWN, *boundaries)) if c in frame]
    ratings = [_ratings(frame, column, offered or {}) for column in columns]
    if any(_in_marks(one) for one in ratings):
        audit.say(f"{table.file}: items with several marks are rated in marks, taken as shares.")
        found = {one.name: _from_marks(one, frame, table, audit) for one in ratings}
    elif not any((one.values > 1).any() for one in ratings):
        audit.say(f"{table.file}: probabilities from 0 to 1.")
        return frame
    else:
        found = _from_either(ratings, frame, table, audit)
    return frame.assign(**found)


def _numbers(
    frame: pd.DataFrame, table: RawTable, columns: Sequence[str], audit: Audit
) -> pd.DataFrame:
    """Columns that study.toml names as ratings, which were read as text."""
    made: dict[str, Any] = {}
    for column in columns:
        if pd.api.types.is_numeric_dtype(frame[column]):
            continue
        texts = [None if text is None else str(text) for text in frame[column]]
        values = [number(text) for text in texts]
        for record, (text, value) in enumerate(zip(texts, values, strict=True)):
            if not is_blank(text or "") and (value is None or not 0 <= value <= 100):
                values[record] = None
                audit.add(
                    "rating_outside_scale",
                    f"{column} is {text!r}.",
                    file=table.file,
                    row=table.line(record),
                    column=column,
                    value=text,
                    expected="a number from 0 to 100.",
                )
        made[column] = pd.Series([np.nan if v is None else v for v in values], index=frame.index)
    return frame.assign(**made)


def _ratings(frame: pd.DataFrame, column: str, offered: Mapping[str, Offer]) -> _Ratings:
    items = frame["item_id"].astype(str)
    own = [offered.get(item) for item in items]
    by = frame["judge_id"].astype(str)
    if "round" in frame:
        by = by + "\n" + frame["round"].astype(str)
    return _Ratings(
        name=column,
        values=frame[column].to_numpy(dtype=float),
        low=np.array([0.0 if one is None else one.low for one in own]),
        steps=np.array([float((one.steps if one else None) or 1) for one in own]),
        judge=pd.factorize(by)[0],
        item=pd.factorize(items)[0],
    )


def _in_marks(one: _Ratings) -> bool:
    """Ratings above 1 stand on items with several marks alone, and do not pass their marks."""
    above = one.values > 1
    if not (above & one.several).any() or (above & ~one.several).any():
        return False
    if (one.several | ~np.isfinite(one.values)).all() and one.steps.max() > _FEW_MARKS:
        return False
    top = (one.low + one.steps)[above]
    return bool((one.values[above] > top + 1e-9).mean() <= _SLIPS)


def _from_marks(one: _Ratings, frame: pd.DataFrame, table: RawTable, audit: Audit) -> Any:
    """Shares of the marks; who rated items with several marks from 0 to 1 is told."""
    above = np.zeros(int(one.judge.max(initial=-1)) + 1, dtype=bool)
    np.logical_or.at(above, one.judge, one.several & (one.values > 1))
    rated = one.several & np.isfinite(one.values)
    n = np.bincount(one.judge[rated], minlength=above.size)
    # Whoever expects less than one mark of every item with several of them has thought of shares.
    shares = rated & ~above[one.judge] & (n[one.judge] >= _TELLING) & above.any()
    # A scale that starts above 0 has no mark below its lowest.
    shares &= one.values > 0
    _tell(one, shares, "proportions", frame=frame, table=table, audit=audit)
    outside = rated & ~shares & ((one.values > one.low + one.steps) | (one.values < one.low))
    for record in np.flatnonzero(outside):
        audit.add(
            "rating_outside_scale",
            f"{one.name} is {one.values[record]:g}, of an item with scores from "
            f"{one.low[record]:g} to {one.low[record] + one.steps[record]:g}.",
            file=table.file,
            row=table.line(int(record)),
            column=one.name,
            value=f"{one.values[record]:g}",
            expected="an expected score of the item; other items have theirs in marks.",
        )
    scaled = np.where(one.several, (one.values - one.low) / one.steps, one.values)
    return np.where(shares | outside, np.nan, scaled)


def _from_either(
    ratings: Sequence[_Ratings], frame: pd.DataFrame, table: RawTable, audit: Audit
) -> dict[str, Any]:
    """Per cent, or proportions with some in per cent: what most judges and rounds gave."""
    small = sum(int(_small_groups(one).sum()) for one in ratings)
    large = sum(int(_large_groups(one).sum()) for one in ratings)
    if small > large:
        audit.say(f"{table.file}: probabilities from 0 to 1.")
        for one in ratings:
            _tell(one, _in_percent(one), "per cent", frame=frame, table=table, audit=audit)
        return {one.name: np.where(_in_percent(one), np.nan, one.values) for one in ratings}
    audit.say(f"{table.file}: probabilities in percent, divided by 100.")
    found = {}
    for one in ratings:
        mixed = _in_proportion(one)
        _tell(one, mixed, "proportions", frame=frame, table=table, audit=audit)
        found[one.name] = np.where(mixed, np.nan, one.values / 100)
    return found


def _largest(one: _Ratings) -> NDArray[np.float64]:
    """The largest rating of each judge and round; -inf without one."""
    found = np.full(int(one.judge.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(found, one.judge, np.nan_to_num(one.values, nan=-np.inf))
    return found


def _inside(one: _Ratings) -> NDArray[np.bool_]:
    return (one.values > 0) & (one.values < 1)


def _small_groups(one: _Ratings) -> NDArray[np.bool_]:
    """Judges and rounds whose ratings are plainly from 0 to 1, or yes and no."""
    largest = _largest(one)
    inside = np.bincount(one.judge, weights=_inside(one), minlength=largest.size) > 0
    many = np.bincount(one.judge[np.isfinite(one.values)], minlength=largest.size) >= _TELLING
    return np.asarray((largest <= 1) & (inside | (many & (largest == 1))))


def _large_groups(one: _Ratings) -> NDArray[np.bool_]:
    """Judges and rounds with more ratings above 1 than between 0 and 1."""
    largest = _largest(one)
    above = np.bincount(one.judge, weights=one.values > 1, minlength=largest.size)
    inside = np.bincount(one.judge, weights=_inside(one), minlength=largest.size)
    return np.asarray((largest > 1) & (above >= inside))


def _in_percent(one: _Ratings) -> NDArray[np.bool_]:
    """Where proportions are the rule: whole judges in per cent, and single ratings above 1."""
    return np.asarray(np.isfinite(one.values) & (_large_groups(one)[one.judge] | (one.values > 1)))


def _in_proportion(one: _Ratings) -> NDArray[np.bool_]:
    """Where per cent is the rule: whole judges from 0 to 1, and single ratings that fit as such.

    A rating between 0 and 1 is a proportion when, times 100, it lies nearer to what others gave
    the item than it does as it stands.
    """
    whole = _small_groups(one)[one.judge] & np.isfinite(one.values)
    single = np.zeros(one.values.size, dtype=bool)
    above = one.values > 1
    usual = float(np.median(one.values[above])) if above.any() else 50.0
    for record in np.flatnonzero(_inside(one) & ~whole):
        others = one.values[above & (one.item == one.item[record])]
        middle = float(np.median(others)) if others.size else usual
        value = one.values[record]
        single[record] = abs(100 * value - middle) < abs(value - middle)
    return np.asarray(whole | single)


def _tell(
    one: _Ratings,
    mixed: NDArray[np.bool_],
    unit: str,
    *,
    frame: pd.DataFrame,
    table: RawTable,
    audit: Audit,
) -> None:
    """One fault a judge and round, naming the judge, how many ratings and what they look like."""
    for group in np.unique(one.judge[mixed]):
        records = np.flatnonzero(mixed & (one.judge == group))
        own = one.values[records]
        judge = frame["judge_id"].iloc[records[0]]
        turn = frame["round"].iloc[records[0]] if "round" in frame else np.nan
        when = "" if pd.isna(turn) else f" in round {turn:g}"
        much = f"{own.min():g}" if own.size == 1 else f"{own.min():g} to {own.max():g}"
        said = "1 rating" if own.size == 1 else f"{own.size} ratings"
        audit.add(
            _MIXED,
            f"{judge}{when}: {said} of {one.name} ({much}) look like {unit}, which the rest of "
            "the file is not in.",
            file=table.file,
            row=table.line(int(records[0])),
            column=one.name,
            value=f"{own[0]:g}",
            expected="all ratings from 0 to 100, or all from 0 to 1.",
        )
