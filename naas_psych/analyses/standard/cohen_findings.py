"""What Cohen's method says, with what it does not ask."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.analyses.standard.cut_words import (
    below_in_words,
    cut_in_words,
    for_name,
    on_form,
    place_in_words,
    subject,
)
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def cohen_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The relative cut of every form, then cohorts too small for it."""
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        if known(row["cut"]) is not None:
            yield _cut(row)
    line = thresholds["cohen_persons_min"]
    small = {row["form"]: row for row in rows if (known(row["n"]) or line.value) < line.value}
    for row in small.values():
        yield found(
            code="cohort_small",
            severity="warning",
            subject=subject(row),
            sentence=f"The best of {row['n']:.0f} persons{on_form(row['form'])} are a handful: the "
            f"relative cut would move with each of them. {line.value:.0f} persons are asked for.",
            value=known(row["n"]),
            threshold=line,
        )


def _cut(row: Row) -> Finding:
    top = known(row["top_total"])
    best = "" if top is None else (
        f" The {row['top_percentile']:.0f}th percentile is {place_in_words(top, row['unit'])}."
    )  # fmt: skip
    return found(
        code="cohen_cut",
        severity="info",
        subject=subject(row),
        sentence=f"Cohen's method ({row['method']}) puts the cut{for_name(row)}"
        f"{on_form(row['form'])} at {cut_in_words(row)}.{below_in_words(row)}{best} It follows "
        "the best of those who sat the test and asks nobody what a person should know.",
        value=known(row["percent"]),
        limits=(known(row["percent_low"]), known(row["percent_high"])),
    )
