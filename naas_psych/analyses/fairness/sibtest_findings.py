"""What SIBTEST finds: items and bundles that differ at the same score on the other items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def sibtest_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items once, by the uniform test or else as crossing; bundles by the uniform test."""
    for row in _flagged(result.tables["items"]):
        yield _finding(row, str(row["item_id"]), str(row["item_id"]), thresholds)
    if "bundles" in result.tables:
        for row in _flagged(result.tables["bundles"]):
            if row["kind"] == "uniform":
                what = f"the {row['items']} items of {row['bundle']} ({row['bundle_by']})"
                yield _finding(row, str(row["bundle"]), what, thresholds)


def _flagged(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows that are moderate or large; a crossing only where the uniform test is silent."""
    told = table[table["verdict"].isin(["moderate", "large"])]
    shown = told["difference_bands"].notna() | (told["kind"] == "crossing")
    told = told[shown & told["beta"].notna()]
    subject = "item_id" if "item_id" in table else "bundle"
    key = [subject, "group", "reference", "focal"]
    uniform = set(map(tuple, told.loc[told["kind"] == "uniform", key].to_numpy()))
    rows: list[dict[str, Any]] = told.to_dict("records")  # type: ignore[assignment]
    return [
        row
        for row in rows
        if row["kind"] == "uniform" or tuple(row[name] for name in key) not in uniform
    ]


def _finding(row: dict[str, Any], subject: str, what: str, thresholds: Thresholds) -> Finding:
    level = "large" if row["verdict"] == "large" else "moderate"
    crosses = row["kind"] == "crossing"
    return found(
        code="shows_dif_sibtest",
        severity="info",
        subject=subject,
        sentence=_crossing(row, what) if crosses else _uniform(row, what),
        case="crossing" if crosses else "uniform",
        value=float(row["beta"] if crosses else row["difference_bands"]),
        limits=(None, None)
        if crosses
        else (row["difference_bands_low"], row["difference_bands_high"]),
        probability=row["p_value" if crosses else "p_bands"],
        threshold=thresholds[f"sibtest_beta_{level}"],
    )


def _uniform(row: dict[str, Any], what: str) -> str:
    harder = "harder" if row["difference_bands"] < 0 else "easier"
    return (
        f"At the same score on the other items, {what} showed up {harder} for {row['focal']} "
        f"({row['group']}) than for {row['reference']}, by {abs(row['difference_bands']):.2f} "
        f"(limits {row['difference_bands_low']:+.2f} to {row['difference_bands_high']:+.2f})."
    )


def _crossing(row: dict[str, Any], what: str) -> str:
    return (
        f"{what} differs between {row['focal']} ({row['group']}) and {row['reference']} one way "
        "for weaker persons and the other way for stronger ones."
    )
