"""Resits where there are several components: the whole again, or only what was not met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.decision_parts import Parts, parts_of
from naas_psych.analyses.cutscores.resit_policies import Rules
from naas_psych.analyses.cutscores.resit_rows import of_population
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.decision_rules import true_scores
from naas_psych.numerics.resit_components import Again, Arm, Plan, simulated_arm
from naas_psych.result import tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Simulated persons: shares are within .002 of what more would give.
PERSONS = 100_000
_ARMS: tuple[tuple[str, Again], ...] = (
    ("everything again", "all"),
    ("failed parts only, after a middle outcome", "failed_of_middle"),
    ("failed parts only", "failed"),
)


def arms_table(
    study: Study,
    own: Rules,
    fast_gap: float,
    people: int | None,
    omitted: Counted | None,
    *,
    seed: int,
) -> pd.DataFrame | None:
    """One row an arm, by the rule of [decision]; None where the study has no components."""
    try:
        parts = parts_of(study, omitted)
    except AnalysisImpossible:
        return None
    arms = [_arm(parts, own, fast_gap, again, seed) for _, again in _ARMS]
    columns: dict[str, Any] = {
        "policy": [name for name, _ in _ARMS],
        "attempts": [own.attempts] * len(arms),
        "share_met_once": [_at(arm, "reached", 0) for arm in arms],
        "share_met": [_at(arm, "reached", -1) for arm in arms],
        "false_pass_once": [_at(arm, "false_pass", 0) for arm in arms],
        "false_pass": [_at(arm, "false_pass", -1) for arm in arms],
        "false_fail_once": [_at(arm, "false_fail", 0) for arm in arms],
        "false_fail": [_at(arm, "false_fail", -1) for arm in arms],
        "sittings": [np.nan if arm is None else arm.sittings for arm in arms],
        "components_taken": [np.nan if arm is None else arm.taken for arm in arms],
        "months_to_top": [np.nan if arm is None else arm.months for arm in arms],
    }
    columns |= of_population(
        people,
        below=1 - np.array(columns["share_met"]),
        false_pass=np.array(columns["false_pass"]),
        false_fail=np.array(columns["false_fail"]),
    )
    whys = {name: ["no_reliability"] * len(arms) for name in columns}
    whys["months_to_top"] = ["no_reliability" if arm is None else "nobody_later" for arm in arms]
    if people is None:
        whys |= {name: ["no_population"] * len(arms) for name in columns if "population" in name}
    return tidy(columns, whys)


def _arm(parts: Parts, own: Rules, fast_gap: float, again: Again, seed: int) -> Arm | None:
    if not parts.known:
        return None
    x = parts.scores - parts.scores.mean(axis=0)
    covariance = np.einsum("nj,nk->jk", x, x) / (parts.n - 1)
    model = true_scores(
        parts.scores.mean(axis=0), covariance, parts.reliabilities, parts.rule.error_correlation
    )
    plan = Plan(
        attempts=own.attempts,
        gap=own.gap,
        fast_gap=own.gap if again == "all" else fast_gap,
        true=own.true_gain,
        practice=own.practice_gain,
        drop_out=own.drop_out,
    )
    return simulated_arm(
        parts.rules[0], model, parts.lines, plan, again, persons=PERSONS, seed=seed
    )


def _at(arm: Arm | None, name: str, sitting: int) -> float:
    return float("nan") if arm is None else float(getattr(arm, name)[sitting])
