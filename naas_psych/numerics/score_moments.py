"""Mean, spread and shape of a distribution of whole-number scores, from its frequencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ScoreMoments:
    """sd with N - 1; skewness and kurtosis by type 3 of Joanes and Gill (as psych prints them)."""

    n: int
    mean: float
    sd: float
    skewness: float
    kurtosis: float
    low: float
    high: float
    median: float
    quartile_1: float
    quartile_3: float


def score_moments(counts: NDArray[np.int64]) -> ScoreMoments:
    """Moments of the scores 0, 1, 2 ... that `counts` (S,) persons have; nan where undefined."""
    n = int(counts.sum())
    if n == 0:
        gap = float("nan")
        return ScoreMoments(0, gap, gap, gap, gap, gap, gap, gap, gap, gap)
    scores = np.arange(counts.size, dtype=float)
    mean = float(counts @ scores) / n
    away = scores - mean
    away[counts == 0] = 0.0
    squares = float(counts @ away**2)
    sd = float(np.sqrt(squares / (n - 1))) if n > 1 else float("nan")
    shape = sd if sd > 0 else float("nan")
    occur = np.flatnonzero(counts)
    cumulative = np.cumsum(counts)
    return ScoreMoments(
        n,
        mean,
        sd,
        float(counts @ away**3) / n / shape**3,
        float(counts @ away**4) / n / shape**4 - 3,
        float(occur[0]),
        float(occur[-1]),
        *(quantile(cumulative, q) for q in (0.5, 0.25, 0.75)),
    )


def quantile(cumulative: NDArray[np.int64], q: float) -> float:
    """Quantile by linear interpolation between order statistics (R's type 7)."""
    place = q * (int(cumulative[-1]) - 1)
    below = int(np.floor(place))
    first, second = np.searchsorted(cumulative, [below, below + 1], side="right")
    share = place - below
    return float(first) if share == 0 else float(first * (1 - share) + second * share)
