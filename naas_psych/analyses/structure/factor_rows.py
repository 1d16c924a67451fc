"""Rows of the tables that factor models share: fit, and loadings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.structure.factor_data import why_not
from naas_psych.numerics.confirmatory.estimate import Estimate
from naas_psych.numerics.confirmatory.indices import LEVEL
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import tidy

#: Numbers of fit that may be undefined, in the order of their columns.
_MEASURES = (
    *("chi_square", "p_value", "cfi", "cfi_low", "cfi_high", "tli"),
    *("rmsea", "rmsea_low", "rmsea_high", "srmr"),
)


@dataclass(frozen=True)
class Fitted:
    """One row of a table of fit: a model of the items of a form by one estimator."""

    form: str
    model: str
    item_ids: tuple[str, ...]
    one: Estimate
    suited: bool


def fit_table(rows: Sequence[Fitted], *, with_model: bool) -> pd.DataFrame:
    """Fit of models; one row a form, model and estimator."""
    ones = [row.one for row in rows]
    measures = {name: [_measure(one, name) for one in ones] for name in _MEASURES}
    columns: dict[str, Any] = {"form": [row.form for row in rows]}
    if with_model:
        columns["model"] = [row.model for row in rows]
    columns |= {
        "estimator": [one.estimator for one in ones],
        "chi_square": measures.pop("chi_square"),
        "df": [one.indices.df for one in ones],
        **measures,
        "rmsea_level": [LEVEL] * len(ones),
        "baseline_chi_square": [_or_nan(one, one.indices.baseline) for one in ones],
        "aic": [_or_nan(one, one.aic) for one in ones],
        "bic": [_or_nan(one, one.bic) for one in ones],
        "parameters": [one.model.parameters for one in ones],
        "n": [one.n for one in ones],
        "items": [len(row.item_ids) for row in rows],
        "heywood_cases": [0 if why_not(one) else int(one.heywood.sum()) for one in ones],
        "converged": [one.converged for one in ones],
        "suited": [row.suited for row in rows],
    }
    why = {name: [_why(one, name) for one in ones] for name in _MEASURES}
    why["baseline_chi_square"] = [_why(one, "baseline") for one in ones]
    why["aic"] = why["bic"] = [why_not(one) or "no_likelihood" for one in ones]
    return tidy(columns, why)


def _or_nan(one: Estimate, value: float) -> float:
    return np.nan if why_not(one) else float(value)


def _measure(one: Estimate, name: str) -> float:
    return _or_nan(one, getattr(one.indices, name))


def _why(one: Estimate, name: str) -> str:
    """Why a number of fit may be undefined."""
    if (nowhere := why_not(one)) is not None:
        return nowhere
    if one.indices.df <= 0:
        return "no_degrees_of_freedom"
    if one.inexact is not None:
        return one.inexact
    return "no_common_variance" if name in ("cfi", "tli") else "not_identified"


def loading_table(rows: Sequence[Fitted], level: float) -> pd.DataFrame:
    """Loadings on the only factor; one row a form, estimator and item."""
    return pd.concat([_loadings(row, level) for row in rows], ignore_index=True)


def _loadings(row: Fitted, level: float) -> pd.DataFrame:
    one, items = row.one, len(row.item_ids)
    nowhere = why_not(one)
    sound = nowhere is None
    loading, se = one.loadings[:, 0], one.loadings_se[:, 0]
    raw_se = np.sqrt(np.maximum(np.diagonal(one.errors)[:items], 0.0))
    half = normal_quantile(level) * se
    gap = np.full(items, np.nan)
    why = [nowhere or one.inexact or "not_identified"] * items
    found = {
        "loading": loading,
        "loading_low": loading - half,
        "loading_high": loading + half,
        "loading_se": se,
        "loading_raw": one.raw_loadings[:, 0],
        "loading_raw_se": raw_se,
        "uniqueness": one.uniqueness / (one.raw_loadings[:, 0] ** 2 + one.uniqueness),
    }
    return tidy(
        {
            "form": [row.form] * items,
            "item_id": list(row.item_ids),
            "estimator": [one.estimator] * items,
            **{name: values if sound else gap for name, values in found.items()},
        },
        dict.fromkeys(found, why),
    )
