"""Composite: how precise is the weighted sum, and what does each component really weigh in it?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.composite_drawings import composite_drawings as drawings
from naas_psych.analyses.cutscores.composite_findings import composite_findings as findings
from naas_psych.analyses.cutscores.decision_parts import Parts, parts_of
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.composite import composite as weighted_sum
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["composite", "drawings", "findings"]


@analysis
def composite(study: Study, *, omitted: Omitted = None) -> Result:
    """How precise is the weighted sum of the components, and what does each weigh in it?

    Formula
    -------
    s2_C = w' S w; rho_C = 1 - sum_j w_j^2 s_j^2 (1 - rho_j) / s2_C; SEM = s_C sqrt(1 - rho_C);
    effective weight = w_j Cov(X_j, C) / s2_C; r_disattenuated = r_jk / sqrt(rho_j rho_k).

    How to read it
    --------------
    The nominal weight is what was meant, the effective weight the part of the spread of the sum
    that a component brings in. A component with more spread, or more in common with the others,
    weighs more than it was given. A correlation of true scores near 1 says that two components
    tell the same; above 1, that a reliability is set too low.

    When not to use it
    ------------------
    A precise sum can hide an imprecise component: where each has a cut of its own, look at each.
    All numbers are of persons with all components, who may be more alike than others.

    Agrees with
    -----------
    A worked example of three components to six digits.

    References
    ----------
    mosier_1943

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> weights = nps.composite(study).tables["weights"]
    >>> weights[["component_name", "effective_weight"]].round(2).to_dict("records")[0]
    {'component_name': 'digital', 'effective_weight': 0.39}
    """
    parts = parts_of(study, omitted)
    x = parts.scores - parts.scores.mean(axis=0)
    covariance = np.einsum("nj,nk->jk", x, x) / (parts.n - 1)
    return Result(
        tables={
            "composite": _sum_table(parts, covariance),
            "weights": _weight_table(parts, covariance),
            "correlations": _correlation_table(parts, covariance),
        },
        notes=(
            *parts.notes,
            "A reliability that was estimated is carried over to these persons by its error of "
            "measurement; one that was given stands as it is.",
        ),
    )


def _sum_table(parts: Parts, covariance: Floats) -> pd.DataFrame:
    found = weighted_sum(parts.lines.multipliers, covariance, parts.reliabilities)
    why = _why(parts) or "no_variance"
    if found.reliability < 0:
        why = "negative_reliability"
    fit = found.reliability >= 0
    total = np.einsum("nm,m->n", parts.scores, parts.lines.multipliers)
    return tidy(
        {
            "n": [parts.n],
            "mean": [float(total.mean())],
            "score_sd": [float(np.sqrt(max(found.variance, 0.0)))],
            "reliability": [found.reliability if fit else np.nan],
            "sem": [found.sem if fit else np.nan],
        },
        {"reliability": [why], "sem": [why]},
    )


def _weight_table(parts: Parts, covariance: Floats) -> pd.DataFrame:
    found = weighted_sum(parts.lines.multipliers, covariance, parts.reliabilities)
    total = parts.declared.sum()
    nominal = parts.declared / total if total > 0 else np.full(parts.declared.shape, np.nan)
    spread = np.sqrt(np.diag(covariance))
    rho = parts.reliabilities
    whys = [one.reason for one in parts.reliability]
    return tidy(
        {
            "component_name": list(parts.names),
            "n": [parts.n] * len(parts.names),
            "n_with_score": parts.with_score,
            "mean": parts.scores.mean(axis=0),
            "score_sd": spread,
            "reliability": rho,
            "given_by": [one.given_by or "nobody" for one in parts.reliability],
            "sem": spread * np.sqrt(1 - rho),
            "multiplier": parts.lines.multipliers,
            "nominal_weight": nominal,
            "effective_weight": found.effective,
        },
        {
            "reliability": whys,
            "sem": whys,
            "nominal_weight": ["no_weight"] * len(parts.names),
            "effective_weight": ["no_variance"] * len(parts.names),
        },
    )


def _why(parts: Parts) -> str | None:
    return next((one.reason for one in parts.reliability if one.reason), None)


def _correlation_table(parts: Parts, covariance: Floats) -> pd.DataFrame:
    spread, rho = np.sqrt(np.diag(covariance)), parts.reliabilities
    rows: list[dict[str, Any]] = []
    for j, first in enumerate(parts.names):
        for k in range(j + 1, len(parts.names)):
            scale, both = spread[j] * spread[k], rho[j] * rho[k]
            r = covariance[j, k] / scale if scale > 0 else np.nan
            why = parts.reliability[j].reason or parts.reliability[k].reason
            rows.append(
                {
                    "component_name": first,
                    "other_component": parts.names[k],
                    "n": parts.n,
                    "r": r,
                    "r_disattenuated": r / np.sqrt(both) if both > 0 else np.nan,
                    "why": why or ("no_variance" if np.isnan(r) else "zero_reliability"),
                }
            )
    columns = {name: [row[name] for row in rows] for name in rows[0] if name != "why"}
    return tidy(
        columns,
        {
            "r": ["no_variance"] * len(rows),
            "r_disattenuated": [row["why"] for row in rows],
        },
    )
