"""Outcome by outcome: who would get it again, and who deserves it; and how far methods differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.classification_forms import ALL_CUTS
from naas_psych.analyses.cutscores.classification_methods import BY_THETA
from naas_psych.analyses.cutscores.classification_rows import INDICES, Cell, limits
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.result import tidy


def middle_table(found: Sequence[Cell], level: float) -> pd.DataFrame | None:
    """Of those with each of three outcomes or more, how many repeat and deserve it; else None."""
    rows = [
        _outcome(cell, cell.crossed, k, level=level)
        for cell in found
        if cell.cut == ALL_CUTS and cell.crossed is not None
        for k in range(len(cell.outcomes))
    ]
    if not rows:
        return None
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    no_limits, true = columns.pop("limits_why"), columns.pop("true")
    nobody = "outcome_of_nobody"
    reasons: dict[str, Any] = {"repeats": [nobody] * len(rows)}
    reasons["deserved"] = [nobody if has else "no_true_outcome" for has in true]
    for name in ("repeats", "deserved"):
        known = np.isfinite(columns[name])
        for end in ("_low", "_high"):
            reasons[name + end] = [
                limit if is_known else why
                for limit, is_known, why in zip(no_limits, known, reasons[name], strict=True)
            ]
    return tidy(columns, reasons)


def _outcome(cell: Cell, crossed: Crossed, k: int, *, level: float) -> dict[str, Any]:
    def repeats(one: Crossed) -> Floats:
        return _ratio(one.consistency[..., k, k], one.consistency[..., :, k].sum(axis=-1))

    def deserved(one: Crossed) -> Floats:
        if one.accuracy is None:
            return np.full(one.consistency.shape[:-2], np.nan)
        return _ratio(one.accuracy[..., k, k], one.accuracy[..., :, k].sum(axis=-1))

    again, right = limits(cell.draws, repeats, level), limits(cell.draws, deserved, level)
    return {
        "form": cell.form,
        "method": cell.method,
        "outcome_reached": cell.outcomes[k],
        "in_the_middle": 0 < k < len(cell.outcomes) - 1,
        "n": cell.n,
        "expected_share": float(crossed.consistency[:, k].sum()),
        "repeats": float(repeats(crossed)),
        "repeats_low": again[0],
        "repeats_high": again[1],
        "deserved": float(deserved(crossed)),
        "deserved_low": right[0],
        "deserved_high": right[1],
        "limits_why": cell.no_limits,
        "true": crossed.accuracy is not None,
    }


def _ratio(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 1e-12, part / whole, np.nan)


_SPREAD = (
    "form",
    "cut",
    "judged_by",
    "measure",
    "methods_told",
    "lowest",
    "lowest_by",
    "highest",
    "highest_by",
    "spread",
)


def spread_table(cuts: pd.DataFrame) -> pd.DataFrame:
    """The lowest and the highest number over methods, one row a form, cut, rule and number.

    Outcomes by theta and by the total are different outcomes: their methods are not compared.
    """
    rows = []
    rule = np.where(cuts["method"].isin(BY_THETA), "theta", "total")
    for (form, cut, by), own in cuts.groupby(["form", "cut", rule], sort=False):
        for measure in INDICES:
            known = own[own[measure].notna()]
            if known.empty:
                continue
            values = known[measure].to_numpy(dtype=float)
            low, high = int(values.argmin()), int(values.argmax())
            row = (
                *(form, cut, by, measure, len(known)),
                *(values[low], known["method"].iloc[low]),
                *(values[high], known["method"].iloc[high], values[high] - values[low]),
            )
            rows.append(row)
    return pd.DataFrame(rows, columns=list(_SPREAD))
