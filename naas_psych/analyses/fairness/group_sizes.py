"""Who can be compared: the groups, how many persons they have, and what so many can show."""

from __future__ import annotations

from typing import Any

import numpy as np

from naas_psych.analyses.fairness.compared import groups_asked
from naas_psych.analyses.fairness.group_size_findings import group_size_findings as findings
from naas_psych.analyses.fairness.options import Group
from naas_psych.analysis import analysis
from naas_psych.result import Result, tidy
from naas_psych.study.groupings import Groups, Level
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["findings", "group_sizes"]


@analysis
def group_sizes(study: Study, *, group: Group = None) -> Result:
    """Which groups are there, and are they large enough to be compared?

    Formula
    -------
    n: persons of the level. A statement on single items needs 200 persons of the smaller group and
    500 of both, one on a gap 100 of each; a gap is shown from 30 of each (thresholds dif_focal_min,
    dif_total_min, gap_judge_min, gap_show_min).

    How to read it
    --------------
    Where a level says "too few", the tests of this chapter answer "cannot tell" for it, which is
    no all-clear. persons_needed says how many of that level would do.

    When not to use it
    ------------------
    The counts are of persons in these data. They do not say who was never put forward.

    Agrees with
    -----------
    Plain counts.

    References
    ----------
    zwick_2012

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> groups = nps.group_sizes(study, group=["setting"]).tables["groups"]
    >>> list(groups.loc[groups["items_testable"] == "enough", "group_level"])
    ['child_protection', 'fostering_adoption']
    """
    limits = study.thresholds
    rows: list[tuple[Any, ...]] = [
        row for groups in groups_asked(study, group) for row in _rows(groups, limits)
    ]
    names = ("group", "group_level", "group_role", "n", "items_testable", "gap_testable")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    needed = np.array([row[-1] for row in rows], dtype=float)
    return Result(
        tables={
            "groups": tidy(
                {**columns, "persons_needed": needed}, {"persons_needed": [row[-2] for row in rows]}
            )
        },
        notes=_notes(groups_asked(study, group)),
    )


def _rows(groups: Groups, limits: Thresholds) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for one in (*groups.levels, *groups.combined):
        named = (groups.name, one.name, _role(groups, one), one.n)
        rows.append((*named, *_testable(groups, one, limits)))
    silent = (("not stated", groups.not_stated), ("left out", groups.left_out))
    for role, n in (("missing", groups.missing), *silent):
        if n:
            rows.append((groups.name, f"({role})", role, n, "no", "no", "not_compared", np.nan))
    return rows


def _role(groups: Groups, one: Level) -> str:
    if groups.reference is None:
        return "only level"
    if one is groups.reference:
        return "reference"
    return "combined" if one.of else "focal"


def _testable(groups: Groups, one: Level, limits: Thresholds) -> tuple[Any, ...]:
    """Whether items and gaps can be judged, why no number is needed, and the number."""
    if groups.reference is None:
        return "no", "no", "group_one_level", np.nan
    other = max((each.n for each in groups.focal), default=0)
    against = other if one is groups.reference else groups.reference.n
    least, total = limits["dif_focal_min"].value, limits["dif_total_min"].value
    enough = min(one.n, against) >= least and one.n + against >= total
    small = min(one.n, against)
    gap = "judged" if small >= limits["gap_judge_min"].value else "shown only"
    if small < limits["gap_show_min"].value:
        gap = "too few"
    needed = max(least, total - against)
    items = "enough" if enough else "too few"
    return items, gap, "enough_persons" if enough else None, np.nan if enough else needed


def _notes(found: tuple[Groups, ...]) -> tuple[str, ...]:
    said = []
    for one in found:
        if one.reference_chosen and one.reference is not None:
            said.append(
                f"No reference level of {one.name} is named; {one.reference.name}, the largest, "
                f"was taken. Another: --group {one.name}=LEVEL."
            )
        for each in one.combined:
            said.append(f"{each.name} of {one.name} takes together: {', '.join(each.of)}.")
    return tuple(said)
