"""Panel agreement: how far do the judges agree, on each of the questions they were asked?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.content.expert_panel import (
    ESSENTIAL,
    HIGH,
    LOW,
    Panel,
    Round,
    read_panel,
)
from naas_psych.analyses.content.panel_agreement_findings import (
    panel_agreement_findings as findings,
)
from naas_psych.analyses.options import Replicates
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.agreement import (
    Metric,
    Weighting,
    category_counts,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    observed_agreement,
    unit_draws,
)
from naas_psych.numerics.bootstrap import bootstrap_interval, canonical_order
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.two_way import variance_components
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["findings", "panel_agreement"]


@analysis
def panel_agreement(
    study: Study,
    *,
    round: Round = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """How far do the judges agree, on each of the questions that they were asked?

    Formula
    -------
    p_a = share of pairs of judges who put an item in the same category. Each coefficient is
    (p_a - p_e) / (1 - p_e): Fleiss takes p_e = sum pi_k^2, Gwet's AC1 takes
    p_e = sum pi_k (1 - pi_k) / (q - 1), q categories of the declared scale. On ordered scales
    Fleiss and AC2 give near misses part of the credit (quadratic weights). Krippendorff's
    alpha = 1 - D_o / D_e. ICC of one judge and of the panel's mean, absolute agreement, from
    variances of items, of judges and of what is left.

    How to read it
    --------------
    Read p_a first, then AC1 and kappa side by side. Where nearly every rating is the same, kappa
    and alpha fall towards 0 however often judges agree: they ask whether judges tell items apart,
    and there is little to tell apart. AC1 does not have this fault.

    When not to use it
    ------------------
    Agreement is not rightness: a panel of one background may agree and be wrong. The errors of
    kappa and AC are over items, for these judges.

    Agrees with
    -----------
    irrCAC 1.0 (AC1, AC2, Fleiss, with their errors) and Krippendorff's coincidences on worked
    examples to five digits. One package takes pair weight 1 for complete data of three raters or
    more and differs on alpha.

    References
    ----------
    fleiss_1971, gwet_2008, krippendorff_2004, mcgraw_wong_1996, crocker_llabre_miller_1988

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> table = nps.panel_agreement(study, replicates=0).tables["criteria"]
    >>> bool((table["ac"] > table["fleiss_kappa"]).iloc[0])
    True
    """
    panel = read_panel(study, round_=round)
    asked = list(_criteria(panel))
    if not asked:
        raise AnalysisImpossible(
            "Judges rated nothing whose agreement could be had. Needed: a column relevance, "
            "clarity, essential or role_owner in the table judgements."
        )
    if len(panel.judges) < 2:
        raise AnalysisImpossible(
            "Only one judge rated the items, so nobody can agree. Needed: two judges or more."
        )
    rows = [_row(one, replicates=replicates, level=level, seed=seed) for one in asked]
    reasons = {
        name: [row[f"why_{name}"] for row in rows]
        for name in ("p_a", "ac", "fleiss_kappa", "krippendorff_alpha", "krippendorff_alpha_low")
    }
    reasons["krippendorff_alpha_high"] = reasons["krippendorff_alpha_low"]
    names = [name for name in rows[0] if not name.startswith("why_")]
    return Result(
        tables={
            "criteria": tidy({name: [row[name] for row in rows] for name in names}, reasons),
            "variance": _variance(panel),
        },
        notes=(
            "Limits of Fleiss and AC by linearisation over items, of alpha by drawing items.",
            "The roles are those that judges named; the other scales are as declared.",
        ),
        provenance={"seed": seed},
    )


@dataclass(frozen=True)
class _Criterion:
    """codes (I, J) into `names`, negative where not given."""

    criterion: str
    scale: str
    names: tuple[str, ...]
    codes: NDArray[Any]

    @property
    def weighting(self) -> Weighting:
        return "quadratic" if self.scale == "ordinal" else "identity"

    @property
    def metric(self) -> Metric:
        return "ordinal" if self.scale == "ordinal" else "nominal"


def _criteria(panel: Panel) -> Iterator[_Criterion]:
    points = tuple(str(value) for value in range(LOW, HIGH + 1))
    if "relevance" in panel.asked:
        called = np.where(panel.given, panel.relevant, -1)
        yield _Criterion("relevant", "nominal", ("not relevant", "relevant"), called.T)
        yield _Criterion("relevance", "ordinal", points, _ratings(panel.relevance))
    if "clarity" in panel.asked:
        yield _Criterion("clarity", "ordinal", points, _ratings(panel.clarity))
    if "essential" in panel.asked:
        yield _Criterion("essential", "nominal", ESSENTIAL, panel.essential.T)
    if panel.roles:
        yield _Criterion("role_owner", "nominal", panel.roles, panel.owner.T)


def _ratings(values: Any) -> NDArray[np.int64]:
    codes = np.where(np.isfinite(values), values - LOW, -1)
    return np.asarray(np.rint(codes).T, dtype=np.int64)


def _row(one: _Criterion, *, replicates: int, level: float, seed: int) -> dict[str, Any]:
    counts = category_counts(one.codes, len(one.names))
    ac = gwet_ac(counts, level=level, kind=one.weighting)
    fleiss = fleiss_kappa(counts, level=level, kind=one.weighting)
    value, limits = _alpha(counts, one.metric, replicates=replicates, level=level, seed=seed)
    every = counts.sum(axis=0)
    most = int(every.argmax())
    agreed = observed_agreement(counts)
    no_pairs = "too_few_judges" if np.isnan(agreed) else "all_ratings_same"
    undrawn = "all_samples_degenerate" if replicates else "not_asked"
    return {
        "criterion": one.criterion,
        "scale": one.scale,
        "judges": int((one.codes >= 0).any(axis=0).sum()),
        "items": int((counts.sum(axis=1) > 0).sum()),
        "ratings": int(every.sum()),
        "prevalent": one.names[most] if every.any() else None,
        "prevalence": float(every[most] / every.sum()) if every.any() else 0.0,
        "p_a": agreed,
        "ac": ac.value,
        "ac_low": ac.interval.low,
        "ac_high": ac.interval.high,
        "fleiss_kappa": fleiss.value,
        "fleiss_kappa_low": fleiss.interval.low,
        "fleiss_kappa_high": fleiss.interval.high,
        "krippendorff_alpha": value,
        "krippendorff_alpha_low": limits.low,
        "krippendorff_alpha_high": limits.high,
        "why_p_a": "too_few_judges",
        "why_ac": no_pairs if np.isnan(ac.value) else "too_few_items",
        "why_fleiss_kappa": no_pairs if np.isnan(fleiss.value) else "too_few_items",
        "why_krippendorff_alpha": no_pairs,
        "why_krippendorff_alpha_low": no_pairs if np.isnan(value) else undrawn,
    }


def _alpha(
    counts: NDArray[Any], metric: Metric, *, replicates: int, level: float, seed: int
) -> tuple[float, Interval[float]]:
    ordered = counts[canonical_order(counts, seed=seed)]
    draws = unit_draws(len(ordered), replicates=replicates, seed=seed)
    alpha = krippendorff_alpha(ordered, metric=metric, draws=draws)
    if not replicates or len(counts) < 2:
        return alpha.value, UNDEFINED
    made = bootstrap_interval(alpha.value, alpha.replicates, alpha.jackknife, level=level)
    return alpha.value, made.interval


def _variance(panel: Panel) -> pd.DataFrame:
    """Shares of the variance of ratings that items, judges and the rest account for."""
    rows: list[dict[str, Any]] = []
    for name, ratings in (("relevance", panel.relevance), ("clarity", panel.clarity)):
        if name not in panel.asked:
            continue
        found = variance_components(ratings)
        parts = np.array([found.units, found.raters, found.residual])
        total = parts.sum()
        shares = parts / total if total > 0 else np.full(3, np.nan)
        rows.append(
            {
                "criterion": name,
                "item_variance": found.units,
                "judge_variance": found.raters,
                "residual_variance": found.residual,
                "item_variance_share": shares[0],
                "judge_variance_share": shares[1],
                "residual_variance_share": shares[2],
                "icc_single": found.icc_single,
                "icc_panel": found.icc_panel,
            }
        )
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ("criterion",))}
    return tidy(columns, {name: ["too_few_ratings"] * len(rows) for name in columns})
