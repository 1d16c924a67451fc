"""Can the best be named? What a board should know before the test gives distinctions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.forms import form_in_words
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds


def top_of_scale_findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """A form whose best tenth would surely not be the best tenth again."""
    line = thresholds["top_stability_min"]
    for row in result.tables["forms"].to_dict("records"):
        if pd.isna(row["top_again"]) or pd.isna(row["top_again_high"]):
            continue
        if row["top_again_high"] >= line.value:
            continue
        yield found(
            code="top_not_stable",
            severity="info",
            subject=str(row["form"]),
            sentence=(
                f"Of 100 people among the best tenth{_on(row['form'])}, about "
                f"{100 * row['top_again']:.0f} would be among them again "
                f"({100 * row['top_again_low']:.0f} to {100 * row['top_again_high']:.0f})."
            ),
            value=float(row["top_again"]),
            limits=(row["top_again_low"], row["top_again_high"]),
            threshold=line,
        )


def _on(form: object) -> str:
    said = form_in_words(str(form))
    return f" on {said}" if said else ""
