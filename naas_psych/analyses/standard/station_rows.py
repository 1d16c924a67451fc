"""Stations of borderline regression as rows: the line, its cut, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.form_rows import OTHER_SCALE, cut_table
from naas_psych.analyses.standard.stations import Stations
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.regression.random_linear import at_ratio, best_ratio, sums_of
from naas_psych.numerics.standard.station_lines import Line, station_line
from naas_psych.result import tidy


@dataclass(frozen=True)
class Straight:
    """A line, by its height at a grade and its slope."""

    slope: float
    height: float
    centre: float

    def at(self, grade: float) -> float:
        """The score expected at a grade."""
        return self.height + self.slope * (grade - self.centre)


_NO_LINE = Straight(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class RaterModel:
    """Lines of score on grade through single ratings: of a usual rater, and without raters.

    sd : between raters at equal grades; nan where raters cannot be told apart
    """

    raters: int
    sd: float
    usual: Straight
    plain: Straight


def station_lines(found: Stations) -> list[Line]:
    """The line of each station, through those who have a score and a grade."""
    lines = []
    for s in range(len(found.names)):
        known = np.isfinite(found.scores[:, s]) & np.isfinite(found.grades[:, s])
        lines.append(station_line(found.scores[known, s], found.grades[known, s]))
    return lines


def rejection(line: Line) -> str | None:
    """Why a station can give no cut."""
    if line.n < 3:
        return "too_few_persons"
    if not line.grade_squares > 0:
        return "grade_constant"
    return None if line.slope > 0 else "negative_slope"


def rater_model(rows: pd.DataFrame) -> RaterModel:
    """Score on grade with an intercept of each rater drawn at random (restricted likelihood)."""
    known = rows[rows["score"].notna() & rows["grade"].notna() & (rows["rater"] >= 0)]
    raters = np.unique(known["rater"], return_inverse=True)[1]
    n_raters = int(raters.max(initial=-1)) + 1
    grade = known["grade"].to_numpy(dtype=float)
    flat = not len(known) or np.ptp(grade) == 0
    if n_raters < 2 or len(known) < n_raters + 3 or flat:
        return RaterModel(n_raters, np.nan, _NO_LINE, _NO_LINE)
    centre = float(grade.mean())
    x = np.column_stack([np.ones(grade.size), grade - centre])
    sums = sums_of(known["score"].to_numpy(dtype=float), x, raters)
    ratio = best_ratio(sums)
    usual, plain = at_ratio(sums, ratio), at_ratio(sums, 0.0)
    lines = [
        Straight(float(fit.coefficients[1]), float(fit.coefficients[0]), centre)
        for fit in (usual, plain)
    ]
    return RaterModel(n_raters, float(np.sqrt(ratio * usual.within)), lines[0], lines[1])


def station_table(found: Stations, grades: Mapping[str, float], *, level: float) -> pd.DataFrame:
    """A row a station and cut."""
    rows = []
    for s, (name, line) in enumerate(zip(found.names, station_lines(found), strict=True)):
        own = found.ratings[found.ratings["station"] == s]
        model, rising = rater_model(own), _monotone(own)
        known = found.grades[np.isfinite(found.scores[:, s]), s]
        rows += [
            {"station": name, "cut_name": cut, "n": line.n, "borderline_grade": grade}
            | _line_columns(line, grade, level)
            | _seen(found.scores[:, s], line, grade)
            | _raters(model, grade)
            | {"extrapolated": _outside(known, grade), "monotone": rising}
            for cut, grade in grades.items()
        ]
    return _tidied(rows)


def _line_columns(line: Line, grade: float, level: float) -> dict[str, Any]:
    why = rejection(line)
    cut = line.at(grade) if why is None else np.nan
    se = line.error_at(grade) if why is None else np.nan
    half = t_quantile(level, line.n - 2) * se if line.n > 2 else np.nan
    return {
        "line_slope": line.slope,
        "line_intercept": line.intercept,
        "r_squared": line.r_squared,
        "cut": cut,
        "cut_se": se,
        "cut_low": cut - half,
        "cut_high": cut + half,
        "unit": OTHER_SCALE,
        "why": why,
        "error_why": None,
    }


def _seen(scores: Floats, line: Line, grade: float) -> dict[str, Any]:
    """How many were seen, and the share of them below the cut."""
    seen = scores[np.isfinite(scores)]
    stands = rejection(line) is None
    below = float((seen < line.at(grade) - 1e-9).mean()) if stands else np.nan
    return {"n_station": int(seen.size), "below_share": below}


def _raters(model: RaterModel, grade: float) -> dict[str, Any]:
    return {
        "raters": model.raters,
        "rater_sd": model.sd,
        "rater_free_cut": model.usual.at(grade),
        "rating_cut": model.plain.at(grade),
    }


def _outside(grades: Floats, grade: float) -> bool:
    given = grades[np.isfinite(grades)]
    return bool(given.size) and not given.min() <= grade <= given.max()


def _monotone(rows: pd.DataFrame) -> bool:
    means = _by_grade(rows)["score"].to_numpy()
    return bool((np.diff(means) > 0).all())


def _by_grade(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["score"].notna() & rows["grade"].notna()]
    grouped = known.groupby("grade")
    return pd.DataFrame(
        {
            "score": grouped["score"].mean(),
            "n": grouped["person"].nunique(),
            "ratings": grouped.size(),
        }
    ).reset_index()


def _tidied(rows: list[dict[str, Any]]) -> pd.DataFrame:
    line = [
        "too_few_persons" if row["why"] == "too_few_persons" else "grade_constant" for row in rows
    ]
    raters = ["one_rater"] * len(rows)
    return cut_table(
        rows,
        {
            "line_slope": line,
            "line_intercept": line,
            "r_squared": [
                why if np.isnan(row["line_slope"]) else "no_variance"
                for row, why in zip(rows, line, strict=True)
            ],
            "rater_sd": raters,
            "rater_free_cut": raters,
            "rating_cut": raters,
        },
    )


def grade_table(found: Stations) -> pd.DataFrame:
    """A row a station and grade given: the mean score of the ratings with it."""
    parts = []
    for s, name in enumerate(found.names):
        own = _by_grade(found.ratings[found.ratings["station"] == s])
        parts.append(own.assign(station=name))
    whole = pd.concat(parts, ignore_index=True)
    return tidy(
        {
            "station": list(whole["station"]),
            "grade": whole["grade"].to_numpy(dtype=float),
            "n": whole["n"].to_numpy(dtype=np.int64),
            "ratings": whole["ratings"].to_numpy(dtype=np.int64),
            "score_mean": whole["score"].to_numpy(dtype=float),
        }
    )
