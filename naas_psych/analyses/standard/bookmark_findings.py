"""What the bookmarks say: the cut, gaps in the booklet, and what hangs on the probability."""

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
from naas_psych.analyses.standard.few_judges import few_judges
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def bookmark_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cut of every form with what moves it, then how few judges it rests on."""
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        if known(row["cut"]) is None:
            yield _none(row)
            continue
        yield found(
            code="bookmark_cut",
            severity="info",
            subject=subject(row),
            sentence=f"The bookmarks put the cut{for_name(row)}{on_form(row['form'])} at "
            f"{cut_in_words(row)}.{below_in_words(row)}{_other_rp(result, row)}",
            value=known(row["percent"]),
            limits=(known(row["percent_low"]), known(row["percent_high"])),
        )
        yield from _gap(row)
    yield from few_judges(rows, thresholds)


def _none(row: Row) -> Finding:
    return found(
        code="bookmark_no_cut",
        severity="warning",
        subject=subject(row),
        sentence=f"The bookmarks give no cut{for_name(row)}{on_form(row['form'])}: "
        f"{reason_label(str(row.get('cut_reason')))}.",
    )


def _other_rp(result: Result, row: Row) -> str:
    """What the same bookmarks would give under the lowest and the highest probability."""
    table = result.tables["rp"]
    own = table[(table["cut_name"] == row["cut_name"]) & (table["form"] == row["form"])]
    own = own[own["cut"].notna()].sort_values("rp")
    if len(own) < 2:
        return ""
    ends = [own.iloc[k] for k in (0, -1)]
    low, high = (place_in_words(end["cut"], row["unit"]) for end in ends)
    return (
        f" The same bookmarks would give {low} with mastery at {ends[0]['rp']:.2f} and {high} at "
        f"{ends[1]['rp']:.2f}."
    )


def _gap(row: Row) -> Iterator[Finding]:
    gap, error = known(row["gap_marks"]), known(row["cut_se"])
    # Below one mark no total lies between the entries.
    if gap is None or error is None or gap <= max(error, 1.0):
        return
    yield found(
        code="bookmark_gap",
        severity="info",
        subject=subject(row),
        sentence=f"Between the entry at the cut{for_name(row)}{on_form(row['form'])} and the next "
        f"lie {place_in_words(gap, row['unit'])}, more than the error of the cut "
        f"({place_in_words(error, row['unit'])}): the booklet cannot tell cuts in between apart.",
        value=gap,
    )
