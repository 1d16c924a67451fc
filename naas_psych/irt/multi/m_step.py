"""The M-step with several slopes: guarded Newton steps, items apart but for those that share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.multi.correlations import improved as improved_correlations
from naas_psych.irt.multi.correlations import weight_scores
from naas_psych.irt.multi.expectation import Expected
from naas_psych.irt.multi.graded import feasible, gradient, local, log_probabilities
from naas_psych.irt.multi.grid import all_columns
from naas_psych.irt.multi.problem import Problem
from naas_psych.irt.multi.structure import Structure, columns_used, values_of
from naas_psych.numerics.arrays import Floats

Numbers = NDArray[np.int64]
#: The longest step in one parameter, and how often a step is halved before it is given up.
_LONGEST, _HALVINGS = 1.0, 12


def mapped(problem: Problem, z: Floats, expected: Expected, *, steps: int) -> Floats:
    """One plain EM cycle: items, then correlations."""
    structure = problem.structure
    n = structure.n_items_free
    items = _improved_items(problem, z[:n], expected, steps=steps)
    if not structure.free_correlations:
        return items
    pairs = improved_correlations(problem.grid.primary, z[n:], expected.mass)
    return np.concatenate([items, pairs])


def wanted(problem: Problem, z: Floats, expected: Expected) -> Floats:
    """Where each item would go in one Newton step if it were let."""
    n = problem.structure.n_items_free
    return np.concatenate([z[:n] + _step(problem, z[:n], expected), z[n:]])


def gradient_at(problem: Problem, z: Floats, expected: Expected) -> Floats:
    """Gradient (P,) of the log-likelihood, if `expected` is the E-step at z (Fisher's identity)."""
    structure = problem.structure
    points = all_columns(structure, problem.grid)
    values = values_of(structure, z)
    found = np.zeros(structure.n_free)
    for batch in structure.batches:
        used = columns_used(structure, batch)
        counts = expected.counts[batch.cluster][batch.rows, : batch.n_categories]
        own = gradient(values[np.ix_(batch.items, used)], points[batch.cluster], counts)
        where, sign = _places(structure, batch.items, used)
        np.add.at(found, where[where >= 0], (sign * own)[where >= 0])
    if structure.free_correlations:
        sight = weight_scores(problem.grid.primary, z[structure.n_items_free :])
        found[structure.n_items_free :] = sight.scores @ expected.mass
    return found


def _places(structure: Structure, items: Numbers, used: Numbers) -> tuple[Numbers, Floats]:
    return structure.where[np.ix_(items, used)], structure.sign[np.ix_(items, used)]


def is_feasible(problem: Problem, z: Floats) -> bool:
    """Whether every item's values make a distribution."""
    structure = problem.structure
    values = values_of(structure, z)
    points = all_columns(structure, problem.grid)
    return bool(np.isfinite(z).all()) and all(
        bool(
            feasible(
                values[np.ix_(batch.items, columns_used(structure, batch))],
                points[batch.cluster][:1],
            ).all()
        )
        for batch in structure.batches
    )


def _improved_items(problem: Problem, z: Floats, expected: Expected, *, steps: int) -> Floats:
    before = _objective(problem, z, expected)
    for _ in range(steps):
        step = _step(problem, z, expected)
        for _ in range(_HALVINGS):
            after = _objective(problem, z + step, expected)
            worse = ~(after >= before - 1e-12 * np.abs(before))
            if not worse.any():
                break
            step = np.where(_belongs(problem.structure, worse), step * 0.5, step)
        else:
            step = np.where(_belongs(problem.structure, worse), 0.0, step)
            after = np.where(worse, before, after)
        z, before = z + step, after
        if np.abs(step).max() < 1e-9:
            break
    return z


def _step(problem: Problem, z: Floats, expected: Expected) -> Floats:
    """A Newton step (P,), no longer than 1 in any parameter."""
    structure = problem.structure
    points = all_columns(structure, problem.grid)
    values = values_of(structure, z)
    n = structure.n_items_free
    slope, bend = np.zeros(n + 1), np.zeros((n + 1, n + 1))  # the last place takes what is fixed
    for batch in structure.batches:
        used = columns_used(structure, batch)
        counts = expected.counts[batch.cluster][batch.rows, : batch.n_categories]
        own = local(values[np.ix_(batch.items, used)], points[batch.cluster], counts)
        where, sign = _places(structure, batch.items, used)
        where = np.where(where < 0, n, where)
        np.add.at(slope, where, sign * own.gradient)
        both = sign[:, :, None] * sign[:, None, :] * own.curvature
        np.add.at(bend, (where[:, :, None], where[:, None, :]), both)
    slope, bend = slope[:n], bend[:n, :n]
    diagonal = np.arange(n)
    bend[diagonal, diagonal] += 1e-10 * bend[diagonal, diagonal] + 1e-8
    return np.clip(np.linalg.solve(bend, slope), -_LONGEST, _LONGEST)


def _belongs(structure: Structure, worse: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parameters (P,) of the items that got worse, and of those solved with them."""
    hit = np.zeros(structure.n_items_free, bool)
    own = structure.where[worse[structure.solved]]
    hit[own[own >= 0]] = True
    return hit


def _objective(problem: Problem, z: Floats, expected: Expected) -> Floats:
    """Expected log-likelihood (J,) of the items that are solved together, at their first one."""
    structure = problem.structure
    points = all_columns(structure, problem.grid)
    values = values_of(structure, z)
    found = np.zeros(structure.where.shape[0])
    for batch in structure.batches:
        own = values[np.ix_(batch.items, columns_used(structure, batch))]
        counts = expected.counts[batch.cluster][batch.rows, : batch.n_categories]
        log_p = log_probabilities(own, points[batch.cluster])
        with np.errstate(invalid="ignore"):
            gained = (counts * log_p).sum(axis=(1, 2))
        sound = feasible(own, points[batch.cluster])
        np.add.at(found, structure.solved[batch.items], np.where(sound, gained, -np.inf))
    return found
