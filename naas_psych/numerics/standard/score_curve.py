"""The share of persons below each cut: a step function, and the line drawn through its steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Rounding of sums and shares: a score this near a cut stands on it.
NEAR = 1e-9
#: Rounding of differences of shares.
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class ScoreCurve:
    """Shares of persons with a score below a cut.

    points (S,) : cuts, ascending: the lowest possible one, every score that somebody has, and the
        first cut that nobody reaches
    below (R, S) : share of persons below each, one row a sample of persons
    attainable (A,) : the cuts that can be told apart on the scale, ascending
    """

    points: Floats
    below: Floats
    attainable: Floats

    def step(self, cut: Floats) -> Floats:
        """(R, ...) share with a score below each cut; the same cuts for every sample."""
        place = np.searchsorted(self.points, np.asarray(cut) - NEAR)
        full = np.concatenate([self.below, np.ones((len(self.below), 1))], axis=1)
        return np.asarray(full[:, place])

    def between(self, cut: Floats) -> Floats:
        """(R,) linear between the points: one cut (R,) a sample."""
        x = np.clip(np.broadcast_to(cut, len(self.below)), self.points[0], self.points[-1])
        k = np.clip(np.searchsorted(self.points, x), 1, self.points.size - 1)
        rows = np.arange(len(self.below))
        left, right = self.below[rows, k - 1], self.below[rows, k]
        share = (x - self.points[k - 1]) / (self.points[k] - self.points[k - 1])
        return np.asarray(left + share * (right - left))

    def with_shares(self, below: Floats) -> ScoreCurve:
        """The same points with the shares of other samples."""
        return ScoreCurve(self.points, below, self.attainable)


def score_curve(scores: Floats, attainable: Floats) -> ScoreCurve:
    """The curve of n persons; `attainable` holds every score that the scale has, ascending."""
    counts = score_counts(scores, attainable)
    points = cut_points(scores, attainable)
    return ScoreCurve(points, shares_below(counts[None]), attainable)


def cut_points(scores: Floats, attainable: Floats) -> Floats:
    """The lowest cut, every score that occurs, and the cut above the highest of them."""
    seen = np.unique(scores)
    higher = attainable[attainable > seen[-1] + NEAR]
    gap = np.diff(attainable).min(initial=np.inf)
    above = higher[0] if higher.size else seen[-1] + (gap if np.isfinite(gap) else 1.0)
    low = attainable[:1][attainable[:1] < seen[0] - NEAR]
    return np.concatenate([low, seen, [above]])


def score_counts(scores: Floats, attainable: Floats) -> NDArray[np.int64]:
    """(S - 1,) persons at each point of `cut_points` but the last."""
    points = cut_points(scores, attainable)[:-1]
    return np.bincount(np.searchsorted(points, scores), minlength=points.size)


def shares_below(counts: Floats | NDArray[np.int64]) -> Floats:
    """(R, S) from persons at each score (R, S - 1): nobody is below the first point."""
    n = counts.sum(axis=1, keepdims=True)
    zero = np.zeros((len(counts), 1))
    return np.concatenate([zero, np.cumsum(counts, axis=1) / n], axis=1)


def crossing(curve: ScoreCurve, intercept: Floats, slope: Floats) -> Floats:
    """(R,) where the interpolated curve rises to the line that falls; nan where it never does.

    The line of sample r is intercept[r] + slope[r] c with slope <= 0. Where the curve starts above
    the line, or ends below it, there is no crossing.
    """
    x = curve.points
    gap = curve.below - (np.reshape(intercept, (-1, 1)) + np.reshape(slope, (-1, 1)) * x)
    met = gap >= -_TINY
    k = met.argmax(axis=1)
    rows = np.arange(len(gap))
    found = np.where(met.any(axis=1) & ((k > 0) | (np.abs(gap[:, 0]) <= _TINY)), x[k], np.nan)
    inner = np.isfinite(found) & (k > 0)
    before, after = gap[rows, np.maximum(k - 1, 0)], gap[rows, k]
    width = np.where(inner, after - before, 1.0)
    step = x[k] - x[np.maximum(k - 1, 0)]
    found[inner] = (x[k] - step * np.maximum(after, 0) / width)[inner]
    return found


def first_attainable(curve: ScoreCurve, line: Floats, cuts: Floats) -> float:
    """The first of `cuts` (A,) whose share below reaches the line (A,) there; nan where none."""
    met = np.flatnonzero(curve.step(cuts)[0] >= line - _TINY)
    return float(cuts[met[0]]) if met.size else float("nan")


def alike_to(curve: ScoreCurve, cut: float) -> float:
    """The highest attainable cut with the same persons below it as `cut`."""
    same = curve.step(curve.attainable)[0] == curve.step(np.array([cut]))[0, 0]
    found = curve.attainable[same & (curve.attainable >= cut - NEAR)]
    return float(found[-1]) if found.size else cut
