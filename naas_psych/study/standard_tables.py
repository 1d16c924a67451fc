"""Tables of standard setting beside Angoff's: what cannot be right, and per cent or proportions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, fold
from naas_psych.study.crossed_out import counted_left
from naas_psych.study.offered import Offer

#: Columns that share a unit: cuts, and shares of persons.
_CUTS = ("min_cut", "max_cut", "cut")
_RATES = ("min_fail", "max_fail", "pass_rate")
_WITH_ERRORS: dict[tuple[str, ...], str] = {_CUTS: "cut_se", _RATES: "pass_rate_se"}
HOFSTEE = ("min_cut", "max_cut", "min_fail", "max_fail")
BEUK = ("cut", "pass_rate")


def settle_standard(
    name: str,
    table: RawTable,
    frame: pd.DataFrame,
    offered: Mapping[str, Offer] | None,
    audit: Audit,
) -> pd.DataFrame:
    """The frame of a table of standard setting with its faults told; other tables as they are."""
    if name == "compromise":
        return _compromise(table, frame, audit)
    if name == "ebel_items":
        _once(table, frame, ("judge_id", "item_id"), audit)
        return _worded(frame)
    if name == "ebel_success":
        _once(table, _worded(frame), ("judge_id", "relevance", "difficulty"), audit)
        return _in_proportions(table, _worded(frame), audit)
    if name == "nedelsky":
        return counted_left(table, frame, offered, audit)
    if name == "bookmark":
        _check_bookmarks(table, frame, offered, audit)
    return frame


def check_grid(
    table: RawTable, items: pd.DataFrame, success: pd.DataFrame | None, audit: Audit
) -> None:
    """Every cell that holds an item needs a success; a cell without items needs none."""
    if success is None:
        return
    known = success[success["success"].notna()]
    cells = set(zip(known["relevance"], known["difficulty"], strict=True))
    expected = ", ".join(f"{a} {b}" for a, b in sorted(cells, key=str)[:12])
    for record, cell in enumerate(zip(items["relevance"], items["difficulty"], strict=True)):
        if None in cell or cell in cells:
            continue
        said = " ".join(map(str, cell))
        audit.add(
            "ebel_cell_without_success",
            f"item {items['item_id'].iloc[record]!r} stands in the cell {said}, for which no "
            "success is given.",
            expected=f"one of the cells with a success: {expected}.",
            file=table.file,
            row=table.line(record),
            value=said,
        )


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Names of relevance and difficulty without letter case."""
    names = ("relevance", "difficulty")
    made = {n: [fold(v) if isinstance(v, str) else None for v in frame[n]] for n in names}
    words = {n: pd.Series(v, dtype=object, index=frame.index) for n, v in made.items()}
    return frame.assign(**words)


def _once(table: RawTable, frame: pd.DataFrame, by: Sequence[str], audit: Audit) -> None:
    """One row for each of `by`."""
    own = [name for name in by if name in frame]
    for record in np.flatnonzero(frame.duplicated(own).to_numpy()):
        who = ", ".join(str(frame[name].iloc[record]) for name in own)
        audit.add(
            "duplicate_rating",
            f"a rating of {who} stands above already.",
            expected=f"one row for each {', '.join(own)}.",
            file=table.file,
            row=table.line(int(record)),
            value=who,
        )


def _compromise(table: RawTable, frame: pd.DataFrame, audit: Audit) -> pd.DataFrame:
    have = set(frame.columns)
    if not (have.issuperset(HOFSTEE) or have.issuperset(BEUK)):
        audit.add(
            "missing_column",
            f"neither {', '.join(HOFSTEE)} nor {', '.join(BEUK)} are all there; the columns are "
            f"{', '.join(table.names[:12])}.",
            file=table.file,
            row=1,
            expected=f"columns {', '.join(HOFSTEE)} (Hofstee), or {', '.join(BEUK)} (Beuk, De "
            "Gruijter).",
        )
        return frame
    _once(table, frame, ("judge_id", "boundary"), audit)
    for group, said in ((_CUTS, "cuts"), (_RATES, "shares of persons")):
        frame = _in_percent(table, frame, group, said, audit)
    for low, high in (("min_cut", "max_cut"), ("min_fail", "max_fail")):
        if {low, high} <= have:
            frame = _in_order(table, frame, low, high, audit)
    return frame


def _in_percent(
    table: RawTable, frame: pd.DataFrame, group: tuple[str, ...], said: str, audit: Audit
) -> pd.DataFrame:
    """Columns of one unit, and their standard errors, in per cent; which of the two is said."""
    own = [name for name in group if name in frame]
    if not own or frame[own].isna().all(axis=None):
        return frame
    error = [name for name in (_WITH_ERRORS[group],) if name in frame]
    if not (frame[own] > 1).any(axis=None):
        frame = _not_above_one(table, frame, error, audit)
        audit.say(f"{table.file}: {said} from 0 to 1, taken as per cent times 100.")
        return frame.assign(**{name: 100 * frame[name] for name in (*own, *error)})
    audit.say(f"{table.file}: {said} in per cent.")
    largest = frame[own].max(axis=1)
    inside = ((frame[own] > 0) & (frame[own] < 1)).any(axis=1)
    mixed = inside & (largest <= 1)
    if group == _CUTS:
        # No cut lies below one per cent of the marks; a share of persons may.
        mixed = inside
    return _without_mixed(table, frame, own, mixed, audit)


def _without_mixed(
    table: RawTable, frame: pd.DataFrame, own: list[str], mixed: Any, audit: Audit
) -> pd.DataFrame:
    for record in np.flatnonzero(np.asarray(mixed)):
        row = frame.iloc[record]
        values = ", ".join(f"{name} {row[name]:g}" for name in own if pd.notna(row[name]))
        who = f"{row['judge_id']}: " if "judge_id" in frame else ""
        audit.add(
            "percent_and_proportion_mixed",
            f"{who}{values}, in another unit than the rest of the column.",
            file=table.file,
            row=table.line(int(record)),
            column=own[0],
            value=values,
        )
    gone = np.asarray(mixed)
    return frame.assign(**{name: frame[name].mask(gone) for name in own})


def _not_above_one(
    table: RawTable, frame: pd.DataFrame, names: list[str], audit: Audit
) -> pd.DataFrame:
    """Errors of proportions are proportions."""
    for name in names:
        frame = _without_mixed(table, frame, [name], frame[name] > 1, audit)
    return frame


def _in_proportions(table: RawTable, frame: pd.DataFrame, audit: Audit) -> pd.DataFrame:
    success = frame["success"]
    if not (success > 1).any():
        audit.say(f"{table.file}: success from 0 to 1.")
        return frame
    audit.say(f"{table.file}: success in per cent, divided by 100.")
    frame = _without_mixed(table, frame, ["success"], (success > 0) & (success < 1), audit)
    return frame.assign(success=frame["success"] / 100)


def _in_order(
    table: RawTable, frame: pd.DataFrame, low: str, high: str, audit: Audit
) -> pd.DataFrame:
    wrong = (frame[low] > frame[high]).to_numpy()
    for record in np.flatnonzero(wrong):
        ends = [f"{frame[name].iloc[record]:g}" for name in (low, high)]
        audit.add(
            "limits_out_of_order",
            f"{frame['judge_id'].iloc[record]}: {low} {ends[0]} is above {high} {ends[1]} (in per "
            "cent).",
            expected=f"{low} of at most {high}.",
            file=table.file,
            row=table.line(int(record)),
            column=low,
            value=ends[0],
        )
    return frame.assign(**{name: frame[name].mask(wrong) for name in (low, high)})


def _check_bookmarks(
    table: RawTable, frame: pd.DataFrame, offered: Mapping[str, Offer] | None, audit: Audit
) -> None:
    if "place" not in frame and "item_id" not in frame:
        audit.add(
            "missing_column",
            f"neither item_id nor place; the columns are {', '.join(table.names[:12])}.",
            file=table.file,
            row=1,
            expected="item_id (and step) of the last entry that is mastered, or its place.",
        )
        return
    _once(table, frame, ("judge_id", "round", "boundary", "form_id"), audit)
    if "place" in frame:
        _check_places(table, frame, offered, audit)
    if "item_id" in frame and offered is not None:
        _check_steps(table, frame, offered, audit)


def _check_places(
    table: RawTable, frame: pd.DataFrame, offered: Mapping[str, Offer] | None, audit: Audit
) -> None:
    steps = [one.steps for one in (offered or {}).values()]
    last = sum(s or 0 for s in steps) if steps and None not in steps else None
    for record, place in enumerate(frame["place"].to_numpy(dtype=float)):
        if np.isnan(place) or (place >= 1 and place == int(place) and place <= (last or np.inf)):
            continue
        where = "before the first entry" if place < 1 else "after the last entry"
        where = where if place == int(place) else "between two entries"
        audit.add(
            "bookmark_outside",
            f"{frame['judge_id'].iloc[record]} put the bookmark {where} (place {place:g}).",
            expected=f"a whole number from 1 to {last}." if last else "a whole number from 1 on.",
            file=table.file,
            row=table.line(record),
            column="place",
            value=f"{place:g}",
        )


def _check_steps(
    table: RawTable, frame: pd.DataFrame, offered: Mapping[str, Offer], audit: Audit
) -> None:
    """A step that the item has; an item of several steps needs one."""
    step = frame["step"] if "step" in frame else pd.Series(np.nan, index=frame.index)
    for record, (item, given) in enumerate(zip(frame["item_id"], step, strict=True)):
        offer = offered.get(item) if isinstance(item, str) else None
        if offer is None or offer.steps is None or (offer.steps == 1 and np.isnan(given)):
            continue
        if np.isfinite(given) and given == int(given) and 1 <= given <= offer.steps:
            continue
        said = f"step {given:g}" if np.isfinite(given) else "no step"
        audit.add(
            "bookmark_step",
            f"{frame['judge_id'].iloc[record]}: {said} of item {item!r}.",
            expected=f"a step from 1 to {offer.steps}.",
            file=table.file,
            row=table.line(record),
            column="step",
            value="" if np.isnan(given) else f"{given:g}",
        )
