"""The columns of the table of adjusted gaps, and why a number is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from naas_psych.analyses.fairness.adjusted_rows import Row
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.regression.effects import Effect


def columns_of(rows: Sequence[Row], level: float) -> dict[str, Any]:
    """The columns of the table, in order."""
    taken = [row.taken for row in rows]
    after = [row.after for row in rows]
    return {
        "outcome": [row.outcome for row in rows],
        "outcome_kind": [row.kind for row in rows],
        "group": [row.compared.comparison.group for row in rows],
        "reference": [row.compared.comparison.reference.name for row in rows],
        "focal": [row.compared.comparison.focal.name for row in rows],
        "n_reference": [row.compared.rows.size - row.compared.n_focal for row in rows],
        "n_focal": [row.compared.n_focal for row in rows],
        "n_incomplete": [row.compared.incomplete for row in rows],
        "unadjusted": _values([row.before for row in rows]),
        "unadjusted_low": np.array([_limit(row.limits, "low") for row in rows]),
        "unadjusted_high": np.array([_limit(row.limits, "high") for row in rows]),
        **_with_limits("adjusted", after, level),
        **_with_limits("explained", taken, level),
        "adjusted_odds_ratio": np.array([_odds(one) for one in after]),
        "adjusted_odds_ratio_low": np.array([_odds_limit(one, "low", level) for one in after]),
        "adjusted_odds_ratio_high": np.array([_odds_limit(one, "high", level) for one in after]),
        **_p_values(rows),
        "covariates": [", ".join(row.compared.covariates) or "none" for row in rows],
        "estimator": [row.estimator for row in rows],
    }


def _p_values(rows: Sequence[Row]) -> dict[str, Floats]:
    """p of the adjusted differences; adjusted over all comparisons in one outcome."""
    p = np.array([np.nan if row.after is None else row.after.p_value for row in rows])
    families = np.array([f"{row.kind} {row.outcome}" for row in rows], dtype=object)
    adjusted = np.full(p.size, np.nan)
    for family in dict.fromkeys(families.tolist()):
        own = families == family
        adjusted[own] = benjamini_hochberg(p[own])
    return {"p_value": p, "p_adjusted": adjusted}


def _values(effects: Sequence[Effect | None]) -> Floats:
    return np.array([np.nan if one is None else one.value for one in effects], dtype=float)


def _with_limits(name: str, effects: Sequence[Effect | None], level: float) -> dict[str, Floats]:
    limits = [None if one is None else one.interval(level) for one in effects]
    return {
        name: _values(effects),
        f"{name}_low": np.array([_limit(one, "low") for one in limits]),
        f"{name}_high": np.array([_limit(one, "high") for one in limits]),
    }


def _limit(limits: Interval[float] | None, side: str) -> float:
    return np.nan if limits is None else float(getattr(limits, side))


def _odds(effect: Effect | None) -> float:
    return np.nan if effect is None else float(np.exp(effect.log_odds))


def _odds_limit(effect: Effect | None, side: str, level: float) -> float:
    return np.nan if effect is None else float(getattr(effect.odds_interval(level), side))


def reasons_of(rows: Sequence[Row]) -> dict[str, list[str | None]]:
    """Why a number of a row is not there."""
    spread: list[str | None] = [row.reason or "too_few_sites" for row in rows]
    return {
        "unadjusted": spread,
        "adjusted": spread,
        "explained": [
            "separation" if row.taken is not None and row.taken.parts is None else why
            for row, why in zip(rows, spread, strict=True)
        ],
        "adjusted_odds_ratio": [
            why if row.reason or row.kind != "score" else "not_an_outcome"
            for row, why in zip(rows, spread, strict=True)
        ],
        "p_value": spread,
        "p_adjusted": spread,
    }
