"""Middle and mean of the scores of persons on the border, in all samples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Middle:
    """n persons: median, mean, SD (n - 1), and the standard error of the mean."""

    n: int
    median: float
    mean: float
    sd: float
    mean_se: float


def middle_of(scores: Floats) -> Middle:
    """Of scores (n,); nan where nobody, or one person, is there."""
    n = scores.size
    if n == 0:
        return Middle(0, np.nan, np.nan, np.nan, np.nan)
    sd = float(scores.std(ddof=1)) if n > 1 else np.nan
    return Middle(n, float(np.median(scores)), float(scores.mean()), sd, sd / float(np.sqrt(n)))


def drawn_means(scores: Floats, weights: Floats) -> Floats:
    """(R,) mean of scores (n,) under whole weights (R, n); nan where a sample has nobody."""
    # Not `@`, whose sum depends on the number of threads.
    total = np.einsum("rn,n->r", weights, scores)
    n = weights.sum(axis=1)
    return np.asarray(np.where(n > 0, total / np.where(n > 0, n, 1), np.nan))


def drawn_medians(scores: Floats, weights: Floats) -> Floats:
    """(R,) median of scores (n,), each standing as often as its whole weight (R, n) says."""
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    reached = 2 * np.cumsum(weights[:, order], axis=1)
    n = reached[:, -1:] / 2
    lower = (reached >= n).argmax(axis=1)
    upper = (reached > n).argmax(axis=1)
    middle = (ordered[lower] + ordered[upper]) / 2
    return np.asarray(np.where(n[:, 0] > 0, middle, np.nan))
