"""From the persons who came to a population whose strata are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class PostStratified:
    """A share of the population with its standard error, and the same in heads."""

    share: float
    se: float
    of_population: float
    of_population_se: float


def post_stratified(rates: Floats, n: Floats, frame: Floats) -> PostStratified:
    """p = sum W_h p_h, variance sum W_h^2 (1 - n_h / N_h) p_h (1 - p_h) / (n_h - 1).

    rates, n, frame : (H,) rate and persons of each stratum, and how many the population has
    (Cochran 1977). A stratum with as many persons as the population has adds no variance; nan where
    one has a single person.
    """
    rates, n, frame = (np.asarray(v, float) for v in (rates, n, frame))
    population = float(frame.sum())
    weight = frame / population
    variance = float((weight**2 * stratum_variance(rates, n, frame)).sum())
    share, se = float(weight @ rates), float(np.sqrt(variance))
    return PostStratified(share, se, population * share, population * se)


def stratum_variance(rates: Floats, n: Floats, frame: Floats) -> Floats:
    """(H,) of each rate, drawn without replacement from so many."""
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.clip(1 - n / frame, 0.0, 1.0)
        return np.where(n > 1, left * rates * (1 - rates) / (n - 1), np.nan)


@dataclass(frozen=True, eq=False)
class Joined:
    """Where each of H cells went: stratum (H,) numbered from 0 in the order of the first cell.

    kept : (H,) columns that tell the cell's stratum from others; all of them where it stands alone
    into : (H,) the cell whose stratum it joined, -1 where it did not join a larger one
    """

    stratum: Codes
    kept: Codes
    into: Codes

    @property
    def n(self) -> int:
        return int(self.stratum.max(initial=-1)) + 1


def joined_strata(levels: Codes, persons: Codes, *, least: int) -> Joined:
    """Join cells with fewer than `least` persons with those nearest to them.

    levels : (H, K) the level of each cell in each column; persons (H,)
    Cells with too few give up their last column and become one with others that do and agree in
    the rest; if these are still too few they join the largest stratum that agrees in the rest;
    if there is none they give up the next column. With too few persons in all there is one stratum.
    """
    n_cells, n_columns = levels.shape
    label = np.arange(n_cells)
    kept, into = np.full(n_cells, n_columns), np.full(n_cells, -1)
    pending = persons < least
    for keep in range(n_columns - 1, -1, -1):
        if not pending.any():
            break
        for cells in _alike(levels[:, :keep]):
            few = cells[pending[cells]]
            if few.size == 0:
                continue
            kept[few] = keep
            label[few] = few[0]
            if persons[few].sum() >= least:
                pending[few] = False
                continue
            large = _largest(label, persons, cells[~pending[cells]])
            if large >= 0:
                label[few], into[few], pending[few] = label[large], large, False
    _, first, stratum = np.unique(label, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return Joined(order[stratum], kept, into)


def _alike(prefix: Codes) -> list[Codes]:
    """Cells that agree in every column given, in the order of their first cell."""
    if prefix.shape[1] == 0:
        return [np.arange(len(prefix))]
    _, code = np.unique(prefix, axis=0, return_inverse=True)
    order = np.argsort(code.ravel(), kind="stable")
    ends = np.flatnonzero(np.diff(code.ravel()[order])) + 1
    return sorted(np.split(order, ends), key=lambda cells: int(cells[0]))


def _largest(label: Codes, persons: Codes, cells: Codes) -> int:
    """A cell of the stratum with most persons among these; -1 without any."""
    if cells.size == 0:
        return -1
    sums = {int(k): int(persons[label == k].sum()) for k in dict.fromkeys(label[cells].tolist())}
    best = max(sums, key=lambda k: sums[k])
    return int(cells[label[cells] == best][0])


@dataclass(frozen=True, eq=False)
class Design:
    """Weights (n,) that sum to 1, and the P indicator columns that they were made to fit.

    columns : one array (n,) a margin, of the place of each person's level among the P
    """

    weights: Floats
    columns: Sequence[Codes]
    n_columns: int

    @property
    def kish(self) -> float:
        """1 over it is the number of persons that these weights are worth."""
        return float((self.weights**2).sum())

    def summed(self, values: Floats) -> Floats:
        """(P, ...) sums of values (n, ...) over the persons of each column."""
        flat = values.reshape(len(values), -1)
        found = np.zeros((self.n_columns, flat.shape[1]))
        for own in self.columns:
            for k in range(flat.shape[1]):
                found[:, k] += np.bincount(own, flat[:, k], self.n_columns)
        return found.reshape(self.n_columns, *values.shape[1:])

    def crossed(self) -> Floats:
        """(P, P) weight of the persons in each pair of columns."""
        found = np.zeros(self.n_columns**2)
        for one in self.columns:
            for other in self.columns:
                flat = one * self.n_columns + other
                found += np.bincount(flat, self.weights, self.n_columns**2)
        return found.reshape(self.n_columns, self.n_columns)
