"""What a board should know of the methods side by side, and of what was made of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds


def standard_summary_findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """Agreement of methods by cut and form; the decision maker's change."""
    line = thresholds["methods_apart_max"]
    for row in result.tables["agreement"].to_dict("records"):
        if pd.isna(row["apart_in_sem"]):
            continue
        apart = row["agreement_verdict"] == "apart"
        yield found(
            code="methods_apart" if apart else "methods_agree",
            severity="warning" if apart else "info",
            subject=_subject(row),
            sentence=_said(row),
            value=float(row["apart_in_sem"]),
            threshold=line,
        )
    steps = result.tables["decisions"]
    for name, own in steps.groupby("cut_name", sort=False):
        yield from _change(str(name), own)


def _subject(row: dict[str, Any]) -> str:
    return f"{row['cut_name']}, {row['form']}"


def _said(row: dict[str, Any]) -> str:
    return (
        f"{row['methods']} methods put the cut for {row['cut_name']} ({row['form']}) between "
        f"{row['lowest_percent']:.1f} ({row['lowest_method']}) and {row['highest_percent']:.1f} "
        f"({row['highest_method']}) per cent of the marks: {row['apart_in_sem']:.1f} errors of "
        "measurement apart."
    )


def _change(name: str, own: pd.DataFrame) -> Iterable[Finding]:
    """From what was recommended to what is final, with who it lets through."""
    start = own[own["decision_step"].str.startswith("recommended")]
    final = own[own["decision_step"] == "final"]
    if start.empty or final.empty or final["percent"].isna().any():
        return
    row, before = final.iloc[0], start.iloc[0]
    if not row["percent_change"]:
        return
    rates = ""
    if pd.notna(row["pass_rate"]) and pd.notna(before["pass_rate"]):
        rates = (
            f" Of 100 persons here {100 * before['pass_rate']:.0f} reach the one and "
            f"{100 * row['pass_rate']:.0f} the other."
        )
    yield found(
        code="cut_adjusted",
        severity="info",
        subject=name,
        sentence=(
            f"The cut for {name} was moved from {before['percent']:.1f} (recommended) to "
            f"{row['percent']:.1f} per cent of the marks, a change of {row['percent_change']:+.1f} "
            f"that guards {row['guards']}.{rates}"
        ),
        value=float(row["percent_change"]),
    )
