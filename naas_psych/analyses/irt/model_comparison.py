"""Model comparison: which response model can these data bear, and which do they support?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.irt.calibrated import Calibrated, ModelName, calibrated
from naas_psych.analyses.irt.model_comparison_findings import (
    model_comparison_findings as findings,
)
from naas_psych.analyses.items.phrasing import listed
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Threads, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.fit.comparison import LikelihoodRatio, criteria, likelihood_ratio, nested
from naas_psych.irt.fit.limited_information import GlobalFit, limited_information
from naas_psych.irt.fit.recommendation import Candidate, Floor, Recommendation, recommend
from naas_psych.irt.persons import categories_of
from naas_psych.irt.refusal import Refused
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["findings", "model_comparison"]

_RIGHT_WRONG: tuple[ModelName, ...] = ("rasch", "2pl", "3pl")
_SEVERAL: tuple[ModelName, ...] = ("pcm", "gpcm", "grm")
#: The threshold of persons for each model.
_PERSONS = {
    **dict.fromkeys(("rasch", "rsm", "pcm"), "irt_persons_rasch"),
    "2pl": "irt_persons_2pl",
    "3pl": "irt_persons_3pl",
    **dict.fromkeys(("gpcm", "grm"), "irt_persons_polytomous"),
}
#: Models with a parameter for every category of every item.
_BY_CATEGORY = ("pcm", "gpcm", "grm")


@dataclass(frozen=True)
class _Fitted:
    """A candidate: with its calibration, or without where the scores do not allow it."""

    model: ModelName
    made: Calibrated | None
    fit: GlobalFit | None


@analysis
def model_comparison(
    study: Study,
    *,
    omitted: Omitted = None,
    threads: Threads = 1,
) -> Result:
    """Which response model can so many persons bear, and which of those do the scores support?

    Formula
    -------
    AIC = -2 l + 2 p; AICc adds 2 p (p + 1) / (n - p - 1); BIC = -2 l + p ln n; SABIC the same with
    (n + 2) / 24 for n; l the log-likelihood, p the parameters, n the persons. Nested models:
    LR = 2 (l_general - l_restricted) against chi-square with the difference of p. Where the general
    model adds guessing, which the restricted one has at its edge 0, p comes from a mixture of
    chi-squares. Recommended: of the models whose floor of persons is reached and that fit by
    RMSEA, the one with the lowest BIC.

    How to read it
    --------------
    First `bearable`: a model with too few persons gives numbers, but others the next time. Among
    the rest the lowest BIC is the best supported; a difference of 10 is strong, below 2 none. A
    small p in the table tests speaks for the general model, in large samples for trifles too. The
    recommendation is about description; that a total score is reported can be a reason for the
    Rasch model all the same.

    When not to use it
    ------------------
    Never choose a model to make bad items look good. With a prior (3pl) the log-likelihood is not
    at its maximum, so that LR and criteria are a little against that model. Models of different
    scores, or by different estimators, cannot be compared.

    Agrees with
    -----------
    mirt 1.45.1 (anova): LR, AIC, BIC and SABIC to 5e-5, p to 1e-6. It has no mixtures at the edge.

    References
    ----------
    akaike_1974, hurvich_tsai_1989, schwarz_1978, sclove_1987, self_liang_1987,
    maydeu_olivares_joe_2014

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> list(nps.model_comparison(study).tables["models"]["model"])
    ['pcm', 'gpcm', 'grm']
    """
    first = calibrated(study, model="rasch", omitted=omitted, threads=threads)
    fitted = [
        _fitted(study, model, omitted=omitted, threads=threads) for model in _candidates(first)
    ]
    advice = _advice(fitted, first, study.thresholds)
    return Result(
        tables={
            "models": _models(fitted, advice, first, study.thresholds),
            "tests": _tests(fitted),
        },
        notes=(
            *first.prepared.notes[1:],
            *_notes(fitted),
            *_sparse_note(first, study.thresholds),
        ),
        provenance={"recommended": advice.model, "why": advice.why, "fits": advice.fits},
    )


def _candidates(first: Calibrated) -> tuple[ModelName, ...]:
    """Rating scales share their steps, which takes items of as many categories."""
    sizes = first.fit.model.n_categories
    if (sizes == 2).all():
        return _RIGHT_WRONG
    return ("rsm", *_SEVERAL) if (sizes == sizes[0]).all() else _SEVERAL


def _fitted(study: Study, model: ModelName, *, omitted: Omitted, threads: int) -> _Fitted:
    try:
        made = calibrated(study, model=model, omitted=omitted, threads=threads)
    except AnalysisImpossible:
        return _Fitted(model, None, None)
    least = float(study.thresholds["irt_persons_rasch"].value)
    try:
        fit = limited_information(made.fit, made.points, fewest=least)
    except Refused:
        return _Fitted(model, made, None)
    return _Fitted(model, made, fit)


def _floors(thresholds: Thresholds) -> dict[str, Floor]:
    sparse = int(thresholds["irt_category_persons_min"].value)
    return {
        model: Floor(int(thresholds[name].value), sparse if model in _BY_CATEGORY else 0)
        for model, name in _PERSONS.items()
    }


def _advice(fitted: Sequence[_Fitted], first: Calibrated, thresholds: Thresholds) -> Recommendation:
    steps = int(first.fit.model.n_categories.max()) - 1
    return recommend(
        [
            Candidate(
                model=one.model,
                bic=one.made.fit.bic if one.made else np.nan,
                converged=bool(one.made and one.made.fit.converged),
                rmsea=one.fit.rmsea if one.fit else np.nan,
            )
            for one in fitted
        ],
        floors=_floors(thresholds),
        n=first.fit.n,
        # One rare category spoils a step of its item, not the model: the typical item decides.
        fewest_in_category=float(
            np.median([rarest for _, rarest in _rarest(first)] or [int(first.fit.n)])
        ),
        rmsea_most=thresholds["irt_rmsea_adequate"].value / steps,
    )


def _rarest(first: Calibrated) -> list[tuple[str, int]]:
    """Each item of more than two categories, with the number of persons in its rarest."""
    categories = categories_of(first.fit, first.points)
    return [
        (
            first.prepared.item_ids[column.item],
            int(np.bincount(c[c >= 0], minlength=column.scores.size).min()),
        )
        for c, column in zip(categories.T, first.fit.columns, strict=True)
        if column.scores.size > 2
    ]


def _sparse_note(first: Calibrated, thresholds: Thresholds) -> tuple[str, ...]:
    least = thresholds["irt_category_persons_min"].value
    names = [name for name, rarest in _rarest(first) if rarest < least]
    if not names:
        return ()
    return (
        f"Fewer than {least:g} persons are in the rarest category of {listed(names)}: "
        f"merge categories there before their steps are read.",
    )


def _models(
    fitted: Sequence[_Fitted], advice: Recommendation, first: Calibrated, thresholds: Thresholds
) -> pd.DataFrame:
    floors = _floors(thresholds)
    rows = [
        {
            "model": one.model,
            "recommended": one.model == advice.model,
            "bearable": verdict.bearable,
            **_numbers(one),
            "n": int(first.fit.n),
            "persons_needed": floors[one.model].persons,
            "reason": verdict.reason,
        }
        for one, verdict in zip(fitted, advice.verdicts, strict=True)
    ]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    no_fit = [
        "not_fitted" if one.made is None else (one.fit.reason if one.fit else "incomplete_data")
        for one in fitted
    ]
    why: dict[str, list[str | None]] = {
        name: ["not_fitted" for _ in fitted] for name in ("log_likelihood", "aic", "bic", "sabic")
    }
    why["parameters"] = why["bic"]
    why["aicc"] = ["not_fitted" if one.made is None else "too_few_persons" for one in fitted]
    why["rmsea"] = why["p_value"] = list(no_fit)
    why["srmsr"] = [reason or "no_variance" for reason in no_fit]
    return tidy(columns, why)


def _numbers(one: _Fitted) -> dict[str, Any]:
    missing = np.nan
    fit, close = (one.made.fit if one.made else None), one.fit
    known = criteria(fit) if fit else None
    return {
        "parameters": float(fit.n_parameters) if fit else missing,
        "log_likelihood": fit.log_likelihood if fit else missing,
        "bic": known.bic if known else missing,
        "rmsea": close.rmsea if close else missing,
        "aic": known.aic if known else missing,
        "aicc": known.aicc if known else missing,
        "sabic": known.sabic if known else missing,
        "srmsr": close.srmsr if close else missing,
        "converged": bool(fit and fit.converged),
        "penalised": bool(fit and fit.model.priors),
    }


_TESTS = ("restricted", "general", "lr", "df", "p_value", "boundary", "penalised")


def _tests(fitted: Sequence[_Fitted]) -> pd.DataFrame:
    """Each model against the next more general one."""
    there = [(one.model, one.made.fit) for one in fitted if one.made]
    found: list[tuple[str, str, LikelihoodRatio]] = []
    for (name, fit), (other, general) in combinations(there, 2):
        between = any(
            nested(fit, middle) and nested(middle, general)
            for _, middle in there
            if middle is not fit and middle is not general
        )
        if nested(fit, general) and not between:
            found.append((name, other, likelihood_ratio(fit, general)))
    rows = [(a, b, t.lr, t.df, t.p_value, t.boundary, t.penalised) for a, b, t in found]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(_TESTS)}
    return tidy(columns, {"p_value": [test.reason for *_, test in found]})


def _notes(fitted: Sequence[_Fitted]) -> tuple[str, ...]:
    names = [one.model for one in fitted if one.made and one.made.fit.model.priors]
    if not names:
        return ()
    return (
        f"{', '.join(names)}: with a prior on guessing; its log-likelihood is not at its maximum.",
    )
