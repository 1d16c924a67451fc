"""What flagged items add up to, in words: by comparison, at the cut where it is most."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.fairness.turned import turned
from naas_psych.analyses.forms import form_or_test
from naas_psych.analyses.items.phrasing import Row, between, capital, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def test_functioning_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Every cut where the difference is surely large; else the largest of each comparison."""
    table = result.tables["cuts"]
    for _, rows in table.groupby(["group", "reference", "focal"], sort=False):
        measured = [
            row for row in rows.to_dict("records") if known(row["dtf_sem_share"]) is not None
        ]
        large = [row for row in measured if row["verdict"] == "large"]
        for row in large:
            yield _said(row, thresholds)
        if measured and not large:
            yield _said(max(measured, key=lambda row: abs(row["dtf_sem_share"])), thresholds)


def _said(row: Row, thresholds: Thresholds) -> Finding:
    line = thresholds["dtf_sem_share_max"]
    limits = (known(row["dtf_sem_share_low"]), known(row["dtf_sem_share_high"]))
    share = known(row["dtf_sem_share"]) or 0.0
    return found(
        code="test_functioning_at_cut",
        case=str(row["verdict"]),
        severity="warning" if row["verdict"] == "large" else "info",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"{_difference(row)}: {short(abs(share))} of the error of measurement there"
        f"{_against(row, limits, line.value)}.",
        value=share,
        limits=limits,
        threshold=line,
    )


def _difference(row: Row) -> str:
    marks = known(row["expected_difference"]) or 0.0
    way = "fewer" if marks < 0 else "more"
    ends = between(*turned(marks, row["expected_difference_low"], row["expected_difference_high"]))
    return capital(
        f"people who stand at the cut {row['cut']} of {form_or_test(str(row['form']))} are "
        f"expected to earn {short(abs(marks))} marks {way}{ends} if they belong to {row['focal']} "
        f"than if they belong to {row['reference']} ({row['group']})"
    )


def _against(row: Row, limits: tuple[float | None, float | None], line: float) -> str:
    said = f"the line of {short(line)}"
    if row["verdict"] != "cannot_tell":
        more = row["verdict"] == "large"
        return f", which is surely more than {said}" if more else f", surely less than {said}"
    if all(limit is not None and abs(limit) < line for limit in limits):
        return f". That is less than {said}, but too few of the other items could be tested"
    return f", which may be more or less than {said}"


# A test runner must not take it for a test.
test_functioning_findings.__dict__["__test__"] = False
