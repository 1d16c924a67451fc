"""Resits by group: who meets the cut at the first sitting, and who in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.resit_ability import Scored, ability
from naas_psych.analyses.cutscores.resit_rows import Followed, Worked, with_limits
from naas_psych.analyses.cutscores.resit_world import World
from naas_psych.result import tidy
from naas_psych.study.groupings import Groups

_NUMBERS = (
    "share_met_once",
    "share_met",
    "false_pass_once",
    "false_pass",
    "false_fail_once",
    "false_fail",
    "sittings",
    "ratio_once",
    "ratio",
)


def group_table(
    world: World,
    worked: Worked,
    scored: Scored,
    groups: Sequence[Groups],
    *,
    least: int,
    level: float,
) -> pd.DataFrame:
    """One row a level of every group column, under one policy; small groups have no numbers."""
    rows: list[dict[str, Any]] = []
    for one in groups:
        rows += _rows(world, worked, scored, one, least)
    names = ("group", "reference", "group_level", "n")
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
    draws = scored.draws.shape[0] + 1
    for name in _NUMBERS:
        values = [row["numbers"].get(name, np.full(draws, np.nan)) for row in rows]
        columns |= with_limits(name, np.stack(values) if rows else np.empty((0, draws)), level)
    why = ["group_too_few" if not row["numbers"] else "nobody_meets" for row in rows]
    narrow = {
        f"{name}{end}": [
            "group_too_few" if not row["numbers"] else "no_draws" if draws < 2 else "nobody_meets"
            for row in rows
        ]
        for name in _NUMBERS
        for end in ("_low", "_high")
    }
    return tidy(columns, {**dict.fromkeys(_NUMBERS, why), **narrow})


def _rows(
    world: World, worked: Worked, scored: Scored, groups: Groups, least: int
) -> list[dict[str, Any]]:
    reference = groups.reference
    at_reference: dict[str, Any] = {}
    found: list[dict[str, Any]] = []
    for one in (reference, *groups.focal) if reference else groups.levels:
        chosen = one.members[scored.rows]
        numbers: dict[str, Any] = {}
        if chosen.sum() >= least:
            numbers = _numbers(worked.of(ability(world, scored, chosen)))
        if one is reference:
            at_reference = numbers
        for name in ("share_met_once", "share_met") if numbers and at_reference else ():
            there = np.where(at_reference[name] > 0, at_reference[name], np.nan)
            numbers[name.replace("share_met", "ratio")] = numbers[name] / there
        found.append(
            {
                "group": groups.name,
                "reference": reference.name if reference else "",
                "group_level": one.name,
                "n": int(chosen.sum()),
                "numbers": numbers,
            }
        )
    return found


def _numbers(found: Followed) -> dict[str, Any]:
    reached, wrong = found.tally.reached, (found.shares("false_pass"), found.shares("false_fail"))
    return {
        "share_met_once": reached[0],
        "share_met": reached[-1],
        "false_pass_once": wrong[0][0],
        "false_pass": wrong[0][-1],
        "false_fail_once": wrong[1][0],
        "false_fail": wrong[1][-1],
        "sittings": found.tally.sittings,
    }
