"""A person's score vector as a linear map of indicators: the columns, and the map at every node.

At a node the score of item j is s_j(0) + sum over k of [x = k] (s_j(k) - s_j(0)): a constant, and
one column for each further category. An item that some person lacks has a constant of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.em import Problem
from naas_psych.irt.engine.packing import Packed
from naas_psych.irt.engine.population import moments_at, normal_sight
from naas_psych.irt.engine.unpacking import categories_in, may_be_absent
from naas_psych.irt.model import parameter_scores
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Columns:
    """Where each indicator stands among the C columns: first a constant, then the groups.

    base : (J,) the column that is 1 where the item has a score
    step : (J,) the column of category 1; the item's others follow
    """

    n_groups: int
    base: NDArray[np.int64]
    step: NDArray[np.int64]
    n_categories: NDArray[np.int64]
    n_columns: int


def columns_of(packed: Packed, n_groups: int) -> Columns:
    """The columns of these scores."""
    absent = may_be_absent(packed)
    base = np.zeros(absent.size, np.int64)
    first = 1 + n_groups
    base[absent] = first + np.arange(absent.sum())
    first += int(absent.sum())
    n_categories = packed.layout.n_categories
    ends = first + np.cumsum(n_categories - 1)
    return Columns(n_groups, base, ends - (n_categories - 1), n_categories, int(ends[-1]))


def indicators(packed: Packed, columns: Columns, rows: slice) -> Floats:
    """X (n, C) of some packed rows."""
    categories = categories_in(packed, rows)
    x = np.zeros((categories.shape[0], columns.n_columns))
    x[:, 0] = 1.0
    for g in range(columns.n_groups):
        x[:, 1 + g] = packed.group[rows] == g
    for j in range(categories.shape[1]):
        if columns.base[j]:
            x[:, columns.base[j]] = categories[:, j] >= 0
        for k in range(1, int(columns.n_categories[j])):
            x[:, columns.step[j] + k - 1] = categories[:, j] == k
    return x


@dataclass(frozen=True)
class ItemBlock:
    """The score map of n items with the same number of categories and p parameters.

    base : (n,) and step : (n, K - 1), columns of X
    at_zero : (Q, n, p) and change : (Q, n, p, K - 1)
    """

    base: NDArray[np.int64]
    step: NDArray[np.int64]
    at_zero: Floats
    change: Floats


@dataclass(frozen=True)
class ScoreMap:
    """All score maps. One row a local parameter: the blocks' in turn, then the population's.

    where : (L,) the place of each row among all free parameters
    group : (M,) column and first : (Q, M) score of the population's free parameters
    """

    blocks: tuple[ItemBlock, ...]
    group: NDArray[np.int64]
    first: Floats
    where: NDArray[np.int64]


def score_map(problem: Problem, z: Floats, columns: Columns) -> ScoreMap:
    """The map at parameters z on the problem's nodes."""
    model = problem.model
    local = parameter_scores(model, z[: model.n_free], problem.theta)
    blocks, where = [], []
    for batch in model.batches:
        p, k = batch.where.shape[1], batch.n_categories
        own = np.moveaxis(local[batch.items, :p, :k], 3, 0)
        step = columns.step[batch.items, None] + np.arange(k - 1)
        at_zero = np.ascontiguousarray(own[..., 0])
        change = own[..., 1:] - own[..., :1]
        blocks.append(ItemBlock(columns.base[batch.items], step, at_zero, change))
        where.append(batch.where.ravel())
    group, first = _population_scores(problem, z[model.n_free :])
    where.append(model.n_free + np.arange(group.size))
    return ScoreMap(tuple(blocks), group, first, np.concatenate(where))


def _population_scores(problem: Problem, z: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Columns (M,) and scores (Q, M) of the free means, then of the free log SDs."""
    population, theta = problem.population, problem.theta
    moments = moments_at(population, z)
    groups, scores = [], []
    for which, free in enumerate((population.free_mean, population.free_sd)):
        for g in np.flatnonzero(free):
            sight = normal_sight(theta, float(moments.mean[g]), float(np.log(moments.sd[g])))
            groups.append(1 + int(g))
            scores.append(sight.first[which])
    stacked = np.array(scores).reshape(len(groups), theta.size)
    return np.array(groups, np.int64), np.ascontiguousarray(stacked.T)


def mapped(scores: ScoreMap, q: int, matrix: Floats) -> Floats:
    """S_q times a matrix (C, m): (L, m)."""
    m = matrix.shape[1]
    parts = []
    for block in scores.blocks:
        part = block.change[q] @ matrix[block.step]
        part += block.at_zero[q][:, :, None] * matrix[block.base][:, None]
        parts.append(part.reshape(-1, m))
    parts.append(scores.first[q][:, None] * matrix[scores.group])
    return np.concatenate(parts)


def mean_scores(scores: ScoreMap, x: Floats, posterior: Floats) -> Floats:
    """Posterior means (n, L) of the scores of persons with indicators (n, C), posteriors (n, Q)."""
    n, n_nodes = posterior.shape
    parts = []
    for block in scores.blocks:
        shape = (n, *block.at_zero.shape[1:])
        part = (posterior @ block.at_zero.reshape(n_nodes, -1)).reshape(shape)
        if block.base.any():
            part *= x[:, block.base, None]
        for k in range(block.step.shape[1]):
            change = np.ascontiguousarray(block.change[..., k]).reshape(n_nodes, -1)
            part += (posterior @ change).reshape(shape) * x[:, block.step[:, k], None]
        parts.append(part.reshape(n, -1))
    parts.append((posterior @ scores.first) * x[:, scores.group])
    return np.hstack(parts)
