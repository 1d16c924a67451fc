"""How much of a rating is the place and not the person: variance between sites over all of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile
from naas_psych.numerics.regression.random_linear import Sums, at_ratio, best_ratio, sums_of

#: A ratio of variances beyond this is all of the variance.
_LARGEST = 1e6
_HALVINGS = 60


@dataclass(frozen=True)
class SiteShare:
    """Share of the variance between sites, 0 to 1, and its limits; nan where it has none."""

    value: float
    interval: Interval[float]


def site_share(y: Floats, sites: NDArray[np.int64], *, level: float) -> SiteShare:
    """Intraclass correlation of y (N,) in sites (N,), by restricted likelihood.

    ratio / (1 + ratio), with the variance of sites `ratio` times that within them. Limits are the
    ratios whose restricted likelihood is lower by z^2 / 2. nan with fewer than two sites, without
    a site of two persons, or where persons of one site do not differ.
    """
    present, codes = np.unique(sites, return_inverse=True)
    if not 1 < present.size < y.size or not _differ_within(y, codes):
        return SiteShare(float("nan"), UNDEFINED)
    sums = sums_of(y, np.ones((y.size, 1)), codes.astype(np.int64))
    ratio = best_ratio(sums)
    drop = normal_quantile(level) ** 2 / 2
    line = at_ratio(sums, ratio).log_likelihood - drop
    low = 0.0 if at_ratio(sums, 0.0).log_likelihood >= line else _crossing(sums, 0.0, ratio, line)
    high = _crossing(sums, _LARGEST, ratio, line)
    return SiteShare(_share(ratio), Interval(_share(low), _share(high)))


def _differ_within(y: Floats, codes: NDArray[np.int64]) -> bool:
    mean = np.bincount(codes, weights=y) / np.bincount(codes)
    spread = float(((y - mean[codes]) ** 2).sum())
    return spread > 1e-12 * float((y**2).sum())


def _crossing(sums: Sums, outside: float, inside: float, line: float) -> float:
    """The ratio between one `outside` the interval and one `inside` where it ends."""
    for _ in range(_HALVINGS):
        # Halves of the share, so that ratios near 0 and very large ones are reached alike.
        share = (_share(outside) + _share(inside)) / 2
        middle = share / (1 - share)
        if at_ratio(sums, middle).log_likelihood >= line:
            inside = middle
        else:
            outside = middle
    return inside


def _share(ratio: float) -> float:
    return float(ratio / (1 + ratio))
