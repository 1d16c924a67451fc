"""How long a whole test takes: the sum of lognormal times of a person drawn from the population.

Given speed, the sum of the items' times has mean exp(-tau) M and variance exp(-2 tau) V. The sum
over items is itself all but lognormal (Fenton 1960), so ln S ~ N(ln M - v / 2, s^2 + v) with
v = ln(1 + V / M^2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile
from naas_psych.numerics.lognormal_times import TimeModel


@dataclass(frozen=True)
class Estimate:
    """A value with its interval."""

    value: float
    interval: Interval[float]


@dataclass(frozen=True)
class TotalTime:
    """ln S ~ N(mean, variance), with the slopes of both in (beta, sigma^2, s^2) of the items."""

    mean: float
    variance: float
    mean_slope: Floats
    variance_slope: Floats
    covariance: Floats

    def seconds(self, share: float, *, level: float) -> Estimate:
        """The time in which `share` of the persons finish."""
        z, sd = float(ndtri(share)), np.sqrt(self.variance)
        log = self.mean + z * sd
        half = normal_quantile(level) * self._se(
            self.mean_slope + z / (2 * sd) * self.variance_slope
        )
        return Estimate(
            float(np.exp(log)), Interval(float(np.exp(log - half)), float(np.exp(log + half)))
        )

    def over(self, limit: float, *, level: float) -> Estimate:
        """The share of persons who would want more than `limit` seconds."""
        sd = np.sqrt(self.variance)
        u = (self.mean - np.log(limit)) / sd
        half = normal_quantile(level) * self._se(
            self.mean_slope / sd - u / (2 * self.variance) * self.variance_slope
        )
        low, value, high = (float(ndtr(x)) for x in (u - half, u, u + half))
        return Estimate(value, Interval(low, high))

    def _se(self, slope: Floats) -> float:
        return float(np.sqrt(max(float(slope @ self.covariance @ slope), 0.0)))


def total_time(model: TimeModel) -> TotalTime:
    """The time for all items that have estimates, and how it moves with every estimate."""
    kept = np.flatnonzero(model.estimated)
    j = model.beta.size
    rows = np.concatenate([kept, j + kept, [2 * j]])
    variance = model.sigma[kept] ** 2
    each = np.exp(model.beta[kept] + variance / 2)
    grown = np.exp(variance)
    m, v = float(each.sum()), float((each**2 * (grown - 1)).sum())
    ratio = v / m**2
    log_one = float(np.log1p(ratio))
    in_mean = np.concatenate([each, each / 2])
    in_v = np.concatenate([2 * each**2 * (grown - 1), each**2 * (2 * grown - 1)])
    in_log = (in_v / m**2 - 2 * ratio / m * in_mean) / (1 + ratio)
    return TotalTime(
        mean=float(np.log(m) - log_one / 2),
        variance=model.speed_variance + log_one,
        mean_slope=np.append(in_mean / m - in_log / 2, 0.0),
        variance_slope=np.append(in_log, 1.0),
        covariance=model.covariance[np.ix_(rows, rows)],
    )
