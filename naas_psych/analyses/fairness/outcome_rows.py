"""The table of pass rates of two groups at each cut, with everything that is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.fairness.gap_rows import adjusted_by
from naas_psych.analyses.fairness.outcome_counts import PlacedCut, passes_at
from naas_psych.analyses.outcomes import form_totals
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.outcome_gaps import (
    Estimate,
    Passes,
    cohens_h,
    difference,
    fisher_exact,
    focal_needed,
    odds_ratio,
    pooled_z,
    rate_limits,
    ratio,
    shortfall,
)
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: Columns that need a person in every cell.
_LOGS = (
    "ratio_low",
    "ratio_high",
    "pass_odds_ratio",
    "pass_odds_ratio_low",
    "pass_odds_ratio_high",
    "z_pooled",
)


@dataclass(frozen=True, eq=False)
class _Sizes:
    """Which rows (R,) have the persons to be shown, and to be judged."""

    shown: NDArray[np.bool_]
    judged: NDArray[np.bool_]


def outcome_table(
    study: Study,
    comparisons: Sequence[Comparison],
    cuts: Sequence[PlacedCut],
    omitted: Counted | None,
    level: float,
) -> pd.DataFrame:
    """One row a cut and comparison; no row without a cut."""
    found = _by_cut(passes_at(form_totals(study, omitted), cuts, comparisons))
    limits = study.thresholds
    smaller = np.minimum(found.n_reference, found.n_focal)
    sizes = _Sizes(
        smaller >= limits["gap_show_min"].value, smaller >= limits["gap_judge_min"].value
    )
    named: dict[str, Any] = {
        "cut": [cut.name for cut in cuts for _ in comparisons],
        "group": [one.group for _ in cuts for one in comparisons],
        "reference": [one.reference.name for _ in cuts for one in comparisons],
        "focal": [one.focal.name for _ in cuts for one in comparisons],
        "n_reference": found.n_reference.astype(np.int64),
        "n_focal": found.n_focal.astype(np.int64),
    }
    numbers = {
        name: np.where(sizes.shown, values, np.nan)
        for name, values in rate_columns(found, level).items()
    }
    tests = _tests(found, level)
    tests["p_value"] = np.where(sizes.shown, tests["p_value"], np.nan)
    tests["p_adjusted"] = adjusted_by(named["group"], tests["p_value"])
    numbers |= {name: np.where(sizes.shown, v, np.nan) for name, v in tests.items()}
    verdict = _verdicts(numbers, sizes.judged, limits)
    placed = {
        "cut_value": np.array([cut.cut.value for cut in cuts for _ in comparisons], dtype=float),
        "cut_unit": [cut.cut.unit for cut in cuts for _ in comparisons],
        "cut_percent": np.array([cut.percent for cut in cuts for _ in comparisons], dtype=float),
    }
    needed = _needed(found, verdict, limits, level)
    columns = {**named, **numbers, "verdict": verdict, "focal_needed": needed.value, **placed}
    whys = {name: _whys(name, sizes) for name in numbers}
    nowhere = ["no_range"] * len(verdict)
    return tidy(columns, {**whys, "focal_needed": needed.whys, "cut_percent": nowhere})


def rate_columns(found: Passes, level: float) -> dict[str, Floats]:
    """Rates, ratio, difference and shortfall with their limits, and the counts behind them."""
    columns = {}
    for side in ("reference", "focal"):
        limits = rate_limits(getattr(found, side), getattr(found, f"n_{side}"), level=level)
        columns[f"rate_{side}"] = getattr(found, f"rate_{side}")
        columns[f"rate_{side}_low"], columns[f"rate_{side}_high"] = limits.low, limits.high
    columns |= with_limits("ratio", ratio(found, level=level))
    columns |= with_limits("difference", difference(found, level=level))
    columns |= with_limits("shortfall", shortfall(found, level=level))
    columns["n_passed_reference"], columns["n_passed_focal"] = found.reference, found.focal
    return columns


def with_limits(name: str, one: Estimate) -> dict[str, Floats]:
    """Three columns."""
    return {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}


def _tests(found: Passes, level: float) -> dict[str, Floats]:
    return {
        **with_limits("ratio_half", ratio(found.with_half(), level=level)),
        "p_value": fisher_exact(found),
        "p_adjusted": np.zeros(0),
        "z_pooled": pooled_z(found),
        **with_limits("pass_odds_ratio", odds_ratio(found, level=level)),
        "cohens_h": cohens_h(found),
    }


def _by_cut(found: Passes) -> Passes:
    """Counts (R,) with the comparisons of the first cut first."""
    return Passes(
        *(
            np.array(one.T).reshape(-1)
            for one in (found.reference, found.n_reference, found.focal, found.n_focal)
        )
    )


def _verdicts(
    numbers: dict[str, Floats], judged: NDArray[np.bool_], limits: Thresholds
) -> list[str]:
    """Where the limits of the ratio lie; those with half a person more where it has none."""
    line = limits["pass_ratio_min"].value
    low, high = (
        np.where(
            np.isfinite(numbers[f"ratio_{end}"]),
            numbers[f"ratio_{end}"],
            numbers[f"ratio_half_{end}"],
        )
        for end in ("low", "high")
    )
    below, above = judged & (high < line), judged & (low > line)
    return [str(one) for one in np.where(below, "below", np.where(above, "above", "cannot_tell"))]


@dataclass(frozen=True, eq=False)
class _Needed:
    value: Floats
    whys: list[str | None]


def _needed(found: Passes, verdict: list[str], limits: Thresholds, level: float) -> _Needed:
    """Focal persons that would do, where it cannot be told and there are fewer."""
    least = limits["gap_judge_min"].value
    rate = found.with_half().rate_reference
    line = limits["pass_ratio_min"].value
    value = focal_needed(rate, found.n_reference, line=line, level=level)
    value = np.maximum(value, least)
    silent = found.n_reference < limits["gap_show_min"].value
    open_question = np.array([one == "cannot_tell" for one in verdict], dtype=bool)
    wanted = open_question & (value > found.n_focal) & ~silent
    whys = [
        None if want else "group_too_few" if quiet and ask else "enough_persons"
        for want, quiet, ask in zip(wanted, silent, open_question, strict=True)
    ]
    return _Needed(np.where(wanted, value, np.nan), whys)


def _whys(name: str, sizes: _Sizes) -> list[str | None]:
    """Why a number of each row is undefined, if it is."""
    beyond = "no_reference_passed" if name == "ratio" else None
    beyond = "all_or_none_passed" if name in _LOGS else beyond
    return [beyond if shown else "group_too_few" for shown in sizes.shown]
