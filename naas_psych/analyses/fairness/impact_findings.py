"""What the flagged items do to people, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def impact_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """Comparisons in which leaving out the flagged items changes a gap beyond chance."""
    rows = result.tables["cuts"]
    needed = ["difference_change", "difference_change_low", "difference_change_high"]
    for row in rows.dropna(subset=[*needed, "left_out_items"]).to_dict("records"):
        low, high = row["difference_change_low"], row["difference_change_high"]
        if low <= 0 <= high:
            continue
        before, after, change = (
            f"{100 * row[f'difference_{name}']:+.1f}" for name in ("before", "after", "change")
        )
        yield found(
            code="flagged_items_move_gap",
            severity="info",
            subject=f"{row['group']} {row['focal']}",
            sentence=f"Without {row['left_out_items']} the difference in meeting the cut "
            f"{row['cut']}, {row['focal']} less {row['reference']}, goes from {before} to {after} "
            f"of 100: a change of {change} ({100 * low:+.1f} to {100 * high:+.1f}).{_moved(row)}",
            value=row["difference_change"],
            limits=(low, high),
        )


def _moved(row: Mapping[Any, Any]) -> str:
    counts = [row["n_focal_up"], row["n_focal_down"]]
    if any(pd.isna(one) for one in counts):
        return ""
    up, down = (f"{float(one):.0f}" for one in counts)
    return f" {up} persons of {row['focal']} would meet it who do not now, {down} would no longer."
