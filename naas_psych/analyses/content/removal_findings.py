"""What leaving out items does to outcomes, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from naas_psych.analyses.content.removal_cuts import ALL_FORMS, ANY_CUT
from naas_psych.analyses.items.phrasing import known, listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def removal_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding: how many outcomes hang on the flagged items, of all forms and cuts together."""
    items = result.tables["removed"]["item_id"].tolist()
    cuts = result.tables["cuts"]
    yield from outcomes_hang(cuts, items, thresholds, code="outcomes_hang_on_flagged")


def outcomes_hang(
    cuts: pd.DataFrame, items: Sequence[str], thresholds: Thresholds, *, code: str
) -> Iterator[Finding]:
    """A finding on the outcomes that change without the items, where any can be counted."""
    rows = [r for r in cuts.to_dict("records") if known(r["changed_share"]) is not None]
    if not rows or not items:
        return
    wide = [row for row in rows if row["form"] == ALL_FORMS] or rows
    row = next((r for r in wide if r["cut"] == ANY_CUT), wide[0])
    line = thresholds["outcomes_changed_max"]
    sure = row["changed_share_low"] > line.value
    beyond = known(row["as_many_random"])
    special = beyond is not None and beyond <= 1 - thresholds["outcomes_changed_sure"].value
    yield found(
        code=code,
        case="these_items" if special else "fewer_items",
        severity="warning" if sure and special else "info",
        subject="outcomes",
        sentence=_sentence(row, items, special),
        value=float(row["changed_share"]),
        limits=(row["changed_share_low"], row["changed_share_high"]),
        threshold=line,
    )


def _sentence(row: Row, items: Sequence[str], special: bool) -> str:
    words = [
        f"Without {listed(items)}, {row['changed_n']} of {row['n']} outcomes would change "
        f"({1000 * row['changed_share']:.0f} in 1,000, "
        f"{1000 * row['changed_share_low']:.0f} to {1000 * row['changed_share_high']:.0f}): "
        f"{row['up_per_1000']:.0f} up and {row['down_per_1000']:.0f} down"
    ]
    if known(row["changed_random"]) is not None:
        words.append(
            f"; as many random other items would change {1000 * row['changed_random']:.0f} "
            f"({1000 * row['changed_random_low']:.0f} to {1000 * row['changed_random_high']:.0f}), "
            + ("so it is these items" if special else "so it is no more than a shorter test does")
        )
    return "".join(words) + ". Flags and outcomes come from the same people."
