"""Rapid guessing: the time below which nobody can have read an item, by four rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Seconds that no threshold by a share of the mean time passes (Wise and Ma, 2012).
LONGEST_NORMATIVE = 10.0
#: Answers that a cumulative accuracy needs before it is looked at.
FEWEST_FAST = 5


@dataclass(frozen=True)
class Sorted:
    """Answers of every item from the fastest: times (N, J) with nan last, `order` (N, J), n (J,)"""

    times: Floats
    order: NDArray[np.int64]
    n: NDArray[np.int64]


def by_time(times: Floats) -> Sorted:
    """Sort each item's answers by time; nan where there is no timed answer."""
    order = np.argsort(times, axis=0, kind="stable")
    ranked = np.take_along_axis(times, order, axis=0).astype(float)
    return Sorted(ranked, order, np.asarray(np.isfinite(times).sum(axis=0)))


def trimmed_means(ranked: Sorted, *, trim: float) -> Floats:
    """(J,) mean time without the `trim` fastest and slowest share; nan where nobody answered."""
    cut = np.floor(trim * ranked.n).astype(np.int64)
    place = np.arange(ranked.times.shape[0])[:, None]
    kept = (place >= cut) & (place < ranked.n - cut)
    total = np.where(kept, ranked.times, 0.0).sum(axis=0)
    count = kept.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def normative_thresholds(ranked: Sorted, *, share: float, trim: float) -> Floats:
    """(J,) `share` of the mean time, at most ten seconds: NT10 with share .10 and trim 0."""
    return np.minimum(share * trimmed_means(ranked, trim=trim), LONGEST_NORMATIVE)


@dataclass(frozen=True)
class CumulativeThresholds:
    """thresholds (J,) with nan where there is none; why (J,) says so, else None."""

    thresholds: Floats
    why: tuple[str | None, ...]


def cumulative_thresholds(ranked: Sorted, accuracy: Floats, chance: Floats) -> CumulativeThresholds:
    """(J,) first time from which all answers up to it are, and stay, better than chance.

    Accuracy (N, J) is the share of the marks earned. An answer is rapid when it is faster; where
    the fastest answers are better than chance at once, or too few are not, there is no threshold.
    """
    earned = np.take_along_axis(accuracy, ranked.order, axis=0)
    there = np.isfinite(ranked.times)
    count = np.cumsum(there, axis=0)
    mean = np.cumsum(np.where(there, earned, 0.0), axis=0) / np.maximum(count, 1)
    at_chance = there & (mean <= chance + 1e-12)
    n_rows = at_chance.shape[0]
    last = np.where(at_chance.any(axis=0), n_rows - 1 - np.argmax(at_chance[::-1], axis=0), -1)
    threshold = np.full(ranked.n.size, np.nan)
    why: list[str | None] = []
    for j, (k, n) in enumerate(zip(last.tolist(), ranked.n.tolist(), strict=True)):
        reason = _no_crossing(k + 1, n, float(chance[j]))
        why.append(reason)
        if reason is None:
            threshold[j] = ranked.times[k + 1, j]
    return CumulativeThresholds(threshold, tuple(why))


def _no_crossing(fast: int, n: int, chance: float) -> str | None:
    if n == 0:
        return "no_times"
    if not np.isfinite(chance):
        return "no_chance_level"
    if fast < FEWEST_FAST:
        return "too_few_fast"
    return "never_above_chance" if fast >= n else None


def response_time_effort(times: Floats, thresholds: Floats) -> Floats:
    """(N,) share of a person's timed answers that are no rapid guesses (Wise and Kong, 2005).

    A threshold that is nan calls no answer rapid. nan for a person without any time.
    """
    timed = np.isfinite(times)
    n = timed.sum(axis=1)
    rapid = rapid_answers(times, thresholds).sum(axis=1)
    return np.where(n > 0, 1.0 - rapid / np.maximum(n, 1), np.nan)


def rapid_answers(times: Floats, thresholds: Floats) -> NDArray[np.bool_]:
    """(N, J) answers faster than the threshold of their item; never where the time is nan."""
    return np.asarray(times < thresholds)
