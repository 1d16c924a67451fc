"""What can be said of persons with an adjustment, in words, without claiming its effect."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known, percent
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def adjustment_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """How much time was used, who met each cut, or that too few had an adjustment."""
    rows = result.tables["outcomes"].to_dict("records")
    few = [row for row in rows if row.get("with_adjustment_reason") == "group_too_few"]
    if few and len(few) == len(rows):
        yield _too_few(few[0], thresholds)
    for row in rows:
        if (
            row["measure"] in ("time_used", "meets_cut")
            and known(row["with_adjustment"]) is not None
        ):
            yield _beside(row)


def _beside(row: Row) -> Finding:
    had, others = percent(row["with_adjustment"]), percent(row["without_adjustment"])
    sentence = (
        f"The median person with an adjustment used {had} of the usual time, the median of the "
        f"others {others}."
    )
    if row["measure"] == "meets_cut":
        sentence = (
            f"{had} of those with an adjustment met the cut {row['cut']}, and {others} of the "
            "others. That is no effect of the adjustment: the two differ in more."
        )
    return found(
        code="adjusted_beside_others",
        severity="info",
        subject="time" if row["measure"] == "time_used" else str(row["cut"]),
        sentence=sentence,
        value=row["adjustment_difference"],
        limits=(row["adjustment_difference_low"], row["adjustment_difference_high"]),
    )


def _too_few(row: Row, thresholds: Thresholds) -> Finding:
    line = thresholds["adjustment_persons_min"]
    return found(
        code="adjusted_too_few",
        severity="info",
        subject="adjustments",
        sentence="Too few people had an adjustment, or had none, for the two to be compared: "
        f"{line.value:.0f} of each are needed.",
        value=known(row["n_with_adjustment"]),
        threshold=line,
    )
