"""The likelihood of two groups whose items may differ by delta, with its slope and information.

z = item parameters x of the reference group (P,), their differences delta (P,) in the focal group,
then the mean and log SD of the focal group, and the log SD of the reference group where fixed
slopes leave it free. A test holds some of these where they are and lets the others go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.dif.e_step import Desk, expected_on
from naas_psych.irt.engine.em import Problem
from naas_psych.irt.engine.expectation import Expected
from naas_psych.irt.engine.information_matrix import score_moments
from naas_psych.irt.engine.population import Population, normal_sight
from naas_psych.irt.engine.search import Convergence, Top
from naas_psych.irt.families.divided import DIVIDED
from naas_psych.irt.grid import normal_log_weight
from naas_psych.irt.model import Batch, TestModel, feasible, log_probabilities, values_of
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class TwoGroups:
    """What is fitted to what; all items of the model belong to both groups."""

    reference: Desk
    focal: Desk
    model: TestModel
    theta: Floats

    @property
    def size(self) -> int:
        """Length of z."""
        return 2 * self.model.n_free + 2 + int(self.model.free_variance)


@dataclass(frozen=True)
class Parts:
    """z taken apart: x and x + delta, then (mean, log SD) of the reference and the focal group."""

    reference: Floats
    focal: Floats
    normal: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Sight:
    """The log-likelihood at z, its slope (Z,), and the E-step of each group."""

    z: Floats
    value: float
    slope: Floats
    reference: Expected
    focal: Expected


def parts_of(problem: TwoGroups, z: Floats) -> Parts:
    """z taken apart."""
    n = problem.model.n_free
    own = float(z[2 * n + 2]) if problem.model.free_variance else 0.0
    return Parts(z[:n], z[:n] + z[n : 2 * n], ((0.0, own), (float(z[2 * n]), float(z[2 * n + 1]))))


def allowed(problem: TwoGroups, z: Floats) -> bool:
    """Whether z belongs to a distribution."""
    parts = parts_of(problem, z)
    return feasible(problem.model, parts.reference) and feasible(problem.model, parts.focal)


def sight_at(problem: TwoGroups, z: Floats) -> Sight:
    """One E-step of each group."""
    parts = parts_of(problem, z)
    logs = [
        log_probabilities(problem.model, x, problem.theta) for x in (parts.reference, parts.focal)
    ]
    one = _expected(problem, problem.reference, logs[0], parts.normal[0])
    other = _expected(problem, problem.focal, logs[1], parts.normal[1])
    first = _slope(problem, parts.reference, logs[0], one.counts)
    second = _slope(problem, parts.focal, logs[1], other.counts)
    normal = normal_sight(problem.theta, *parts.normal[1]).first @ other.mass[0]
    slope = [first + second, second, normal]
    if problem.model.free_variance:
        slope.append((normal_sight(problem.theta, *parts.normal[0]).first @ one.mass[0])[1:])
    return Sight(z, one.log_likelihood + other.log_likelihood, np.concatenate(slope), one, other)


def _expected(
    problem: TwoGroups, desk: Desk, log_p: Floats, normal: tuple[float, float]
) -> Expected:
    mean, sd = np.array([normal[0]]), np.exp(np.array([normal[1]]))
    return expected_on(desk, log_p, normal_log_weight(problem.theta, mean, sd))


def _slope(problem: TwoGroups, x: Floats, log_p: Floats, counts: Floats) -> Floats:
    """Slope (P,) of the expected log-likelihood of counts (J, K, Q) in the item parameters."""
    found = np.zeros(problem.model.n_free)
    for batch in problem.model.batches:
        own = counts[batch.items, : batch.n_categories]
        if batch.design.family is DIVIDED:
            by_value = _by_chances(log_p[batch.items, 1 : batch.n_categories], problem.theta, own)
        else:
            by_value = _by_scores(batch, x, problem.theta, own)
        np.add.at(found, batch.where, by_value @ batch.design.basis)
    return found


def _by_chances(log_p: Floats, theta: Floats, counts: Floats) -> Floats:
    """Slope (n, V) in the values of divided items: persons less those expected, times theta or 1.

    log_p : (n, K - 1, Q) of the categories above the lowest, known from the E-step
    """
    left = counts[:, 1:] - counts.sum(axis=1, keepdims=True) * np.exp(log_p)
    return np.concatenate([left @ theta, left.sum(axis=2)], axis=1)


def _by_scores(batch: Batch, x: Floats, theta: Floats, counts: Floats) -> Floats:
    """Slope (n, V) in the values of any items."""
    scores = batch.design.family.scores(values_of(batch, x), theta, batch.n_categories)
    flat = scores.reshape(*scores.shape[:2], -1)
    return np.asarray((flat @ counts.reshape(counts.shape[0], -1, 1))[:, :, 0])


def information(problem: TwoGroups, sight: Sight) -> Floats:
    """Observed information (Z, Z) at z (Louis 1982): minus the second derivatives."""
    n, size = problem.model.n_free, problem.size
    parts = parts_of(problem, sight.z)
    found = np.zeros((size, size))
    one = _own_information(
        problem, problem.reference, parts.reference, sight.reference, normal=parts.normal[0]
    )
    other = _own_information(
        problem, problem.focal, parts.focal, sight.focal, normal=parts.normal[1]
    )
    found[:n, :n] = one[:n, :n] + other[:n, :n]
    found[:n, n : 2 * n] = found[n : 2 * n, :n] = found[n : 2 * n, n : 2 * n] = other[:n, :n]
    moments = slice(2 * n, 2 * n + 2)
    found[moments, moments] = other[n:, n:]
    for rows in (slice(0, n), slice(n, 2 * n)):
        found[rows, moments] = other[:n, n:]
        found[moments, rows] = other[n:, :n]
    if problem.model.free_variance:
        found[-1, :n] = found[:n, -1] = one[:n, n + 1]
        found[-1, -1] = one[n + 1, n + 1]
    return found


def _own_information(
    problem: TwoGroups,
    desk: Desk,
    x: Floats,
    expected: Expected,
    *,
    normal: tuple[float, float],
) -> Floats:
    """(P + 2, P + 2) of one group: its items, its mean and its log SD."""
    both: NDArray[np.bool_] = np.array([True])
    one = Problem(desk.packed, problem.model, Population(both, both), problem.theta, 1)
    record = Convergence(True, 0, 0, 0.0, 0.0, ())
    with np.errstate(divide="ignore", invalid="ignore"):  # a slope on its way to infinity
        moments = score_moments(one, Top(np.concatenate([x, normal]), expected, record))
    observed = moments.complete - moments.squares + moments.means
    return np.asarray(observed if np.isfinite(observed).all() else moments.means)
