"""Rows that the compromise methods and Cohen's share: a cut in marks, its error, who reaches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.compromise_forms import CurveForm
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.resampled import Draws
from naas_psych.numerics.standard.score_curve import alike_to
from naas_psych.result import tidy

Row = dict[str, Any]
#: Spread of draws, in per cent of the marks, that is nothing but rounding.
_SAME = 1e-9


@dataclass(frozen=True)
class CutError:
    """Standard error and limits of a cut in per cent of the marks, or why there are none."""

    se: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    why: str = "not_bootstrapped"


def cut_error(draws: Draws, *, level: float) -> CutError:
    """SD of the draws, and percentiles of those that are widened; undefined ones are left out."""
    plain = draws.plain[np.isfinite(draws.plain)]
    wide = draws.wide[np.isfinite(draws.wide)]
    if plain.size < 2 or wide.size < 2:
        return CutError(why="all_samples_degenerate")
    low, high = np.quantile(wide, [(1 - level) / 2, (1 + level) / 2])
    se = float(plain.std(ddof=1))
    # Draws that are all the same differ by rounding alone.
    return CutError(se if se > _SAME else 0.0, float(low), float(high), "")


def cut_row(form: CurveForm, percent: float, error: CutError, *, why: str) -> Row:
    """The cut in the unit of the form and in per cent, and who reaches it at floor and ceiling.

    `why` says why there is no cut; columns that start with _ hold reasons.
    """
    known = np.isfinite(percent)
    ceiling, floor = form.ceiling(percent), form.floor(percent)
    return {
        "form": form.name,
        "n": form.n,
        "cut": float(form.marks(percent)),
        "cut_se": error.se / 100 * form.width if known else np.nan,
        "cut_low": float(form.marks(error.low)) if known else np.nan,
        "cut_high": float(form.marks(error.high)) if known else np.nan,
        "unit": form.unit,
        "percent": percent,
        "percent_low": error.low if known else np.nan,
        "percent_high": error.high if known else np.nan,
        "operational": float(form.marks(ceiling)),
        "pass_rate": form.pass_rate(ceiling),
        "floor_total": float(form.marks(floor)),
        "pass_rate_floor": form.pass_rate(floor),
        "_cut": why,
        "_error": error.why if known else why,
        "_beyond": "beyond_scale" if known else why,
    }


def cuts_table(rows: Sequence[Row], more: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Rows of `cut_row` as a table; `more` says where the reasons of further columns stand."""
    hidden = {name: [row[name] for row in rows] for name in rows[0] if name.startswith("_")}
    columns = {name: [row[name] for row in rows] for name in rows[0] if not name.startswith("_")}
    reasons = {
        **dict.fromkeys(("cut", "percent"), hidden["_cut"]),
        **{
            f"{name}{end}": hidden["_error"]
            for name in ("cut", "percent")
            for end in ("_se", "_low", "_high")
        },
        **dict.fromkeys(
            ("operational", "pass_rate", "floor_total", "pass_rate_floor"), hidden["_beyond"]
        ),
        **{name: hidden[place] for name, place in (more or {}).items()},
    }
    return tidy(columns, reasons)


def solution_row(
    form: CurveForm, solution: str, percent: float, pass_rate: float | None = None
) -> Row:
    """One way to solve: the cut, the shares on either side, and up to where cuts are alike."""
    stepped = pass_rate is None
    rate = form.pass_rate(percent) if pass_rate is None else pass_rate
    alike = float("nan")
    if stepped and np.isfinite(percent):
        alike = float(form.marks(alike_to(form.curve, percent)))
    return {
        "form": form.name,
        "solution": solution,
        "n": form.n,
        "cut": float(form.marks(percent)),
        "unit": form.unit,
        "percent": percent,
        "fail_rate": 1 - rate if np.isfinite(percent) else np.nan,
        "pass_rate": rate if np.isfinite(percent) else np.nan,
        "alike_to": alike,
    }


def solutions_table(rows: Sequence[Row], why: Sequence[str]) -> pd.DataFrame:
    """Rows of `solution_row` as a table; `why` says why a row has no cut."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    alike = [
        reason if not np.isfinite(row["percent"]) else "between_scores"
        for row, reason in zip(rows, why, strict=True)
    ]
    plain = {name: list(why) for name in ("cut", "percent", "fail_rate", "pass_rate")}
    return tidy(columns, {**plain, "alike_to": alike})


def between_rate(form: CurveForm, percent: float) -> float:
    """Share who reach a cut on the curve drawn linear between scores."""
    if not np.isfinite(percent):
        return float("nan")
    return float(1 - form.curve.between(np.array([percent]))[0])


def curve_table(forms: Sequence[CurveForm]) -> pd.DataFrame:
    """A row a form and attainable cut: shares below it and from it on."""
    parts = []
    for form in forms:
        cuts = form.curve.attainable
        below: Floats = form.curve.step(cuts)[0]
        parts.append(
            pd.DataFrame(
                {
                    "form": form.name,
                    "n": form.n,
                    "percent": cuts,
                    "fail_rate": below,
                    "pass_rate": 1 - below,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
