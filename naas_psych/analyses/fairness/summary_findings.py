"""What the methods together say: flags that stand alone, and how many items can be spoken of."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def summary_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:  # noqa: ARG001
    """Items with a verdict on which the methods disagree."""
    table = result.tables["items"]
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
