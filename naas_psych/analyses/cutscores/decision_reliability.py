"""The reliability of a component: as given, or from the responses or marks that it was made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.fairness.matched import matched_forms
from naas_psych.analyses.outcomes import percent_of_marks
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.composite import rated_reliability
from naas_psych.numerics.group_error import group_error
from naas_psych.study.policy import Component
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Scores that correlate so highly with the test's, or with the mean marks, are made of them.
_SAME = 0.99


@dataclass(frozen=True)
class Reliability:
    """`value` is nan where there is none, with the reason; `given_by` says where it came from."""

    value: float
    given_by: str
    reason: str | None


def reliability_of(
    study: Study, part: Component, scores: Floats, whole: NDArray[np.bool_], omitted: Counted | None
) -> Reliability:
    """Of scores (N,) among the persons `whole`, who have all components.

    An estimate is carried over by its error of measurement: persons who are more alike have the
    same error and a lower reliability.
    """
    spread = scores[whole].std(ddof=1)
    if not spread > 0:
        return Reliability(np.nan, "", "no_variance")
    if part.reliability is not None:
        return Reliability(float(part.reliability), "study.toml", None)
    if _same(scores, percent_of_marks(study, omitted)):
        found, source = _of_test(study, omitted), "alpha of the test"
    else:
        found, source = _of_marks(study, scores), "marks, by tasks and raters"
    if not np.isfinite(found):
        return Reliability(np.nan, "", "no_reliability")
    error = (1 - found) * np.nanvar(scores, ddof=1)
    here = 1 - error / spread**2
    return (
        Reliability(here, source, None)
        if here >= 0
        else Reliability(np.nan, source, "negative_reliability")
    )


def _same(scores: Floats, others: Floats) -> bool:
    both = np.isfinite(scores) & np.isfinite(others)
    x, y = scores[both], others[both]
    if both.sum() < 3 or not (x.std() > 0 and y.std() > 0):
        return False
    return bool(np.corrcoef(x, y)[0, 1] >= _SAME)


def _of_test(study: Study, omitted: Counted | None) -> float:
    """Alpha of the total, each form counting as its persons."""
    found = [
        (group_error(form.marks).alpha, form.rows.size) for form in matched_forms(study, omitted)
    ]
    known = [(alpha, n) for alpha, n in found if np.isfinite(alpha)]
    if not known:
        return float("nan")
    return float(np.average([a for a, _ in known], weights=[n for _, n in known]))


def _of_marks(study: Study, scores: Floats) -> float:
    """Of the persons marked on the same number of tasks by the same number of raters each."""
    marks = study.tables.get("marks")
    if marks is None or not {"person_id", "rater_id", "mark"} <= set(marks):
        return float("nan")
    known = marks.dropna(subset=["person_id", "rater_id", "mark"])
    known = known.assign(task=known.get("task_id", ""))
    by_task = known.groupby(["person_id", "task"])["mark"].mean().groupby("person_id").mean()
    if not _same(scores, np.asarray(by_task.reindex(study.responses.person_ids), float)):
        return float("nan")
    cells = known.groupby(["person_id", "task", "rater_id"], sort=True)["mark"].mean()
    return rated_reliability(_crossed(cells))


def _crossed(cells: pd.Series[float]) -> Floats:
    """(N, T, R) of those with the commonest numbers of tasks and raters, each rater on all."""
    frame = cells.reset_index()
    by = frame.groupby("person_id")
    shape = pd.DataFrame(
        {"tasks": by["task"].nunique(), "raters": by["rater_id"].nunique(), "cells": by.size()}
    )
    full = shape[shape["cells"] == shape["tasks"] * shape["raters"]]
    if full.empty:
        return np.empty((0, 1, 1))
    tasks, raters = full.value_counts(["tasks", "raters"]).index[0]
    chosen = full.index[(full["tasks"] == tasks) & (full["raters"] == raters)]
    own = frame[frame["person_id"].isin(set(chosen))]
    commonest = own["task"].value_counts().sort_index().nlargest(int(tasks)).index
    seen = own[own["task"].isin(set(commonest))].groupby("person_id")["mark"].size()
    kept = set(seen.index[seen == tasks * raters])
    own = own[own["person_id"].isin(kept)].sort_values(["person_id", "task", "rater_id"])
    return np.asarray(own["mark"], float).reshape(-1, int(tasks), int(raters))
