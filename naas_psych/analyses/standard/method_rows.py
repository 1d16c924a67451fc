"""One row a method, cut and form: the cut with its error, and who would reach it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.standard.method_cuts import COMPROMISE, RELATIVE
from naas_psych.analyses.standard.scored_persons import ALL_FORMS, scored_persons
from naas_psych.numerics.rate_at_cut import Rate, UncertainCut, rate_at_cut
from naas_psych.result import tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_UNKNOWN = Rate(np.nan, np.nan, np.nan)


def method_rows(
    study: Study, rows: pd.DataFrame, *, omitted: Counted | None, level: float, seed: int
) -> pd.DataFrame:
    """Methods side by side; a cut for other work than the test has no pass rate here."""
    persons = scored_persons(study, omitted)
    clusters = clusters_of(study).codes
    rates: list[Rate] = []
    forms = [persons.get(str(name)) for name in rows["form"]]
    for row, form in zip(rows.to_dict("records"), forms, strict=True):
        percent = _number(row["percent"])
        if form is None or not np.isfinite(percent):
            rates.append(_UNKNOWN)
            continue
        # Limits of 95 % are 1.96 errors each way, or t; half of them is near enough an error.
        half = (_number(row["percent_high"]) - _number(row["percent_low"])) / 2
        cut = UncertainCut(percent, half / 1.96 if np.isfinite(half) else 0.0)
        rates.append(rate_at_cut(form.percent, clusters[form.rows], cut, level=level, seed=seed))
    columns: dict[str, Any] = {
        "cut_name": list(rows["cut_name"]),
        "method": list(rows["method"]),
        "asks": [_asks(name) for name in rows["method"]],
        "form": list(rows["form"]),
        **{name: rows[name].astype(float).to_numpy() for name in ("cut", "cut_se")},
        **{name: rows[name].astype(float).to_numpy() for name in ("cut_low", "cut_high")},
        "unit": list(rows["unit"]),
        **{
            name: rows[name].astype(float).to_numpy()
            for name in ("percent", "percent_low", "percent_high")
        },
        "n": [0 if form is None else form.percent.size for form in forms],
        "pass_rate": np.array([rate.value for rate in rates]),
        "pass_rate_low": np.array([rate.low for rate in rates]),
        "pass_rate_high": np.array([rate.high for rate in rates]),
    }
    why = ["no_cut" if np.isnan(cut) else "other_scale" for cut in columns["cut"]]
    reasons = dict.fromkeys(("percent", "pass_rate"), why)
    return tidy(columns, {**reasons, "cut": ["no_cut"] * len(rows), "cut_se": why})


def curve_rows(study: Study, omitted: Counted | None) -> pd.DataFrame:
    """The share who reach each total that can be had: what the picture stands on."""
    persons = scored_persons(study, omitted)
    form = persons.get(ALL_FORMS) or persons[ONE_FORM]
    points = np.unique(form.percent)
    reach = np.array([(form.percent >= point - 1e-9).mean() for point in points])
    return tidy(
        {"percent": points, "pass_rate": reach, "n": np.full(points.size, form.percent.size)}
    )


def _asks(method: str) -> str:
    if method in RELATIVE:
        return "how good the others are"
    return "both" if method in COMPROMISE else "what should be known"


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
