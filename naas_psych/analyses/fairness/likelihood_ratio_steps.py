"""The tables of whole comparisons: where the focal group stands, and all items tested at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from naas_psych.analyses.fairness.group_calibration import FOCAL, REFERENCE
from naas_psych.analyses.fairness.likelihood_ratio_rows import Compared
from naas_psych.irt.dif.anchors import Step
from naas_psych.irt.dif.likelihood_ratio import Common, covariance_of
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import tidy


def comparison_table(made: Sequence[Compared], *, level: float) -> pd.DataFrame:
    """A row a comparison: sizes, anchors, and where the focal group stands."""
    rows = [_comparison_row(one, level) for one in made]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    why = [one.why or "no_errors" for one in made]
    floats = ("log_likelihood", "focal_mean", "focal_sd")
    columns |= {name: np.array(columns[name], float) for name in columns if name.startswith(floats)}
    return tidy(columns, dict.fromkeys(floats, why))


def _comparison_row(one: Compared, level: float) -> dict[str, Any]:
    fit, common = one.fit, one.common
    found: dict[str, Any] = {
        "group": one.comparison.group,
        "reference": one.comparison.reference.name,
        "focal": one.comparison.focal.name,
        "n_reference": one.data.size(REFERENCE),
        "n_focal": one.data.size(FOCAL),
        "model": " and ".join(sorted(set(one.data.names))),
        "items_compared": len(one.tested or {}),
        "items_held_equal": 0 if one.anchors is None else int(one.anchors.sum()),
        "log_likelihood": np.nan if fit is None or common is None else common.sight.value,
    }
    moments = np.full((2, 2), np.nan) if common is None else _moments(common)
    half = normal_quantile(level) * moments[:, 1]
    for k, name in enumerate(("focal_mean", "focal_sd")):
        value = moments[k, 0]
        found |= {name: value, f"{name}_low": value - half[k], f"{name}_high": value + half[k]}
    return found | {"converged": fit is not None and fit.converged}


def _moments(common: Common) -> Floats:
    """Mean and SD of the focal group, each with its standard error, in SDs of the reference."""
    n, z = common.problem.model.n_free, common.sight.z
    places = np.arange(2 * n, common.problem.size)
    spread = covariance_of(common.information, common.base, places)
    unit = np.exp(z[2 * n + 2]) if common.problem.model.free_variance else 1.0
    mean, sd = z[2 * n] / unit, np.exp(z[2 * n + 1]) / unit
    change = np.zeros((2, places.size))
    change[0, 0], change[1, 1] = 1 / unit, sd
    if places.size > 2:
        change[:, 2] = -mean, -sd
    return np.stack([[mean, sd], np.sqrt(np.diag(change @ spread @ change.T))], axis=1)


def invariance_table(made: Sequence[Compared]) -> pd.DataFrame:
    """A row a step: all free, slopes equal, all equal; each tested against the freer one before."""
    rows = [row for one in made for row in _step_rows(one)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in _STEP}
    floats = ("log_likelihood", "aic", "bic", "chi_square", "df", "p_value")
    columns |= {name: np.array(columns[name], float) for name in (*floats, "free_parameters")}
    reasons = {name: [row["why"] for row in rows] for name in (*floats, "free_parameters")}
    return tidy(columns, reasons)


_STEP = (
    "group",
    "reference",
    "focal",
    "invariance_step",
    "log_likelihood",
    "free_parameters",
    "aic",
    "bic",
    "chi_square",
    "df",
    "p_value",
)


def _step_rows(one: Compared) -> list[dict[str, Any]]:
    same = {
        "group": one.comparison.group,
        "reference": one.comparison.reference.name,
        "focal": one.comparison.focal.name,
    }
    if not one.steps:
        nothing = dict.fromkeys(_STEP[4:], np.nan)
        return [{**same, "invariance_step": "scalar", **nothing, "why": one.why}]
    freer: list[Step | None] = [None, *one.steps[:-1]]
    persons = one.data.group.size
    return [
        same | _step_row(step, before, persons)
        for step, before in zip(one.steps, freer, strict=True)
    ]


def _step_row(step: Step, before: Step | None, persons: int) -> dict[str, Any]:
    found = {
        "invariance_step": step.name,
        "log_likelihood": step.log_likelihood if step.converged else np.nan,
        "free_parameters": step.n_parameters,
        "aic": 2 * step.n_parameters - 2 * step.log_likelihood if step.converged else np.nan,
        "bic": step.n_parameters * np.log(persons) - 2 * step.log_likelihood,
        **dict.fromkeys(("chi_square", "df", "p_value"), np.nan),
        "why": "is_first_step" if before is None else "not_converged",
    }
    if not step.converged:
        return found | {"bic": np.nan, "why": "not_converged"}
    if before is None or not before.converged:
        return found
    gain = max(2 * (before.log_likelihood - step.log_likelihood), 0.0)
    df = before.n_parameters - step.n_parameters
    return found | {"chi_square": gain, "df": df, "p_value": float(chdtrc(df, gain))}
