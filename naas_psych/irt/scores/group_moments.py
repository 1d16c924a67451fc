"""Mean and SD of theta in a group of persons, with the items as they were calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.engine.population import Moments, population_of, updated
from naas_psych.irt.grid import normal_log_weight
from naas_psych.numerics.arrays import Floats

_CYCLES, _CLOSE = 300, 1e-7


@dataclass(frozen=True)
class GroupMoments:
    """The normal distribution of theta that makes the responses of a group likeliest."""

    mean: float
    sd: float
    converged: bool

    def weight(self, theta: Floats) -> Floats:
        """(Q,) its share at each node."""
        return normal_weight(theta, self.mean, self.sd)


def normal_weight(theta: Floats, mean: float, sd: float) -> Floats:
    """(Q,) shares of a normal distribution at equally spaced nodes; they sum to 1."""
    return np.asarray(np.exp(normal_log_weight(theta, np.array([mean]), np.array([sd]))[0]))


def group_moments(likelihood: Floats, theta: Floats, persons: Floats | None = None) -> GroupMoments:
    """By EM from N(0, 1), with case weights `persons` (n,), of likelihoods (n, Q) at the nodes.

    A likelihood may be known up to a factor of each person.
    """
    counted = np.ones(len(likelihood)) if persons is None else np.asarray(persons, float)
    population = population_of(2, reference=0, free_variance=False)
    now = Moments(np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    for _ in range(_CYCLES):
        weight = normal_weight(theta, now.mean[1], now.sd[1])
        share = np.einsum("nq,q->n", likelihood, weight)
        # einsum, so that the sum has the same digits for any number of threads.
        mass = weight * np.einsum("n,nq->q", counted / share, likelihood)
        after = updated(population, theta, np.vstack([mass * 0, mass]), now)
        moved = max(abs(after.mean[1] - now.mean[1]), abs(after.sd[1] - now.sd[1]))
        now = after
        if moved < _CLOSE:
            return GroupMoments(float(now.mean[1]), float(now.sd[1]), converged=True)
    return GroupMoments(float(now.mean[1]), float(now.sd[1]), converged=False)
