"""Panels that are small: said once a cut, whatever the method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.analyses.standard.cut_words import for_name
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.thresholds import Thresholds


def few_judges(rows: Sequence[Row], thresholds: Thresholds) -> Iterator[Finding]:
    """One finding a cut whose panel is smaller than asked for."""
    told: set[str] = set()
    line, shown = thresholds["standard_judges_min"], thresholds["standard_judges_shown"]
    for row in rows:
        n, name = known(row["judges"]), str(row["cut_name"])
        if n is None or n >= line.value or name in told:
            continue
        told.add(name)
        many = "one judge" if n == 1 else f"{n:.0f} judges"
        yield found(
            code="panel_small",
            severity="warning" if n < shown.value else "info",
            subject=name,
            sentence=f"The cut{for_name(row)} rests on {many}; {line.value:.0f} are asked of a "
            "panel before its cut is called firm.",
            value=n,
            threshold=line,
        )
