"""How items work, for the side of the picture that no opinion enters: item-rest correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.items.forms import find_forms, who_reached
from naas_psych.analyses.items.item_numbers import why_no_r
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.rest_table import NOTHING, deviations, pearson
from naas_psych.study.study import Study

YES, NO, UNCLEAR = "yes", "no", "unclear"


@dataclass(frozen=True)
class ItemBehaviour:
    """Item-rest correlations as `item_statistics` has them, with limits, and a word (J,) each.

    `suspect` items have an interval below 0: stronger persons do worse, so the key may be wrong.
    """

    r: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reason: tuple[str | None, ...]
    works: NDArray[np.object_]
    suspect: NDArray[np.bool_]


def item_behaviour(study: Study, *, level: float) -> ItemBehaviour:
    """Does each item tell stronger from weaker persons? By the interval, never the estimate."""
    forms = find_forms(study, omitted=study.omitted)
    responses = study.responses
    found: list[tuple[float, float, float, str | None, float]] = []
    for j in range(responses.n_items):
        column: NDArray[Any] = np.ascontiguousarray(responses.points[:, j])
        size = int(responses.max_points[j]) + 1
        rest = NOTHING
        for seat in forms.holding(j):
            among = who_reached(column[seat.form.rows], "left_out")
            rest += deviations(seat.form.table(seat.place, size, among), np.arange(float(size)))
        r = pearson(rest) if responses.n_items > 1 else float("nan")
        limits = fisher_interval(r, rest.df, level=level)
        found.append((r, limits.low, limits.high, why_no_r(rest, responses.n_items), rest.df))
    every, low, high, df = (np.array([row[k] for row in found], dtype=float) for k in (0, 1, 2, 4))
    reasons = tuple(row[3] for row in found)
    line = study.thresholds["item_rest_r_min"].value
    judged = np.isfinite(low) & (df + 2 >= study.thresholds["item_persons_min"].value)
    works: NDArray[np.object_] = np.array([UNCLEAR] * every.size, dtype=object)
    works[judged & (low >= line)] = YES
    works[judged & (high < line)] = NO
    return ItemBehaviour(every, low, high, reasons, works, judged & (high < 0))
