"""What the methods together say: the items that differ, who cannot be spoken of, lone flags."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.items.phrasing import listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

#: Items and groups that a sentence names.
_NAMED = 6


def summary_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The verdict on all comparisons, then items on which the methods disagree."""
    table = result.tables["items"]
    yield _verdict(table, result.tables["comparisons"], thresholds)
    told = table[
        table["verdict"].isin(["moderate", "large"]) & (table["agreement"] == "they disagree")
    ]
    for row in told.to_dict("records"):
        yield found(
            code="dif_methods_disagree",
            severity="info",
            subject=str(row["item_id"]),
            sentence=f"{row['item_id']}, {row['focal']} beside {row['reference']}: "
            f"{row['flagged_by']} of {row['answering']} methods flag it "
            f"({row['flagging_methods']}).",
            value=float(row["flagged_by"]),
        )


def _verdict(items: pd.DataFrame, compared: pd.DataFrame, thresholds: Thresholds) -> Finding:
    """Large differences first; then for whom the data cannot tell."""
    large = items[items["verdict"] == "large"]
    untold = compared[compared["items_judged"] == 0]
    partly = compared[
        (compared["items_judged"] > 0) & (compared["items_judged"] < compared["items"])
    ]
    word = "differ" if len(large) else "alike"
    if not len(large) and len(untold) + len(partly):
        word = "cannot_tell"
    said = [_large(large, compared), _untold(untold, len(compared)), _partly(partly)]
    return found(
        code="fairness_verdict",
        severity="info",
        subject="test",
        case=word,
        sentence=" ".join(part for part in said if part),
        value=word,
        threshold=thresholds["dif_focal_min"],
    )


def _large(large: pd.DataFrame, compared: pd.DataFrame) -> str:
    if large.empty:
        told = int((compared["items_judged"] > 0).sum())
        if not told:
            return ""
        return (
            "No item that can be judged shows a large difference between persons of two groups "
            "with the same total."
        )
    named = [
        f"{row['item_id']} ({'harder' if row['delta'] < 0 else 'easier'} for {row['focal']} than "
        f"for {row['reference']})"
        if pd.notna(row["delta"])
        else f"{row['item_id']} ({row['focal']} beside {row['reference']})"
        for row in large.head(_NAMED).to_dict("records")
    ]
    more = f" and {len(large) - _NAMED} more" if len(large) > _NAMED else ""
    n_items = len(set(large["item_id"]))
    noun = "item shows" if n_items == 1 else "items show"
    return (
        f"{n_items} {noun} a large difference between persons with the same "
        f"total: {listed(named)}{more}."
    )


def _untold(untold: pd.DataFrame, of: int) -> str:
    if untold.empty:
        return ""
    names = [str(name) for name in untold["focal"].head(_NAMED)]
    more = f" and {len(untold) - _NAMED} more" if len(untold) > _NAMED else ""
    return (
        f"For {len(untold)} of {of} comparisons these data cannot tell of any item: "
        f"{', '.join(names)}{more} have too few persons."
    )


def _partly(partly: pd.DataFrame) -> str:
    if partly.empty:
        return ""
    names = [
        f"{row['focal']} ({row['items_judged']} of {row['items']} items can be judged)"
        for row in partly.head(_NAMED).to_dict("records")
    ]
    more = f" and {len(partly) - _NAMED} more" if len(partly) > _NAMED else ""
    return f"For some of the items they cannot tell: {', '.join(names)}{more}."
