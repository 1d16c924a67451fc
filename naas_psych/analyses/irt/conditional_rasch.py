"""Conditional Rasch: item locations without any assumption on the persons, and Andersen's test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.irt.calibrated import Prepared, impossible, prepare
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import analysis
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.irt.conditional.andersen import AndersenTest, andersen
from naas_psych.irt.conditional.estimate import ConditionalFit, ConditionalModel
from naas_psych.irt.conditional.estimate import conditional_rasch as estimated
from naas_psych.irt.refusal import Refused
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

Split = Annotated[
    Literal["median", "mean", "all"],
    Field(description="groups of Andersen's test: two at the median or mean score, or each score"),
]


@analysis
def conditional_rasch(
    study: Study,
    *,
    split: Split = "median",
    omitted: Omitted = None,
) -> Result:
    """How hard are the items, whoever took the test, and does that hold for weak and strong alike?

    Formula
    -------
    The probability of a person's answers given their total score does not depend on the person:
    exp(sum of easinesses of the right answers) / gamma_r. Its product over persons is maximised.
    Andersen's test: LR = 2 (sum over score groups of their log-likelihoods - that of all).

    How to read it
    --------------
    b is centred on the mean of the items. If LR is significant, the items do not keep their order
    and distances from low to high scores: the Rasch model does not hold, and z says for which.

    When not to use it
    ------------------
    It is the Rasch (partial credit) model: items of unlike slopes break it. Persons with the lowest
    or highest score tell nothing here.

    Agrees with
    -----------
    eRm 1.0-2: log-likelihoods, locations and standard errors to 1e-6; Andersen's LR and df on
    lsat7, sat12 and verbal.

    References
    ----------
    andersen_1970, andersen_1973, rasch_1960, masters_1982

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> table = nps.conditional_rasch(study).tables["parameters"]
    >>> table["b"].head(3).round(2).tolist()
    [-2.08, -1.23, -0.59]
    """
    prepared = prepare(study, model="rasch", omitted=omitted or study.omitted)
    several = any(np.unique(c[c >= 0]).size > 2 for c in prepared.points.T)
    model: ConditionalModel = "pcm" if several else "rasch"
    try:
        fit = estimated(prepared.points, model=model)
    except Refused as refusal:
        raise impossible(refusal) from refusal
    test, why = _tested(prepared, split=split, model=model)
    return Result(
        tables={
            "parameters": _parameters(prepared, fit),
            "fit": _fit(fit, test),
            "tests": _tests(prepared, test),
        },
        notes=(*prepared.notes[1:], *_said(fit, split=split, why=why)),
    )


def _tested(
    prepared: Prepared, *, split: str, model: ConditionalModel
) -> tuple[AndersenTest | None, str]:
    """Andersen's test, or why there is none."""
    try:
        return andersen(prepared.points, split=split, model=model), ""  # type: ignore[arg-type]
    except Refused as refusal:
        return None, str(impossible(refusal))


def _parameters(prepared: Prepared, fit: ConditionalFit) -> pd.DataFrame:
    """b is the mean of an item's steps where it has several; these follow."""
    steps = fit.b if fit.b.ndim == 2 else fit.b[:, None]
    columns: dict[str, Any] = {"item_id": prepared.item_ids, "n": (prepared.points >= 0).sum(0)}
    if steps.shape[1] == 1:
        columns |= {"b": fit.b.ravel(), "b_se": fit.b_se.ravel()}
    else:
        known = np.asarray(np.isfinite(steps).any(axis=1))
        columns["b"] = np.where(
            known, np.nanmean(np.where(known[:, None], steps, 0), axis=1), np.nan
        )
        columns["b_se"] = _location_errors(fit)
        for k in range(steps.shape[1]):
            columns |= {f"b{k + 1}": steps[:, k], f"b{k + 1}_se": fit.b_se[:, k]}
    why = [reason or "fewer_categories" for reason in fit.reasons]
    return tidy(columns, {name: why for name in columns if name.startswith("b")})


def _location_errors(fit: ConditionalFit) -> NDArray[np.float64]:
    """Of the mean step of each item: minus its last easiness over m, less the mean of all steps."""
    item, step = fit.places[:, 0], fit.places[:, 1]
    last = np.array([step[item == j].max() for j in item]) == step
    share = np.zeros((len(fit.reasons), item.size))
    share[item[last], np.flatnonzero(last)] = -1 / step[last]
    share[np.unique(item)] += last / step[last].sum()
    found = np.full(len(fit.reasons), np.nan)
    used = np.unique(item)
    found[used] = np.sqrt(np.einsum("jp,pr,jr->j", share, fit.covariance, share)[used])
    return found


def _fit(fit: ConditionalFit, test: AndersenTest | None) -> pd.DataFrame:
    none = float("nan")
    return tidy(
        {
            "model": [fit.model],
            "andersen_lr": [test.lr if test else none],
            "df": [float(test.df) if test else none],
            "p_value": [test.p if test else none],
            "conditional_log_likelihood": [fit.log_likelihood],
            "n_informative": [int(fit.n_informative)],
            "n": [int(fit.n)],
            "parameters": [fit.n_parameters],
            "converged": [fit.converged],
            "groups": [len(test.groups) if test else 0],
        },
        {name: ["no_score_groups"] for name in ("andersen_lr", "df", "p_value")},
    )


def _tests(prepared: Prepared, test: AndersenTest | None) -> pd.DataFrame:
    """Wald's test of each item: does its location differ between the score groups?"""
    if test is None:
        return pd.DataFrame({"item_id": [], "wald": [], "df": [], "p_value": []})
    statistic = test.wald if test.wald.ndim == 2 else test.wald[:, None]
    p = test.wald_p if test.wald_p.ndim == 2 else test.wald_p[:, None]
    rows: dict[str, list[Any]] = {n: [] for n in ("item_id", "step", "wald", "p_value", "why")}
    for j, item in enumerate(prepared.item_ids):
        for k in range(statistic.shape[1]):
            rows["item_id"].append(item)
            rows["step"].append(k + 1)
            rows["wald"].append(statistic[j, k])
            rows["p_value"].append(p[j, k])
            rows["why"].append(test.reasons[j] or "fewer_categories")
    why = rows.pop("why")
    return tidy(rows, {"wald": why, "p_value": why})


def _said(fit: ConditionalFit, *, split: str, why: str) -> tuple[str, ...]:
    extreme = int(fit.n - fit.n_informative)
    words = {
        "median": "those above the median score and the others",
        "mean": "those above the mean score and the others",
        "all": "one for each score",
    }[split]
    test = f"Andersen's test compares groups of persons: {words}."
    return (
        f"Persons with the lowest or highest possible score tell nothing: there are {extreme}.",
        f"No Andersen test: {why}" if why else test,
    )


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Whether the items keep their places from low to high scores."""
    row = result.tables["fit"].to_dict("records")[0]
    limit = thresholds["irt_p_value_max"]
    if np.isfinite(row["andersen_lr"]) and row["p_value"] < limit.value:
        yield found(
            code="rasch_not_invariant",
            severity="info",
            subject="items",
            sentence=f"The items lie differently for low and for high scores: Andersen's LR = "
            f"{row['andersen_lr']:.1f} on {row['df']:.0f} degrees of freedom, "
            f"p {_probability(row['p_value'])}.",
            value=float(row["andersen_lr"]),
            probability=float(row["p_value"]),
            threshold=limit,
        )


def _probability(p: float) -> str:
    return "below .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".")
