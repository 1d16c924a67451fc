"""What Ebel's and Nedelsky's methods say."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known, listed
from naas_psych.analyses.standard.cut_words import (
    below_in_words,
    cut_in_words,
    for_name,
    of_100,
    on_form,
    subject,
)
from naas_psych.analyses.standard.few_judges import few_judges
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def ebel_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cut of every form by Ebel's method."""
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        if known(row["cut"]) is not None:
            yield found(
                code="ebel_cut",
                severity="info",
                subject=subject(row),
                sentence=_said(row, "Ebel's method"),
                value=known(row["percent"]),
                limits=(known(row["percent_low"]), known(row["percent_high"])),
            )
    yield from few_judges(rows, thresholds)


def nedelsky_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cut of every form by Nedelsky's method, then items it cannot use."""
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        if known(row["cut"]) is not None:
            yield found(
                code="nedelsky_cut",
                severity="info",
                subject=subject(row),
                sentence=_said(row, "Nedelsky's method"),
                value=known(row["percent"]),
                limits=(known(row["percent_low"]), known(row["percent_high"])),
            )
    yield from _unused(result)
    yield from few_judges(rows, thresholds)


def _said(row: Row, method: str) -> str:
    covered = known(row["marks_share"])
    part = ""
    if covered is not None and covered < 1 - 1e-9:
        part = (
            f" The judged items hold {of_100(covered)} marks; their percentage is carried over to "
            "the rest."
        )
    return (
        f"{method} puts the cut{for_name(row)}{on_form(row['form'])} at {cut_in_words(row)}."
        f"{below_in_words(row)}{part}"
    )


def _unused(result: Result) -> Iterator[Finding]:
    items = result.tables["items"]
    if "expected_success_reason" not in items:
        return
    out = items[items["expected_success_reason"].isin(["several_keys", "not_one_choice"])]
    names = list(dict.fromkeys(out["item_id"]))
    if names:
        yield found(
            code="nedelsky_unused",
            severity="info",
            subject="items",
            sentence=f"{len(names)} judged items cannot be used by Nedelsky's method, since they "
            f"have several keys or no single choice: {listed(names)}.",
            value=float(len(names)),
        )
