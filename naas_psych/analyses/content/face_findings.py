"""What face validity says in words: the evidence of those who took the test first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.content.face_evidence import WATCH, WEAK
from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def face_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items of weak face validity; items to watch, and weak ones that are kept for a reason."""
    for row in result.tables["overview"].to_dict("records"):
        if row["verdict"] == WEAK and row["warned"]:
            yield _finding(row, thresholds, weak=True)
        elif row["verdict"] in (WEAK, WATCH):
            yield _finding(row, thresholds, weak=False)


def _finding(row: Row, thresholds: Thresholds, *, weak: bool) -> Finding:
    said = "does not look right" if weak else "may not look right"
    if not weak and row["verdict"] == WEAK:
        said = "looks weak to some"
    return found(
        code="face_validity_weak" if weak else "face_validity_watch",
        severity="warning" if weak else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} {said}: {row['reasons']}.",
        value=known(row["endorsement"]),
        limits=(row["endorsement_low"], row["endorsement_high"]),
        probability=known(row["probability_weak"]),
        threshold=thresholds["endorsement_target"],
    )
