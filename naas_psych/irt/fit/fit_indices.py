"""Indices of approximate fit from a chi-square: RMSEA with its interval, TLI and CFI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.noncentral import non_centrality


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
