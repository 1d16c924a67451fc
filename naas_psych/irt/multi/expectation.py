"""The E-step with several dimensions, by dimension reduction (Gibbons & Hedeker 1992; Cai 2010).

Given the primary dimensions the clusters are independent, so that a person's likelihood at a
primary node q is the product over clusters s of c_s(q) = sum over u of w_u P_s(x | q, u), and the
posterior of (q, u_s) is that of q times w_u P_s(x | q, u) / c_s(q). A cluster without a specific
factor has one u.

Work is cut into persons by nodes: chunks of persons in order, and blocks of nodes small enough for
their tables to stay in cache. Each block has counts of its own, so threads cannot change a sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.expectation import pseudo_tables
from naas_psych.irt.engine.kernel import marginalise
from naas_psych.irt.engine.packing import MOST_CODES
from naas_psych.irt.multi.correlations import correlations_at, log_weights
from naas_psych.irt.multi.grid import specific_log_weight
from naas_psych.irt.multi.kernel import (
    centre,
    divide,
    look_up,
    lower,
    scatter,
    spread,
    total_over,
)
from naas_psych.irt.multi.problem import Problem, cluster_log_probabilities
from naas_psych.numerics.arrays import Floats

#: Persons of a chunk, and cells that a chunk may hold; columns of a block.
_MOST_ROWS, _FEWEST_ROWS, _CELLS, _BLOCK = 1024, 64, 4_000_000, 64
#: Rows normalised at a time, and what a block is a whole number of.
_SLICE, _VECTOR = 64, 8
#: An exponential below this is nothing beside 1, and numbers near the smallest run slowly.
_LOWEST = -300.0
R = TypeVar("R")


@dataclass(frozen=True)
class Expected:
    """What the M-step sees.

    counts : of each cluster (n, K, C), persons expected in each category at each node
    mass : (Q,) persons expected at each primary node
    seen : of each cluster (C,) persons expected at each of its nodes
    """

    counts: tuple[Floats, ...]
    mass: Floats
    seen: tuple[Floats, ...]
    log_likelihood: float


@dataclass(frozen=True)
class _Block:
    """Some primary nodes of one cluster: tables (B, 256, C), and where its columns start (C,)."""

    cluster: int
    nodes: slice
    n_specific: int
    tables: Floats
    start: Floats


@dataclass(frozen=True)
class Seen:
    """One block of one chunk: found (n, U, q) likelihoods over U relative to total (n, q).

    Both are None for a cluster without a specific factor, whose posterior is the primary one.
    """

    log_like: Floats
    found: Floats | None
    total: Floats | None


@dataclass(frozen=True)
class Chunk:
    """Posteriors (n, Q) of some persons, each summing to 1, and log marginal likelihoods (n,)."""

    rows: slice
    posterior: Floats
    log_marginal: Floats
    seen: list[Seen]


@dataclass(frozen=True)
class Pass:
    """One way through the persons at one set of parameters."""

    problem: Problem
    blocks: tuple[_Block, ...]
    log_weight: Floats
    together: Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]


def _blocks(problem: Problem, z: Floats) -> tuple[_Block, ...]:
    log_p = cluster_log_probabilities(problem, z)
    n_primary = problem.grid.primary.shape[0]
    found = []
    for c, cluster in enumerate(problem.structure.clusters):
        log_weight = specific_log_weight(problem.grid) if cluster.specific else np.zeros(1)
        n_specific = log_weight.size
        table = log_p[c].reshape(*log_p[c].shape[:2], n_specific, n_primary)
        wide = max(_VECTOR, _BLOCK // n_specific // _VECTOR * _VECTOR)
        for first in range(0, n_primary, wide):
            nodes = slice(first, min(first + wide, n_primary))
            some = np.ascontiguousarray(table[..., nodes]).reshape(*table.shape[:2], -1)
            start = np.repeat(log_weight, nodes.stop - nodes.start)
            tables = pseudo_tables(problem.answers.packed[c], some)
            found.append(_Block(c, nodes, n_specific, tables, start))
    return tuple(found)


def _chunks(problem: Problem, blocks: tuple[_Block, ...]) -> Iterator[slice]:
    n_persons = problem.answers.weight.size
    cells = sum(block.start.size for block in blocks) + problem.grid.primary.shape[0]
    size = int(np.clip(_CELLS // cells, _FEWEST_ROWS, _MOST_ROWS))
    for first in range(0, n_persons, size):
        yield slice(first, min(first + size, n_persons))


def _looked_at(problem: Problem, rows: slice, block: _Block) -> Seen:
    """Log-likelihood (n, q) of a cluster at some primary nodes, the specific factor summed out."""
    codes = problem.answers.packed[block.cluster].codes[rows]
    found = np.empty((codes.shape[0], block.start.size))
    compiled(look_up)(codes, block.tables, block.start, found)
    if block.n_specific == 1:
        return Seen(found, None, None)
    deep = found.reshape(codes.shape[0], block.n_specific, -1)
    highest = np.empty((deep.shape[0], deep.shape[2]))
    total = np.empty_like(highest)
    compiled(lower)(deep, highest)
    np.exp(np.maximum(deep, _LOWEST, out=deep), out=deep)
    compiled(total_over)(deep, total)
    return Seen(highest + np.log(total), deep, total)


def chunks_of(way: Pass) -> Iterator[Chunk]:
    """Posteriors of all persons, a chunk at a time."""
    problem = way.problem
    for rows in _chunks(problem, way.blocks):
        seen = way.together(partial(_looked_at, problem, rows), way.blocks)
        posterior = np.empty((rows.stop - rows.start, way.log_weight.size))
        log_marginal = np.empty(posterior.shape[0])
        parts = [slice(a, a + _SLICE) for a in range(0, posterior.shape[0], _SLICE)]

        def normalise(
            some: slice, seen: Any = seen, posterior: Any = posterior, marginal: Any = log_marginal
        ) -> None:
            own = posterior[some]
            own[:] = way.log_weight
            for block, sight in zip(way.blocks, seen, strict=True):
                own[:, block.nodes] += sight.log_like[some]
            highest, total = np.empty(own.shape[0]), np.empty(own.shape[0])
            compiled(centre)(own, highest, _LOWEST)
            np.exp(own, out=own)
            compiled(divide)(own, total)
            marginal[some] = highest + np.log(total)

        way.together(normalise, parts)
        yield Chunk(rows, posterior, log_marginal, seen)


def pass_over(problem: Problem, z: Floats, pool: ThreadPoolExecutor | None) -> Pass:
    """Tables and weights at z."""

    def together(work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
        return list(map(work, parts) if pool is None else pool.map(work, parts))

    weights = log_weights(problem.grid.primary, correlations_at(problem.structure, z))
    return Pass(problem, _blocks(problem, z), weights, together)


def with_pool(threads: int, work: Callable[[ThreadPoolExecutor | None], R]) -> R:
    """Run `work` with a pool of threads, or with None where one thread is enough."""
    if threads == 1:
        return work(None)
    with ThreadPoolExecutor(threads) as pool:
        return work(pool)


def posterior_of(block: _Block, sight: Seen, primary: Floats) -> Floats:
    """Posterior (n, C) of a block's columns from that of its primary nodes (n, q)."""
    if sight.found is None or sight.total is None:
        return primary
    compiled(spread)(sight.found, primary / sight.total)
    return sight.found.reshape(primary.shape[0], block.start.size)


def expect(problem: Problem, z: Floats) -> Expected:
    """One E-step at z."""
    return with_pool(problem.threads, lambda pool: _expected(pass_over(problem, z, pool)))


def _expected(way: Pass) -> Expected:
    problem = way.problem
    counts = [np.zeros((b.tables.shape[0], MOST_CODES, b.start.size)) for b in way.blocks]
    mass, total = np.zeros(way.log_weight.size), 0.0
    for chunk in chunks_of(way):
        weight = problem.answers.weight[chunk.rows]
        total += float(weight @ chunk.log_marginal)
        posterior = chunk.posterior
        posterior *= weight[:, None]
        mass += posterior.sum(axis=0)

        def add(place: int, chunk: Chunk = chunk, posterior: Floats = posterior) -> None:
            block = way.blocks[place]
            some = np.ascontiguousarray(posterior[:, block.nodes])
            own = posterior_of(block, chunk.seen[place], some)
            codes = problem.answers.packed[block.cluster].codes[chunk.rows]
            compiled(scatter)(codes, own, counts[place])

        way.together(add, range(len(way.blocks)))
    return _gathered(way, counts, mass, total)


def _gathered(way: Pass, counts: list[Floats], mass: Floats, total: float) -> Expected:
    """Counts of blocks as counts of clusters, of joint categories as of items."""
    problem = way.problem
    structure = problem.structure
    n_primary = mass.size
    items: list[Floats] = []
    seen: list[Floats] = []
    for cluster in structure.clusters:
        n_specific = problem.grid.specific.size if cluster.specific else 1
        most = int(structure.n_categories[cluster.items].max())
        items.append(np.zeros((cluster.items.size, most, n_specific, n_primary)))
        seen.append(np.zeros((n_specific, n_primary)))
    for block, found in zip(way.blocks, counts, strict=True):
        layout = problem.answers.packed[block.cluster].layout
        own = np.zeros((*items[block.cluster].shape[:2], block.start.size))
        persons = found[0, : layout.size[0]].sum(axis=0)
        compiled(marginalise)(found, layout.first, layout.radix, layout.n_categories, own)
        shape = (block.n_specific, block.nodes.stop - block.nodes.start)
        items[block.cluster][..., block.nodes] = own.reshape(*own.shape[:2], *shape)
        seen[block.cluster][:, block.nodes] = persons.reshape(shape)
    return Expected(
        tuple(own.reshape(*own.shape[:2], -1) for own in items),
        mass,
        tuple(own.ravel() for own in seen),
        total,
    )
