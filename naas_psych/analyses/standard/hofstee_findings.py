"""What Hofstee's box says: the cut, or that no cut satisfies the judges."""

from __future__ import annotations

from collections.abc import Iterator

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


def hofstee_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cut of every form, then how few judges it rests on."""
    boxes = {(row["cut_name"], row["form"]): row for row in result.tables["box"].to_dict("records")}
    rows = result.tables["cuts"].to_dict("records")
    for row in rows:
        box = boxes.get((row["cut_name"], row["form"]))
        if box is None:
            continue
        if known(row["cut"]) is None:
            yield from _missed(row, box)
        else:
            yield from _crossed(row, box)
    yield from few_judges(rows, thresholds)


def _crossed(row: Row, box: Row) -> Iterator[Finding]:
    cut = cut_in_words(row)
    if cut is None:
        return
    yield found(
        code="hofstee_cut",
        severity="info",
        subject=subject(row),
        sentence=f"Hofstee's method puts the cut{for_name(row)}{on_form(row['form'])} at "
        f"{cut}.{below_in_words(row)}{_accepted(box)}{_often_missed(row)}",
        value=known(row["percent"]),
        limits=(known(row["percent_low"]), known(row["percent_high"])),
    )


def _accepted(box: Row) -> str:
    ends = [known(box[name]) for name in ("min_cut", "max_cut", "min_fail", "max_fail")]
    low, high, fewest, most = ends
    if low is None or high is None or fewest is None or most is None:
        return ""
    return (
        f" The judges accept cuts from {place_in_words(low, box['unit'])} to "
        f"{place_in_words(high, box['unit'])}, with {of_100(fewest)} to {of_100(most)} below."
    )


def _often_missed(row: Row) -> str:
    share = known(row["no_crossing_share"])
    if share is None or share < 0.05:
        return ""
    return (
        f" In {of_100(share)} samples of judges and persons like these no cut would satisfy the "
        "judges."
    )


def _missed(row: Row, box: Row) -> Iterator[Finding]:
    above = box["passes"] == "above"
    end, limit, at = (
        ("min_cut", "max_fail", "fail_rate_at_min")
        if above
        else ("max_cut", "min_fail", "fail_rate_at_max")
    )
    place, accepted, below = known(box[end]), known(box[limit]), known(box[at])
    if place is None or accepted is None or below is None:
        return
    which, than = ("lowest", "more than the") if above else ("highest", "fewer than the")
    yield found(
        code="hofstee_no_crossing",
        severity="warning",
        subject=subject(row),
        sentence=f"No cut{for_name(row)}{on_form(row['form'])} satisfies the judges: at the "
        f"{which} they accept, {place_in_words(place, box['unit'])}, already {of_100(below)} are "
        f"below, {than} {of_100(accepted)} they {'accept' if above else 'expect'}."
        if above
        else f"No cut{for_name(row)}{on_form(row['form'])} satisfies the judges: even at "
        f"the {which} they accept, {place_in_words(place, box['unit'])}, only {of_100(below)} are "
        f"below, {than} {of_100(accepted)} they expect.",
        case=str(box["passes"]),
        value=below,
    )
