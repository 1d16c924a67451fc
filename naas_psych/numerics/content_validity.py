"""Content validity: what a panel of J judges says about each of I items, as indices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaln

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile


def modified_kappa(agreeing: ArrayLike, n: ArrayLike) -> Floats:
    """k* = (I-CVI - p_c) / (1 - p_c), p_c = C(n, A) .5^n (Polit, Beck and Owen 2007).

    p_c is the chance of exactly A of n, by definition; nan where nobody judged.
    """
    a, total = np.asarray(agreeing, dtype=float), np.asarray(n, dtype=float)
    log_chance = gammaln(total + 1) - gammaln(a + 1) - gammaln(total - a + 1) - total * np.log(2)
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = np.where(total > 0, np.exp(log_chance), np.nan)
        return np.asarray((a / total - chance) / (1 - chance))


def content_validity_ratio(essential: ArrayLike, n: ArrayLike) -> Floats:
    """CVR = (n_e - n/2) / (n/2) (Lawshe 1975); nan where nobody judged."""
    total = np.asarray(n, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(2 * np.asarray(essential, dtype=float) / total - 1)


@cache
def critical_essential(n: int, *, alpha: float = 0.05) -> int | None:
    """Fewest of n judges who must say "essential" for P(that many or more by halves) <= alpha.

    Counted exactly, as Ayre and Scally (2014) do; None where even all n are too few (n < 5 at .05).
    """
    tail, needed = 0, None
    for k in range(n, -1, -1):
        tail += comb(n, k)
        # Integers divided last: right to the last digit at any n.
        if tail / 2**n > alpha:
            break
        needed = k
    return needed


def critical_ratio(n: int, *, alpha: float = 0.05) -> float:
    """The CVR of `critical_essential`; nan where no number of judges is enough."""
    needed = critical_essential(n, alpha=alpha)
    return float("nan") if needed is None else 2 * needed / n - 1


def aiken_v(mean: ArrayLike, *, low: float, high: float) -> Floats:
    """V = (mean rating - low) / (high - low) (Aiken 1980)."""
    return np.asarray((np.asarray(mean, dtype=float) - low) / (high - low))


def aiken_interval(v: ArrayLike, n: ArrayLike, *, steps: float, level: float) -> Interval[Floats]:
    """Score interval of V over n judges and `steps` = high - low (Penfield and Giacobbi 2004)."""
    value, trials = np.asarray(v, dtype=float), np.asarray(n, dtype=float) * steps
    z = normal_quantile(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = 2 * trials * value + z * z
        half = z * np.sqrt(np.maximum(4 * trials * value * (1 - value) + z * z, 0.0))
        below, above = centre - half, centre + half
        scale = 2 * (trials + z * z)
        # At V = 0 and V = 1 a limit is exact; rounding must not leave 1e-17 there.
        low = np.where(value == 0, 0.0, below / scale)
        high = np.where(value == 1, 1.0, above / scale)
    nobody = ~(trials > 0)
    return Interval(np.where(nobody, np.nan, low), np.where(nobody, np.nan, high))


@dataclass(frozen=True)
class Spread:
    """How far judges are apart on each item (I,): SD, average deviation from the mean, r_wg."""

    sd: Floats
    average_deviation: Floats
    r_wg: Floats


def spread(ratings: Floats, *, low: float, high: float) -> Spread:
    """Spread of `ratings` (J, I), nan where not given; nan for items of fewer than two ratings.

    r_wg = 1 - s^2 / ((A^2 - 1) / 12) over a scale of A points: 1 when all agree, 0 when ratings
    are spread as evenly as chance would, negative when the panel falls into two camps.
    """
    given = np.isfinite(ratings)
    n = given.sum(axis=0)
    enough = n >= 2
    size = np.where(enough, n, 2)
    mean = np.where(given, ratings, 0.0).sum(axis=0) / size
    off = np.where(given, ratings - mean, 0.0)
    variance = (off**2).sum(axis=0) / (size - 1)
    points = high - low + 1
    found = (np.sqrt(variance), np.abs(off).sum(axis=0) / size, 1 - variance * 12 / (points**2 - 1))
    return Spread(*(np.where(enough, values, np.nan) for values in found))


def congruence(means: ArrayLike, intended: NDArray[np.bool_]) -> Floats:
    """Item-objective congruence (I,) from mean ratings -1 to 1 (I, K) on K objectives.

    Half of (mean over the intended objectives - mean over the others): for one intended objective
    that is Rovinelli and Hambleton's (1977) index, for several Turner and Carlson's (2003). nan
    with one objective only, and where an item is meant for none or for all.
    """
    values = np.asarray(means, dtype=float)
    inside, outside = intended.sum(axis=1), (~intended).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(intended, values, 0.0).sum(axis=1) / inside
        other = np.where(intended, 0.0, values).sum(axis=1) / outside
        return np.asarray((own - other) / 2)


def chance_below(agreeing: ArrayLike, n: ArrayLike, *, line: float) -> Floats:
    """P(share < line) by Jeffreys' prior, item by item; at n = 0 the prior's own."""
    k, total = np.asarray(agreeing, dtype=float), np.asarray(n, dtype=float)
    return np.asarray(betainc(k + 0.5, total - k + 0.5, min(max(line, 0.0), 1.0)))
