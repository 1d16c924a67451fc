"""Problems of DIF by regression, sorted by their number of categories, and their three models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic_cells import MatchedRows
from naas_psych.numerics.dif_logistic_fit import (
    Fit,
    Flags,
    Integers,
    Parameters,
    Problems,
    information,
    local,
    told,
)
from naas_psych.numerics.dif_logistic_newton import fitted, start
from naas_psych.numerics.dif_logistic_steps import Family


@dataclass(frozen=True, eq=False)
class Part:
    """Problems with one number of categories, and their fits.

    index (p,) : which of the P problems; rows (r,) : which of the cells, in order
    mean, spread (s,) : of the matching score in each form; z = (score - mean) / spread
    fits : M1, M2, M3, those of them that were wanted
    """

    index: Integers
    rows: Integers
    problems: Problems
    mean: Floats
    spread: Floats
    fits: dict[int, Fit]


def category_counts(cells: MatchedRows, n_problems: int) -> Floats:
    """(P, C) persons with each category of each problem."""
    columns = [np.bincount(cells.problem, each, minlength=n_problems) for each in cells.counts.T]
    return np.stack(columns, axis=1)


def alike(
    cells: MatchedRows, reason: np.ndarray[tuple[int], np.dtype[np.object_]], n_problems: int
) -> Iterator[tuple[Integers, Integers, Flags]]:
    """Problems with equally many categories: which, their cells, and the categories of each."""
    there = category_counts(cells, n_problems) > 0
    possible = np.array([each is None for each in reason], dtype=bool)
    for number in np.unique(there.sum(axis=1)[possible]):
        mine = possible & (there.sum(axis=1) == number)
        yield np.flatnonzero(mine), np.flatnonzero(mine[cells.problem]), there[mine]


def made(
    cells: MatchedRows,
    index: Integers,
    rows: Integers,
    categories: Flags,
    *,
    n_levels: int,
    family: Family,
    models: tuple[int, ...],
) -> Part:
    """The problems of one number of categories, ready to be fitted, and their three fits."""
    own = np.searchsorted(index, cells.problem[rows])
    number = int(categories[0].sum())
    points = np.nonzero(categories)[1].reshape(-1, number)
    counts = np.ascontiguousarray(np.take_along_axis(cells.counts[rows], points[own], axis=1).T)
    new = (np.diff(own, prepend=-1) != 0) | (np.diff(cells.form[rows], prepend=-1) != 0)
    segment = np.cumsum(new) - 1
    mean, spread = _moments(cells.score[rows], counts.sum(axis=0), np.flatnonzero(new))
    z = (cells.score[rows] - mean[segment]) / spread[segment]
    level = (cells.level[rows] == np.arange(1, n_levels)[:, None]).astype(float)
    problems = Problems(
        segment=segment,
        problem=own[new],
        z=z,
        x=np.concatenate([level, level * z]),
        counts=counts,
        points=points.T.astype(float),
        family=None if number == 2 else family,
    )
    return Part(index, rows, problems, mean, spread, fits_of(problems, n_levels - 1, models))


def _moments(score: Integers, n: Floats, starts: Integers) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the matching score in each form of each problem."""
    total = np.add.reduceat(n, starts)
    mean = np.add.reduceat(n * score, starts) / total
    far = score - np.repeat(mean, np.diff(np.append(starts, score.size)))
    variance = np.add.reduceat(n * far**2, starts) / total
    return mean, np.where(variance > 0, np.sqrt(variance), 1.0)


def fits_of(problems: Problems, n_effects: int, models: tuple[int, ...]) -> dict[int, Fit]:
    """The models asked for (0 is M1), each from where the one before it ended."""
    found: dict[int, Fit] = {}
    begin = start(problems, 0)
    for number in models:
        columns = number * n_effects
        more = columns + problems.n_steps - begin.border.shape[1]
        begin = Parameters(begin.form, np.pad(begin.border, ((0, 0), (0, more))))
        fit = fitted(problems.with_columns(columns), begin)
        found[number] = fit
        begin = _usable(problems, fit, columns)
    return found


def _usable(problems: Problems, fit: Fit, columns: int) -> Parameters:
    """Where a fit ended, or the plain start for problems in which it ran away."""
    fresh, good = start(problems, columns), fit.settled
    return Parameters(
        np.where(good[problems.problem][:, None], fit.parameters.form, fresh.form),
        np.where(good[:, None], fit.parameters.border, fresh.border),
    )


def null_of(problems: Problems) -> tuple[Floats, Floats]:
    """Persons, and the log-likelihood of the shares of the categories alone."""
    counts = problems.by_problem(problems.by_segment(problems.counts).T)
    n = counts.sum(axis=1)
    return n, xlogy(counts, counts / n[:, None]).sum(axis=1)


def ranks(problems: Problems, q: int) -> Integers:
    """(P, 3) how many effects of each kind these persons can tell, at any parameters."""
    begin = start(problems, 2 * q)
    there = told(information(problems, local(problems, begin)).schur)[:, problems.n_steps :]
    uniform, crossing = there[:, :q].sum(axis=1), there[:, q:].sum(axis=1)
    return np.stack([uniform, crossing, uniform + crossing], axis=1)
