"""What gaps in scores say, with how many of a hundred pairs they turn round."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.items.phrasing import Row, between, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def gap_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Gaps beyond chance, then groups that are measured with another error than the reference."""
    for row in result.tables["groups"].to_dict("records"):
        if row["verdict_words"] != "too few persons to judge":
            yield from _gap(row, thresholds)
    references = {
        row["group"]: row["reference"] for row in result.tables["groups"].to_dict("records")
    }
    for row in result.tables["precision"].to_dict("records"):
        yield from _error(row, str(references.get(row["group"], "")), thresholds)


def _gap(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    g, p = known(row["hedges_g"]), known(row["p_adjusted"])
    low, high = known(row["hedges_g_low"]), known(row["hedges_g_high"])
    gap = known(row["difference_percent"])
    if g is None or p is None or low is None or high is None or gap is None:
        return
    if low <= 0 <= high or p >= thresholds["gap_alpha"].value or row["verdict"] == "negligible":
        return
    side = "lower" if g < 0 else "higher"
    yield found(
        code="score_gap",
        severity="warning" if row["verdict"] in ("medium", "large") else "info",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"Persons of {row['group']} {row['focal']} score {side} than those of "
        f"{row['reference']} by {abs(gap):.1f} per cent of the marks{_points(row, gap)}: "
        f"{row['verdict_words']} in size, {short(g)} standard deviations"
        f"{between(low, high)}.{_pairs(row)}",
        value=g,
        limits=(low, high),
        threshold=thresholds["gap_small"],
    )


def _points(row: Row, gap: float) -> str:
    """` (1.2 to 5.3)`, in the direction that the sentence says."""
    ends = known(row["difference_percent_low"]), known(row["difference_percent_high"])
    if ends[0] is None or ends[1] is None:
        return ""
    low, high = (ends[0], ends[1]) if gap > 0 else (-ends[1], -ends[0])
    return f" ({low:.1f} to {high:.1f})"


def _pairs(row: Row) -> str:
    above = known(row["focal_above"])
    if above is None:
        return ""
    return (
        f" Of 100 pairs with one person of each, the one of {row['focal']} scores higher in about "
        f"{100 * above:.0f}, ties shared."
    )


def _error(row: Row, reference: str, thresholds: Thresholds) -> Iterator[Finding]:
    ratio, line = known(row["sem_ratio"]), thresholds["sem_ratio_max"]
    low, high = known(row["sem_ratio_low"]), known(row["sem_ratio_high"])
    if ratio is None or low is None or high is None:
        return
    if low <= line.value and high >= 1 / line.value:
        return
    more = "more" if ratio > 1 else "less"
    yield found(
        code="group_error_differs",
        severity="info",
        subject=f"{row['group']} {row['group_level']}",
        sentence=f"The total{of_form(str(row['form']))} measures persons of {row['group']} "
        f"{row['group_level']} with {more} error than those of {reference}: its standard error of "
        f"measurement is {ratio:.2f} times as large ({low:.2f} to {high:.2f}).",
        value=ratio,
        limits=(low, high),
        threshold=line,
    )
