"""What was made of the recommended cut: the decision maker's change, on a line of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.standard.compromise_panel import said_by_judges
from naas_psych.analyses.standard.method_cuts import METHODS
from naas_psych.analyses.standard.scored_persons import ALL_FORMS, ScoredPersons, scored_persons
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.study.policy import Adjustment
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_COLUMNS = (
    "cut_name",
    "decision_step",
    "percent",
    "percent_change",
    "guards",
    "pass_rate",
    "n",
    "inside_box",
    "decided_by",
    "decided_on",
    "decided_why",
)
_BOX = ("min_cut", "max_cut", "min_fail", "max_fail")


@dataclass(frozen=True)
class _Step:
    """A cut in per cent of the marks on its way from the judges to its use."""

    step: str
    percent: float
    change: float
    by: str = ""
    date: str = ""
    why: str = ""


def decision_rows(study: Study, methods: pd.DataFrame, *, omitted: Counted | None) -> pd.DataFrame:
    """A row a step: recommended, in SEM, in policy, final, in use; with who would reach each."""
    persons = scored_persons(study, omitted)
    everybody = persons.get(ALL_FORMS) or persons[ONE_FORM]
    boxes = _boxes(study)
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys([*study.spec.cuts, *methods["cut_name"]]):
        for step in _steps(study, str(name), methods, everybody):
            reach = everybody.percent >= step.percent - 1e-9
            rate = float(reach.mean()) if np.isfinite(step.percent) else np.nan
            rows.append(
                {
                    "cut_name": name,
                    "decision_step": step.step,
                    "percent": step.percent,
                    "percent_change": step.change,
                    "guards": _guards(step.change),
                    "pass_rate": rate,
                    "n": everybody.percent.size,
                    "inside_box": _inside(boxes.get(str(name)), step.percent, 1 - rate),
                    "decided_by": step.by,
                    "decided_on": step.date,
                    "decided_why": step.why,
                }
            )
    columns = {each: [row[each] for row in rows] for each in _COLUMNS}
    return tidy(columns, dict.fromkeys(_COLUMNS, ["no_cut"] * len(rows)))


def _steps(study: Study, name: str, methods: pd.DataFrame, everybody: ScoredPersons) -> list[_Step]:
    made = study.spec.standard.adjustment.get(name)
    steps = _adjusted(made, name, methods, everybody) if made else []
    used = study.spec.cuts.get(name)
    if used is not None and used.unit == "percent":
        steps.append(_Step("in use", used.value, 0.0))
    return steps


def _adjusted(
    made: Adjustment, name: str, methods: pd.DataFrame, everybody: ScoredPersons
) -> list[_Step]:
    """The recommended cut, the two changes with their signs, and what came of them."""
    start = _recommended(methods, made.method, name)
    by_error = made.sem * everybody.sem if made.sem else 0.0
    after = start + by_error
    final = after + made.shift
    said = (made.by, made.date, made.reason)
    steps = [_Step(f"recommended ({METHODS.get(made.method, made.method)})", start, 0.0)]
    if made.sem:
        steps.append(_Step(f"{made.sem:+g} SEM", after, by_error, *said))
    if made.shift:
        steps.append(_Step("policy", final, made.shift, *said))
    return [*steps, _Step("final", final, final - start, *said)]


def _recommended(methods: pd.DataFrame, method: str, name: str) -> float:
    """The cut of the method over all forms, else the mean of its forms; nan where it has none."""
    own = methods[(methods["method"] == method) & (methods["cut_name"] == name)]
    whole = own[own["form"] == ALL_FORMS]
    found = (whole if len(whole) else own)["percent"].dropna()
    return float(found.mean()) if len(found) else float("nan")


def _guards(change: float) -> str:
    if not np.isfinite(change) or change == 0:
        return ""
    return "the public" if change > 0 else "the candidate"


def _boxes(study: Study) -> dict[str, Floats]:
    """By cut: the judges' mean limits in per cent, cuts and then shares below."""
    try:
        panels = said_by_judges(study, cuts=_BOX[:2], shares=_BOX[2:], needs=_BOX, what="")
    except AnalysisImpossible:
        return {}
    unit = np.array([1.0, 1.0, 100.0, 100.0])
    return {one.cut_name: unit * one.middle("mean") for one in panels}


def _inside(box: Floats | None, percent: float, below: float) -> str:
    if box is None or not np.isfinite([percent, below]).all():
        return "not known"
    inside = box[0] <= percent <= box[1] and box[2] <= 100 * below <= box[3]
    return "yes" if inside else "no"
