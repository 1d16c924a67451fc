"""What is said of positions: per item and on the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.items.phrasing import between, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
#: Adjusted p below which an item's position effect is not chance.
_SURE = 0.05
#: Items from which a pooled effect says something about the test.
_SEVERAL = 3


def position_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items that are harder (or easier) in a later place, and the test as a whole."""
    for row in result.tables["items"].to_dict("records"):
        p, shift = known(row["p_adjusted"]), known(row["position_shift"])
        if p is not None and shift is not None and p < _SURE:
            yield _item(row, shift, thresholds)
    for row in result.tables["pooled"].to_dict("records"):
        if row["basis"] == "all answers" and row["items"] >= _SEVERAL:
            yield from _pooled(row, thresholds)


def _item(row: Row, shift: float, thresholds: Thresholds) -> Finding:
    line = thresholds["position_shift_min"]
    limits = row["position_shift_low"], row["position_shift_high"]
    between_forms = row["design"] == "between forms"
    return found(
        code="position_effect",
        severity="warning" if abs(shift) >= line.value else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} is {_harder(shift)} by {short(abs(shift))} logits"
        f"{between(*_positive(limits, shift))} at position {row['last_position']} than at "
        f"{row['first_position']}, for persons of equal rest score"
        f"{', as far as two forms can tell: it changed place and form at once' * between_forms}.",
        case="between_forms" if between_forms else "within_forms",
        value=shift,
        limits=limits,
        threshold=line,
    )


def _harder(shift: float) -> str:
    return "harder" if shift > 0 else "easier"


def _positive(limits: tuple[float, float], shift: float) -> tuple[float, float]:
    return limits if shift > 0 else (-limits[1], -limits[0])


def _pooled(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    line = thresholds["position_shift_min"]
    shift, limits = (
        known(row["position_shift"]),
        (known(row["position_shift_low"]), known(row["position_shift_high"])),
    )
    if shift is None or limits[0] is None or limits[1] is None or limits[0] <= 0 <= limits[1]:
        return
    nearest = min(abs(limits[0]), abs(limits[1]))
    yield found(
        code="position_effect",
        severity="warning" if nearest >= line.value else "info",
        subject="test",
        sentence=f"An item is {_harder(shift)} the later it comes: by {short(abs(shift))} logits"
        f"{between(*_positive((limits[0], limits[1]), shift))} over {row['places_apart']} places, "
        f"pooled over {row['items']} items.",
        case="between_forms" if row["design"] == "between forms" else "within_forms",
        value=shift,
        limits=limits,
        threshold=line,
    )
