"""Information in the data on all free parameters: observed, and from the persons' crossed scores.

Louis (1982): observed information = sum over persons of
f { -E[second derivatives] - E[s s'] + E[s] E[s]' }, expectations over the posterior of theta, with
s the score of the complete data. It is minus the Hessian of the marginal log-likelihood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.irt.engine.em import Problem, Solution, grid_at
from naas_psych.irt.engine.expectation import look_ups
from naas_psych.irt.engine.indicators import (
    Columns,
    ScoreMap,
    columns_of,
    indicators,
    mapped,
    mean_scores,
    score_map,
)
from naas_psych.irt.engine.m_step import prior_curvature
from naas_psych.irt.engine.population import moments_at, normal_sight
from naas_psych.irt.engine.posterior import row_posteriors
from naas_psych.irt.model import by_batch, log_probabilities
from naas_psych.numerics.arrays import Floats

#: Persons at a time: as many as keep their indicators near 32 MB.
_NUMBERS, _FEWEST, _MOST = 2**22, 1024, 32768
#: Threads share fixed parts of such a block, of persons or of nodes, summed in a fixed order.
_PART, _NODE_PARTS = 2048, 8
#: Persons whose indicators stay in the processor's cache.
_CHUNK = 512
#: Persons with less posterior than this at a node are not there: a share of 1e-12 of their scores.
_NOTHING = 1e-13


@dataclass(frozen=True)
class Moments:
    """Sums over persons, each (P, P).

    complete : expected information of the complete data, -E[second derivatives]
    squares : f E[s s']
    means : f E[s] E[s]'
    weighted_means : f^2 E[s] E[s]', for weights that are not numbers of persons
    """

    complete: Floats
    squares: Floats
    means: Floats
    weighted_means: Floats


def score_moments(problem: Problem, solution: Solution, *, squares: bool = True) -> Moments:
    """All sums at the solution; those of squares, which take longest, only where asked for."""
    columns = columns_of(problem.packed, problem.population.free_mean.size)
    scores = score_map(problem, solution.z, columns)
    size = (scores.where.size, scores.where.size)
    sums = _Sums(np.zeros(size), np.zeros(size), np.zeros(size))
    with _Workers(problem.threads) as workers:
        for block in _blocks(problem, solution, columns, workers):
            _add_means(sums, scores, block, workers)
            if squares:
                _add_squares(sums, scores, block, workers)
    n_parameters = problem.model.n_free + problem.population.n_free
    return Moments(
        complete_information(problem, solution),
        *(_gathered(part, scores.where, n_parameters) for part in vars(sums).values()),
    )


def complete_information(problem: Problem, solution: Solution) -> Floats:
    """(P, P) from the expected counts: one block an item, and one a group."""
    model, z = problem.model, solution.z
    n_free = model.n_free
    found = np.zeros((z.size, z.size))
    for batch, values in by_batch(model, z[:n_free]):
        basis = batch.design.basis
        counts = solution.expected.counts[batch.items, : batch.n_categories]
        own = basis.T @ batch.design.family.curvature(values, problem.theta, counts) @ basis
        np.add.at(found, (batch.where[:, :, None], batch.where[:, None, :]), own)
    population = problem.population
    moments = moments_at(population, z[n_free:])
    place = n_free + np.cumsum([population.free_mean, population.free_sd]).reshape(2, -1) - 1
    for g, mass in enumerate(solution.expected.mass):
        free = np.array([population.free_mean[g], population.free_sd[g]])
        sight = normal_sight(problem.theta, float(moments.mean[g]), float(np.log(moments.sd[g])))
        own = -(sight.second @ mass)[np.ix_(free, free)]
        found[np.ix_(place[free, g], place[free, g])] += own
    return found


def prior_information(problem: Problem, solution: Solution) -> Floats:
    """(P, P): minus the second derivatives of the log prior."""
    bend = np.zeros(solution.z.size)
    n_free = problem.model.n_free
    bend[:n_free] = prior_curvature(problem.model, solution.z[:n_free])
    return np.diag(bend)


@dataclass(frozen=True)
class _Sums:
    """Sums over local parameters (L, L), see Moments."""

    squares: Floats
    means: Floats
    weighted_means: Floats


@dataclass(frozen=True)
class _Block:
    """Some persons: indicators (n, C), posteriors (n, Q), weights (n,) and their squares."""

    x: Floats
    posterior: Floats
    weight: Floats
    weight_squared: Floats


class _Workers:
    """Threads whose answers come back in order; matrix products inside use one thread each."""

    def __init__(self, threads: int) -> None:
        from naas_psych.numerics.one_thread import one_blas_thread

        self._limits = one_blas_thread()
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        self._limits.restore_original_limits()

    def each(self, task: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        return map(task, parts) if self._pool is None else self._pool.map(task, parts)


def _blocks(
    problem: Problem, solution: Solution, columns: Columns, workers: _Workers
) -> Iterator[_Block]:
    packed, grid = problem.packed, grid_at(problem, solution.z)
    log_p = log_probabilities(problem.model, solution.z[: problem.model.n_free], grid.theta)
    seen = look_ups(packed, log_p, grid)
    size = int(np.clip(_NUMBERS // columns.n_columns, _FEWEST, _MOST))
    for start in range(0, packed.codes.shape[0], size):
        rows = slice(start, min(start + size, packed.codes.shape[0]))
        n = rows.stop - rows.start
        posterior = np.empty((n, seen.n_nodes))

        def one(part: slice, first: int = start, posterior: Any = posterior) -> None:
            own = slice(first + part.start, first + part.stop)
            posterior[part] = row_posteriors(packed, seen, own).posterior

        list(workers.each(one, _parts(n)))
        yield _Block(
            indicators(packed, columns, rows),
            posterior,
            packed.weight[rows],
            packed.weight_squared[rows],
        )


def _parts(n: int) -> list[slice]:
    return [slice(a, min(a + _PART, n)) for a in range(0, n, _PART)]


def _add_means(sums: _Sums, scores: ScoreMap, block: _Block, workers: _Workers) -> None:
    """f E[s] E[s]' of every person."""
    plain = np.array_equal(block.weight, block.weight_squared)

    def one(rows: slice) -> tuple[Floats, Floats]:
        mean = mean_scores(scores, block.x[rows], block.posterior[rows])
        means = _crossed(mean, block.weight[rows])
        return means, means if plain else _crossed(mean, block.weight_squared[rows])

    for means, weighted in workers.each(one, _parts(block.x.shape[0])):
        sums.means[:] += means
        sums.weighted_means[:] += weighted


def _crossed(rows: Floats, weight: Floats) -> Floats:
    """rows' diag(weight) rows, as the product of one matrix with itself."""
    scaled = rows * np.sqrt(weight)[:, None]
    return scaled.T @ scaled


def _add_squares(sums: _Sums, scores: ScoreMap, block: _Block, workers: _Workers) -> None:
    """f E[s s'] = sum over nodes of S_q (X' diag(f h_q) X) S_q'."""
    # Persons in the order of theta: those near a node are then few whole chunks.
    order = np.argsort(block.posterior @ np.arange(block.posterior.shape[1]), kind="stable")
    x, posterior = block.x[order], block.posterior[order]
    starts = np.arange(0, x.shape[0], _CHUNK)
    near = np.maximum.reduceat(posterior, starts) > _NOTHING
    root = np.sqrt(posterior.T * block.weight[order])

    def one(nodes: range) -> Floats:
        total = np.zeros_like(sums.squares)
        for q in nodes:
            crossed = _crossed_chunks(x, root[q], starts[near[:, q]])
            total += mapped(scores, q, np.ascontiguousarray(mapped(scores, q, crossed).T))
        return total

    # Every eighth node: each part gets some from the middle, where most persons are.
    parts = [range(first, root.shape[0], _NODE_PARTS) for first in range(_NODE_PARTS)]
    for total in workers.each(one, parts):
        sums.squares[:] += total


def _crossed_chunks(x: Floats, root: Floats, starts: Any) -> Floats:
    """X' diag(root^2) X (C, C) over chunks that fit the processor's cache."""
    total = np.zeros((x.shape[1], x.shape[1]))
    scaled = np.empty((_CHUNK, x.shape[1]))
    for start in starts.tolist():
        some = x[start : start + _CHUNK]
        here = np.multiply(some, root[start : start + _CHUNK, None], out=scaled[: some.shape[0]])
        total += here.T @ here
    return total


def _gathered(local: Floats, where: Any, n_parameters: int) -> Floats:
    """(P, P) from local parameters: those that items share add up."""
    found = np.zeros((n_parameters, n_parameters))
    np.add.at(found, (where[:, None], where), local)
    return found
