"""A straight line of station scores on grades: the score expected at the borderline grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Spread of grades, over their size, that is rounding.
_NONE = 1e-12


@dataclass(frozen=True)
class Line:
    """Least squares of scores on grades of n persons; nan where it is undefined."""

    n: int
    slope: float
    intercept: float
    r_squared: float
    residual_sd: float
    grade_mean: float
    grade_squares: float

    def at(self, grade: float) -> float:
        """The score expected at a grade."""
        return self.intercept + self.slope * grade

    def error_at(self, grade: float) -> float:
        """s_e sqrt(1/n + (g - mean)^2 / S_gg), for persons drawn one by one."""
        if not self.grade_squares > 0:
            return np.nan
        away = (grade - self.grade_mean) ** 2 / self.grade_squares
        return self.residual_sd * float(np.sqrt(1 / self.n + away))


def station_line(scores: Floats, grades: Floats) -> Line:
    """The line through scores (n,) and grades (n,); slope nan where all grades are the same."""
    n = scores.size
    mean = float(grades.mean()) if n else np.nan
    away, rest = grades - mean, scores - (scores.mean() if n else 0.0)
    squares = float((away**2).sum())
    if squares <= (_NONE * float(np.abs(grades).max(initial=0.0))) ** 2 * n:
        return Line(n, np.nan, np.nan, np.nan, np.nan, mean, 0.0)
    slope = float((away * rest).sum() / squares)
    left = float(((rest - slope * away) ** 2).sum())
    total = float((rest**2).sum())
    return Line(
        n=n,
        slope=slope,
        intercept=float(scores.mean()) - slope * mean,
        r_squared=1 - left / total if total > 0 else np.nan,
        residual_sd=float(np.sqrt(left / (n - 2))) if n > 2 else np.nan,
        grade_mean=mean,
        grade_squares=squares,
    )


def drawn_station_cuts(
    scores: Floats,
    grades: Floats,
    units: NDArray[np.int64],
    counts: Floats,
    at: Floats,
) -> Floats:
    """(R, S, C) expected score at grades `at` (C,) of each station in each sample of persons.

    Parameters
    ----------
    scores, grades : (N, S), nan where a person was not seen in a station
    units : (N,) whom a person is drawn with, as a whole with all stations
    counts : (R, G) how often each unit is drawn
    """
    known = np.isfinite(scores) & np.isfinite(grades)
    centre_y, centre_g = _means(scores, known), _means(grades, known)
    y = np.where(known, scores - centre_y, 0.0)
    g = np.where(known, grades - centre_g, 0.0)
    parts = np.stack([known.astype(float), g, y, g * g, g * y], axis=2)
    by_unit = np.zeros((counts.shape[1], *parts.shape[1:]))
    np.add.at(by_unit, units, parts)
    # Not `@`, whose sum depends on the number of threads.
    n, sum_g, sum_y, gg, gy = np.moveaxis(np.einsum("ru,usk->rsk", counts, by_unit), 2, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = gg - sum_g**2 / n
        flat = squares <= _NONE * np.maximum(gg, 1e-300)
        slope = np.where(flat, np.nan, (gy - sum_g * sum_y / n) / squares)
        base = sum_y / n - slope * sum_g / n
    away = at[None, :] - centre_g[:, None]
    found = centre_y[:, None] + base[:, :, None] + slope[:, :, None] * away
    return np.asarray(found)


def _means(values: Floats, known: NDArray[np.bool_]) -> Floats:
    n = known.sum(axis=0)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(n, 1))
