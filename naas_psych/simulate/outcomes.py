"""What each candidate was told: the outcome of every component, and overall by two rules."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Floats, Texts
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.sitting import Sitting

#: From worst to best.
LEVELS = np.array(["not_met", "partially_met", "met"], dtype=object)
COMPONENTS = ("digital", "observation", "written")


def outcomes(
    plan: Plan, cast: Cast, sitting: Sitting, observations: pd.DataFrame, scripts: pd.DataFrame
) -> pd.DataFrame:
    """One row a candidate; what was not taken is blank, and so is overall then."""
    numbers, person = plan.numbers["outcomes"], cast.candidates["person_id"]
    scores = {
        "digital": np.asarray(sitting.percent, dtype=float).round(2),
        "observation": _aligned(observation_means(observations), person).round(3),
        "written": _aligned(written_totals(scripts), person).round(2),
    }
    reached = {name: _reached(scores[name], numbers[name]) for name in COMPONENTS}
    table = pd.DataFrame({"person_id": person, "cut_version": numbers["cut_version"]})
    names = {"digital": "percent", "observation": "mean", "written": "total"}
    for name in COMPONENTS:
        table[f"{name}_{names[name]}"] = scores[name]
        table[f"{name}_outcome"] = _named(reached[name])
    table["overall_conjunctive"] = _named(np.min(list(reached.values()), axis=0))
    table["overall_compensatory"] = _named(_compensatory(scores, numbers))
    return table


def observation_means(observations: pd.DataFrame) -> pd.Series[float]:
    """Mean over tasks of the mean over raters and criteria: recordings count alike."""
    by_task = observations.groupby(["person_id", "task_id"])["mark"].mean()
    return by_task.groupby("person_id").mean()


def written_totals(scripts: pd.DataFrame) -> pd.Series[float]:
    """The third mark where there is one, otherwise the mean of the two."""
    final = scripts[(scripts["mark_number"] == 3) | (scripts["adjudicated"] == "no")]
    return final.groupby("person_id")["total"].mean()


def _aligned(values: pd.Series[float], person: pd.Series[str]) -> Floats:
    """(N,) the values in the order of the candidates, nan where there is none."""
    return np.asarray(values.reindex(person), dtype=float)


def _reached(score: Floats, cut: Mapping[str, float]) -> Floats:
    """(N,) 2 met, 1 partially met, 0 not met; nan where there is no score."""
    level = (score >= cut["met"]).astype(float) + (score >= cut["partially_met"])
    return np.where(np.isnan(score), np.nan, level)


def _compensatory(
    scores: Mapping[str, Floats], numbers: Mapping[str, Mapping[str, float]]
) -> Floats:
    """(N,) outcome of the mean distance from the cuts, each in steps from partially met to met."""
    distance = [
        (scores[name] - numbers[name]["met"])
        / (numbers[name]["met"] - numbers[name]["partially_met"])
        for name in COMPONENTS
    ]
    return _reached(np.mean(distance, axis=0), {"met": 0.0, "partially_met": -1.0})


def _named(level: Floats) -> Texts:
    """(N,) name of each level; None where there is none."""
    absent = np.isnan(level)
    names: Texts = LEVELS[np.where(absent, 0, level).astype(np.int64)]
    names[absent] = None
    return names
