"""How large adjusted Q3 gets where nothing is wrong: a parametric bootstrap of all pairs of items.

Answers are drawn from the calibration, with the absences of the data, and their Q3 is computed as
that of the data was. Q3 is not centred at 0 even then, for theta is an estimate made from the same
answers; its expected value and its spread differ from pair to pair.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.irt.fit.residual_correlations import ResidualSums, expected_a_posteriori
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Fewer persons of a pair than this and its spread in small samples tells nothing of larger ones.
FEWEST_PERSONS = 4
#: Theta in replicates is one of these steps of 1/256, so that curves are looked up.
_STEPS, _FARTHEST = 256, 8


@dataclass(frozen=True)
class Reference:
    """Of adjusted Q3 where no two items depend on each other; J items, B replicates.

    mean, sd : (J, J) of a pair, in samples of as many persons as the data have; NaN if undefined
    largest : (B,) largest adjusted Q3 of all pairs, in samples of `persons` persons
    most_extreme : (B,) largest distance of a pair from its mean, in its own SD
    persons : persons in a replicate
    drawn : (B, J, J) adjusted Q3 of every replicate, 0 where a pair has none
    """

    mean: Floats
    sd: Floats
    largest: Floats
    most_extreme: Floats
    persons: int
    drawn: NDArray[np.float32]

    def contrasts(self, items: NDArray[Any]) -> Floats:
        """First residual contrast (B,) of some items in each replicate (see `first_contrast`)."""
        blocks = self.drawn[:, items[:, None], items[None, :]].astype(float)
        diagonal = np.arange(items.size)
        blocks[:, diagonal, diagonal] = 1.0
        with one_blas_thread():
            return np.asarray(np.linalg.eigvalsh(blocks)[:, -1])

    def distance(self, adjusted: Floats) -> Floats:
        """How many SD an adjusted Q3 (J, J) lies above what is expected of its pair."""
        return np.asarray((adjusted - self.mean) / self.sd)

    def p_values(self, adjusted: Floats) -> Floats:
        """Chance that the most extreme of all pairs lies as far out as this one (J, J)."""
        distance = self.distance(adjusted)
        known = np.isfinite(distance)
        ordered = np.sort(self.most_extreme)
        as_far = ordered.size - np.searchsorted(ordered, distance[known], side="left")
        found = np.full(distance.shape, np.nan)
        found[known] = (1 + as_far) / (ordered.size + 1)
        return found


def dependence_reference(
    fit: Calibration,
    scores: Any,
    *,
    replicates: int,
    seed: int,
    persons: int | None = None,
    threads: int = 1,
) -> Reference:
    """Adjusted Q3 of all pairs in data drawn from the calibration (Christensen et al. 2017).

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent: a replicate has the same absences
    replicates : B; replicate b draws from the b-th child of `seed`
    persons : persons in a replicate, drawn anew each time; default: all. Spread shrinks with
        the square root of the persons of a pair; what is expected does not depend on them.
    threads : no number depends on it

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    items = one_column_each(fit)
    absent = categories_of(fit, scores) < 0
    # In an order of their own, so that the order of the persons does not matter.
    absent = absent[np.lexsort(absent.T)]
    size = min(persons or len(absent), len(absent))
    draw = partial(_replicate, fit, _tables(fit), absent, size)
    children = np.random.SeedSequence(seed).spawn(replicates)
    # One thread in each, so that the order of a sum is the same on every machine.
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        drawn = np.stack(list(pool.map(draw, children)))
    return _on_items(_summed(drawn, absent, size), items, len(fit.models))


@dataclass(frozen=True)
class _Tables:
    """Curves at T steps of theta, for J items of K categories, in single precision.

    above : (K - 1, T, J) chance of a category above k; expected : (T, J) expected category
    """

    above: NDArray[np.float32]
    expected: NDArray[np.float32]


def _tables(fit: Calibration) -> _Tables:
    steps = np.arange(-_FARTHEST * _STEPS, _FARTHEST * _STEPS + 1) / _STEPS
    p = probabilities(fit.model, fit.x, steps)
    above = 1.0 - np.cumsum(p, axis=1)[:, :-1]
    narrow = np.ascontiguousarray(above.transpose(1, 2, 0), dtype=np.float32)
    return _Tables(narrow, narrow.sum(axis=0))


def _step_of(theta: Floats) -> NDArray[np.int64]:
    """The nearest step of the tables."""
    found = np.rint((theta + _FARTHEST) * _STEPS).astype(np.int64)
    return np.clip(found, 0, 2 * _FARTHEST * _STEPS)


def _replicate(
    fit: Calibration,
    tables: _Tables,
    absent: NDArray[np.bool_],
    size: int,
    child: np.random.SeedSequence,
) -> Floats:
    """Adjusted Q3 (pairs,) of one sample without dependence."""
    rng = np.random.Generator(np.random.PCG64(child))
    if size < len(absent):
        absent = absent[rng.choice(len(absent), size, replace=False)]
    theta = fit.group_mean[fit.reference] + fit.group_sd[fit.reference] * rng.standard_normal(size)
    categories = _answers(rng, tables.above[:, _step_of(theta)], absent)
    estimate = expected_a_posteriori(fit, categories)
    residual = categories - tables.expected[_step_of(estimate)]
    pairs = _correlations(residual, absent)[np.triu_indices(absent.shape[1], 1)]
    known = np.isfinite(pairs)
    return pairs - (pairs[known].mean() if known.any() else 0.0)


def _answers(
    rng: np.random.Generator, above: NDArray[np.float32], absent: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Categories (N, J), -1 where absent: how many boundaries a uniform number stays below."""
    chance = rng.random(absent.shape, dtype=np.float32)
    found = (chance < above).sum(axis=0, dtype=np.int8)
    return np.asarray(np.where(absent, np.int8(-1), found))


def _correlations(residual: NDArray[np.float32], absent: NDArray[np.bool_]) -> Floats:
    """Pairwise complete correlations (J, J) of residuals (N, J)."""
    if not absent.any():
        off = residual - residual.mean(axis=0)
        products = (off.T @ off).astype(float)
        spread = np.diagonal(products)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(products / np.sqrt(np.outer(spread, spread)))
    there = (~absent).astype(np.float32)
    residual = residual * there
    return ResidualSums(
        products=(residual.T @ residual).astype(float),
        sums=(residual.T @ there).astype(float),
        squares=((residual * residual).T @ there).astype(float),
        pairs=(there.T @ there).astype(float),
    ).correlations()


def _summed(drawn: Floats, absent: NDArray[np.bool_], size: int) -> Reference:
    """Mean and spread of each pair (n_pairs,), and each replicate's extremes."""
    n_items = absent.shape[1]
    there = (~absent).astype(float)
    pairs = (there.T @ there)[np.triu_indices(n_items, 1)]
    usable = pairs * size / len(absent) >= FEWEST_PERSONS
    drawn = np.where(usable, drawn, np.nan)
    b = len(drawn)
    mean = drawn.mean(axis=0)
    variance = drawn.var(axis=0, ddof=1) if b > 1 else np.full(pairs.size, np.nan)
    usable &= np.isfinite(mean) & (variance > 0)
    mean, variance = (np.where(usable, values, np.nan) for values in (mean, variance))
    away = _left_out_distances(drawn[:, usable], mean[usable], variance[usable])
    # The mean is itself uncertain by its share of the spread of a replicate.
    spread = np.sqrt(variance * (size / len(absent) + 1.0 / b))
    none = np.full(b, np.nan)
    return Reference(
        mean=mean,
        sd=spread,
        largest=drawn[:, usable].max(axis=1) if usable.any() else none,
        most_extreme=away.max(axis=1) if usable.any() and b > 2 else none,
        persons=size,
        drawn=np.where(usable, drawn, 0.0).astype(np.float32),
    )


def _left_out_distances(drawn: Floats, mean: Floats, variance: Floats) -> Floats:
    """Distance (B, pairs) of each replicate from the mean of the others, in the SD of the others.

    A replicate is held to the others as the data are held to all of them; held to a mean and SD
    that it is itself part of, it would look less extreme than the data do.
    """
    b = len(drawn)
    if b < 3:
        return np.full(drawn.shape, np.nan)
    off = drawn - mean
    others = ((b - 1) * variance - b / (b - 1) * off**2) / (b - 2)
    # Where only this replicate has any spread, that of the others is 0 but for rounding.
    others = np.maximum(others, 1e-6 * variance)
    return np.asarray(off * b / (b - 1) / np.sqrt(others * (1 + 1 / (b - 1))))


def _on_items(pairs: Reference, items: NDArray[np.int64], n_items: int) -> Reference:
    """Pairs of columns as matrices (J, J) over the caller's items."""
    first, second = np.triu_indices(items.size, 1)
    placed = []
    for values in (pairs.mean, pairs.sd):
        matrix = np.full((n_items, n_items), np.nan)
        matrix[items[first], items[second]] = values
        matrix[items[second], items[first]] = values
        placed.append(matrix)
    drawn = np.zeros((len(pairs.drawn), n_items, n_items), np.float32)
    drawn[:, items[first], items[second]] = pairs.drawn
    drawn[:, items[second], items[first]] = pairs.drawn
    return replace(pairs, mean=placed[0], sd=placed[1], drawn=drawn)
