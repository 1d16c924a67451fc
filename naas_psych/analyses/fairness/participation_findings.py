"""What the shares say: who was missing, who came too often, and how many could not be told."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def participation_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """A finding for each level that is far from the frame; nothing where there is no frame."""
    table = result.tables.get("shares")
    if table is None:
        return
    for row in table.to_dict("records"):
        words = str(row["likeness"])
        if words in ("too few", "too many"):
            yield _unlike(row, words, thresholds)
        if row["n"] == 0 and (known(row["frame_share"]) or 0.0) > 0:
            yield _nobody(row)


def _unlike(row: Row, words: str, thresholds: Thresholds) -> Finding:
    share, frame = known(row["share"]), known(row["frame_share"])
    sentence = f"{row['group_level']} ({row['group']}): {words} of those who took part"
    if share is not None and frame is not None:
        sentence = (
            f"{100 * share:.0f} of 100 who took part are {row['group_level']} ({row['group']}), "
            f"and {100 * frame:.0f} of 100 of the workforce"
        )
    return found(
        code="sample_unlike_workforce",
        severity="warning",
        subject=f"{row['group']} {row['group_level']}",
        sentence=f"{sentence}.",
        value=known(row["share_difference_sd"]),
        limits=(known(row["share_difference_sd_low"]), known(row["share_difference_sd_high"])),
        threshold=thresholds["share_difference_medium"],
    )


def _nobody(row: Row) -> Finding:
    frame = known(row["frame_share"])
    of_1000 = 1000 * (frame or 0.0)
    return found(
        code="group_took_no_part",
        severity="warning",
        subject=f"{row['group']} {row['group_level']}",
        sentence=f"Nobody of {row['group_level']} ({row['group']}) took part; they are "
        f"{of_1000:.0f} of 1,000 of the workforce.",
        value=frame,
    )
