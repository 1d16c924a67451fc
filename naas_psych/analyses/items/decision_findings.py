"""What was decided of the items and what it does, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.content.removal_findings import outcomes_hang
from naas_psych.analyses.items.decided_items import DROPPED
from naas_psych.analyses.items.phrasing import coefficient, known, listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def decision_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """What is open, what nobody gave a reason for, and what dropping items does."""
    items = result.tables["items"]
    yield from _open(items)
    yield from _kept(items)
    yield from _without_reason(items)
    dropped = items.loc[items["decision"] == "drop", "item_id"].drop_duplicates().tolist()
    effects, outcomes = result.tables["effects"], result.tables["outcomes"]
    gone = effects[(effects["scenario"] == DROPPED) & (effects["measure"] == "items")]
    if not gone["change"].any():
        return
    yield from outcomes_hang(
        outcomes[outcomes["scenario"] == DROPPED],
        dropped,
        thresholds,
        code="outcomes_hang_on_decisions",
    )
    yield from _alpha(result, dropped)


def _open(items: pd.DataFrame) -> Iterator[Finding]:
    for row in items[items["decision"].isna()].to_dict("records"):
        yield found(
            code="flagged_without_decision",
            severity="warning",
            subject=row["item_id"],
            sentence=f"{row['item_id']} has {_flags(row['serious_flags'])} and nobody has decided "
            "what becomes of it.",
            value=float(row["serious_flags"]),
        )


def _kept(items: pd.DataFrame) -> Iterator[Finding]:
    rows = items[(items["decision"] == "keep") & (items["serious_flags"] > 0)]
    for row in rows.to_dict("records"):
        why = row["why"]
        yield found(
            code="kept_though_flagged",
            severity="info" if why else "warning",
            subject=row["item_id"],
            sentence=f"{row['item_id']} is to be kept and has {_flags(row['serious_flags'])}; "
            + (f"the reason given: {why}." if why else "no reason is given."),
            value=float(row["serious_flags"]),
        )


def _flags(count: float) -> str:
    return f"{count:.0f} serious flag{'s' * (count != 1)}"


def _without_reason(items: pd.DataFrame) -> Iterator[Finding]:
    decided = items[items["decision"].notna()]
    bare = decided[decided[["who", "when", "why"]].isna().any(axis=1)]
    names = bare["item_id"].drop_duplicates().tolist()
    if names:
        yield found(
            code="decision_lacks_reason",
            severity="warning",
            subject="decisions",
            sentence=f"{len(names)} of {decided['item_id'].nunique()} items decided on lack a "
            f"name, a date or a reason: {listed(names)}.",
            value=float(len(names)),
        )


def _alpha(result: Result, dropped: list[str]) -> Iterator[Finding]:
    effects, flattered = result.tables["effects"], result.tables["optimism"]
    rows = effects[(effects["scenario"] == DROPPED) & (effects["measure"] == "alpha")]
    for row in rows.to_dict("records"):
        if known(row["change"]) is None or not dropped or not row["change"]:
            continue
        own = (flattered["scenario"] == DROPPED) & (flattered["form"] == row["form"])
        gap = known(flattered.loc[own, "optimism"].iloc[0])
        form = "" if row["form"] == "all" else f" of form {row['form']}"
        limits = ""
        if known(row["change_low"]) is not None:
            ends = (coefficient(row[f"change_{end}"], signed=True) for end in ("low", "high"))
            limits = f", {' to '.join(ends)}"
        by_chance = (
            ""
            if gap is None
            else " Choosing as many items by these data would flatter it by "
            f"{coefficient(gap, signed=True)}."
        )
        yield found(
            code="alpha_after_dropping",
            severity="info",
            subject="test" if row["form"] == "all" else row["form"],
            sentence=f"Without the items dropped alpha{form} goes from "
            f"{coefficient(row['before'])} to {coefficient(row['after'])} "
            f"({coefficient(row['change'], signed=True)}{limits}), measured on the people on whom "
            f"the items were judged.{by_chance}",
            value=float(row["change"]),
            limits=(row["change_low"], row["change_high"]),
        )
