"""Beuk's compromise: from the judges' mean wish, along the ratio of their spreads, to the curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.score_curve import ScoreCurve, crossing, first_attainable


@dataclass(frozen=True, eq=False)
class Wish:
    """What judges ask for, each (R,): mean cut, mean share that should pass, slope of the line.

    slope : s_y / s_x, or that of stated weights; inf where all ask for one cut, nan where all ask
    for one cut and one share
    """

    cut: Floats
    rate: Floats
    slope: Floats


def beuk_slope(sd_cut: Floats, sd_rate: Floats) -> Floats:
    """s_y / s_x; inf where s_x is 0, nan where both are or there is one judge."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sd_rate / sd_cut)


def weighted_slope(cut_weight: float, *, rate_per_cut: float = 0.01) -> float:
    """The slope of stated weights: the cut has `cut_weight`, the pass rate the rest of 1.

    One point of the cut stands against one point of the rate (`rate_per_cut`) at equal weights.
    """
    if cut_weight >= 1:
        return float("inf")
    return cut_weight / (1 - cut_weight) * rate_per_cut


def beuk_interpolated(curve: ScoreCurve, wish: Wish) -> Floats:
    """(R,) where the curve of passes, linear between scores, meets the line that rises."""
    upright = np.isinf(wish.slope)
    slope = np.where(upright, 0.0, wish.slope)
    fails = 1 - wish.rate + slope * wish.cut
    # Above every share: a line that the curve never reaches.
    found = crossing(curve, np.where(np.isnan(fails), 2.0, fails), -np.nan_to_num(slope))
    return np.where(upright, wish.cut, np.where(np.isnan(wish.slope), np.nan, found))


def beuk_attainable(curve: ScoreCurve, wish: Wish) -> float:
    """The lowest attainable cut at which no more pass than the line says; one wish."""
    cut, rate, slope = float(wish.cut[0]), float(wish.rate[0]), float(wish.slope[0])
    if np.isnan(slope):
        return float("nan")
    cuts = curve.attainable
    if np.isinf(slope):
        return first_attainable(curve, np.where(cuts >= cut - 1e-9, -np.inf, np.inf), cuts)
    if curve.below[0, 0] > 1 - rate - slope * (cuts[0] - cut) + 1e-12:
        return float("nan")
    return first_attainable(curve, 1 - rate - slope * (cuts - cut), cuts)


def cut_at_rate(curve: ScoreCurve, rate: float) -> float:
    """The cut that lets the share `rate` pass, linear between scores; nan where none does."""
    return float(crossing(curve, np.array([1 - rate]), np.zeros(1))[0])
