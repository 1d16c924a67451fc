"""Confidence intervals for coefficient alpha in closed form: Feldt and Bonett."""

from __future__ import annotations

import math

from scipy import special

from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile


def feldt(alpha: float, *, n: int, n_items: int, level: float) -> Interval[float]:
    """1 - (1 - alpha) F with N-1 and (N-1)(J-1) degrees of freedom (Feldt 1965)."""
    if n < 2 or n_items < 2 or not math.isfinite(alpha):
        return UNDEFINED
    persons, residual = n - 1, (n - 1) * (n_items - 1)
    tail = (1 - level) / 2
    upper = float(special.fdtri(persons, residual, 1 - tail))
    lower = float(special.fdtri(persons, residual, tail))
    return Interval(1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower)


def bonett(alpha: float, *, n: int, n_items: int, level: float) -> Interval[float]:
    """ln(1 - alpha) -/+ z sqrt(2J / ((J-1)(N-2))) (Bonett 2002)."""
    if n < 3 or n_items < 2 or not alpha < 1:
        return UNDEFINED
    half = normal_quantile(level) * math.sqrt(2 * n_items / ((n_items - 1) * (n - 2)))
    centre = math.log1p(-alpha)
    return Interval(-math.expm1(centre + half), -math.expm1(centre - half))
