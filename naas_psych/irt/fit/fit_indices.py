"""Indices of approximate fit from a chi-square: RMSEA with its interval, TLI and CFI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Approximation:
    """RMSEA with the limits of its central interval at `level`; NaN where undefined."""

    rmsea: float
    low: float
    high: float
    level: float


def rmsea(value: float, *, df: int, n: float, level: float = 0.90) -> Approximation:
    """Root mean square error of approximation, sqrt(max(0, value - df) / (df (n - 1))).

    The limits invert the non-central chi-square (Browne & Cudeck 1993): the non-centralities at
    which values up to this one have the probabilities (1 + level) / 2 and (1 - level) / 2.
    """
    if df <= 0 or n <= 1 or not np.isfinite(value):
        return Approximation(np.nan, np.nan, np.nan, level)
    tail = (1 - level) / 2
    scale = df * (n - 1)
    return Approximation(
        rmsea=float(np.sqrt(max(0.0, value - df) / scale)),
        low=float(np.sqrt(non_centrality(value, df=df, below=1 - tail) / scale)),
        high=float(np.sqrt(non_centrality(value, df=df, below=tail) / scale)),
        level=level,
    )


def non_centrality(value: float, *, df: int, below: float) -> float:
    """The non-centrality at which a chi-square is below `value` with the probability `below`.

    0 where even the central one is below it less often than that.
    """
    from scipy.optimize import brentq

    if _below(value, df, 0.0) <= below:
        return 0.0
    high = max(value, 1.0)
    while _below(value, df, high) > below:
        high *= 2
    return float(brentq(lambda nc: _below(value, df, nc) - below, 0.0, high, xtol=1e-10 * high))


def _below(value: float, df: int, non_central: float) -> float:
    """Distribution function of the non-central chi-square."""
    from scipy.special import chdtr, chndtr, ndtr

    if non_central == 0:
        return float(chdtr(df, value))
    if non_central + df < _LARGE:
        return float(chndtr(value, df, non_central))
    # The exact series takes very long there; Sankaran (1963) is right to six digits.
    total, twice = df + non_central, df + 2 * non_central
    h = 1 - 2 * total * (df + 3 * non_central) / (3 * twice**2)
    p = twice / total**2
    m = (h - 1) * (1 - 3 * h)
    centre = 1 + h * p * (h - 1 - 0.5 * (2 - h) * m * p)
    spread = h * np.sqrt(2 * p) * (1 + 0.5 * m * p)
    return float(ndtr(((value / total) ** h - centre) / spread))


_LARGE = 1e5


def tli(value: float, *, df: int, null_value: float, null_df: int) -> float:
    """Tucker-Lewis index, at most 1."""
    if df <= 0 or null_df <= 0 or null_value <= null_df:
        return np.nan
    null = null_value / null_df
    return float(min(1.0, (null - value / df) / (null - 1)))


def cfi(value: float, *, df: int, null_value: float, null_df: int) -> float:
    """Comparative fit index, from 0 to 1."""
    if df <= 0 or null_df <= 0 or null_value <= null_df:
        return np.nan
    return float(np.clip(1 - max(0.0, value - df) / (null_value - null_df), 0.0, 1.0))
