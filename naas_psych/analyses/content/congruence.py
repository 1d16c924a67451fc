"""Item-objective congruence: do judges place each item in the area that it was written for?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.area_match import MATCH, matched_column, plain
from naas_psych.analyses.content.expert_panel import Panel
from naas_psych.numerics.content_validity import congruence
from naas_psych.numerics.proportions import wilson
from naas_psych.study.study import Study

#: `objective_law` holds a rating of -1, 0 or 1: how far the item asks for that objective.
_OBJECTIVE = "objective_"


def congruence_columns(study: Study, panel: Panel, *, level: float) -> dict[str, Any]:
    """The columns on congruence that the judgements allow; nothing where judges were not asked."""
    return _matched(study, panel, level) | _rated(study, panel)


def _matched(study: Study, panel: Panel, level: float) -> dict[str, Any]:
    """Share of the judges who name the item's own area, from a pair such as kss and kss_match."""
    own = matched_column(study, panel.table)
    if own is None:
        return {}
    seen = _cells(panel, own + MATCH)
    given = pd.notna(seen)
    meant = study.items[own].map(plain).to_numpy(dtype=object)
    hit = given & (np.vectorize(plain, otypes=[object])(seen) == meant[None, :])
    n = np.where(pd.notna(study.items[own].to_numpy()), given.sum(axis=0), 0)
    share = wilson(hit.sum(axis=0), n, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(n > 0, hit.sum(axis=0) / n, np.nan)
    return {
        "matched_judges": hit.sum(axis=0),
        "congruence": value,
        "congruence_low": share.low,
        "congruence_high": share.high,
    }


def _rated(study: Study, panel: Panel) -> dict[str, Any]:
    """The index of Rovinelli and Hambleton, from ratings by objective and items.objective."""
    names = [c for c in map(str, panel.table.columns) if c.startswith(_OBJECTIVE)]
    if len(names) < 2 or "objective" not in study.items:
        return {}
    intended = study.items["objective"].map(plain).to_numpy(dtype=object)
    objectives = np.array([plain(c.removeprefix(_OBJECTIVE)) for c in names], dtype=object)
    means = np.stack([_mean_rating(panel, name) for name in names], axis=1)
    return {"item_objective_congruence": congruence(means, intended[:, None] == objectives)}


def _mean_rating(panel: Panel, name: str) -> Any:
    cells = pd.to_numeric(pd.Series(_cells(panel, name).ravel()), errors="coerce")
    values = cells.to_numpy(dtype=float).reshape(panel.rows.shape)
    values = np.where(np.abs(values) <= 1, values, np.nan)
    given = np.isfinite(values)
    n = given.sum(axis=0)
    return np.where(n > 0, np.where(given, values, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)


def _cells(panel: Panel, column: str) -> Any:
    """(J, I) the cells of a column as they were read, None where a judge has no row."""
    cells: Any = panel.table[column].to_numpy(dtype=object)[panel.rows]
    cells[panel.rows < 0] = None
    return cells
