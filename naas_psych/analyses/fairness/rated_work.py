"""Gaps in rated work: the mean mark of each person, over all criteria and by criterion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.gap_words import TOO_FEW, GapSize, gap_size
from naas_psych.analyses.fairness.score_pairs import enough
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.score_gap import Pair, mean_gap, standardised_gap
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: The row that takes every criterion together.
EVERY = "all criteria"
_NUMBERS = (
    "mean_mark_reference",
    "mean_mark_focal",
    "difference_mark",
    "difference_mark_low",
    "difference_mark_high",
    "hedges_g",
    "hedges_g_se",
    "hedges_g_low",
    "hedges_g_high",
)


@dataclass(frozen=True, eq=False)
class _Row:
    criterion: str
    one: Comparison
    n_reference: int
    n_focal: int
    numbers: dict[str, float]
    why: str | None
    size: GapSize


def rated_work_table(study: Study, comparisons: Sequence[Comparison], level: float) -> pd.DataFrame:
    """One row a comparison and criterion; no row without marks."""
    rows = [
        _row(criterion, means, one, study.thresholds, level)
        for criterion, means in _means(study)
        for one in comparisons
    ]
    columns: dict[str, Any] = {
        "criterion": [row.criterion for row in rows],
        "group": [row.one.group for row in rows],
        "reference": [row.one.reference.name for row in rows],
        "focal": [row.one.focal.name for row in rows],
        "n_reference": [row.n_reference for row in rows],
        "n_focal": [row.n_focal for row in rows],
    }
    for name in _NUMBERS:
        columns[name] = np.array([row.numbers.get(name, np.nan) for row in rows], dtype=float)
    columns["verdict"] = [row.size.verdict for row in rows]
    columns["verdict_words"] = [row.size.words for row in rows]
    return tidy(columns, {name: [row.why for row in rows] for name in _NUMBERS})


def mean_marks(study: Study) -> Floats | None:
    """The mean of all marks of each person (N,), nan without one; None where there are no marks."""
    return next((means for _, means in _means(study)), None)


def _means(study: Study) -> Iterator[tuple[str, Floats]]:
    """The mean mark of each person (N,) of the study, nan without one."""
    marks = study.tables.get("marks")
    if marks is None or "mark" not in marks or "person_id" not in marks:
        return
    known = marks[marks["mark"].notna()]
    ids = pd.Index(study.responses.person_ids)
    yield EVERY, _by_person(known, ids)
    if "criterion" in known and len(known["criterion"].dropna().unique()) > 1:
        for name, own in known.groupby("criterion", sort=True):
            yield str(name), _by_person(own, ids)


def _by_person(marks: pd.DataFrame, ids: pd.Index[Any]) -> Floats:
    means = marks.groupby("person_id")["mark"].mean()
    return np.asarray(means.reindex(ids).to_numpy(dtype=np.float64))


def _row(criterion: str, means: Floats, one: Comparison, limits: Thresholds, level: float) -> _Row:
    sides = [means[side.members] for side in (one.reference, one.focal)]
    pair = Pair(*(side[np.isfinite(side)] for side in sides))
    n = pair.reference.size, pair.focal.size
    if not enough(*n, limits, "gap_show_min"):
        return _Row(criterion, one, *n, {}, "group_too_few", TOO_FEW)
    numbers = _numbers(pair, level)
    size = TOO_FEW
    if enough(*n, limits, "gap_judge_min"):
        size = gap_size(numbers["hedges_g_low"], numbers["hedges_g_high"], limits)
    return _Row(criterion, one, *n, numbers, "no_variance", size)


def _numbers(pair: Pair, level: float) -> dict[str, float]:
    gap, g = mean_gap([pair]), standardised_gap([pair])
    limits, standardised = gap.interval(level), g.interval(level)
    return {
        "mean_mark_reference": gap.mean_reference,
        "mean_mark_focal": gap.mean_focal,
        "difference_mark": gap.difference,
        "difference_mark_low": limits.low,
        "difference_mark_high": limits.high,
        "hedges_g": g.g,
        "hedges_g_se": float(np.sqrt(g.variance)),
        "hedges_g_low": standardised.low,
        "hedges_g_high": standardised.high,
    }
