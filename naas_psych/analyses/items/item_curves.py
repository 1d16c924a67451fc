"""Facility of each item in groups of equal size by rest score: the empirical curve of the item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.items.forms import Forms
from naas_psych.analyses.items.item_numbers import ItemNumbers
from naas_psych.numerics.item_statistics import facility
from naas_psych.numerics.rest_table import RestTable, score_groups
from naas_psych.result import tidy
from naas_psych.study.responses import Responses

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grouped:
    """counts (K, k) of persons by code and score group; sums (k,) of their rest scores."""

    counts: Floats
    sums: Floats


def grouped(tables: Sequence[RestTable], k: int) -> Grouped:
    """Score groups are formed within each form; groups of the same rank are then put together."""
    n_codes = tables[0].counts.shape[0] if tables else 0
    counts, sums = np.zeros((n_codes, k)), np.zeros(k)
    for table in tables:
        if table.n == 0:
            continue
        group = score_groups(table.by_rest, k)
        np.add.at(counts.T, group, table.counts.T)
        np.add.at(sums, group, table.by_rest * table.rest)
    return Grouped(counts, sums)


def curves(
    responses: Responses, items: Sequence[ItemNumbers], forms: Forms, *, k: int, level: float
) -> pd.DataFrame:
    """One row an item and score group: n, facility with limits, mean rest score (score units)."""
    rows: list[dict[str, Any]] = []
    several = len(forms.forms) > 1
    for j, item in enumerate(items):
        cells = grouped(item.tables, k)
        for group in np.flatnonzero(cells.counts.sum(axis=0)):
            counts = cells.counts[:, group].astype(np.int64)
            own = facility(
                counts, int(responses.min_points[j]), int(responses.max_points[j]), level=level
            )
            rows.append(
                {
                    "item_id": responses.item_ids[j],
                    "group": int(group) + 1,
                    "n": own.n,
                    "facility": own.value,
                    "facility_low": own.low,
                    "facility_high": own.high,
                    "mean_rest_score": np.nan
                    if several
                    else cells.sums[group] / own.n * responses.unit,
                }
            )
    return _table(rows)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = (
        "item_id",
        "group",
        "n",
        "facility",
        "facility_low",
        "facility_high",
        "mean_rest_score",
    )
    columns = {name: [row[name] for row in rows] for name in names}
    reasons = {
        "facility": ["too_few_persons" if row["n"] < 2 else "no_variance" for row in rows],
        "mean_rest_score": ["several_forms"] * len(rows),
    }
    return tidy(columns, reasons)
