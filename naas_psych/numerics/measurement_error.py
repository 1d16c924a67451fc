"""Standard errors of measurement: overall, at each score, and the true-score interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.moments import blocks


def lord(score: Floats, n_items: int) -> Floats:
    """sqrt(x (n - x) / (n - 1)): binomial error of n right/wrong items (Lord 1955)."""
    if n_items < 2:
        return np.full(np.shape(score), np.nan)
    return np.sqrt(score * (n_items - score) / (n_items - 1))


def keats(score: Floats, n_items: int, *, reliability: float, kr21: float) -> Floats:
    """Lord's, scaled so that its average agrees with the reliability: sqrt((1-rho)/(1-KR21))."""
    if not (reliability <= 1 and kr21 < 1):
        return np.full(np.shape(score), np.nan)
    return np.asarray(lord(score, n_items) * np.sqrt((1 - reliability) / (1 - kr21)))


def part_error_variance(parts: NDArray[Any], part_means: Floats) -> Floats:
    """Error variance of each person's total from d parts (Feldt & Qualls 1996).

    d/(d-1) sum over parts of [(x_ng - mean_g) - (mean_n - mean)]^2; its mean times N/(N-1) is
    V (1 - alpha over the parts).
    """
    d = parts.shape[1]
    error = np.empty(len(parts))
    for rows in blocks(len(parts)):
        deviation = parts[rows].astype(float) - part_means
        squares = np.einsum("nd,nd->n", deviation, deviation)
        error[rows] = d / (d - 1) * (squares - deviation.sum(axis=1) ** 2 / d)
    return error


def smoothed(total: NDArray[Any], error_variance: Floats, score: Floats) -> Floats:
    """Standard error at each `score`: root of a quadratic in the total fitted to the variances.

    nan outside the totals that occurred, and where the curve is not above 0.
    """
    spread = float(total.max() - total.min())
    if len(np.unique(total)) < 3:
        return np.full(np.shape(score), np.nan)
    middle = float(total.mean())
    curve = np.polynomial.polynomial.polyfit((total - middle) / spread, error_variance, 2)
    fitted = np.polynomial.polynomial.polyval((score - middle) / spread, curve)
    inside = (score >= total.min()) & (score <= total.max()) & (fitted > 0)
    return np.sqrt(np.where(inside, fitted, np.nan))


@dataclass(frozen=True)
class TrueScore:
    """Kelley's estimate of the true score at each observed one, with its limits."""

    estimate: Floats
    low: Floats
    high: Floats


def kelley(score: Floats, *, mean: float, sd: float, reliability: float, level: float) -> TrueScore:
    """rho x + (1 - rho) mean, -/+ z s_X sqrt(rho (1 - rho)); nan unless 0 <= rho <= 1."""
    if not 0 <= reliability <= 1:
        nothing = np.full(np.shape(score), np.nan)
        return TrueScore(nothing, nothing, nothing)
    centre = reliability * score + (1 - reliability) * mean
    half = normal_quantile(level) * sd * np.sqrt(reliability * (1 - reliability))
    return TrueScore(centre, centre - half, centre + half)
