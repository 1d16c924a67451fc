"""The table of gaps in scores: one row a comparison, with no number where it is too small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from naas_psych.analyses.fairness.gap_words import TOO_FEW, GapSize, gap_size
from naas_psych.analyses.fairness.level_errors import LevelError, Place
from naas_psych.analyses.fairness.score_pairs import enough, persons_with_total, score_pairs
from naas_psych.analyses.outcomes import form_totals
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.group_error import alpha_within
from naas_psych.numerics.mean_difference import Difference
from naas_psych.numerics.score_gap import Pair, mean_gap, standardised_gap, superiority
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: Columns of numbers, in the order of the table.
_NUMBERS = (
    "mean_reference",
    "mean_focal",
    "sd_reference",
    "sd_focal",
    "difference_percent",
    "difference_percent_low",
    "difference_percent_high",
    "hedges_g",
    "hedges_g_se",
    "hedges_g_low",
    "hedges_g_high",
    "p_value",
    "p_adjusted",
    "focal_above",
    "focal_above_low",
    "focal_above_high",
    "alpha_within",
    "hedges_g_disattenuated",
    "hedges_g_disattenuated_low",
    "hedges_g_disattenuated_high",
)


@dataclass(frozen=True, eq=False)
class _Row:
    n_reference: int
    n_focal: int
    numbers: dict[str, float]
    size: GapSize
    none_why: str | None
    alpha_why: str | None


def gap_table(
    study: Study,
    comparisons: Sequence[Comparison],
    errors: Mapping[Place, LevelError],
    omitted: Counted | None,
    level: float,
) -> pd.DataFrame:
    """One row a comparison."""
    forms = form_totals(study, omitted)
    rows = []
    for one in comparisons:
        rho = _alpha(errors, one)
        ns = [persons_with_total(forms, side.members) for side in (one.reference, one.focal)]
        rows.append(_row(score_pairs(forms, one), (ns[0], ns[1]), rho, study.thresholds, level))
    columns: dict[str, Any] = {
        "group": [one.group for one in comparisons],
        "reference": [one.reference.name for one in comparisons],
        "focal": [one.focal.name for one in comparisons],
        "n_reference": [row.n_reference for row in rows],
        "n_focal": [row.n_focal for row in rows],
    }
    for name in _NUMBERS:
        columns[name] = np.array([row.numbers.get(name, np.nan) for row in rows], dtype=float)
    columns["p_adjusted"] = adjusted_by(columns["group"], columns["p_value"])
    columns["verdict"] = [row.size.verdict for row in rows]
    columns["verdict_words"] = [row.size.words for row in rows]
    return tidy(columns, _reasons(rows))


def adjusted_by(families: Sequence[str], p: Floats) -> Floats:
    """p adjusted within each family of tests."""
    found = np.full(p.shape, np.nan)
    names = np.array(families, dtype=object)
    for name in dict.fromkeys(families):
        own = names == name
        found[own] = benjamini_hochberg(p[own])
    return found


def _row(
    pairs: Sequence[Pair],
    n: tuple[int, int],
    rho: float,
    limits: Thresholds,
    level: float,
) -> _Row:
    none_why = _none_why(pairs, n, limits)
    if none_why is not None:
        return _Row(*n, {}, TOO_FEW, none_why, alpha_why=None)
    g = standardised_gap(pairs)
    numbers = _means(pairs, level) | _standardised(g, rho, level)
    size = TOO_FEW
    if enough(*n, limits, "gap_judge_min") and _met(pairs) >= limits["gap_judge_min"].value / 2:
        size = gap_size(numbers["hedges_g_low"], numbers["hedges_g_high"], limits)
    why = "negative_reliability" if rho <= 0 else "no_variance"
    return _Row(*n, numbers, size, none_why=None, alpha_why=why)


def _none_why(pairs: Sequence[Pair], n: tuple[int, int], limits: Thresholds) -> str | None:
    """Why there are no numbers; on one form the groups that are enough always meet the second."""
    if not enough(*n, limits, "gap_show_min"):
        return "group_too_few"
    return "no_common_form" if _met(pairs) < limits["gap_show_min"].value / 2 else None


def _met(pairs: Sequence[Pair]) -> float:
    """Half the size of two equal groups on one form that would say as much of a gap."""
    sizes = [(one.reference.size, one.focal.size) for one in pairs]
    return float(sum(a * b / (a + b) for a, b in sizes))


def _means(pairs: Sequence[Pair], level: float) -> dict[str, float]:
    gap, above = mean_gap(pairs), superiority(pairs)
    limits, chances = gap.interval(level), above.interval(level)
    return {
        "mean_reference": gap.mean_reference,
        "mean_focal": gap.mean_focal,
        "sd_reference": gap.sd_reference,
        "sd_focal": gap.sd_focal,
        "difference_percent": gap.difference,
        "difference_percent_low": limits.low,
        "difference_percent_high": limits.high,
        "focal_above": above.value,
        "focal_above_low": chances.low,
        "focal_above_high": chances.high,
    }


def _standardised(g: Difference, rho: float, level: float) -> dict[str, float]:
    limits = g.interval(level)
    root = np.sqrt(rho) if rho > 0 else np.nan
    return {
        "hedges_g": g.g,
        "hedges_g_se": float(np.sqrt(g.variance)),
        "hedges_g_low": limits.low,
        "hedges_g_high": limits.high,
        "p_value": float(2 * ndtr(-abs(g.g) / np.sqrt(g.variance))),
        "alpha_within": rho,
        "hedges_g_disattenuated": float(g.g / root),
        "hedges_g_disattenuated_low": float(limits.low / root),
        "hedges_g_disattenuated_high": float(limits.high / root),
    }


def _alpha(found: Mapping[Place, LevelError], one: Comparison) -> float:
    """Alpha within the two groups, each form counting as its persons."""
    rhos, weight = [], []
    for form in dict.fromkeys(place.form for place in found):
        sides = [
            found[Place(form, one.group, side.name)].error for side in (one.reference, one.focal)
        ]
        rho = alpha_within(sides)
        if np.isfinite(rho):
            rhos.append(rho)
            weight.append(sum(side.n for side in sides))
    return float(np.average(rhos, weights=weight)) if rhos else float("nan")


def _reasons(rows: Sequence[_Row]) -> dict[str, list[str | None]]:
    small = [row.none_why for row in rows]
    flat = [why or "no_variance" for why in small]
    rho = [why or row.alpha_why for why, row in zip(small, rows, strict=True)]
    ends: list[str | None] = [why or "all_above" for why in small]
    reasons: dict[str, list[str | None]] = {name: list(flat) for name in _NUMBERS}
    for name in ("hedges_g_disattenuated", "alpha_within"):
        reasons[name] = list(rho)
    reasons["hedges_g_disattenuated_low"] = reasons["hedges_g_disattenuated_high"] = list(rho)
    reasons["focal_above_low"] = reasons["focal_above_high"] = ends
    return reasons
