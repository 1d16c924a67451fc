"""What Beuk's and De Gruijter's methods say, and how much hangs on the weighing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.analyses.standard.cut_words import (
    below_in_words,
    cut_in_words,
    for_name,
    of_100,
    on_form,
    place_in_words,
    subject,
)
from naas_psych.analyses.standard.few_judges import few_judges
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def beuk_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cut of every form by Beuk's method."""
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        if known(row["cut"]) is None:
            if row.get("cut_reason") in ("judges_alike", "no_crossing"):
                yield _none(row)
            continue
        yield found(code="beuk_cut", **_said(row, "Beuk's method", _alone(result, row)))
    yield from few_judges(rows, thresholds)


def de_gruijter_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cut of every form by De Gruijter's method."""
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        if known(row["cut"]) is not None:
            words = _said(row, "De Gruijter's method", _alone(result, row))
            yield found(code="de_gruijter_cut", **words)
    yield from few_judges(rows, thresholds)


def _said(row: Row, method: str, alone: str) -> dict[str, Any]:
    return {
        "severity": "info",
        "subject": subject(row),
        "sentence": f"{method} puts the cut{for_name(row)}{on_form(row['form'])} at "
        f"{cut_in_words(row)}.{below_in_words(row)}{alone}",
        "value": known(row["percent"]),
        "limits": (known(row["percent_low"]), known(row["percent_high"])),
    }  # fmt: skip


def _alone(result: Result, row: Row) -> str:
    """Where the cut would lie if one side alone decided."""
    table = result.tables["solutions"]
    own = table[(table["cut_name"] == row["cut_name"]) & (table["form"] == row["form"])]
    cut = own.loc[own["solution"] == "judged cut alone", "cut"]
    rate = own.loc[own["solution"] == "judged rate alone", "cut"]
    asked, share = known(row["judged_cut"]), known(row["judged_rate"])
    at_cut = known(cut.iloc[0]) if len(cut) else None
    at_rate = known(rate.iloc[0]) if len(rate) else None
    if asked is None or share is None or at_cut is None or at_rate is None:
        return ""
    return (
        f" The judges ask for {place_in_words(asked, row['unit'])} and expect {of_100(share)} to "
        f"pass, which a cut of {place_in_words(at_rate, row['unit'])} would give."
    )


def _none(row: Row) -> Finding:
    alike = row.get("cut_reason") == "judges_alike"
    why = (
        "all judges ask for the same cut and the same pass rate, so that nothing says which counts "
        "more"
        if alike
        else "the line of the judges and the pass rates do not meet"
    )
    return found(
        code="beuk_no_cut",
        severity="warning",
        subject=subject(row),
        sentence=f"Beuk's method gives no cut{for_name(row)}{on_form(row['form'])}: {why}.",
    )
