"""Speededness: ratios of items not reached, shares with persons as units, where a rise begins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, t_quantile
from naas_psych.numerics.proportions import wilson


@dataclass(frozen=True)
class Estimate:
    """A value with its limits; nan where undefined."""

    value: float
    limits: Interval[float]


NOTHING = Estimate(math.nan, UNDEFINED)
#: Twice the log-likelihood that a place may lack: the .95 quantile of chi-square with 1 df.
_WITHIN = 3.84


def gulliksen_ratio(wrong: Floats, not_reached: Floats, *, level: float) -> Estimate:
    """Variance of items not reached over variance of error scores (Gulliksen, 1950).

    The error score is wrong + not reached; `wrong` counts omitted items too. Near 0 a power test,
    near 1 a speed test. Limits by the jackknife over persons, on the log scale.
    """
    errors = wrong + not_reached
    above, below = _left_out_variances(not_reached), _left_out_variances(errors)
    if above is None or below is None or below[0] <= 0:
        return NOTHING
    return _jackknifed(above[0] / below[0], above[1], below[1], level=level)


def stafford_quotient(wrong: Floats, not_reached: Floats, *, level: float) -> Estimate:
    """100 x items not reached over all items not right (Stafford, 1971); limits as above."""
    errors = wrong + not_reached
    total = float(errors.sum())
    if total <= 0:
        return NOTHING
    left_out = 100 * (not_reached.sum() - not_reached), total - errors
    return _jackknifed(100 * float(not_reached.sum()) / total, *left_out, level=level)


def _left_out_variances(x: Floats) -> tuple[float, Floats] | None:
    """The variance (N - 1), and (n,) without each person in turn; None below three persons."""
    n = x.size
    if n < 3:
        return None
    square = (x - x.mean()) ** 2
    total = float(square.sum())
    return total / (n - 1), (total - n / (n - 1) * square) / (n - 2)


def _jackknifed(value: float, above: Floats, below: Floats, *, level: float) -> Estimate:
    """Log-scale jackknife limits of a positive ratio; no limits at 0 or where a part vanishes."""
    n = above.size
    if value <= 0 or n < 3 or (above <= 0).any() or (below <= 0).any():
        return Estimate(value, UNDEFINED)
    logs = np.log(above / below)
    error = math.sqrt((n - 1) / n * float(((logs - logs.mean()) ** 2).sum()))
    reach = math.exp(t_quantile(level, n - 1) * error)
    return Estimate(value, Interval(value / reach, value * reach))


def clustered_share(hits: Floats, counts: Floats, *, level: float) -> Estimate:
    """Share sum(hits) / sum(counts) over persons (n,), whose answers hang together.

    Wilson's limits with the number of independent answers that would give the linearised variance
    of the ratio; with no hit, or nothing but hits, the number of persons.
    """
    there = counts > 0
    n, total = int(there.sum()), float(counts.sum())
    if n == 0:
        return NOTHING
    share = float(hits.sum()) / total
    worth = float(n)
    if n > 1 and 0 < share < 1:
        gap = (hits - share * counts)[there]
        variance = n / (n - 1) * float((gap**2).sum()) / total**2
        worth = min(share * (1 - share) / variance, total) if variance > 0 else worth
    limits = wilson(share * worth, worth, level=level)
    return Estimate(share, Interval(float(limits.low), float(limits.high)))


def clustered_difference(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats], *, level: float
) -> Estimate:
    """Share of the first answers less that of the second, of the same persons (n,).

    Each pair is hits and counts by person. Limits by t from the linearised variance of the
    difference, in which a person's two shares may hang together.
    """
    n = int(((first[1] > 0) | (second[1] > 0)).sum())
    if n == 0 or not first[1].any() or not second[1].any():
        return NOTHING
    shares, parts = [], []
    for hits, counts in (first, second):
        shares.append(float(hits.sum()) / float(counts.sum()))
        parts.append((hits - shares[-1] * counts) / float(counts.sum()))
    value = shares[0] - shares[1]
    if n < 2:
        return Estimate(value, UNDEFINED)
    error = math.sqrt(n / (n - 1) * float(((parts[0] - parts[1]) ** 2).sum()))
    half = t_quantile(level, n - 1) * error
    return Estimate(value, Interval(max(value - half, -1.0), min(value + half, 1.0)))


@dataclass(frozen=True)
class Rise:
    """Where a share begins to rise: place of the first position after it, and how sure it is.

    first, last : places that the data cannot tell from it (likelihood ratio within _WITHIN)
    gain : twice the gain in log-likelihood over one share throughout
    """

    place: int
    first: int
    last: int
    gain: float


def find_rise(hits: Floats, counts: Floats) -> Rise | None:
    """The best split of (P,) positions into a lower and a higher share, by likelihood.

    None where no split beats one share throughout by BIC (two more parameters), or the later
    share is the lower one.
    """
    if hits.size < 2 or not 0 < hits.sum() < counts.sum():
        return None
    before = np.cumsum(hits)[:-1], np.cumsum(counts)[:-1]
    after = hits.sum() - before[0], counts.sum() - before[1]
    gain = 2 * (_fit(*before) + _fit(*after) - _fit(hits.sum(), counts.sum()))
    higher = after[0] * before[1] > before[0] * after[1]
    gain = np.where(higher, gain, -np.inf)
    place = int(np.argmax(gain))
    if gain[place] <= 2 * math.log(float(counts.sum())):
        return None
    near = np.flatnonzero(gain >= gain[place] - _WITHIN)
    return Rise(place + 1, int(near[0]) + 1, int(near[-1]) + 1, float(gain[place]))


def _fit(hits: Any, counts: Any) -> Floats:
    """Binomial log-likelihood at the observed share."""
    counts = np.maximum(np.asarray(counts, dtype=float), 1e-300)
    share = np.clip(hits / counts, 1e-300, 1.0)
    rest = np.clip(1 - share, 1e-300, 1.0)
    return np.asarray(hits * np.log(share) + (counts - hits) * np.log(rest))


def column_quantiles(
    values: Floats, groups: NDArray[np.int64], *, n_groups: int, at: tuple[float, ...]
) -> Floats:
    """(len(at), G) quantiles of values by group, linear between order statistics; nan if empty."""
    there = np.isfinite(values) & (groups >= 0)
    # Small integers are sorted by counting, so that only the few wanted places need comparing.
    codes = groups[there].astype(np.int16)
    own = values[there][np.argsort(codes, kind="stable")]
    ends = np.cumsum(np.bincount(codes, minlength=n_groups))
    found = np.full((len(at), n_groups), np.nan)
    for g, part in enumerate(np.split(own, ends[:-1])):
        if part.size:
            found[:, g] = _quantiles(part, at)
    return found


def _quantiles(values: Floats, at: tuple[float, ...]) -> Floats:
    place = np.array(at) * (values.size - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, values.size - 1)
    ranked = np.partition(values, np.unique([low, high])).astype(float)
    return np.asarray(ranked[low] + (place - low) * (ranked[high] - ranked[low]))
