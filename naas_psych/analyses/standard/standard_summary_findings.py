"""What a board should know of the methods side by side, and of what was made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds


def standard_summary_findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """Agreement of methods by cut and form; the decision maker's change."""
    line = thresholds["methods_apart_max"]
    agreement = result.tables["agreement"]
    for row in agreement[agreement["apart_in_sem"].notna()].to_dict("records"):
        apart = row["agreement_verdict"] == "apart"
        if not apart and row["form"] != ALL_FORMS and ALL_FORMS in set(agreement["form"]):
            continue
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
        yield from _outside(str(name), own)


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _subject(row: Mapping[Any, Any]) -> str:
    return f"{row['cut_name']}, {row['form']}"


def _said(row: Mapping[Any, Any]) -> str:
    return (
        f"{row['methods']} methods put the cut for {_words(row['cut_name'])} ({row['form']}) "
        f"between "
        f"{row['lowest_percent']:.1f} ({row['lowest_method']}) and {row['highest_percent']:.1f} "
        f"({row['highest_method']}) per cent of the marks: {row['apart_in_sem']:.1f} errors of "
        "measurement apart."
    )


def _outside(name: str, own: pd.DataFrame) -> Iterable[Finding]:
    """A cut in use that the judges could not accept, for where it is or for whom it stops."""
    used = own[(own["decision_step"] == "in use") & (own["inside_box"] == "no")]
    for row in used.dropna(subset=["pass_rate"]).to_dict("records"):
        yield found(
            code="cut_outside_box",
            severity="warning",
            subject=name,
            sentence=(
                f"The cut in use for {_words(name)}, {row['percent']:g} per cent of the marks with "
                f"{100 * (1 - row['pass_rate']):.0f} of 100 persons below it, lies outside what "
                "the judges named as the least and the most they could accept (Hofstee's box)."
            ),
            value=float(row["percent"]),
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
            f"The cut for {_words(name)} was moved from {before['percent']:.1f} (recommended) to "
            f"{row['percent']:.1f} per cent of the marks, a change of {row['percent_change']:+.1f} "
            f"that guards {row['guards']}.{rates}"
        ),
        value=float(row["percent_change"]),
    )
