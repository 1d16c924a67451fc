"""What gaps in pass rates say, in persons of a hundred and in persons short."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import Row, capital, known, listed, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def outcome_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Differences beyond chance, then one word a group column on those that cannot be told."""
    table = result.tables["groups"]
    told = set()
    for row in table.to_dict("records"):
        if row["n_focal"] is None or not _judged(row, thresholds):
            continue
        one = _difference(row, thresholds)
        if one is not None:
            told.add((row["group"], row["focal"]))
            yield one
    for name, rows in table.groupby("group", sort=False):
        yield from _cannot_tell(str(name), rows, told, thresholds)


def _judged(row: Row, thresholds: Thresholds) -> bool:
    ns = known(row["n_reference"]), known(row["n_focal"])
    least = thresholds["gap_judge_min"].value
    return ns[0] is not None and ns[1] is not None and min(ns[0], ns[1]) >= least


def _difference(row: Row, thresholds: Thresholds) -> Finding | None:
    gap, p = known(row["difference"]), known(row["p_adjusted"])
    low, high = known(row["difference_low"]), known(row["difference_high"])
    rates = known(row["rate_reference"]), known(row["rate_focal"])
    if gap is None or p is None or low is None or high is None or None in rates:
        return None
    if low <= 0 <= high or p >= thresholds["gap_alpha"].value:
        return None
    return found(
        code="pass_rate_difference",
        severity="warning" if _passes_line(row, thresholds) else "info",
        subject=f"{row['group']} {row['focal']}: {row['cut']}",
        sentence=f"Of 100 persons of {row['group']} {row['focal']}, {_of_100(rates[1])} met the "
        f'cut "{row["cut"]}"; of 100 of {row["reference"]}, {_of_100(rates[0])}: a difference '
        f"of {100 * gap:+.0f} ({100 * low:+.0f} to {100 * high:+.0f}){_ratio(row)}.{_short(row)}",
        value=gap,
        limits=(low, high),
        threshold=thresholds["pass_ratio_min"],
    )


def _passes_line(row: Row, thresholds: Thresholds) -> bool:
    """Whether the lower rate of the two is below the line of the higher, beyond chance."""
    line = thresholds["pass_ratio_min"].value
    low = known(row["ratio_low"])
    return row["verdict"] == "below" or (low is not None and low > 1 / line)


def _of_100(rate: float | None) -> str:
    return f"{100 * (rate or 0.0):.0f}"


def _ratio(row: Row) -> str:
    value, low, high = (known(row[f"ratio{end}"]) for end in ("", "_low", "_high"))
    if value is None:
        return ""
    limits = "" if low is None or high is None else f" ({short(low)} to {short(high)})"
    return f", a ratio of {short(value)}{limits}"


def _short(row: Row) -> str:
    """Persons who would pass too, or who pass beyond it, at the rate of the reference."""
    value, low, high = (known(row[f"shortfall{end}"]) for end in ("", "_low", "_high"))
    if value is None or low is None or high is None:
        return ""
    ends = sorted((abs(low), abs(high)))
    word = "more" if value > 0 else "fewer"
    return (
        f" At the rate of the reference {abs(value):.0f} {word} of them would have met it "
        f"({ends[0]:.0f} to {ends[1]:.0f})."
    )


def _cannot_tell(
    name: str, rows: pd.DataFrame, told: set[tuple[str, str]], thresholds: Thresholds
) -> Iterator[Finding]:
    """At most one of a column: the levels of which a gap can neither be found nor ruled out."""
    needed: dict[str, float] = {}
    persons: dict[str, float] = {}
    for row in rows.to_dict("records"):
        n, more = known(row["n_focal"]), known(row["focal_needed"])
        if (name, row["focal"]) in told or n is None or more is None:
            continue
        needed[str(row["focal"])] = max(more, needed.get(str(row["focal"]), 0.0))
        persons[str(row["focal"])] = n
    if not needed:
        return
    levels = [
        f"{level} ({persons[level]:.0f} persons, about {needed[level]:.0f} needed)"
        for level in needed
    ]
    yield found(
        code="pass_rate_cannot_tell",
        severity="info",
        subject=name,
        sentence=f"{capital(name)}: too few persons to tell whether pass rates are alike for "
        f"{listed(levels, 4)}.",
        value=float(np.max(list(needed.values()))),
        threshold=thresholds["gap_judge_min"],
    )
