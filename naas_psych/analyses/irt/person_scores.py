"""Person scores: where each person stands on theta, with the error of that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.irt.calibrated import Calibrated, Model, calibrated, impossible
from naas_psych.analyses.irt.person_scores_drawings import person_scores_drawings as drawings
from naas_psych.analyses.irt.scored_forms import ScoredForm, scored_forms
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Threads, analysis
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores.person_scores import METHODS, PersonScores
from naas_psych.irt.scores.person_scores import person_scores as scored
from naas_psych.irt.scores.reliability import empirical_reliability, model_reliability
from naas_psych.irt.scores.score_distribution import SumScores, sum_scores
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["drawings", "findings", "person_scores"]


@analysis
def person_scores(
    study: Study,
    *,
    model: Model = "auto",
    omitted: Omitted = None,
    threads: Threads = 1,
) -> Result:
    """Where does each person stand on theta, and how far may that be from the truth?

    Formula
    -------
    With l the log-likelihood of a person's scores, I = sum of P'^2 / P the information of the items
    answered, and J = sum of P' P'' / P: EAP is the mean of the posterior and its error the
    posterior's SD; MAP solves l' - theta / s^2 = 0, error (I + 1/s^2)^-1/2; ML solves l' = 0 and
    Warm's WLE l' + J / (2 I) = 0, both with error I^-1/2. From sum score to theta: the distribution
    of the sum at each theta by recursion over items (Lord and Wingersky).

    How to read it
    --------------
    EAP and MAP are drawn towards the mean, the more so the fewer items were answered: best for
    groups, and never compared across forms of different length as if they were not. WLE is not
    drawn and finite for all: best to report on one person. ML has no value for whoever has all
    right or all wrong. Read every score with its error.

    When not to use it
    ------------------
    Not where the calibration has not converged or items misfit (calibration, item_fit). A decision
    about a person rests on the cut and the error there (information), not on a rank in this table.

    Agrees with
    -----------
    mirt 1.45.1 on four data sets and ten models: EAP, sum-score tables and empirical reliability to
    1e-10 on its nodes, MAP, ML and WLE to 1e-4. Where mirt takes errors from observed information
    ours are from expected information; where it weights a guessing model by the root of I, ours
    solve Warm's equation. TAM 4.3: WLE reliability to 1e-4, errors alike.

    References
    ----------
    bock_mislevy_1982, warm_1989, lord_wingersky_1984, thissen_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> table = nps.person_scores(study, model="rasch").tables["sum_scores"]
    >>> bool(table["eap"].is_monotonic_increasing)
    True
    """
    made = calibrated(study, model=model, omitted=omitted, threads=threads)
    forms = scored_forms(study, made, omitted)
    try:
        scores = scored(made.fit, made.points, threads=threads)
        tables = {form.name: _table(made, form) for form in forms}
    except Refused as refusal:
        raise impossible(refusal) from refusal
    return Result(
        tables={
            "persons": _persons(study, made, scores),
            "summary": _summary(made, scores, forms),
            "sum_scores": _sum_scores(forms, tables),
        },
        notes=(
            *made.notes,
            "The prior of EAP and MAP is the distribution of theta of these persons.",
            "In sum_scores, n counts persons who have a score on every item of the form.",
        ),
        provenance={"converged": made.fit.converged},
    )


def _persons(study: Study, made: Calibrated, scores: PersonScores) -> pd.DataFrame:
    answered = made.points >= 0
    earned = np.where(answered, made.points, 0).sum(axis=1, dtype=np.int64) * study.responses.unit
    n = answered.sum(axis=1)
    columns: dict[str, Any] = {
        "person_id": list(made.prepared.person_ids),
        "answered": n,
        "score": np.where(n > 0, earned, np.nan),
    }
    reasons: dict[str, Any] = {"score": ["no_responses" if k == 0 else None for k in n]}
    for method in METHODS:
        estimate = scores.estimates[method]
        columns[method], columns[f"{method}_se"] = estimate.theta, estimate.se
        reasons[method] = list(estimate.reason)
    columns["percentile"] = _percentile(scores.eap.theta)
    reasons["percentile"] = list(scores.eap.reason)
    return tidy(columns, reasons)


def _percentile(theta: Floats) -> Floats:
    """Share of persons below, and half of those level, in per cent; NaN without a score."""
    known = np.isfinite(theta)
    if not known.any():
        return np.full_like(theta, np.nan)
    # Persons with one pattern are level, whatever the last digits say.
    rounded = np.round(np.where(known, theta, 0.0), 9)
    ordered = np.sort(rounded[known])
    below, through = (np.searchsorted(ordered, rounded, side=s) for s in ("left", "right"))
    return np.where(known, 50.0 * (below + through) / ordered.size, np.nan)


def _summary(made: Calibrated, scores: PersonScores, forms: tuple[ScoredForm, ...]) -> pd.DataFrame:
    """Reliability by definition: what the model promises a form, and what these scores have."""
    rows: list[tuple[str, str, float, int]] = []
    for form in forms:
        known = model_reliability(made.fit, items=form.items)
        rows += [
            (form.name, "marginal_reliability", known.marginal, len(form.rows)),
            (form.name, "information_reliability", known.information, len(form.rows)),
            (form.name, "sum_score_reliability", known.sum_score_eap, len(form.rows)),
        ]
    for method in METHODS:
        estimate = scores.estimates[method]
        value = empirical_reliability(estimate, shrunken=method in ("eap", "map"))
        n = int((np.isfinite(estimate.theta) & np.isfinite(estimate.se)).sum())
        rows.append(("all", f"{method}_reliability", value, n))
    form_name, coefficient, estimate_of, n_of = zip(*rows, strict=True)
    return tidy(
        {
            "form": list(form_name),
            "coefficient": list(coefficient),
            "estimate": np.array(estimate_of, float),
            "n": list(n_of),
        },
        {"estimate": ["too_few_persons" if n < 2 else "no_variance" for n in n_of]},
    )


def _table(made: Calibrated, form: ScoredForm) -> SumScores:
    return sum_scores(made.fit, made.points[form.rows], items=form.items)


def _sum_scores(forms: tuple[ScoredForm, ...], tables: dict[str, SumScores]) -> pd.DataFrame:
    parts: dict[str, list[Any]] = {
        name: [] for name in ("form", "score", "eap", "eap_se", "n", "persons_expected")
    }
    for form in forms:
        table = tables[form.name]
        possible = table.probability > 0
        parts["form"] += [form.name] * int(possible.sum())
        parts["score"] += form.recorded(table.score[possible]).tolist()
        parts["eap"] += table.eap[possible].tolist()
        parts["eap_se"] += table.se[possible].tolist()
        for name, values in (("n", table.observed), ("persons_expected", table.expected)):
            parts[name] += [] if values is None else values[possible].tolist()
    return pd.DataFrame(parts)


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """How well the scores tell persons apart, and how many have no finite ML score."""
    del thresholds
    summary = result.tables["summary"].set_index("coefficient")["estimate"]
    value = float(summary["eap_reliability"])
    if np.isfinite(value) and result.provenance["converged"]:
        yield found(
            code="theta_reliability",
            severity="info",
            subject="persons",
            sentence=f"EAP scores have a reliability of {value:.2f}: of what separates persons on "
            f"theta, {100 * value:.0f} % is known from their answers.",
            value=value,
        )
    persons = result.tables["persons"]
    endless = int((persons.get("ml_reason", pd.Series(dtype=object)) == "no_maximum").sum())
    if endless:
        yield found(
            code="scores_without_maximum",
            severity="info",
            subject="persons",
            sentence=f"{endless} of {len(persons)} persons have no finite maximum likelihood "
            "score; their EAP and WLE stand.",
            value=float(endless),
        )
