"""Raters who mark a group unlike the others do, and how many could not be judged, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.fairness.turned import turned
from naas_psych.analyses.items.phrasing import Row, between, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def rater_group_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Raters whose difference is beyond chance, then the comparisons that stay open."""
    table = result.tables["raters"]
    for row in table.to_dict("records"):
        flagged = row["verdict"] in ("moderate", "large")
        if flagged and known(row["rater_difference"]) is not None:
            yield _differs(row, thresholds)
    for name, rows in table.groupby("group", sort=False):
        if (rows["verdict"] == "cannot_tell").any():
            yield _open(str(name), rows, thresholds)


def _differs(row: Row, thresholds: Thresholds) -> Finding:
    gap = row["rater_difference"]
    than = f"{row['focal']} than {{}} {row['reference']}"
    way = f"harder on {than.format('on')}" if gap < 0 else f"milder with {than.format('with')}"
    seen = [known(row["n_focal"]), known(row["n_reference"])]
    n = "" if None in seen else f" ({seen[0]:.0f} and {seen[1]:.0f} persons)"
    return found(
        code="rater_differs_by_group",
        severity="warning" if row["verdict"] == "large" else "info",
        subject=str(row["rater_id"]),
        sentence=f"Beside the other raters of the same persons, {row['rater_id']} is {way} "
        f"({row['group']}), by {short(abs(gap))} marks"
        f"{between(*turned(gap, row['rater_difference_low'], row['rater_difference_high']))}{n}.",
        value=gap,
        limits=(row["rater_difference_low"], row["rater_difference_high"]),
        probability=row["p_adjusted"],
        threshold=thresholds["dif_alpha"],
    )


def _open(group: str, rows: pd.DataFrame, thresholds: Thresholds) -> Finding:
    untold = rows[rows["verdict"] == "cannot_tell"]
    needed = untold["n_needed"].dropna()
    more = f" About {needed.iloc[0]:.0f} of each a rater would do." if len(needed) else ""
    return found(
        code="rater_groups_open",
        severity="info",
        subject=group,
        sentence=f"In {len(untold)} of {len(rows)} comparisons of a rater's marks by {group} we "
        "cannot tell whether the rater treats both groups as the other raters do: too few persons "
        f"of both had two raters.{more}",
        value=float(len(untold)),
        threshold=thresholds["rater_group_persons_min"],
    )
