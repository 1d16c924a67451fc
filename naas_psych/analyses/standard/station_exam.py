"""All stations together: the cut of the whole exam, its error, and house rules upon it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.standard.stations import Combined, Stations, combined
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.standard.drawn import drawn_counts, resampled_units
from naas_psych.result import tidy


@dataclass(frozen=True)
class Sem:
    """Error of measurement of the exam over stations; nan with a reason."""

    value: float
    reason: str | None = None


def person_draws(
    found: Stations, *, replicates: int, seed: int
) -> tuple[NDArray[np.int64], Floats]:
    """Unit of each person (N,), and how often each unit is drawn (R, G)."""
    units = resampled_units(found.clusters, seed=seed)
    return units, drawn_counts(units, replicates=replicates, seed=seed)


def exam_sem(found: Stations, kept: Sequence[int], how: Combined) -> Sem:
    """SD sqrt(1 - alpha), alpha over stations: marks within a station are not independent."""
    if len(kept) < 2:
        return Sem(np.nan, "one_station")
    scores = found.scores[:, list(kept)]
    whole = scores[np.isfinite(scores).all(axis=1)]
    if len(whole) < 3:
        return Sem(np.nan, "too_few_persons")
    total = combined(whole, how)
    sd = float(total.std(ddof=1))
    if not sd > 0:
        return Sem(np.nan, "no_variance")
    rho = float(alpha(np.cov(whole.T)))
    if rho < 0:
        return Sem(np.nan, "negative_reliability")
    return Sem(sd * float(np.sqrt(1 - rho)))


@dataclass(frozen=True, eq=False)
class Rules:
    """Cuts of one cut name: of the exam, with SEM added, of the stations (S,) that are kept."""

    cut: float
    raised: float
    stations: Floats
    sem: float
    needed: int | None


def rule_table(
    found: Stations,
    kept: Sequence[int],
    rules: Mapping[str, Rules],
    *,
    how: Combined,
    level: float,
) -> pd.DataFrame:
    """Who reaches what, of the persons seen in every station that counts."""
    scores = found.scores[:, list(kept)]
    whole = np.isfinite(scores).all(axis=1) if len(kept) else np.zeros(len(scores), dtype=bool)
    rows: list[dict[str, Any]] = []
    for name, rule in rules.items():
        for words, reach in _reach(scores[whole], rule, how).items():
            rows.append(
                {
                    "cut_name": name,
                    "house_rule": words,
                    "stations_needed": rule.needed or 0,
                    "n": int(reach.size),
                    **_rate(reach, found.clusters[whole], rule.cut, level),
                }
            )
    columns: dict[str, Any] = {key: [row[key] for row in rows] for key in rows[0] if key != "why"}
    for key in ("pass_rate", "pass_rate_low", "pass_rate_high"):
        columns[key] = np.array(columns[key], dtype=float)
    return tidy(columns, {"pass_rate": [row["why"] for row in rows]})


def _reach(scores: Floats, rule: Rules, how: Combined) -> dict[str, NDArray[np.bool_]]:
    """Persons (N,) by the words of each rule that is asked for."""
    total = combined(scores, how)
    enough = (scores >= rule.stations - 1e-9).sum(axis=1) >= (rule.needed or 0)
    reach = {"cut": total >= rule.cut - 1e-9}
    last = "cut"
    if rule.sem:
        last = "cut and SEM"
        reach[last] = total >= rule.raised - 1e-9
    if rule.needed:
        reach["stations"] = enough
        reach[f"{last} and stations"] = reach[last] & enough
    return reach


def _rate(
    reach: NDArray[np.bool_], clusters: NDArray[np.int64], cut: float, level: float
) -> dict[str, Any]:
    """The share with Wilson's limits for as many persons as the clusters are worth."""
    nothing = dict.fromkeys(("pass_rate", "pass_rate_low", "pass_rate_high"), np.nan)
    if not reach.size or np.isnan(cut):
        return nothing | {"why": "no_cut" if np.isnan(cut) else "too_few_persons"}
    share = float(reach.mean())
    worth = reach.size / _design_effect(reach, clusters)
    limits = wilson(share * worth, worth, level=level)
    return {
        "pass_rate": share,
        "pass_rate_low": float(limits.low),
        "pass_rate_high": float(limits.high),
        "why": None,
    }


def _design_effect(reach: NDArray[np.bool_], clusters: NDArray[np.int64]) -> float:
    """Variance of the share for clusters drawn as wholes, over that for persons; 1 at the least."""
    share = float(reach.mean())
    codes = np.unique(clusters, return_inverse=True)[1]
    n_clusters = int(codes.max()) + 1
    if share in (0.0, 1.0) or n_clusters < 2:
        return 1.0
    sums = np.bincount(codes, weights=reach - share)
    variance = float((sums**2).sum()) * n_clusters / (n_clusters - 1)
    return max(variance / (reach.size * share * (1 - share)), 1.0)
