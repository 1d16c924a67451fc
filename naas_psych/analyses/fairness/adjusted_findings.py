"""What is said of gaps before and after adjusting: one sentence a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def adjusted_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The first outcome of a comparison with a gap beyond chance, before or after adjusting."""
    gaps = result.tables["gaps"]
    least = thresholds["gap_judge_min"].value
    own = gaps[gaps["outcome_kind"] != "ordered"]
    for _, rows in own.groupby(["group", "reference", "focal"], sort=False):
        for row in rows.to_dict("records"):
            case = _case(row, least, thresholds["dif_alpha"].value)
            if case is not None:
                yield _finding(row, case)
                break


def _case(row: Row, least: float, alpha: float) -> str | None:
    """Which of the words fit; None where there is no gap beyond chance, or too few persons."""
    counts = known(row["n_reference"]), known(row["n_focal"])
    p, taken = known(row["p_adjusted"]), known(row["explained_low"])
    if any(n is None or n < least for n in counts) or p is None:
        return None
    before, after = _apart(row, "unadjusted"), p < alpha and _apart(row, "adjusted")
    if before and after:
        # A larger gap of the other sign, or the same sign: both are said with their numbers.
        return "remains"
    if after:
        return "appears"
    explained = taken is not None and _apart(row, "explained")
    return "shrinks" if before and explained and not _apart(row, "adjusted") else None


def _apart(row: Row, name: str) -> bool:
    """Whether the interval leaves out 0."""
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    return low is not None and high is not None and (low > 0 or high < 0)


def _finding(row: Row, case: str) -> Finding:
    return found(
        code="adjusted_gap",
        severity="info",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"{_what(row)}: {row['focal']} ({row['n_focal']:.0f} persons) less "
        f"{row['reference']} ({row['n_reference']:.0f}) is {_points(row, 'unadjusted')}; among "
        f"persons alike in {row['covariates']} it is {_points(row, 'adjusted')}. Adjusting can "
        "hide an effect that runs through what is held equal.",
        case=case,
        value=known(row["adjusted"]),
        limits=(row["adjusted_low"], row["adjusted_high"]),
    )


def _what(row: Row) -> str:
    if row["outcome_kind"] == "score":
        return "Mean score, in per cent of the marks"
    return f"Share who reach {row['outcome']}, in percent points"


def _points(row: Row, name: str) -> str:
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    limits = f" ({low:+.1f} to {high:+.1f})" if low is not None and high is not None else ""
    return f"{row[name]:+.1f}{limits}"
