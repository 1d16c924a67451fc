"""Rules that make one outcome of the scores of several components, and how right they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import product

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.one_thread import one_blas_thread

Codes = NDArray[np.int64]

#: Scores this near a cut stand on it.
_NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Lines:
    """Where outcomes begin, for m components and outcomes 0 to B.

    cuts (m, B) : of each component, the lowest first
    multipliers (m,), composite (B,) : of the weighted sum, and its cuts
    floors (m,) : below one of them a hybrid rule gives the lowest outcome
    table : outcome of each combination, (B + 1,) * m; None where nobody gave one
    """

    cuts: Floats
    multipliers: Floats
    composite: Floats
    floors: Floats
    table: Codes | None = None

    def without(self, component: int) -> Lines:
        """The same with one component less; a table cannot lose one."""
        kept = np.arange(len(self.cuts)) != component
        lost = self.multipliers[component] * self.cuts[component]
        return Lines(
            self.cuts[kept], self.multipliers[kept], self.composite - lost, self.floors[kept]
        )


def reached(scores: Floats, cuts: Floats) -> Codes:
    """(..., m) outcome of each component."""
    return _at_or_above(scores, cuts)


def _at_or_above(scores: Floats, cuts: Floats) -> Codes:
    """(...) how many cuts (..., B) each score is not below; there are few cuts, many scores."""
    found = np.zeros(scores.shape, dtype=np.int64)
    for outcome in range(cuts.shape[-1]):
        found += scores >= cuts[..., outcome] - _NEAR
    return found


def decided(rule: str, scores: Floats, lines: Lines) -> Codes:
    """(...) outcome under a rule, from scores (..., m)."""
    if rule == "conjunctive":
        return np.asarray(reduce(np.minimum, np.moveaxis(reached(scores, lines.cuts), -1, 0)))
    if rule == "complementary":
        return np.asarray(reduce(np.maximum, np.moveaxis(reached(scores, lines.cuts), -1, 0)))
    if rule == "table":
        if lines.table is None:
            raise ValueError("this rule needs a table")
        own = reached(scores, lines.cuts)
        return np.asarray(lines.table[tuple(np.moveaxis(own, -1, 0))])
    total = np.einsum("...m,m->...", scores, lines.multipliers)
    sums = _at_or_above(np.asarray(total), lines.composite)
    if rule == "compensatory":
        return sums
    above = np.moveaxis(scores >= lines.floors - _NEAR, -1, 0)
    held = reduce(np.logical_and, above, np.ones(sums.shape, dtype=bool))
    return np.where(held, sums, 0)


def combinations(components: int, outcomes: int) -> Iterator[tuple[int, ...]]:
    """Every combination of outcomes, the lowest first."""
    return product(range(outcomes), repeat=components)


@dataclass(frozen=True)
class Fall:
    """A better component that makes a worse outcome: from one combination to a higher one."""

    lower: tuple[int, ...]
    higher: tuple[int, ...]


def falls(table: Codes) -> tuple[Fall, ...]:
    """Every place where a table is not monotone; entries below 0 are not there."""
    found = []
    for place in combinations(table.ndim, table.shape[0]):
        for k in range(table.ndim):
            above = (*place[:k], place[k] + 1, *place[k + 1 :])
            there = place[k] + 1 < table.shape[k] and min(table[place], table[above]) >= 0
            if there and table[above] < table[place]:
                found.append(Fall(place, above))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class TrueScores:
    """Normal true scores and errors of m components.

    mean (m,), true (m, m), error (m, m) : covariances
    correlation (m, m) : of true scores, before any clipping; clipped : they could not be so
    """

    mean: Floats
    true: Floats
    error: Floats
    correlation: Floats
    clipped: bool


def true_scores(
    mean: Floats, covariance: Floats, reliability: Floats, error_correlation: float = 0.0
) -> TrueScores:
    """What remains of observed covariances when errors are taken off.

    True scores that would correlate above 1, or that no distribution has, get the nearest
    correlations without negative eigenvalues.
    """
    variance = np.diag(covariance)
    sem = np.sqrt(variance * (1 - reliability))
    shared = np.full(covariance.shape, error_correlation)
    np.fill_diagonal(shared, 1.0)
    error = shared * np.outer(sem, sem)
    true = covariance - error
    spread = np.sqrt(np.maximum(np.diag(true), 0.0))
    scale = np.outer(spread, spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(scale > 0, true / scale, 0.0)
    np.fill_diagonal(correlation, 1.0)
    nearest, clipped = _possible(correlation)
    # What has no true spread shares none: covariances that say otherwise are lost.
    lost = (scale <= 0) & (np.abs(true) > _NEAR * np.sqrt(np.outer(variance, variance)))
    np.fill_diagonal(lost, False)
    return TrueScores(mean, nearest * scale, error, correlation, clipped or bool(lost.any()))


def _possible(correlation: Floats) -> tuple[Floats, bool]:
    with one_blas_thread():
        values, vectors = np.linalg.eigh(correlation)
    if values.min() >= -1e-10:
        return correlation, False
    kept = np.einsum("ij,j,kj->ik", vectors, np.maximum(values, 0.0), vectors)
    scale = np.sqrt(np.maximum(np.diag(kept), 1e-12))
    return kept / np.outer(scale, scale), True


def standard_normal(persons: int, components: int, *, seed: int) -> Floats:
    """(3, persons, m): behind true scores and the errors of two sittings."""
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, components))))
    return stream.standard_normal((3, persons, components))


def sat_twice(model: TrueScores, normal: Floats) -> Floats:
    """(3, persons, m): true scores, and scores at two sittings."""
    true = model.mean + np.einsum("nm,km->nk", normal[0], square_root(model.true))
    root = square_root(model.error)
    return np.stack([true, *(true + np.einsum("nm,km->nk", one, root) for one in normal[1:])])


def square_root(covariance: Floats) -> Floats:
    """R with R R' = the covariance, which may be singular."""
    with one_blas_thread():
        values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def crossed(rule: str, twice: Floats, lines: Lines) -> Crossed:
    """True by observed outcome, and first by second sitting, of the persons of `sat_twice`."""
    true, first, second = (decided(rule, scores, lines) for scores in twice)
    n = lines.composite.size + 1
    # Both sittings tell of accuracy, so that its chance error is smaller.
    accuracy = (_counted(true, first, n) + _counted(true, second, n)) / 2
    consistency = _counted(first, second, n)
    return Crossed(accuracy, (consistency + consistency.T) / 2)


def _counted(rows: Codes, columns: Codes, n: int) -> Floats:
    counts = np.bincount(rows * n + columns, minlength=n * n).reshape(n, n)
    return np.asarray(counts / rows.size)
