"""The verdict on structure in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.analyses.items.phrasing import between, known, short
from naas_psych.analyses.structure.cluster_words import listed_all
from naas_psych.analyses.structure.structure_rule import FEWEST_ITEMS
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
#: p of the places of the two halves below which their difference is said.
_P_PLACE = 0.01


def dimensionality_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One verdict a form."""
    for row in result.tables["verdicts"].to_dict("records"):
        verdict, form = str(row["verdict"]), str(row["form"])
        yield found(
            code="structure_verdict",
            case=verdict,
            severity="warning" if verdict == "several" else "info",
            subject=form,
            sentence=sentence(row, thresholds),
            value=verdict,
            limits=(known(row["halves_correlation_low"]), known(row["halves_correlation_high"])),
            threshold=thresholds["structure_halves_min"],
        )


def sentence(row: Row, thresholds: Thresholds) -> str:
    """The verdict on one form with its numbers."""
    form = str(row["form"])
    name = "The test" if form == ONE_FORM else form_in_words(form)
    name = name[:1].upper() + name[1:]
    verdict = row["verdict"]
    if verdict == "cannot_tell":
        return (
            f"{name}: these data cannot tell how many things it measures; {_why(row, thresholds)}"
            f"{_late(row)}."
        )
    r = short(float(row["halves_correlation"]))
    limits = between(row["halves_correlation_low"], row["halves_correlation_high"])
    halves = f"its two most different halves correlate {r}{limits} without measurement error"
    agree = f"{row['criteria_agree']} of {row['criteria']} criteria say the same"
    if verdict == "several":
        return f"{name} measures more than one thing: {halves}{_late(row)}; {agree}."
    if verdict == "one_with_clusters":
        groups = [listed_all(one.split(", ")) for one in str(row["clustered_items"]).split("; ")]
        beside = (
            "items that go together beyond it"
            if len(groups) == 1
            else "groups of items that go together beyond it"
        )
        return (
            f"{name} measures one main thing, with {beside} ({'; '.join(groups)}): {halves}; "
            f"{agree}."
        )
    return f"{name} measures one main thing: {halves}, and no items go together beyond it; {agree}."


def _why(row: Row, thresholds: Thresholds) -> str:
    """Why there is no verdict, and what would be needed."""
    least = int(thresholds["structure_persons_min"].value)
    if row["n"] < least:
        return f"{row['n']:,} persons with a complete score are fewer than the {least} it needs"
    if row["items_kept"] < FEWEST_ITEMS:
        return f"{row['items_kept']} items are fewer than the {FEWEST_ITEMS} it needs"
    low, high = known(row["halves_correlation_low"]), known(row["halves_correlation_high"])
    if high is not None and high < 0:
        size = short(float(row["halves_correlation"])) + between(low, high)
        return (
            f"its two most different halves correlate {size}: items run against the others, so "
            "check the key and turn items that are worded the other way round"
        )
    if not row["settled"]:
        return "the estimates of the response model did not settle"
    if low is None or high is None:
        return "the correlation of its two most different halves has no interval"
    return _why_halves(row, low, high, line=thresholds["structure_halves_min"].value)


def _why_halves(row: Row, low: float, high: float, *, line: float) -> str:
    """Why the correlation of the halves, which has an interval, does not decide."""
    if low >= line:
        return (
            f"{row['clusters']} groups of items that go together ({row['clustered_items']}) hold "
            "more than half of the items, and what is left when one of each is kept does not stand "
            "for the test"
        )
    size = short(float(row["halves_correlation"])) + between(low, high)
    if high < line:
        return (
            f"its two most different halves correlate {size}, but no contrast among the residuals "
            "is beyond chance"
        )
    return (
        f"the correlation of its two most different halves is {size}, so that one thing and "
        f"several (below {short(line)}) are both plausible"
    )


def _late(row: Row) -> str:
    """That one half stands later in the test, where that is no chance."""
    p, first, second = (known(row[name]) for name in ("p_place", "place_side_1", "place_side_2"))
    if p is None or first is None or second is None or p >= _P_PLACE or row["n"] < 1:
        return ""
    late, early = max(first, second), min(first, second)
    return (
        f"; one half stands later in the test (place {late:.0f} on average, the other "
        f"{early:.0f}), so that time or fatigue may be what differs"
    )
