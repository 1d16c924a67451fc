"""Cohen's relative cut: a share of the way from guessing to the score of the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Plotting positions of each definition of a percentile (Hyndman and Fan): alpha and beta.
DEFINITIONS = {
    "linear": (1.0, 1.0),
    "weibull": (0.0, 0.0),
    "hazen": (0.5, 0.5),
    "median_unbiased": (1 / 3, 1 / 3),
}


def percentiles(points: Floats, counts: NDArray[np.int64], q: float, definition: str) -> Floats:
    """(R,) percentile q of samples given as persons (R, S) at each of S ascending scores.

    `inverted_cdf` is the lowest score that at least q per cent do not exceed; the others lie
    between two ordered scores by their plotting positions.
    """
    n = counts.sum(axis=1)
    share, upto = q / 100, np.cumsum(counts, axis=1)
    if definition == "inverted_cdf":
        return points[_placed(upto, np.ceil(n * share - 1e-9) - 1)]
    alpha, beta = DEFINITIONS[definition]
    at = np.clip(n * share + alpha + share * (1 - alpha - beta) - 1, 0, n - 1)
    low = np.floor(at)
    left = points[_placed(upto, low)]
    right = points[_placed(upto, np.minimum(low + 1, n - 1))]
    return np.asarray(left + (at - low) * (right - left))


def _placed(upto: NDArray[np.int64], rank: Floats) -> NDArray[np.int64]:
    """The score at which the person of each rank (from 0) stands."""
    return np.asarray((upto <= np.maximum(rank, 0)[:, None]).sum(axis=1))


def cohen_cut(guess: float, top: Floats, share: float) -> Floats:
    """guess + share (top - guess): without a guess the modified method, m times the top."""
    return guess + share * (top - guess)
