"""What the place of a cut does to the gap between groups, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from naas_psych.analyses.items.phrasing import Row, capital, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def group_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One a group column: the comparison whose ratio falls below the line at the lowest cut."""
    gaps, cuts = result.tables["gaps"], result.tables["cuts"]
    least = thresholds["gap_judge_min"].value
    for name, own in gaps.groupby("group", sort=False):
        judged = [row for row in own.to_dict("records") if _enough(row, least)]
        if judged:
            here = cuts[cuts["group"] == name]
            row = min(judged, key=_order)
            yield _one(str(name), row, here[here["focal"] == row["focal"]], thresholds)


def _enough(row: Row, least: float) -> bool:
    ns = known(row["n_reference"]), known(row["n_focal"])
    seen = known(row["ratio_seen_to"])
    return (
        ns[0] is not None
        and ns[1] is not None
        and min(ns[0], ns[1]) >= least
        and (seen is not None)
    )


def _order(row: Row) -> tuple[float, float, float]:
    """Below the line beyond chance first, then by the count, then by the gap in ability."""
    ends = [known(row[f"ratio_{name}below_from"]) for name in ("surely_", "")]
    far, near = (1e9 if end is None else end for end in ends)
    gap = known(row["ability_gap"])
    return far, near, 0.0 if gap is None else gap


def _one(name: str, row: Row, cuts: pd.DataFrame, thresholds: Thresholds) -> Finding:
    line = thresholds["pass_ratio_min"]
    rows = sorted(cuts.to_dict("records"), key=lambda one: float(one["cut_percent"] or 0.0))
    below = any(one["verdict"] == "below" for one in rows)
    start = known(row["ratio_below_from"])
    return found(
        code="ratio_by_cut",
        severity="warning" if below else "info",
        subject=name,
        sentence=f"{capital(name)}: the pass rate of {row['focal']} over that of "
        f"{row['reference']} depends on the cut. {_at_cuts(rows)}{_from(row, line.value)}"
        f"{_ability(row, line.value)}",
        value=start,
        limits=(known(row["ratio_maybe_below_from"]), known(row["ratio_surely_below_from"])),
        threshold=line,
    )


def _at_cuts(rows: Sequence[Row]) -> str:
    """`It is .93 (.88 to .98) at 55 % of the marks and .81 (.72 to .91) at 63 %. `"""
    said: list[str] = []
    for one in rows:
        value, at = known(one["ratio"]), known(one["cut_percent"])
        low, high = known(one["ratio_low"]), known(one["ratio_high"])
        if value is None or at is None:
            continue
        limits = "" if low is None or high is None else f" ({short(low)} to {short(high)})"
        of = "" if said else " of the marks"
        said.append(f"{short(value)}{limits} at {at:.0f} %{of}")
    return f"It is {' and '.join(said)}. " if said else ""


def _from(row: Row, line: float) -> str:
    seen, start = known(row["ratio_seen_to"]), known(row["ratio_below_from"])
    surely, maybe = known(row["ratio_surely_below_from"]), known(row["ratio_maybe_below_from"])
    if maybe is None:
        return f"It is {short(line)} or more, limits included, at every cut up to {seen:.0f} %."
    count = (
        "By the count it does not stay below"
        if start is None
        else f"By the count it is below {short(line)} from {start:.0f} % on"
    )
    if start is None:
        count += f" {short(line)} up to {seen:.0f} %"
    sure = (
        "they lie wholly below it at no cut"
        if surely is None
        else f"they lie wholly below it first at {surely:.0f} %"
    )
    return f"{count}; its limits first reach below {short(line)} at {maybe:.0f} %, and {sure}."


def _ability(row: Row, line: float) -> str:
    gap, start = known(row["ability_gap"]), known(row["modelled_below_from"])
    if gap is None:
        return ""
    text = f" The gap in ability is {short(gap)} standard deviations wherever the cut is"
    return (
        f"{text}."
        if start is None
        else (f"{text}; by the model it makes a ratio below {short(line)} from {start:.0f} % on.")
    )
