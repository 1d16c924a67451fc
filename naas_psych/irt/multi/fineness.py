"""Whether a grid is fine enough for what the test knows, as `irt/quadrature.py` for one dimension.

The rectangle rule on a lattice errs by about 2 exp(-2 pi^2 m'Vm) of a person's likelihood, summed
over the vectors m of the dual lattice, with V the posterior covariance: m has one over the spacing,
or zero, in every dimension. The smallest m'Vm is held at 1 / 1.2^2 or more, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from naas_psych.irt.engine.packing import MOST_CODES
from naas_psych.irt.multi.correlations import correlations_at
from naas_psych.irt.multi.expectation import Expected
from naas_psych.irt.multi.graded import information
from naas_psych.irt.multi.grid import MultiGrid, all_columns, grid_of
from naas_psych.irt.multi.problem import Problem
from naas_psych.irt.multi.structure import columns_used, values_of
from naas_psych.numerics.arrays import Floats

_SPACING = 1.2
#: Share of the persons at a node that still counts, and at the ends of an axis.
_COUNTS, _AT_END = 1e-6, 1e-4
#: Most nodes of an axis by the number of primary dimensions, and most bytes of all tables.
_MOST = {1: 481, 2: 81, 3: 31}
_MOST_BYTES = 1_000_000_000
#: A grid that is too coarse by less than this factor is let be. In three dimensions a node is dear:
#: at 1.12 the log-likelihood is still right to 0.01 per 1,000 persons.
_SLACK = {1: 1.02, 2: 1.02, 3: 1.12}


@dataclass(frozen=True)
class Coarseness:
    """How many times too wide the spacing is: of the primary axes, and of specific factors."""

    primary: float
    specific: float


def coarseness(problem: Problem, z: Floats, expected: Expected) -> Coarseness:
    """At the nodes where there are persons, the worst of all lattice vectors."""
    grid = problem.grid
    shares = [seen / max(seen.sum(), 1e-300) for seen in expected.seen]
    precision = _precisions(problem, z, expected)
    primary, specific = 0.0, 0.0
    for cluster, share, inverse in zip(problem.structure.clusters, shares, precision, strict=True):
        spread = np.linalg.inv(inverse[share > _COUNTS])
        spacing = np.full(spread.shape[1], grid.axis[1] - grid.axis[0])
        if cluster.specific:
            spacing[-1] = grid.specific[1] - grid.specific[0]
        for turn in product((-1.0, 0.0, 1.0), repeat=spacing.size):
            m = np.array(turn) / spacing
            if not m.any():
                continue
            least = float(np.einsum("i,cij,j->c", m, spread, m).min(initial=np.inf))
            factor = 1 / (_SPACING * np.sqrt(least))
            if m[: grid.primary.shape[1]].any():
                primary = max(primary, factor)
            if cluster.specific and m[-1]:
                specific = max(specific, factor)
    return Coarseness(primary, specific)


def _precisions(problem: Problem, z: Floats, expected: Expected) -> list[Floats]:
    """Of each cluster (C, L, L): prior and information in its own dimensions at its own nodes.

    What the other clusters know of the primary dimensions is averaged over their specific factors,
    and what they need to know those is taken off.
    """
    structure = problem.structure
    d = structure.n_dimensions
    own = _informations(problem, z)
    n_primary = problem.grid.primary.shape[0]
    about_primary = []
    for cluster, known, seen in zip(structure.clusters, own, expected.seen, strict=True):
        weight = seen.reshape(-1, n_primary)
        weight = weight / np.maximum(weight.sum(axis=0), 1e-300)
        size = known.shape[1]
        mean = np.einsum("uq,uqij->qij", weight, known.reshape(-1, n_primary, size, size))
        if cluster.specific:
            cross = mean[:, :d, d]
            lost = cross[:, :, None] * cross[:, None, :] / (1 + mean[:, d, d])[:, None, None]
            mean = mean[:, :d, :d] - lost
        about_primary.append(mean)
    everything = np.sum(about_primary, axis=0) + np.linalg.inv(correlations_at(structure, z))
    found = []
    for cluster, known, mean in zip(structure.clusters, own, about_primary, strict=True):
        whole = known.copy()
        times = known.shape[0] // n_primary
        whole[:, :d, :d] += np.tile(everything - mean, (times, 1, 1))
        if cluster.specific:
            whole[:, d, d] += 1
        found.append(whole)
    return found


def _informations(problem: Problem, z: Floats) -> list[Floats]:
    """Of each cluster (C, L, L): the sum over its items of a a' times their information."""
    structure = problem.structure
    values, points = values_of(structure, z), all_columns(structure, problem.grid)
    found = [np.zeros((len(p), p.shape[1], p.shape[1])) for p in points]
    for batch in structure.batches:
        own = values[np.ix_(batch.items, columns_used(structure, batch))]
        a = own[:, : points[batch.cluster].shape[1]]
        known = information(own, points[batch.cluster])
        found[batch.cluster] += np.einsum("jc,ji,jk->cik", known, a, a, optimize=True)
    return found


def fitting_grid(problem: Problem, z: Floats, expected: Expected) -> MultiGrid:
    """The grid that the answer needs, or the one it has if that will do or may not be finer."""
    now = problem.grid
    wanted = coarseness(problem, z, expected)
    d = problem.structure.n_dimensions
    most = min(_MOST[d], _most_in_memory(problem))
    slack = _SLACK[d]
    n_axis = _finer(now.axis.size, wanted.primary / slack, most)
    n_specific = _finer(now.specific.size, wanted.specific / slack, _MOST[2])
    if n_axis == now.axis.size and n_specific == now.specific.size:
        return now
    return grid_of(n_axis, n_specific, n_dimensions=d, bound=float(now.axis[-1]))


def _finer(n: int, factor: float, most: int) -> int:
    """An odd number of nodes, so that 0 is one of them."""
    if factor <= 1.0:
        return n
    return max(n, min(2 * int(np.ceil((n - 1) * factor / 2)) + 1, most))


def _most_in_memory(problem: Problem) -> int:
    """Nodes of an axis at which tables and counts fill the memory allowed."""
    structure = problem.structure
    columns = 0
    for cluster, packed in zip(structure.clusters, problem.answers.packed, strict=True):
        times = problem.grid.specific.size if cluster.specific else 1
        columns += packed.layout.size.size * times
    return int((_MOST_BYTES / (2 * 8 * MOST_CODES * columns)) ** (1 / structure.n_dimensions))


def warnings_of(problem: Problem, z: Floats, expected: Expected) -> list[tuple[str, str]]:
    """What a reader must know of the grid."""
    found = []
    wanted = coarseness(problem, z, expected)
    worst = max(wanted.primary, wanted.specific)
    if worst > _SLACK[problem.structure.n_dimensions] * 1.03:
        found.append(
            (
                "coarse_grid",
                f"The grid is {worst:.1f} times too coarse for the information of this test: "
                f"{problem.grid.axis.size} nodes an axis; ask for more, or doubt the last digits.",
            )
        )
    axis, at = problem.grid.axis, problem.grid.primary
    share = expected.mass / max(expected.mass.sum(), 1e-300)
    at_end = float(share[(np.abs(at) >= axis[-1]).any(axis=1)].sum())
    if at_end > _AT_END:
        found.append(("short_grid", f"{at_end:.2%} of the persons stand at the ends of the grid."))
    return found
