"""What response-time effort says in words: items that were guessed, and how many persons did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.forms import form_or_test, form_subject
from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def effort_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Forms in which too many persons made too little effort, then items."""
    for row in result.tables["summary"].to_dict("records"):
        if row["measure"] == "effort_below_90_share":
            yield from _persons(row, thresholds)
    for row in result.tables["items"].to_dict("records"):
        yield from _item(row, thresholds)


def _persons(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Surely more than the limit: a warning; perhaps more: only said."""
    line = thresholds["rte_low_share_max"]
    low, high = known(row["value_low"]), known(row["value_high"])
    if low is None or high is None or high <= line.value:
        return
    sure = low > line.value
    name = str(row["form"])
    share, n = float(row["value"]), int(row["n"])
    end = (
        f"more than the {100 * line.value:.0f} % that scores can bear"
        if sure
        else f"and values on both sides of the limit of {100 * line.value:.0f} % remain plausible"
    )
    yield found(
        code="low_effort_persons",
        severity="warning" if sure else "info",
        subject=form_subject(name),
        sentence=f"{round(share * n)} of {n} persons of {form_or_test(name)} ({100 * share:.1f} %, "
        f"{100 * low:.1f} to {100 * high:.1f}) gave more than a tenth of their answers too fast to "
        f"have read the item, {end}.",
        value=share,
        limits=(low, high),
        threshold=line,
    )


def _item(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Surely more rapid answers than the limit; what is wrong is the time, more than the item."""
    line = thresholds["speed_rapid_item_max"]
    low = known(row["rapid_low"])
    if low is None or low <= line.value:
        return
    share, high = float(row["rapid"]), float(row["rapid_high"])
    yield found(
        code="rapid_guessing_item",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']}: {100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f}) of "
        f"the answers took less than {float(row['threshold']):.1f} seconds{_earned(row)}.",
        value=share,
        limits=(low, high),
        threshold=line,
    )


def _earned(row: Row) -> str:
    accuracy, chance = known(row["accuracy_rapid"]), known(row["chance"])
    if accuracy is None or chance is None:
        return ""
    return (
        f"; they earned {100 * accuracy:.0f} % of the marks where blind choice earns "
        f"{100 * chance:.0f} %"
    )
