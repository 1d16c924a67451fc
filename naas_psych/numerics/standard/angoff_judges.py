"""Single judges: are they of one mind with themselves, and do ratings follow the items?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.ranks import spearman

#: Where the ability that a cut stands for is looked for.
_FAR = 20.0


@dataclass(frozen=True)
class Consistency:
    """Van der Linden's index (J,) with what it is made of; nan where no ability has that cut.

    theta : ability at which the expected total is the judge's cut
    error : mean distance of a rating from the expected share there; most : its largest possible
    """

    theta: Floats
    error: Floats
    most: Floats
    index: Floats


def consistency(ratings: Floats, weights: Floats, curve: Callable[[Floats], Floats]) -> Consistency:
    """(M - E) / M by judge, from ratings (J, I) in shares; gaps are left out.

    `curve` gives the expected shares (I, Q) of the marks at abilities (Q,), and its total rises.
    """
    given = np.isfinite(ratings)
    share = np.where(given, ratings, 0.0)
    own = given * weights
    wanted = (share * own).sum(axis=1)
    theta = _solved(wanted, own, curve)
    at = curve(np.where(np.isfinite(theta), theta, 0.0)).T
    n = np.maximum(given.sum(axis=1), 1)
    error = (np.abs(share - at) * given).sum(axis=1) / n
    most = (np.maximum(at, 1 - at) * given).sum(axis=1) / n
    unknown = ~np.isfinite(theta)
    error, most = np.where(unknown, np.nan, error), np.where(unknown, np.nan, most)
    return Consistency(theta, error, most, (most - error) / most)


def _solved(wanted: Floats, own: Floats, curve: Callable[[Floats], Floats]) -> Floats:
    """(J,) where each judge's expected total is `wanted`; nan beyond what -20 and 20 give."""
    low, high = np.full(wanted.size, -_FAR), np.full(wanted.size, _FAR)
    ends = [(own * curve(end).T).sum(axis=1) for end in (low, high)]
    # At no mark or all of them there is no finite ability, though 20 comes near it.
    room = 1e-6 * np.maximum(own.sum(axis=1), 1.0)
    inside = (wanted > ends[0] + room) & (wanted < ends[1] - room)
    # Forty halvings of 40 leave 4e-11.
    for _ in range(40):
        middle = (low + high) / 2
        short = (own * curve(middle).T).sum(axis=1) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(inside, (low + high) / 2, np.nan)


@dataclass(frozen=True)
class Realism:
    """How judged shares go with those of persons over n items; nan where undefined.

    slope : of judged on observed; slope_true frees it of the sampling error of what was observed
    """

    n: int
    r: float
    r_limits: Interval[float]
    spearman: float
    slope: float
    slope_limits: Interval[float]
    slope_true: float
    slope_true_limits: Interval[float]


def realism(judged: Floats, observed: Floats, error: Floats, *, level: float) -> Realism:
    """Judged (I,) beside observed (I,) shares; `error` (I,) is the variance of what was observed.

    The error of the observed shares flattens the slope: slope_true divides by the variance that
    they would have without it.
    """
    known = np.isfinite(judged) & np.isfinite(observed)
    y, x, error = judged[known], observed[known], error[known]
    n = int(known.sum())
    dx, dy = x - x.mean() if n else x, y - y.mean() if n else y
    xx, yy, xy = float(dx @ dx), float(dy @ dy), float(dx @ dy)
    tiny = 1e-18 * max(n, 1)
    if n < 3 or xx <= tiny:
        nan = float("nan")
        return Realism(n, nan, UNDEFINED, nan, nan, UNDEFINED, nan, UNDEFINED)
    r = xy / math.sqrt(xx * yy) if yy > tiny else float("nan")
    r = min(max(r, -1.0), 1.0) if math.isfinite(r) else r
    slope = xy / xx
    half = float(stdtrit(n - 2, 0.5 + level / 2)) * math.sqrt(
        max(yy - xy * slope, 0.0) / (n - 2) / xx
    )
    true = xx - (n - 1) * float(np.nanmean(error))
    # Where nearly all of the spread is error of sampling, what is left tells nothing.
    factor = xx / true if true > 0.2 * xx else float("nan")
    ends = Interval(slope - half, slope + half)
    return Realism(
        n=n,
        r=r,
        r_limits=fisher_interval(r, n - 1, level=level) if math.isfinite(r) else UNDEFINED,
        spearman=spearman(x, y),
        slope=slope,
        slope_limits=ends,
        slope_true=slope * factor,
        slope_true_limits=Interval(ends.low * factor, ends.high * factor),
    )


def apart(ratings: Floats, *, points: float) -> NDArray[np.bool_]:
    """(J, I) ratings further than `points` from the item's mean, and than the SD of the ranges.

    The range of an item is its highest less its lowest rating; the SD is taken over items.
    """
    given = np.isfinite(ratings)
    n = given.sum(axis=0)
    mean = np.where(given, ratings, 0).sum(axis=0) / np.maximum(n, 1)
    high = np.where(given, ratings, -np.inf).max(axis=0)
    low = np.where(given, ratings, np.inf).min(axis=0)
    ranges = (high - low)[n > 1]
    sd = float(ranges.std(ddof=1)) if ranges.size > 1 else 0.0
    off: Any = np.where(given, np.abs(ratings - mean), 0.0)
    return np.asarray(off > max(points, sd) + 1e-12)
