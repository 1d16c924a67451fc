"""Whether the same standard holds for all, in words: what surely differs, and one line a cut."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.fairness.turned import turned
from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def equal_standard_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Comparisons that surely pass the line, then the answer at each cut."""
    for row in result.tables["forms"].to_dict("records"):
        if row["verdict"] == "large" and known(row["points_apart"]) is not None:
            sides = f"form {row['form']}", f"form {row['reference_form']}"
            yield _differs(row, sides, f"form {row['form']}", thresholds)
    for row in result.tables["groups"].to_dict("records"):
        if row["verdict"] == "large" and known(row["points_apart"]) is not None:
            sides = f"{row['focal']} ({row['group']})", str(row["reference"])
            yield _differs(row, sides, f"{row['group']} {row['focal']}", thresholds)
    for row in result.tables["summary"].to_dict("records"):
        yield _verdict(row, thresholds)


def _differs(row: Row, sides: tuple[str, str], subject: str, thresholds: Thresholds) -> Finding:
    return found(
        code="standard_differs",
        severity="warning",
        subject=subject,
        sentence=f"Of 100 people of the ability at which the cut {row['cut']} stands, "
        f"{_of_100(row['chance_focal'])} would meet it in {sides[0]} and "
        f"{_of_100(row['chance_reference'])} in {sides[1]}: {_points(row)}.",
        value=row["points_apart"],
        limits=(row["points_apart_low"], row["points_apart_high"]),
        threshold=thresholds["equal_standard_points_max"],
    )


def _verdict(row: Row, thresholds: Thresholds) -> Finding:
    line = thresholds["equal_standard_points_max"]
    n, untold = known(row["comparisons"]), known(row["comparisons_untold"])
    judged = f" {untold:.0f} of {n:.0f} comparisons cannot be told." if n and untold else ""
    said = {
        "large": "is not the same for all",
        "negligible": f"is the same for all within {line.value:g} points",
    }.get(str(row["verdict"]), "may or may not be the same for all")
    largest = ""
    if known(row["points_apart"]) is not None:
        largest = f" The largest difference measured is {_points(row)}, between {row['between']}."
    return found(
        code="equal_standard_verdict",
        case=str(row["verdict"]),
        severity="warning" if row["verdict"] == "large" else "info",
        subject=str(row["cut"]),
        sentence=f"The chance to meet the cut {row['cut']} at equal ability {said}."
        f"{largest}{judged}",
        value=str(row["verdict"]),
        limits=(row["points_apart_low"], row["points_apart_high"]),
        threshold=line,
    )


def _of_100(chance: float) -> str:
    return f"{100 * chance:.0f}" if known(chance) is not None else "an unknown number"


def _points(row: Row) -> str:
    gap = abs(row["points_apart"])
    low, high = turned(row["points_apart"], row["points_apart_low"], row["points_apart_high"])
    ends = "" if low is None or high is None else f" (limits {low:.1f} to {high:.1f})"
    return f"{gap:.1f} points{ends}"
