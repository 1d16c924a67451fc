"""Gaps between groups in how they are endorsed, as they are and at the same score on the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.adjusted_columns import columns_of, reasons_of
from naas_psych.analyses.fairness.adjusted_outcomes import Outcomes
from naas_psych.analyses.fairness.adjusted_rows import Row, compared_persons, gap_rows
from naas_psych.analyses.fairness.covariates import Covariate
from naas_psych.analyses.fairness.endorsed_persons import Endorsed
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison

#: What groups are compared in.
MEAN, TOP, DECIDED = "mean_rating", "top_box", "endorsed"
_SHOWN = (
    "measure", "group", "reference", "focal", "n_reference", "n_focal", "n_incomplete",
    "unadjusted", "unadjusted_low", "unadjusted_high", "adjusted", "adjusted_low", "adjusted_high",
    "explained", "explained_low", "explained_high", "p_value", "p_adjusted", "estimator",
)  # fmt: skip


def gap_table(
    found: Endorsed,
    outcomes: Outcomes,
    comparisons: Sequence[Comparison],
    *,
    least: float,
    level: float,
) -> pd.DataFrame:
    """Two rows a comparison, share rated high and mean rating, and one of the share endorsed where
    some were and some were not."""
    own = found.of(found.forward & (found.place >= 0))
    score = Covariate("score", outcomes.score)
    site = _site(own, outcomes.score.size)
    measures = _measures(own, outcomes)
    rows = []
    for one in comparisons:
        for name, made in measures.items():
            persons = compared_persons(one, made, [score], site=site, least=least)
            rows += [_named(row, name) for row in _wanted(gap_rows, persons, made, level)]
    columns = columns_of(rows, level)
    columns = {"measure": columns.pop("outcome"), **columns}
    typed = {name: _typed(name, columns[name]) for name in _SHOWN}
    return tidy(typed, reasons_of(rows))


def _wanted(make: Any, persons: Any, made: Outcomes, level: float) -> Iterator[Row]:
    """The rows of a measure: a share is a cut of the ratings, a mean is a score."""
    kind = "cut" if made.met else "score"
    return (row for row in make(persons, made, random=False, level=level) if row.kind == kind)


def _named(row: Row, name: str) -> Row:
    return replace(row, outcome=name)


def _typed(name: str, values: Any) -> Any:
    if len(values):
        return values
    kind = np.int64 if name.startswith("n_") else object
    return np.array([], dtype=kind) if isinstance(values, list) else values


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
