"""The fairness strip of an item card: comparisons that can be judged, and who is too few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from naas_psych.report.run import Run
from naas_psych.report.wording import is_undefined, number, spoken_name

#: How far the small interval pictures reach, in delta.
_REACH = 4.0
_WORDS = {
    "large": "large difference",
    "moderate": "moderate difference",
    "negligible": "negligible",
}


@dataclass(frozen=True)
class Compared:
    """One comparison of an item: delta with its interval on a picture of 0 to 100, and in words."""

    focal: str
    reference: str
    verdict: str
    words: str
    delta: str
    interval: str
    low: float
    at: float
    high: float
    zero: float = 50.0


@dataclass(frozen=True)
class Strip:
    """What is known of an item between groups; `untold` are groups too small to tell."""

    compared: tuple[Compared, ...]
    untold: tuple[str, ...]


def strips(run: Run) -> Mapping[str, Strip]:
    """The strip of every item that was compared."""
    result = run.get("dif_summary")
    if result is None:
        return {}
    by_item: dict[str, list[Any]] = {}
    for row in result.tables["items"].to_dict("records"):
        by_item.setdefault(str(row["item_id"]), []).append(row)
    return {item: _strip(rows) for item, rows in by_item.items()}


def _strip(rows: list[Any]) -> Strip:
    told = [row for row in rows if row["verdict"] in _WORDS and not is_undefined(row["delta"])]
    untold = dict.fromkeys(
        spoken_name(str(row["focal"])) for row in rows if row["verdict"] not in _WORDS
    )
    return Strip(tuple(_compared(row) for row in told), tuple(untold))


def _compared(row: Mapping[str, Any]) -> Compared:
    verdict = str(row["verdict"])
    side = "harder" if row["delta"] < 0 else "easier"
    methods = f"{row['flagged_by']} of {row['answering']} methods flag it"
    limits = [row[f"delta_{end}"] for end in ("low", "high")]
    low, high = (_place(row["delta"] if is_undefined(one) else one) for one in limits)
    return Compared(
        focal=spoken_name(str(row["focal"])),
        reference=spoken_name(str(row["reference"])),
        verdict=verdict,
        words=_WORDS[verdict]
        if verdict == "negligible"
        else f"{_WORDS[verdict]}, {side}; {methods}",
        delta=number(row["delta"], "delta"),
        interval=" to ".join(number(one, "delta") for one in limits),
        low=low,
        at=_place(row["delta"]),
        high=high,
    )


def _place(value: float) -> float:
    return round(min(100.0, max(0.0, 50 + 50 * float(value) / _REACH)), 1)
