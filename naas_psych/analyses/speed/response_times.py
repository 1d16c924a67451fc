"""Response times: how long each item takes, how quick each person is, how long a form needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.speed.behaviour import behaviour
from naas_psych.analyses.speed.options import Asked, Rule, Tail
from naas_psych.analyses.speed.time_drawings import time_drawings as drawings
from naas_psych.analyses.speed.time_findings import time_findings as findings
from naas_psych.analyses.speed.timed_forms import TimedForm, timed_forms
from naas_psych.analyses.speed.timed_summary import squares, summary, total_times
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.lognormal_times import TimeModel
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "response_times"]

#: |z| beyond which one answer in twenty lies when the model holds.
_BEYOND = 1.96


@analysis
def response_times(
    study: Study,
    *,
    rule: Rule = "auto",
    tail: Tail = 0.125,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """How long does each item take, how quick is each person, and how long does the test need?

    Formula
    -------
    ln T_ij = beta_i - tau_j + e_ij, e_ij ~ N(0, 1 / alpha_i^2), tau_j ~ N(0, s^2), by marginal
    maximum likelihood for each form. The mean speed of a form's own persons is 0, which fixes beta;
    tau is in log seconds, which fixes the rest. Total time S of a form: ln S ~ N(ln M - v / 2,
    s^2 + v), M = sum exp(beta_i + 1 / (2 alpha_i^2)), v the part that answers add (Fenton).
    Reliability of speed = 1 - mean Var(tau_j | times) / s^2.

    How to read it
    --------------
    exp(beta) is the median time in seconds of a person of average speed; the larger alpha, the more
    a time tells about the person. A speed of .2 is 18 % less time than average. minutes_needed is
    the time in which 95 of 100 persons would have finished this form without hurry. It rests on
    answers that were not rapid: the times of a hurried end would hide that time was short. Slow
    gradual acceleration is not taken out, so it is, if anything, too low.

    When not to use it
    ------------------
    Not for times of whole pages, or where the clock ran while nobody worked. outlier_share far
    above .05 says that log times are not normal; then trust the medians, not the tails. Fast right
    answers are counted for items, as a sign of a known item: they are no evidence on any person.

    Agrees with
    -----------
    lavaan 0.6-14 (one factor, all loadings 1, missing = "fiml") and nlme 3.1 (varIdent): estimates
    to 1e-5, log-likelihood to 1e-6. Standard errors are from expected information given which
    times are there.

    References
    ----------
    van_der_linden_2006, fenton_1960

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> table = nps.response_times(study).tables["summary"].set_index("form")
    >>> bool(table.loc["alpha", "minutes_needed"] > table.loc["alpha", "time_limit"])
    True
    """
    seen = behaviour(study, Asked(rule=rule))
    forms = timed_forms(study, seen, tail=tail, omitted=omitted or study.omitted)
    return Result(
        tables={
            "summary": summary(forms, level=level),
            "items": _items(study, forms, level),
            "total_times": total_times(forms, level=level),
            "speed_and_score": squares(forms),
            "persons": _persons(study, forms),
        },
        notes=(*seen.places.notes, *_notes(forms)),
    )


def _items(study: Study, forms: list[TimedForm], level: float) -> pd.DataFrame:
    tables = [_form_items(study, one, level) for one in forms]
    why: list[str | None] = [reason for _, reasons in tables for reason in reasons]
    columns = {
        name: np.concatenate([np.asarray(columns[name]) for columns, _ in tables])
        for name in tables[0][0]
    }
    untimed = columns["n"] == 0
    return tidy(
        columns,
        {
            "position": ["position_varies"] * len(why),
            "observed_seconds": ["no_times"] * len(why),
        }
        | {
            name: [reason or "no_errors" for reason in why]
            for name in ("time_intensity", "median_seconds", "time_discrimination")
        }
        | {
            name: [
                "no_times" if gone else reason or "no_residual_spread"
                for gone, reason in zip(untimed, why, strict=True)
            ]
            for name in ("outlier_share", "n_fast_right_expected")
        },
    )


def _form_items(
    study: Study, form: TimedForm, level: float
) -> tuple[dict[str, Any], list[str | None]]:
    model, z = form.model, form.residuals
    half = normal_quantile(level) * model.beta_se
    timed = np.isfinite(z)
    n = timed.sum(axis=0)
    fast = timed & (z < -_BEYOND)
    with np.errstate(invalid="ignore", divide="ignore"):
        outliers = np.where(n > 0, (np.abs(z) > _BEYOND).sum(axis=0) / n, np.nan)
        facility = np.where(n > 0, (form.right & timed).sum(axis=0) / n, np.nan)
    free = model.estimated & ~model.floored
    alpha = np.where(free, model.alpha, np.nan)
    error = np.where(free, model.alpha_se, np.nan)
    ids = np.array([study.responses.item_ids[j] for j in form.items], dtype=object)
    columns = {
        "form": np.full(ids.size, form.name, dtype=object),
        "item_id": ids,
        "position": np.where(form.places > 0, form.places, np.nan),
        "n": model.n,
        "time_intensity": model.beta,
        "time_intensity_se": model.beta_se,
        "time_intensity_low": model.beta - half,
        "time_intensity_high": model.beta + half,
        "observed_seconds": form.observed,
        "median_seconds": np.exp(model.beta),
        "median_seconds_low": np.exp(model.beta - half),
        "median_seconds_high": np.exp(model.beta + half),
        "time_discrimination": alpha,
        "time_discrimination_se": error,
        "n_rapid": form.rapid.sum(axis=0),
        "outlier_share": outliers,
        "n_fast": fast.sum(axis=0),
        "n_fast_right": (fast & form.right).sum(axis=0),
        "n_fast_right_expected": fast.sum(axis=0) * facility,
    }
    return columns, [_why(model, j) for j in range(ids.size)]


def _why(model: TimeModel, j: int) -> str | None:
    if model.n[j] == 0:
        return "no_times"
    if not model.estimated[j]:
        return "no_variance_of_times"
    return "no_residual_spread" if model.floored[j] else None


def _persons(study: Study, forms: list[TimedForm]) -> pd.DataFrame:
    """Everybody with a form, those with extra time too."""
    ids = np.concatenate([study.responses.person_ids[one.rows] for one in forms])
    parts = [one.speeds for one in forms]
    n = np.concatenate([part.n for part in parts])
    none = ["no_times" if count == 0 else "no_errors" for count in n]
    return tidy(
        {
            "person_id": ids,
            "form": np.concatenate([np.full(one.rows.size, one.name, object) for one in forms]),
            "n": n,
            "speed": _timed(np.concatenate([part.eap for part in parts]), n),
            "speed_se": _timed(np.concatenate([part.eap_se for part in parts]), n),
            "speed_ml": np.concatenate([part.ml for part in parts]),
            "speed_ml_se": np.concatenate([part.ml_se for part in parts]),
        },
        {"speed": none, "speed_ml": none},
    )


def _timed(values: Any, n: Any) -> Any:
    return np.where(n > 0, values, np.nan)


def _notes(forms: list[TimedForm]) -> tuple[str, ...]:
    rapid = sum(int(one.rapid.sum()) for one in forms)
    extra = sum(int((~one.ordinary).sum()) for one in forms)
    notes = [
        "The mean speed of the persons of each form is 0: times of different forms compare, speeds "
        "of persons of different forms do not.",
        f"{rapid} rapid answers are left out of the times.",
    ]
    if extra:
        notes.append(
            f"{extra} persons with extra time or too few times have no part in the estimates, "
            "which are about the ordinary limit."
        )
    failed = [one.name for one in forms if not one.model.converged]
    if failed:
        named = ", ".join(
            "the test" if name == ONE_FORM else form_in_words(name) for name in failed
        )
        notes.append(f"Estimates of {named} did not settle; do not use them.")
    return tuple(notes)
