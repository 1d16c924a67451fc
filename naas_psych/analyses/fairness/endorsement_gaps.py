"""Gaps between groups in how they are endorsed, as they are and at the same score on the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.adjusted_columns import columns_of, reasons_of
from naas_psych.analyses.fairness.adjusted_outcomes import Outcomes
from naas_psych.analyses.fairness.adjusted_rows import Compared, Row, compared_persons, gap_rows
from naas_psych.analyses.fairness.covariates import Covariate
from naas_psych.analyses.fairness.endorsed_persons import Endorsed
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison

#: What groups are compared in.
MEAN, TOP, DECIDED = "mean_rating", "top_box", "endorsed"
#: Columns of gaps, and what those of mean ratings are called.
_GAPS = {"unadjusted": "rating_difference", "adjusted": "rating_adjusted"}
_FIRST = ("group", "reference", "focal", "n_reference", "n_focal", "n_incomplete")
_LAST = ("p_value", "p_adjusted", "estimator")


def gap_tables(
    found: Endorsed,
    outcomes: Outcomes,
    comparisons: Sequence[Comparison],
    *,
    least: float,
    level: float,
) -> dict[str, pd.DataFrame]:
    """Gaps in shares, of those rated high and (where they differ) endorsed; and in mean ratings."""
    own = found.of(found.forward & (found.place >= 0))
    score = Covariate("score", outcomes.score)
    site = _site(own, outcomes.score.size)
    measures = _measures(own, outcomes)
    rows: dict[bool, list[Row]] = {True: [], False: []}
    for one in comparisons:
        for name, made in measures.items():
            persons = compared_persons(one, made, [score], site=site, least=least)
            for row in _wanted(persons, made, level):
                rows[name == MEAN].append(replace(row, outcome=name))
    return {"gaps": _shares(rows[False], level), "rating_gaps": _means(rows[True], level)}


def _shares(rows: Sequence[Row], level: float) -> pd.DataFrame:
    columns = columns_of(rows, level)
    columns = {"measure": columns["outcome"], **columns}
    values = [f"{name}{end}" for name in _GAPS for end in ("", "_low", "_high")]
    return tidy(_typed(columns, ("measure", *_FIRST, *values, *_LAST)), reasons_of(rows))


def _means(rows: Sequence[Row], level: float) -> pd.DataFrame:
    """The same under names of their own: they are in points of the scale."""
    made, reasons = columns_of(rows, level), reasons_of(rows)
    values: dict[str, Any] = {}
    for old, new in _GAPS.items():
        values |= {f"{new}{end}": made[f"{old}{end}"] for end in ("", "_low", "_high")}
        reasons[new] = reasons[old]
    return tidy(_typed({**made, **values}, (*_FIRST, *values, *_LAST)), reasons)


def _typed(columns: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """These columns, of their kind also where there is no row."""
    kinds = {name: np.int64 if name.startswith("n_") else object for name in names}
    return {
        name: np.array([], dtype=kinds[name])
        if isinstance(columns[name], list) and not columns[name]
        else columns[name]
        for name in names
    }


def _wanted(persons: Compared, made: Outcomes, level: float) -> Iterator[Row]:
    """The rows of a measure: a share is a cut of the ratings, a mean is a score."""
    kind = "cut" if made.met else "score"
    rows = gap_rows(persons, made, random=False, level=level)
    return (row for row in rows if row.kind == kind)


def _measures(own: Endorsed, outcomes: Outcomes) -> dict[str, Outcomes]:
    """What groups are compared in, each known of some of the N persons of the study."""
    n = outcomes.score.size
    rating = _spread_out(own, own.rating, n)
    high = {TOP: _spread_out(own, own.high, n)}
    found = {TOP: Outcomes(rating, high, outcomes.forms, in_order=False)}
    if own.endorsed is not None and np.unique(own.endorsed[np.isfinite(own.endorsed)]).size > 1:
        decided = _spread_out(own, own.endorsed, n)
        found[DECIDED] = Outcomes(decided, {DECIDED: decided}, outcomes.forms, in_order=False)
    return {**found, MEAN: Outcomes(rating, {}, outcomes.forms, in_order=False)}


def _spread_out(own: Endorsed, values: Floats, n: int) -> Floats:
    """(N,) over the persons of the study; nan for those who are not among these."""
    found = np.full(n, np.nan)
    found[own.place] = values
    return found


def _site(own: Endorsed, n: int) -> Covariate | None:
    if own.site is None:
        return None
    codes = np.full(n, -1, dtype=np.int64)
    codes[own.place] = pd.factorize(own.site)[0]
    return Covariate("site", np.zeros(0), codes)
