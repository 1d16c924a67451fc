"""What is said of crossed groups: cells that stand apart, else what can be said at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.items.phrasing import known, percent
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def intersection_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Each cell beyond chance from what its groups add up to; if there is none, one sentence."""
    apart = [
        row
        for row in result.tables["cells"].to_dict("records")
        if not row["below_floor"] and _beyond(row)
    ]
    for row in apart:
        yield _apart(row)
    if not apart:
        for row in result.tables["summary"].head(1).to_dict("records"):
            yield _said(row, thresholds)


def _beyond(row: Row) -> bool:
    low, high = known(row["cell_deviation_low"]), known(row["cell_deviation_high"])
    if known(row["n"]) is None or known(row["cell_shrunken"]) is None:
        return False
    return low is not None and high is not None and (low > 0 or high < 0)


def _apart(row: Row) -> Finding:
    what = "Mean score" if row["outcome"] == "score" else f"Share who reach {row['outcome']}"
    return found(
        code="crossed_group_apart",
        severity="info",
        subject=str(row["cell"]),
        sentence=f"{what} of {row['cell']} ({row['n']:.0f} persons): {row['cell_shrunken']:.1f} % "
        f"({row['cell_shrunken_low']:.1f} to {row['cell_shrunken_high']:.1f}), where its groups by "
        f"themselves add up to {row['cell_additive']:.1f} %: {row['cell_deviation']:+.1f} "
        f"({row['cell_deviation_low']:+.1f} to {row['cell_deviation_high']:+.1f}).",
        value=known(row["cell_deviation"]),
        limits=(row["cell_deviation_low"], row["cell_deviation_high"]),
    )


def _said(row: Row, thresholds: Thresholds) -> Finding:
    value = known(row["remaining"])
    return found(
        code="crossed_groups_add_up",
        severity="info",
        subject=str(row["crossed"]),
        sentence=f"No group of {row['crossed']} with enough persons stands apart from what its "
        f"groups add up to. {_share(row, value)}",
        case=str(row["crossing_verdict"]),
        value=value,
        limits=(row["remaining_low"], row["remaining_high"]),
        threshold=thresholds["crossing_remaining_half"],
    )


def _share(row: Row, value: float | None) -> str:
    low, high = known(row["remaining_low"]), known(row["remaining_high"])
    if low is None or high is None:
        return "The crossed groups do not differ at all."
    limits = f"{percent(low)} to {percent(high)}"
    if value is None or row["crossing_verdict"] == "cannot_tell":
        return (
            "How much of the differences between them is left once each column by itself is "
            f"allowed for cannot be told: {limits}."
        )
    return (
        f"Once each column by itself is allowed for, {percent(value)} of the differences between "
        f"them are left ({limits})."
    )
