"""Invented answers to tests of several dimensions, whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.multi.expectation import expect
from naas_psych.irt.multi.grid import grid_of
from naas_psych.irt.multi.problem import Problem, answers_of
from naas_psych.irt.multi.structure import Structure, structure_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """scores (N, J), traits (N, L), slopes (J, L), intercepts (J, M)."""

    scores: NDArray[np.int64]
    traits: Floats
    slopes: Floats
    intercepts: Floats


def world(
    slopes: Floats,
    correlations: Floats,
    *,
    n: int,
    steps: int = 1,
    absent: float = 0.0,
    seed: int = 1,
) -> World:
    """Graded answers to items with these slopes."""
    rng = np.random.default_rng(seed)
    n_items = slopes.shape[0]
    traits = rng.standard_normal((n, slopes.shape[1])) @ np.linalg.cholesky(correlations).T
    middle = rng.uniform(-1, 1, n_items)
    intercepts = middle[:, None] + (np.arange(steps)[::-1] - (steps - 1) / 2) * 1.2
    above = 1 / (1 + np.exp(-((traits @ slopes.T)[:, :, None] + intercepts)))
    scores = (rng.random((n, n_items))[:, :, None] < above).sum(axis=2)
    scores[rng.random(scores.shape) < absent] = -1
    return World(scores, traits, slopes, intercepts)


def between(n_items: int, n_dimensions: int, seed: int = 3) -> Floats:
    """Slopes (J, D) of items that take turns in loading on one dimension each."""
    rng = np.random.default_rng(seed)
    slopes = np.zeros((n_items, n_dimensions))
    slopes[np.arange(n_items), np.arange(n_items) % n_dimensions] = rng.uniform(0.8, 1.8, n_items)
    return slopes


def small_problem(
    free: NDArray[np.bool_],
    scores: NDArray[np.int64],
    *,
    nodes: int,
    specific_nodes: int = 1,
    threads: int = 1,
    **more: object,
) -> Problem:
    """A problem whose scores are categories already."""
    categories = scores.astype(np.int8)
    n_categories = categories.max(axis=0).astype(np.int64) + 1
    structure = structure_of(free, n_categories, **more)  # type: ignore[arg-type]
    return Problem(
        answers_of(structure, categories, np.ones(scores.shape[0])),
        structure,
        grid_of(nodes, specific_nodes, n_dimensions=free.shape[1], bound=6.0),
        threads,
    )


def z_of(structure: Structure, values: Floats, pairs: Floats | None = None) -> Floats:
    """Free parameters that give these values (J, V)."""
    z = np.zeros(structure.n_free)
    inside = structure.where >= 0
    z[structure.where[inside]] = (structure.sign * values)[inside]
    if pairs is not None:
        z[structure.n_items_free :] = pairs
    return z


def slope_by_differences(problem: Problem, z: Floats) -> Floats:
    """Gradient (P,) of the log-likelihood by central differences."""
    found = np.empty(z.size)
    for p in range(z.size):
        step = np.zeros(z.size)
        step[p] = 1e-5
        ahead, behind = (expect(problem, at).log_likelihood for at in (z + step, z - step))
        found[p] = (ahead - behind) / 2e-5
    return found


def with_grid(problem: Problem, nodes: int, specific_nodes: int = 1) -> Problem:
    """The same on another grid."""
    d = problem.structure.n_dimensions
    return replace(problem, grid=grid_of(nodes, specific_nodes, n_dimensions=d, bound=6.0))
