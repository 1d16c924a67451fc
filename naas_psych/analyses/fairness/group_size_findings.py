"""What the sizes of groups say: who is too few to be spoken of, and how many it would take."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def group_size_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Levels too small for items, columns with one level or very many."""
    table = result.tables["groups"]
    for name, rows in table.groupby("group", sort=False):
        levels = rows[rows["group_role"].isin(["reference", "focal", "only level"])]
        yield from _shape(str(name), len(levels), thresholds)
        small = rows[(rows["items_testable"] == "too few") & (rows["group_role"] == "focal")]
        for row in small.to_dict("records"):
            yield found(
                code="group_too_small",
                severity="info",
                subject=f"{name} {row['group_level']}",
                sentence=f"{row['group_level']} ({name}) has {row['n']} persons: too few to tell "
                "whether single items work the same for them. About "
                f"{row['persons_needed']:.0f} would be needed.",
                value=float(row["n"]),
                threshold=thresholds["dif_focal_min"],
            )


def _shape(name: str, n_levels: int, thresholds: Thresholds) -> Iterator[Finding]:
    most = thresholds["group_levels_max"]
    if n_levels == 1:
        yield found(
            code="group_has_one_level",
            severity="info",
            subject=name,
            sentence=f"Everybody with a value belongs to one level of {name}, so there is nobody "
            "to compare with.",
        )
    if n_levels > most.value:
        yield found(
            code="group_many_levels",
            severity="info",
            subject=name,
            sentence=f"{name} has {n_levels} levels, so most comparisons rest on few persons.",
            value=float(n_levels),
            threshold=most,
        )
