"""What is said of single judges of an Angoff panel: who rates alike, and who moves the cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.items.phrasing import Row, between, known, short
from naas_psych.analyses.standard.angoff_words import cut_of, where_of
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Threshold, Thresholds


def judge_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Judge by judge: one value for all items, ratings apart from the panel, a moved cut."""
    said: set[str] = set()
    for row in result.tables["setters"].to_dict("records"):
        if row["judge_id"] not in said:
            yield from _same(row, thresholds["judge_one_value_ratings_min"])
        if row["insensitive"] and row["judge_id"] not in said:
            said.add(row["judge_id"])
            yield from _insensitive(row, _without(row, result), thresholds)
    judges = result.tables["judges"]
    for name, rows in judges.groupby("judge_id", sort=False):
        own = rows.to_dict("records")
        yield from _severe(str(name), [row for row in own if row["far_from_panel"]], thresholds)
        yield from _moves(str(name), own, thresholds)


def _without(row: Row, result: Result) -> str:
    """Where the cut goes when the judge is left out."""
    judges = result.tables["judges"]
    own = judges[(judges["judge_id"] == row["judge_id"]) & (judges["cut_name"] == row["cut_name"])]
    said = [
        f"{known(other['cut_change']):+.1f} marks{where_of(other)}"
        for other in own.to_dict("records")
        if known(other["cut_change"]) is not None
    ]
    if not said:
        return ""
    return f"; without this judge the cut for {in_words(row['cut_name'])} moves by {_and(said)}"


def _insensitive(row: Row, without: str, thresholds: Thresholds) -> Iterator[Finding]:
    r, mean, sd = known(row["facility_r"]), known(row["judged_mean"]), known(row["judged_sd"])
    if r is None or mean is None:
        return
    limits = row["facility_r_low"], row["facility_r_high"]
    spread = "" if sd is None else f", SD {short(sd)}"
    yield found(
        code="judge_insensitive",
        severity="warning",
        subject=str(row["judge_id"]),
        sentence=f"{row['judge_id']} rates items nearly alike, or not by how hard they are: r with "
        f"facility {short(r)}{between(*limits)}, mean {short(mean)}{spread}{without}.",
        value=r,
        limits=limits,
        threshold=thresholds["judge_facility_r_min"],
    )


def _severe(name: str, rows: Sequence[Row], thresholds: Thresholds) -> Iterator[Finding]:
    told = [row for row in rows if known(row["severity_marks"]) is not None]
    told = [row for row in told if known(row["severity_sd"]) is not None]
    if not told:
        return
    said = [
        f"{abs(float(row['severity_marks'])):.1f} marks "
        f"{'above' if float(row['severity_marks']) > 0 else 'below'} for {cut_of(row)}"
        for row in told
    ]
    most = max(told, key=lambda row: abs(float(row["severity_sd"])))
    yield found(
        code="judge_far_from_panel",
        severity="info",
        subject=name,
        sentence=f"The cut of {name} is far from the panel's: {_and(said)}; at most "
        f"{abs(float(most['severity_sd'])):.1f} standard deviations of the judges' cuts.",
        value=float(most["severity_sd"]),
        threshold=thresholds["angoff_severity_sd"],
    )


def _moves(name: str, rows: Sequence[Row], thresholds: Thresholds) -> Iterator[Finding]:
    line, sure = thresholds["background_cut_se_max"], thresholds["judge_p_max"].value
    told = [
        row
        for row in rows
        if known(row["cut_change"]) is not None
        and abs(known(row["cut_change_in_se_without"]) or 0.0) > line.value
    ]
    if not told:
        return
    said = [f"{float(row['cut_change']):+.1f} marks for {cut_of(row)}" for row in told]
    most = max((float(row["cut_change_in_se_without"]) for row in told), key=abs)
    known_p = [p for row in told if (p := known(row["p_judges"])) is not None]
    p = min(known_p, default=1.0)
    tail = "" if p < sure else "; among so many judges chance can do that too"
    yield found(
        code="judge_moves_cut",
        severity="warning" if p < sure else "info",
        subject=name,
        sentence=f"Without {name} the cut moves by {_and(said)}: up to {abs(most):.1f} times the "
        f"standard error that it has without this judge{tail}.",
        value=most,
        threshold=line,
    )


def _and(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _same(row: Row, least: Threshold) -> Iterator[Finding]:
    mean, n = known(row["judged_mean"]), known(row["ratings"])
    if not row["one_value"] or mean is None or n is None or n < least.value:
        return
    yield found(
        code="judge_one_value",
        severity="info",
        subject=str(row["judge_id"]),
        sentence=f"{row['judge_id']} gave the same probability ({mean:g}) to all {n:.0f} items.",
        value=mean,
    )
