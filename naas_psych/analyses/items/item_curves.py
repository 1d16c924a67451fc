"""Facility of each item in groups of equal size by rest score: the empirical curve of the item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.forms import Forms
from naas_psych.analyses.items.item_numbers import ItemNumbers
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.item_statistics import group_facilities
from naas_psych.numerics.rest_table import RestTable, score_groups
from naas_psych.result import tidy
from naas_psych.study.responses import Responses


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
    parts: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    several = len(forms.forms) > 1
    for item_id, item in zip(responses.item_ids, items, strict=True):
        cells = grouped(item.tables, k)
        full = np.flatnonzero(cells.counts.sum(axis=0))
        if full.size == 0 or not np.isfinite(item.scaled).all():
            continue
        found = group_facilities(
            cells.counts[:, full], item.scaled, dichotomous=item.facility.dichotomous, level=level
        )
        means = cells.sums[full] / found.n * responses.unit
        parts["item_id"] += [item_id] * full.size
        parts["group"] += (full + 1).tolist()
        parts["n"] += found.n.astype(int).tolist()
        parts["facility"] += found.value.tolist()
        parts["facility_low"] += found.limits.low.tolist()
        parts["facility_high"] += found.limits.high.tolist()
        parts["mean_rest_score"] += [np.nan] * full.size if several else means.tolist()
    few = ["too_few_persons" if n < 2 else "no_variance" for n in parts["n"]]
    return tidy(parts, {"facility": few, "mean_rest_score": ["several_forms"] * len(few)})


_COLUMNS = ("item_id", "group", "n", "facility", "facility_low", "facility_high", "mean_rest_score")
