"""What the correlations of items say in words: whether the matrix can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from naas_psych.analyses.forms import form_subject, in_form
from naas_psych.analyses.items.phrasing import known, listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

#: Pairs that nobody was given together are how the study was made, and no news.
_BY_DESIGN = "no_common_persons"


def item_correlations_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Matrices that are not positive definite, and pairs without a correlation."""
    for row in result.tables["matrices"].to_dict("records"):
        change = known(row["smoothing_change"])
        if change is not None and row["positive_definite"] is False and row["n"] > row["items"]:
            yield _not_positive(row, change, thresholds)
    yield from _undefined(result)


def _not_positive(row: dict[Any, Any], change: float, thresholds: Thresholds) -> Finding:
    line = thresholds["polychoric_smoothing_max"]
    used = f"smoothing it moves a correlation by up to {change:.2f}"
    return found(
        code="matrix_not_positive_definite",
        severity="warning" if change > line.value else "info",
        subject=form_subject(row["form"]),
        sentence=f"The {row['matrix']} correlations of {row['items']} items{in_form(row['form'])} "
        f"({row['n']:,} persons) fit no data without gaps: the smallest eigenvalue is "
        f"{row['smallest_eigenvalue']:.3f}; {used}.",
        value=change,
        threshold=line,
    )


def _undefined(result: Result) -> Iterator[Finding]:
    pairs = result.tables["pairs"]
    if "r_reason" not in pairs:
        return
    missing = pairs[pairs["r_reason"].notna() & (pairs["r_reason"] != _BY_DESIGN)]
    for reason, rows in missing.groupby("r_reason", sort=True):
        named = listed(
            (f"{a} and {b}" for a, b in zip(rows["item_a"], rows["item_b"], strict=True)), 3
        )
        yield found(
            code="pairs_without_correlation",
            severity="info",
            subject="pairs",
            sentence=f"{len(rows):,} of {len(pairs):,} pairs of items have no correlation "
            f"({reason_label(str(reason))}): {named}.",
            value=float(len(rows)),
        )
