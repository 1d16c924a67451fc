"""The error of measurement at a cut, who stands within it, and indices of squared error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.classification_draws import Drawing, drawn_means
from naas_psych.analyses.cutscores.classification_forms import CutForm, FormCut
from naas_psych.analyses.cutscores.classification_models import World, error_at, modelled
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.spread import kr21
from naas_psych.numerics.classification.squared_error import livingston_k2, phi_lambda
from naas_psych.numerics.measurement_error import keats, lord, part_error_variance, smoothed
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy

#: A total this near the edge of the error stands within it.
_NEAR = 1e-9


@dataclass(frozen=True)
class _Error:
    """The error at a cut by one method, in recorded units; nan with the reason."""

    method: str
    csem: float
    reason: str


def error_table(
    forms: Sequence[CutForm], world: World | None, drawing: Drawing, level: float
) -> pd.DataFrame:
    """One row a form, cut and method."""
    rows: list[dict[str, Any]] = []
    for stream, form in enumerate(forms):
        model = _by_model(form, world)
        for k, cut in enumerate(form.cuts):
            for error in (*_by_totals(form, cut), model[k]):
                rows.append(_row(form, cut, error, drawing=drawing, stream=stream, level=level))
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in _COLUMNS}
    why = [row["why"] for row in rows]
    limits = [row["why"] or row["limits_why"] for row in rows]
    reasons = dict.fromkeys(("csem", "csem_of_marks", "n_near", "near_share"), why)
    return tidy(columns, {**reasons, "near_share_low": limits, "near_share_high": limits})


_COLUMNS = (
    "form",
    "cut",
    "method",
    "n",
    "cut_total",
    "percent",
    "csem",
    "csem_of_marks",
    "n_near",
    "near_share",
    "near_share_low",
    "near_share_high",
)


def _by_totals(form: CutForm, cut: FormCut) -> Iterator[_Error]:
    at = np.array([(cut.total - form.totals.low) / form.unit])
    rho = form.reliability
    reason = cut.reason or ("no_reliability" if not np.isfinite(rho) else "negative_reliability")
    if form.binary:
        yield _Error("lord", _known(lord(at, form.span), cut), cut.reason or "too_few_items")
        simple = kr21(form.spread, form.span)
        if rho > 0 and np.isfinite(simple):
            yield _Error(
                "keats", _known(keats(at, form.span, reliability=rho, kr21=simple), cut), reason
            )
        else:
            yield _Error("keats", np.nan, reason)
        return
    if form.n < 3 or form.varying < 2:
        yield _Error("feldt_qualls", np.nan, cut.reason or "too_few_items")
        return
    varies = form.marks.min(axis=0) != form.marks.max(axis=0)
    marks = form.marks[:, varies]
    error = part_error_variance(marks, marks.mean(axis=0))
    found = smoothed(form.points, error, at)
    yield _Error("feldt_qualls", _known(found, cut) * form.unit, cut.reason or "outside_observed")


def _known(value: Floats, cut: FormCut) -> float:
    return float(value[0]) if cut.reason is None else np.nan


def _by_model(form: CutForm, world: World | None) -> list[_Error]:
    seen = None if world is None else modelled(world, form, form.cuts)
    if seen is None:
        return [_Error("response_model", np.nan, "not_calibrated") for _ in form.cuts]
    found = error_at(seen, form.unit)
    return [
        _Error(
            "response_model",
            float(value) if cut.reason is None else np.nan,
            cut.reason or "no_such_theta",
        )
        for value, cut in zip(found, form.cuts, strict=True)
    ]


def _row(
    form: CutForm, cut: FormCut, error: _Error, *, drawing: Drawing, stream: int, level: float
) -> dict[str, Any]:
    width = form.totals.high - form.totals.low
    row: dict[str, Any] = dict.fromkeys(_COLUMNS, np.nan)
    row |= {
        "form": form.name,
        "cut": cut.name,
        "method": error.method,
        "n": form.n,
        "cut_total": cut.total,
        "percent": 100 * (cut.total - form.totals.low) / width,
        "csem": error.csem,
        "csem_of_marks": 100 * error.csem / width,
        "why": None if np.isfinite(error.csem) else error.reason,
        "limits_why": drawing.reason(form.totals.rows),
    }
    if row["why"] is not None:
        return row
    near = np.abs(form.totals.totals - cut.total) <= error.csem + _NEAR
    row["n_near"], row["near_share"] = float(near.sum()), float(near.mean())
    low, high = _limits(near.astype(float), form, drawing, stream=stream, level=level)
    row["near_share_low"], row["near_share_high"] = low, high
    return row


def _limits(
    near: Floats, form: CutForm, drawing: Drawing, *, stream: int, level: float
) -> tuple[float, float]:
    """Wilson's for persons one by one, else from the draws of clusters."""
    if not drawing.clusters.name:
        found = wilson(near.sum(), near.size, level=level)
        return float(found.low), float(found.high)
    if drawing.reason(form.totals.rows) is not None:
        return np.nan, np.nan
    drawn = drawn_means(near[:, None], form.totals.rows, drawing, stream)[:, 0].clip(0, 1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def indices_table(forms: Sequence[CutForm]) -> pd.DataFrame:
    """Livingston's k2 and Phi(lambda), one row a form and cut."""
    rows: list[tuple[str, str, int, float, float]] = []
    why: list[tuple[str, str]] = []
    for form in forms:
        places = np.array([(cut.total - form.totals.low) / form.unit for cut in form.cuts])
        spread, rho = form.spread, form.reliability
        k2 = livingston_k2(mean=spread.mean, variance=spread.variance, reliability=rho, cuts=places)
        phi = np.full(places.size, np.nan)
        if form.binary:
            phi = phi_lambda(
                mean=spread.mean,
                population_variance=spread.population_variance,
                cuts=places,
                items=form.span,
            )
        for k, cut in enumerate(form.cuts):
            rows.append((form.name, cut.name, form.n, float(k2[k]), float(phi[k])))
            why.append(_why(form))
    names = ("form", "cut", "n", "livingston_k2", "phi_lambda")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    return tidy(
        columns,
        {"livingston_k2": [one[0] for one in why], "phi_lambda": [one[1] for one in why]},
    )


def _why(form: CutForm) -> tuple[str, str]:
    rho = form.reliability
    spread = "no_reliability" if not np.isfinite(rho) else "negative_reliability"
    if not form.spread.variance > 0:
        spread = "no_variance"
    return spread, "no_variance" if form.binary else "binary_items_only"


def fits_table(answers: Sequence[Any]) -> pd.DataFrame:
    """What the tables of each method rest on, one row a form and method that has any of it."""
    told = [
        (answer.form, judged)
        for answer in answers
        for judged in answer.judged.values()
        if judged.fit
    ]
    names = (
        "reliability",
        "effective_length",
        "beta_parameters",
        "beta_alpha",
        "beta_beta",
        "beta_from",
        "beta_to",
        "lords_k",
        "clipped",
    )
    columns: dict[str, Any] = {
        "form": [form.name for form, _ in told],
        "method": [judged.method for _, judged in told],
    }
    reasons: dict[str, Any] = {}
    for name in names:
        columns[name] = np.array([one.fit.get(name, np.nan) for _, one in told], dtype=float)
        reasons[name] = [
            (one.reason or "undefined") if name in one.fit else "not_of_this_method"
            for _, one in told
        ]
    return tidy(columns, reasons)
