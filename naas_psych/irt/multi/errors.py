"""Covariance of the estimates: cross-product of the persons' scores, or observed information."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.irt.multi.correlations import weight_scores
from naas_psych.irt.multi.expectation import (
    Chunk,
    Pass,
    chunks_of,
    expect,
    pass_over,
    posterior_of,
    with_pool,
)
from naas_psych.irt.multi.graded import scores
from naas_psych.irt.multi.grid import all_columns
from naas_psych.irt.multi.m_step import gradient_at
from naas_psych.irt.multi.problem import Problem
from naas_psych.irt.multi.structure import columns_used, values_of
from naas_psych.numerics.arrays import Floats

#: Step of the central differences, and the condition number from which a matrix is not inverted.
_STEP, _WORST = 1e-4, 1e12


@dataclass(frozen=True)
class ErrorMatrix:
    """kind : crossprod or observed; covariance : (P, P), or None and `why`."""

    kind: str
    covariance: Floats | None
    condition_number: float
    why: str = ""


def error_matrix(problem: Problem, z: Floats, kind: str) -> ErrorMatrix:
    """Inverse of the information of that kind, "crossprod" or "observed"."""
    information = crossprod(problem, z) if kind == "crossprod" else observed(problem, z)
    size = np.sqrt(np.abs(np.diag(information)))
    if not (size > 0).all():
        return ErrorMatrix(
            kind, None, np.inf, "Some parameter makes no difference to the likelihood."
        )
    scaled = information / np.outer(size, size)
    values = np.linalg.eigvalsh(scaled)
    if values[0] <= values[-1] / _WORST:
        why = "The information is not positive definite: the data do not tell all parameters apart."
        return ErrorMatrix(kind, None, np.inf, why)
    covariance = np.linalg.inv(scaled) / np.outer(size, size)
    return ErrorMatrix(kind, covariance, float(values[-1] / values[0]))


def observed(problem: Problem, z: Floats) -> Floats:
    """Minus the second derivative (P, P), by central differences of the exact gradient."""
    bend = np.empty((z.size, z.size))
    for p in range(z.size):
        step = np.zeros(z.size)
        step[p] = _STEP * max(1.0, abs(z[p]))
        ahead, behind = (
            gradient_at(problem, at, expect(problem, at)) for at in (z + step, z - step)
        )
        bend[p] = (behind - ahead) / (2 * step[p])
    return (bend + bend.T) / 2


def crossprod(problem: Problem, z: Floats) -> Floats:
    """Weighted sum of s s' over persons (P, P), s the gradient of a person's log-likelihood."""

    def summed(pool: Any) -> Floats:
        tables = _tables(problem, z)
        total = np.zeros((z.size, z.size))
        way = pass_over(problem, z, pool)
        for chunk in chunks_of(way):
            own = _person_scores(way, chunk, tables, z)
            total += (own * problem.answers.weight[chunk.rows, None]).T @ own
        return total

    return with_pool(problem.threads, summed)


def _tables(problem: Problem, z: Floats) -> list[Floats]:
    """Of each batch (V, n, K, C), derivatives of log-probabilities in the values."""
    structure, values = problem.structure, values_of(problem.structure, z)
    points = all_columns(structure, problem.grid)
    return [
        scores(values[np.ix_(b.items, columns_used(structure, b))], points[b.cluster])
        for b in structure.batches
    ]


def _person_scores(way: Pass, chunk: Chunk, tables: list[Floats], z: Floats) -> Floats:
    """(n, P): derivatives of log-probabilities of the answers, averaged over the posterior."""
    problem = way.problem
    structure = problem.structure
    found = np.zeros((chunk.posterior.shape[0], z.size + 1))
    posteriors = cluster_posteriors(way, chunk)
    for batch, table in zip(structure.batches, tables, strict=True):
        columns = columns_used(structure, batch)
        for v, own in zip(columns, table, strict=True):
            where = structure.where[batch.items, v]
            n_items, n_categories = own.shape[:2]
            mean = posteriors[batch.cluster] @ own.reshape(n_items * n_categories, -1).T
            mean = mean.reshape(-1, n_items, n_categories)
            given = problem.answers.categories[chunk.rows][:, batch.items]
            chosen = np.take_along_axis(mean, np.maximum(given, 0)[:, :, None].astype(int), axis=2)
            chosen = np.where(given >= 0, chosen[:, :, 0], 0.0) * structure.sign[batch.items, v]
            for i, p in enumerate(where):
                found[:, p] += chosen[:, i]
    if structure.free_correlations:
        sight = weight_scores(problem.grid.primary, z[structure.n_items_free :])
        found[:, structure.n_items_free : z.size] = chunk.posterior @ sight.scores.T
    return found[:, :-1]


def cluster_posteriors(way: Pass, chunk: Chunk) -> list[Floats]:
    """Of each cluster (n, C), from those of its blocks, which are used up."""
    structure, n_primary = way.problem.structure, way.log_weight.size
    n = chunk.posterior.shape[0]
    found = []
    for cluster in structure.clusters:
        n_specific = way.problem.grid.specific.size if cluster.specific else 1
        found.append(np.empty((n, n_specific, n_primary)))
    for block, sight in zip(way.blocks, chunk.seen, strict=True):
        some = np.ascontiguousarray(chunk.posterior[:, block.nodes])
        own = posterior_of(block, sight, some)
        found[block.cluster][:, :, block.nodes] = own.reshape(n, block.n_specific, -1)
    return [own.reshape(n, -1) for own in found]
