"""The groups of persons: a normal distribution of theta each, fixed or estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.grid import normal_log_weight
from naas_psych.numerics.arrays import Floats

_LEAST_SD, _NEWTON_STEPS = 1e-3, 6


@dataclass(frozen=True)
class Population:
    """Which means and SDs of G groups are estimated; the others are 0 and 1.

    free_mean, free_sd : (G,). In the vector of parameters the free means come after the items',
    then the logs of the free SDs.
    """

    free_mean: NDArray[np.bool_]
    free_sd: NDArray[np.bool_]

    @property
    def n_free(self) -> int:
        return int(self.free_mean.sum() + self.free_sd.sum())


@dataclass(frozen=True)
class Moments:
    """mean, sd : (G,)"""

    mean: Floats
    sd: Floats


def population_of(n_groups: int, *, reference: int, free_variance: bool) -> Population:
    """The reference group is N(0, 1), or N(0, sd) where fixed slopes leave its spread free."""
    others = np.arange(n_groups) != reference
    return Population(others, others | free_variance)


def moments_at(population: Population, z: Floats) -> Moments:
    """Means and SDs of all groups from the free ones (their part of the parameters)."""
    mean, sd = np.zeros(population.free_mean.size), np.ones(population.free_mean.size)
    n = int(population.free_mean.sum())
    mean[population.free_mean] = z[:n]
    sd[population.free_sd] = np.exp(z[n:])
    return Moments(mean, sd)


def free_part(population: Population, moments: Moments) -> Floats:
    """The parameters from means and SDs: the inverse of `moments_at`."""
    return np.concatenate(
        [moments.mean[population.free_mean], np.log(moments.sd[population.free_sd])]
    )


def updated(population: Population, theta: Floats, mass: Floats, now: Moments) -> Moments:
    """The M-step: mean and SD of the posteriors' sum (G, Q); a group without persons stays.

    The normal is one on the nodes, cut off at their ends, so that its moments are not quite its
    parameters: a few Newton steps set its first two moments to those of the posteriors.
    """
    mean, sd = now.mean.copy(), now.sd.copy()
    for g in np.flatnonzero((population.free_mean | population.free_sd) & (mass.sum(axis=1) > 0)):
        share = mass[g] / mass[g].sum()
        start = np.array([share @ theta if population.free_mean[g] else mean[g], 0.0])
        start[1] = np.log(np.sqrt(max(share @ (theta - start[0]) ** 2, _LEAST_SD**2)))
        free = np.array([population.free_mean[g], population.free_sd[g]])
        if not free[1]:
            start[1] = np.log(sd[g])
        mean[g], log_sd = _matched(theta, share, start, free)
        sd[g] = np.exp(log_sd)
    return Moments(mean, sd)


def _matched(theta: Floats, share: Floats, start: Floats, free: NDArray[np.bool_]) -> Floats:
    """Mean and log SD that maximise the sum of share times the log weights of the nodes."""
    at = start
    for _ in range(_NEWTON_STEPS):
        sight = normal_sight(theta, at[0], at[1])
        slope = (sight.first @ share)[free]
        bend = (sight.second @ share)[np.ix_(free, free)]
        step = np.linalg.solve(bend, -slope)
        at = at.copy()
        at[free] += np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-12:
            break
    return at


@dataclass(frozen=True)
class NormalSight:
    """Derivatives of log weights in (mean, log SD): first (2, Q), second (2, 2, Q)."""

    first: Floats
    second: Floats


def normal_sight(theta: Floats, mean: float, log_sd: float) -> NormalSight:
    """Of ln w_q = -u_q^2 / 2 - ln sum exp(-u^2 / 2), u = (theta - mean) / sd."""
    sd = np.exp(log_sd)
    u = (theta - mean) / sd
    weight = np.exp(-0.5 * (u * u - (u * u).min()))
    weight /= weight.sum()
    raw = np.stack([u / sd, u * u])
    one = np.ones_like(u)
    bend = np.array([[-one / sd**2, -2 * u / sd], [-2 * u / sd, -2 * u * u]])
    average = raw @ weight
    spread = (raw * weight) @ raw.T - np.outer(average, average)
    lost = bend @ weight + spread
    return NormalSight(raw - average[:, None], bend - lost[:, :, None])


def weights_at(population: Population, z: Floats, theta: Floats) -> Floats:
    """Log weights (G, Q) of the nodes."""
    moments = moments_at(population, z)
    return normal_log_weight(theta, moments.mean, moments.sd)
