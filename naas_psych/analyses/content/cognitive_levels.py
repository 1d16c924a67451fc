"""Cognitive levels: do items that ask for memory alone behave like those that ask for judgement?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.forms import left_out_notes, named_booklets
from naas_psych.analyses.items.phrasing import between, known, short
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.dependent_correlations import dependent_difference
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


@analysis
def cognitive_levels(study: Study, *, omitted: Omitted = None, level: Level = 0.95) -> Result:
    """How much of the test is recall, and does recall go with practice as well as the rest does?

    Formula
    -------
    Share of items by level with Wilson's interval, as if the items were drawn from a larger bank.
    r_recall and r_applied: correlations of the two part scores with the mean mark for observed
    work, standardised within forms. r_difference = r_recall / sqrt(alpha_recall) - r_applied /
    sqrt(alpha_applied), because a shorter part goes less with anything; its interval by Zou, for
    correlations that share a variable, with the alphas taken as known.

    How to read it
    --------------
    A part that goes clearly less with observed work (the whole interval of the difference below 0)
    says less about practice. Facility and time show whether recall is merely easier or faster.

    When not to use it
    ------------------
    The level of an item is somebody's opinion of what people do when they answer it. What people
    could do with books at hand needs a trial with books.

    Agrees with
    -----------
    Zou's (2007) published example of two overlapping correlations, to three digits.

    References
    ----------
    zou_2007, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> list(nps.cognitive_levels(study).tables["levels"]["cognitive_level"])
    ['apply', 'judge', 'recall']
    """
    column = study.spec.content.cognitive
    levels = _levels(study, column)
    counted = omitted or study.omitted
    parts = _parts(study, levels == study.spec.content.recall, counted)
    marks = _mean_marks(study)
    return Result(
        tables={
            "levels": _level_table(study, levels, level),
            "practice": _practice(parts, marks, level),
        },
        notes=parts.notes,
    )


def _levels(study: Study, column: str) -> NDArray[np.object_]:
    """(J,) the level of each item, None where it has none."""
    known_levels = study.items[column] if column in study.items else pd.Series(dtype=object)
    if not known_levels.notna().any():
        raise AnalysisImpossible(
            f"The items have no column {column!r} that names a cognitive level. Needed: such a "
            "column in the items table; [content] cognitive in study.toml can give it another name."
        )
    return np.asarray(known_levels.to_numpy(dtype=object))


def _level_table(study: Study, levels: NDArray[np.object_], level: float) -> pd.DataFrame:
    names = sorted({str(name) for name in levels if name is not None})
    masks = [levels == name for name in names]
    n_items = len(levels)
    shares = wilson(np.array([mask.sum() for mask in masks]), n_items, level=level)
    facility = _facilities(study)
    seconds = _median_times(study)
    why = ["no_responses"] * len(names)
    return tidy(
        {
            "cognitive_level": names,
            "items": [int(mask.sum()) for mask in masks],
            "items_share": np.array([mask.sum() / n_items for mask in masks]),
            "items_share_low": np.asarray(shares.low),
            "items_share_high": np.asarray(shares.high),
            "mean_facility": np.array([_mean(facility[mask]) for mask in masks]),
            "median_time": np.array([_median(seconds[mask]) for mask in masks]),
        },
        {"mean_facility": why, "median_time": ["no_times"] * len(names)},
    )


def _facilities(study: Study) -> NDArray[np.float64]:
    r = study.responses
    marks = r.marks(omitted=study.omitted, not_reached="left_out").astype(np.float64)
    marks[marks < 0] = np.nan
    n = np.isfinite(marks).sum(axis=0)
    mean = np.nansum(marks, axis=0) / np.where(n > 0, n, np.nan)
    room = (r.max_points - r.min_points).astype(np.float64)
    return np.asarray((mean - r.min_points) / np.where(room > 0, room, np.nan))


def _median_times(study: Study) -> NDArray[np.float64]:
    times = study.responses.times
    if times is None:
        return np.full(study.responses.n_items, np.nan)
    return np.array([_median(column) for column in times.T])


def _mean(values: NDArray[Any]) -> float:
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else np.nan


def _median(values: NDArray[Any]) -> float:
    there = values[np.isfinite(values)]
    return float(np.median(there)) if there.size else np.nan


@dataclass(frozen=True)
class _Parts:
    """Part scores (N,) as deviations within forms, nan without a total; items of each part.

    reliability : alpha of recall and of the rest, the mean over forms weighted by persons
    """

    recall: NDArray[np.float64]
    applied: NDArray[np.float64]
    reliability: tuple[float, float]
    recall_items: int
    applied_items: int
    notes: tuple[str, ...]


def _parts(study: Study, recall: NDArray[np.bool_], omitted: Counted) -> _Parts:
    forms = named_booklets(study, omitted=omitted)
    scores = np.full((2, study.responses.n_persons), np.nan)
    alphas: list[tuple[int, float, float]] = []
    for booklet in forms.booklets.kept:
        rows = np.arange(study.responses.n_persons)[booklet.rows]
        masks = (recall, ~recall)
        parts = [forms.marks[np.ix_(rows, booklet.items[m[booklet.items]])] for m in masks]
        scores[:, rows] = [_standard(part.sum(axis=1).astype(np.float64)) for part in parts]
        alphas.append((len(rows), *(_alpha(part) for part in parts)))  # type: ignore[arg-type]
    notes = left_out_notes(forms.booklets, "they are not compared.")
    return _Parts(
        scores[0],
        scores[1],
        _weighted(alphas),
        int(recall.sum()),
        int((~recall).sum()),
        notes,
    )


def _alpha(points: NDArray[Any]) -> float:
    if min(points.shape) < 2:
        return np.nan
    return float(alpha(np.cov(points.astype(np.float64), rowvar=False)))


def _weighted(alphas: list[tuple[int, float, float]]) -> tuple[float, float]:
    table = np.array(alphas)
    if not table.size:
        return (np.nan, np.nan)
    means = table[:, 0] @ table[:, 1:] / table[:, 0].sum()
    return (float(means[0]), float(means[1]))


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = values.std(ddof=1) if values.size > 1 else 0.0
    return (values - values.mean()) / spread if spread > 0 else np.full(values.shape, np.nan)


def _mean_marks(study: Study) -> NDArray[np.float64]:
    """(N,) mean mark of each person for observed work, nan for those who were not observed."""
    marks = study.tables.get("marks")
    if marks is None or "mark" not in marks or "person_id" not in marks:
        return np.full(study.responses.n_persons, np.nan)
    means = marks.groupby("person_id")["mark"].mean()
    return np.asarray(means.reindex(study.responses.person_ids), dtype=np.float64)


def _practice(parts: _Parts, marks: NDArray[np.float64], level: float) -> pd.DataFrame:
    there = np.isfinite(parts.recall) & np.isfinite(parts.applied) & np.isfinite(marks)
    n = int(there.sum())
    why = "no_marks" if not n else "too_few_persons"
    if not parts.recall_items or not parts.applied_items:
        why = "too_few_items"
    r13 = r23 = r12 = np.nan
    if n >= 4 and marks[there].std() > 0:
        table = np.corrcoef([parts.recall[there], parts.applied[there], marks[there]])
        r13, r23, r12 = float(table[0, 2]), float(table[1, 2]), float(table[0, 1])
    made = dependent_difference(r13, r23, r12, n=n, level=level, factors=_factors(parts))
    columns = {
        "n": [n],
        "recall_items": [parts.recall_items],
        "applied_items": [parts.applied_items],
        "r_recall": np.array([r13]),
        "r_applied": np.array([r23]),
        "r_recall_applied": np.array([r12]),
        "alpha_recall": np.array([parts.reliability[0]]),
        "alpha_applied": np.array([parts.reliability[1]]),
        "r_difference": np.array([made.difference]),
        "r_difference_low": np.array([made.interval.low]),
        "r_difference_high": np.array([made.interval.high]),
    }
    return tidy(columns, {name: [why] for name in columns})


def _factors(parts: _Parts) -> tuple[float, float]:
    """1 / sqrt(alpha): a short part goes less with anything, for that reason alone."""
    first, second = (1 / np.sqrt(a) if a > 0 else np.nan for a in parts.reliability)
    return (float(first), float(second))


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Recall that says surely less about observed work than the rest does."""
    line = thresholds["recall_r_difference_min"]
    for row in result.tables["practice"].to_dict("records"):
        high = known(row["r_difference_high"])
        if high is None or high >= line.value:
            continue
        yield found(
            code="recall_says_less",
            severity="warning",
            subject="recall",
            sentence="Items that ask for recall go with observed work at "
            f"{short(row['r_recall'])}, the others at {short(row['r_applied'])}; corrected for "
            f"their unreliability, recall goes less with it, by {short(row['r_difference'])}"
            f"{between(row['r_difference_low'], row['r_difference_high'])}.",
            value=float(row["r_difference"]),
            limits=(row["r_difference_low"], row["r_difference_high"]),
            threshold=line,
        )
