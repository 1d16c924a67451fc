"""One row a method, cut and form: the cut with its error, and who would reach it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.items.phrasing import Row
from naas_psych.analyses.standard.method_cuts import COMPROMISE, RELATIVE
from naas_psych.analyses.standard.scored_persons import ALL_FORMS, ScoredPersons, scored_persons
from naas_psych.numerics.arrays import Floats
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
    forms = [persons.get(str(name)) for name in rows["form"]]
    clusters = clusters_of(study).codes
    rates = [
        _rate(row, form, clusters, level=level, seed=seed)
        for row, form in zip(rows.to_dict("records"), forms, strict=True)
    ]

    def numbers(*names: str) -> dict[str, Floats]:
        return {name: np.asarray(rows[name], dtype=float) for name in names}

    columns: dict[str, Any] = {
        "cut_name": list(rows["cut_name"]),
        "method": list(rows["method"]),
        "asks": [_asks(name) for name in rows["method"]],
        "form": list(rows["form"]),
        **numbers("cut", "cut_se", "cut_low", "cut_high"),
        "unit": list(rows["unit"]),
        **numbers("percent", "percent_low", "percent_high"),
        "n": np.array([np.nan if form is None else form.percent.size for form in forms]),
        "pass_rate": np.array([rate.value for rate in rates]),
        "pass_rate_low": np.array([rate.low for rate in rates]),
        "pass_rate_high": np.array([rate.high for rate in rates]),
    }
    return tidy(columns, _whys(rows))


def _rate(
    row: Row,
    form: ScoredPersons | None,
    clusters: NDArray[np.int64],
    *,
    level: float,
    seed: int,
) -> Rate:
    """Who of a form reaches the cut of one method."""
    percent = _number(row["percent"])
    if form is None or not np.isfinite(percent):
        return _UNKNOWN
    # Limits lie so many errors each way as the normal has, or t more: drawn like that, the cut
    # has the limits of its method again.
    half = (_number(row["percent_high"]) - _number(row["percent_low"])) / 2
    far = float(ndtri((1 + level) / 2))
    known = np.isfinite(half)
    cut = UncertainCut(percent, half / far if known else 0.0)
    rate = rate_at_cut(form.percent, clusters[form.rows], cut, level=level, seed=seed)
    # Limits without the error of the cut would pass for limits with it.
    return rate if known else Rate(rate.value, np.nan, np.nan)


def _whys(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Why a method has no cut, no place on the scale of the test, or no error."""
    none = _reasons(rows["cut_reason"], ["no_cut"] * len(rows))
    scale = ["other_scale" if unit == "scale" else None for unit in rows["unit"]]
    why = [one or two for one, two in zip(scale, none, strict=True)]
    no_error = _reasons(rows["cut_se_reason"], _reasons(rows["cut_low_reason"], none))
    ends = [one or two for one, two in zip(scale, no_error, strict=True)]
    return {
        **dict.fromkeys(("percent", "pass_rate"), why),
        **dict.fromkeys(("percent_low", "percent_high"), ends),
        **dict.fromkeys(("pass_rate_low", "pass_rate_high"), ends),
        "n": ["other_scale"] * len(rows),
        **dict.fromkeys(("cut_se", "cut_low", "cut_high"), no_error),
        "cut": none,
    }


def _reasons(given: pd.Series[Any], otherwise: list[str]) -> list[str]:
    """What the method itself says of a number that it does not have."""
    pairs = zip(given, otherwise, strict=True)
    return [said if isinstance(said, str) else other for said, other in pairs]


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
