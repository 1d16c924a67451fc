"""What cuts between levels say: where they lie, on how few they rest, why there are none."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known, listed
from naas_psych.analyses.standard.judged_words import cut_said, marks_said
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def contrasting_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Of contrasting groups."""
    for rows in _by_cut(result):
        yield from _of_boundary(rows, "Contrasting groups put")
        yield from _few(rows[0], thresholds)
        yield from _apart(rows[0])
    yield from _crossings(result)
    yield from _disagreed(result)


def body_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Of body of work."""
    for rows in _by_cut(result):
        yield from _of_boundary(rows, "Judges of whole folders put")
        yield from _few_judges(rows[0], thresholds)
        yield from _apart(rows[0])


def _by_cut(result: Result) -> Iterator[list[Row]]:
    """The rows of one cut, a row a form."""
    table = result.tables["cuts"]
    for _, own in table.groupby("cut_name", sort=False):
        yield list(own.to_dict("records"))


def _of_boundary(rows: list[Row], begin: str) -> Iterator[Finding]:
    row, said = rows[0], cut_said(rows[0])
    if said is None:
        why = row.get("cut_reason")
        if isinstance(why, str) and not why.startswith("withheld"):
            yield _none(row, why)
        return
    marks = listed([text for text in map(marks_said, rows) if text])
    yield found(
        code="cut_from_persons",
        severity="info",
        subject=str(row["cut_name"]),
        sentence=f"{begin} the beginning of {row['cut_name']} at {said}"
        + (f": {marks}." if marks else "."),
        value=known(row["percent"]),
        limits=(row["percent_low"], row["percent_high"]),
    )


def _none(row: Row, why: str) -> Finding:
    return found(
        code="no_cut_from_persons",
        severity="warning",
        subject=str(row["cut_name"]),
        sentence=f"There is no cut for {row['cut_name']}: {reason_label(why)}.",
        value=why,
    )


def _few(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    line = thresholds["contrast_persons_min"]
    if known(row["percent"]) is None or row["few_persons"] is not True:
        return
    yield found(
        code="few_persons_judged",
        severity="warning",
        subject=str(row["cut_name"]),
        sentence=f"The cut for {row['cut_name']} rests on fewer than {line.value:g} persons on one "
        "side of it; so few say little.",
        threshold=line,
    )


def _few_judges(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    judges, line = known(row["judges"]), thresholds["standard_judges_shown"]
    if known(row["percent"]) is None or judges is None or judges >= line.value:
        return
    word = "judge" if judges == 1 else "judges"
    yield found(
        code="few_persons_judged",
        severity="warning",
        subject=str(row["cut_name"]),
        sentence=f"The cut for {row['cut_name']} rests on {judges:.0f} {word}; "
        f"fewer than {line.value:g} say little of others.",
        value=judges,
        threshold=line,
    )


def _apart(row: Row) -> Iterator[Finding]:
    low, high = known(row["separation_low"]), known(row["separation_high"])
    percent = known(row["percent"])
    if low is None or high is None or percent is None:
        return
    inside = f"; {percent:.1f} is one of them" if low <= percent <= high else ""
    yield found(
        code="groups_set_apart",
        severity="info",
        subject=str(row["cut_name"]),
        sentence=f"Scores of those below {row['cut_name']} and of those at it do not overlap: any "
        f"cut from {low:.1f} to {high:.1f} per cent of the marks tells them apart{inside}.",
        value=percent,
        limits=(low, high),
    )


def _crossings(result: Result) -> Iterator[Finding]:
    table = result.tables["crossings"]
    for name, own in table.groupby("cut_name", sort=False):
        places = own["crossing_percent"].dropna()
        if len(places) < 2:
            continue
        yield found(
            code="densities_cross_twice",
            severity="info",
            subject=str(name),
            sentence=f"The smoothed scores of those below {name} and of those at it cross at "
            f"{listed([f'{place:.1f}' for place in places])} per cent of the marks: no single "
            "crossing can serve as a cut.",
            value=float(len(places)),
        )


def _disagreed(result: Result) -> Iterator[Finding]:
    if not result.provenance["disagreed"]:
        return
    yield found(
        code="judged_differently",
        severity="info",
        subject="judged persons",
        sentence="Some persons were put into different levels by their judges, with no level in "
        "the middle; they are left out of the groups.",
    )
