"""Calibration: where each item lies on theta, and how sharply it tells persons apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.irt.calibrated import Calibrated, Errors, Model, calibrated
from naas_psych.analyses.irt.calibration_drawings import calibration_drawings as drawings
from naas_psych.analyses.irt.calibration_findings import calibration_findings as findings
from naas_psych.analyses.irt.cuts import cuts_on_scale
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Threads, analysis
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.scores.person_scores import person_scores
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["calibration", "drawings", "findings"]


@analysis
def calibration(
    study: Study,
    *,
    model: Model = "auto",
    standard_errors: Errors = "observed",
    omitted: Omitted = None,
    threads: Threads = 1,
) -> Result:
    """How hard is each item and how sharply does it tell people apart, whoever takes the test?

    Formula
    -------
    Right/wrong: P = c + (d - c) / (1 + exp(-a (theta - b))). Partial credit: P(k) proportional to
    exp(sum over steps up to k of a (theta - b_step)). Graded: P(k or more) is logistic in
    a (theta - b_k). Parameters maximise the likelihood of all scores with theta averaged over a
    normal distribution (marginal maximum likelihood by EM).

    How to read it
    --------------
    b is the place on theta where the item tells persons apart best; a says how sharply. Read each
    with its standard error. A negative a is an item that works backwards. The table `fit` says
    whether the estimates can be trusted at all: look at `converged` first.

    When not to use it
    ------------------
    Not with few persons (a 2PL needs about 300, guessing 1,000), not where the items measure
    several things or depend on each other (see model_fit and item_fit), and not where many ran out
    of time.

    Agrees with
    -----------
    mirt 1.45.1 (61 nodes, tolerance 1e-6): log-likelihoods to 1e-5, parameters to 1e-3, Oakes
    standard errors within 1 %. Where mirt stops early (nominal) ours is the higher likelihood. The
    grid is as fine as the test needs: mirt's default of 61 nodes is the least.

    References
    ----------
    bock_aitkin_1981, robitzsch_2021, walker_ni_2011, louis_1982, samejima_1969, muraki_1992,
    masters_1982, andrich_1978, bock_1972, birnbaum_1968, rasch_1960

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> fit = nps.calibration(study, model="rasch").tables["fit"]
    >>> bool(fit["converged"].iloc[0])
    True
    """
    wanted = None if standard_errors == "none" else standard_errors
    made = calibrated(study, model=model, omitted=omitted, standard_errors=wanted, threads=threads)
    tables = {
        "parameters": _parameters(made, wanted),
        "fit": _fit(made),
        "persons_on_scale": _persons_on_scale(made),
        "cuts_on_scale": cuts_on_scale(study, made, omitted),
    }
    if "nominal" in _models(made.fit):
        categories = {"categories": _categories(made)}
        tables = categories | tables if _models(made.fit) == ["nominal"] else tables | categories
    return Result(
        tables=tables,
        notes=(*made.notes, *_said(made.fit)),
        provenance={
            "repairs": [list(repair) for repair in _repairs(made)],
            "forms": made.prepared.forms,
            "common_items": made.prepared.common_items,
        },
    )


def _parameters(made: Calibrated, wanted: str | None) -> pd.DataFrame:
    fit = made.fit
    columns: dict[str, Any] = {
        "item_id": made.prepared.item_ids,
        "model": fit.models,
        "n": (made.points >= 0).sum(axis=0),
    }
    why: dict[str, list[str | None]] = {}
    for name in ("a", "b", "c", "d"):
        field = "location" if name == "b" else name
        value, error = getattr(fit, field), getattr(fit, f"{field}_se")
        columns[name], columns[f"{name}_se"] = value, error
        why[name] = [_undefined(fit, j) for j in range(value.size)]
        why[f"{name}_se"] = [_no_error(fit, j, value[j], wanted) for j in range(value.size)]
    if fit.b.ndim == 2:
        for k in range(fit.b.shape[1]):
            columns[f"b{k + 1}"], columns[f"b{k + 1}_se"] = fit.b[:, k], fit.b_se[:, k]
            why[f"b{k + 1}"] = [_undefined(fit, j) for j in range(len(fit.models))]
            why[f"b{k + 1}_se"] = [
                _no_error(fit, j, fit.b[j, k], wanted) for j in range(len(fit.models))
            ]
    return tidy(columns, why)


def _undefined(fit: Calibration, j: int) -> str:
    if fit.reasons[j]:
        return str(fit.reasons[j])
    if fit.models[j] == "nominal":
        return "nominal"
    return "flat" if fit.b.ndim == 1 or not np.isfinite(fit.location[j]) else "fewer_categories"


def _no_error(fit: Calibration, j: int, value: float, wanted: str | None) -> str:
    if not np.isfinite(value):
        return _undefined(fit, j)
    if wanted is None:
        return "errors_not_asked"
    return "fixed" if fit.covariance is not None else "no_errors"


def _fit(made: Calibrated) -> pd.DataFrame:
    fit = made.fit
    sd_why = ["fixed" if fit.standard_errors else "errors_not_asked"]
    if fit.standard_errors and fit.covariance is None:
        sd_why = ["no_errors"]
    return tidy(
        {
            "model": [" and ".join(_models(fit))],
            "log_likelihood": [fit.log_likelihood],
            "parameters": [fit.n_parameters],
            "aic": [fit.aic],
            "bic": [fit.bic],
            "n": [int(fit.n)],
            "cycles": [fit.cycles],
            "converged": [fit.converged],
            "largest_change": [fit.record.change],
            "log_prior": [fit.log_prior],
            "theta_sd": [float(fit.group_sd[0])],
            "theta_sd_se": [float(fit.group_sd_se[0])],
            "nodes": [fit.grid.theta.size],
            "bound": [float(fit.grid.theta[-1])],
            "error_source": [fit.standard_errors or "none"],
            "condition_number": [fit.condition_number],
        },
        {
            "theta_sd": sd_why,
            "condition_number": ["no_errors" if fit.standard_errors else "errors_not_asked"],
            "largest_change": ["no_errors"],
        },
    )


def _models(fit: Calibration) -> list[str]:
    """The models of the items that have parameters."""
    pairs = zip(fit.models, fit.reasons, strict=True)
    return sorted({model for model, gone in pairs if gone is None})


def _persons_on_scale(made: Calibrated) -> pd.DataFrame:
    """How many persons stand in each half SD of theta, by the mean of their posterior."""
    scores = person_scores(made.fit, made.points, methods=("eap",)).eap.theta
    known = scores[np.isfinite(scores)]
    edges = np.arange(-4.0, 4.01, 0.5)
    counts, _ = np.histogram(np.clip(known, edges[0], edges[-1]), edges)
    met = np.flatnonzero(counts)
    rows = slice(met[0], met[-1] + 1) if met.size else slice(0, 0)
    return pd.DataFrame({"theta": (edges[:-1] + 0.25)[rows], "n": counts[rows]})


def _categories(made: Calibrated) -> pd.DataFrame:
    fit = made.fit
    names = ("item_id", "category", "slope", "slope_se", "intercept", "intercept_se")
    rows: dict[str, list[Any]] = {name: [] for name in names}
    for place, column in enumerate(fit.columns):
        if fit.models[column.item] != "nominal":
            continue
        k = column.scores.size
        slopes, intercepts = fit.slopes[column.item, :k], fit.intercepts[column.item, :k]
        rows["item_id"] += [made.prepared.item_ids[column.item]] * k
        rows["category"] += column.scores.tolist()
        rows["slope"] += (slopes - slopes.mean()).tolist()
        rows["intercept"] += (intercepts - intercepts.mean()).tolist()
        for name, error in zip(
            ("slope_se", "intercept_se"), _centred_errors(fit, place), strict=True
        ):
            rows[name] += error.tolist()
    why = ["no_errors" if fit.standard_errors else "errors_not_asked"] * len(rows["item_id"])
    return tidy(rows, {"slope_se": why, "intercept_se": why})


def _centred_errors(fit: Calibration, place: int) -> tuple[Floats, Floats]:
    """Of slopes and of intercepts less their means over the K categories, the first being 0."""
    where = fit.model.where[place]
    m = int(fit.model.n_categories[place]) - 1
    if fit.covariance is None:
        return np.full(m + 1, np.nan), np.full(m + 1, np.nan)
    centre = (np.eye(m + 1) - 1 / (m + 1))[:, 1:]
    parts = (where[:m], where[m : 2 * m])
    found = (centre @ fit.covariance[np.ix_(own, own)] @ centre.T for own in parts)
    first, second = (np.sqrt(np.maximum(np.diag(one), 0.0)) for one in found)
    return first, second


def _repairs(made: Calibrated) -> list[tuple[str, str]]:
    return [(made.prepared.item_ids[j], said) for j, said in made.fit.repairs]


def _said(fit: Calibration) -> tuple[str, ...]:
    source = {
        "observed": "Standard errors are from observed information.",
        "crossprod": "Standard errors are from cross-products of the persons' scores.",
        "sandwich": "Standard errors are from the sandwich of both kinds of information.",
        None: "No standard errors were asked for.",
    }
    priors = tuple(sentence for code, sentence in fit.warnings if code == "prior")
    return (source[fit.standard_errors], *priors)
