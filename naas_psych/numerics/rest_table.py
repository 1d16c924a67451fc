"""How often each code of an item met each rest score: all that item analysis needs to know.

The table is exact, small (codes x score points) and made in one pass over the persons, so every
statistic below costs the same for a hundred persons and for a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: A table with more cells than this, and than persons, is made by sorting instead of counting.
_MANY_CELLS = 4_000_000


@dataclass(frozen=True)
class RestTable:
    """rest (L,): rest scores that occur, in rising order; counts (K, L): persons by code and rest.

    A code is a score (in points) or an option; codes that nobody has keep a row of zeros.
    """

    rest: Floats
    counts: Floats

    @property
    def n(self) -> float:
        return float(self.counts.sum())

    @property
    def by_code(self) -> Floats:
        return np.asarray(self.counts.sum(axis=1))

    @property
    def by_rest(self) -> Floats:
        return np.asarray(self.counts.sum(axis=0))


@dataclass(frozen=True)
class Deviations:
    """Sums of squares and products about the mean of y and R, and their degrees of freedom."""

    df: float
    yy: float
    rr: float
    yr: float

    def __add__(self, other: Deviations) -> Deviations:
        return Deviations(
            self.df + other.df, self.yy + other.yy, self.rr + other.rr, self.yr + other.yr
        )


NOTHING = Deviations(0.0, 0.0, 0.0, 0.0)


def rest_table(codes: NDArray[Any], rest: NDArray[Any], *, n_codes: int) -> RestTable:
    """Count persons by code (N,) in 0 .. n_codes - 1 and rest score (N,), integers from 0."""
    if codes.size == 0:
        return RestTable(np.zeros(0), np.zeros((n_codes, 0)))
    width = int(rest.max()) + 1
    if n_codes * width > max(_MANY_CELLS, codes.size):
        values, place = np.unique(rest, return_inverse=True)
        cells = codes.astype(np.int64) * values.size + place
        counts = np.bincount(cells, minlength=n_codes * values.size)
        return RestTable(values.astype(float), counts.reshape(n_codes, -1).astype(float))
    cells = codes.astype(np.int64)
    cells *= width
    cells += rest
    counts = np.bincount(cells, minlength=n_codes * width).reshape(n_codes, width)
    seen = np.flatnonzero(counts.any(axis=0))
    return RestTable(seen.astype(float), counts[:, seen].astype(float))


def deviations(table: RestTable, values: Floats) -> Deviations:
    """Sums about the means when the k-th code scores values[k].

    Deviations are squared after the mean is taken off, so that a constant gives exactly 0.
    """
    n = table.n
    if n == 0:
        return NOTHING
    by_code, by_rest = table.by_code, table.by_rest
    y = values - float(by_code @ values) / n
    r = table.rest - float(by_rest @ table.rest) / n
    y[by_code == 0] = 0.0
    return Deviations(
        n - 1, float(by_code @ (y * y)), float(by_rest @ (r * r)), float(y @ table.counts @ r)
    )


def with_total(part: Deviations) -> Deviations:
    """The same sums for y and the total X = R + y."""
    return Deviations(part.df, part.yy, part.rr + 2 * part.yr + part.yy, part.yr + part.yy)


def pearson(part: Deviations) -> float:
    """Pearson r; nan where either side has no variance."""
    if part.df < 1 or part.yy <= 0 or part.rr <= 0:
        return float("nan")
    r = part.yr / float(np.sqrt(part.yy) * np.sqrt(part.rr))
    return min(1.0, max(-1.0, r))


def stacked(tables: Sequence[RestTable]) -> RestTable:
    """Tables of several forms side by side, each rest score measured from its form's mean."""
    if len(tables) == 1:
        return tables[0]
    centred = [t.rest - t.by_rest @ t.rest / t.n for t in tables if t.n > 0]
    counts = [t.counts for t in tables if t.n > 0]
    if not centred:
        return tables[0]
    return RestTable(np.concatenate(centred), np.concatenate(counts, axis=1))


def score_groups(by_rest: Floats, k: int) -> NDArray[np.int64]:
    """Group 0 .. k - 1 of each rest score: as equal in size as can be with ties kept together.

    A score goes where the middle of its persons falls when all are lined up.
    """
    middle = np.cumsum(by_rest) - by_rest / 2
    return np.asarray(np.minimum(k * middle // by_rest.sum(), k - 1), dtype=np.int64)
