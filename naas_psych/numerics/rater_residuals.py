"""How far a rater's marks of each person lie from what the other raters of the person say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

Codes = NDArray[np.int64]
#: Rounds beyond two an effect, and the share of the first residual that is left at the end.
_ROUNDS, _SETTLED = 200, 1e-13


@dataclass(frozen=True, eq=False)
class Deviations:
    """Of each pair of a rater and a person (M,): the mean deviation, and the marks behind it."""

    rater: Codes
    person: Codes
    deviation: Floats
    marks: Codes


def deviations(mark: Floats, *, person: Codes, cell: Codes, rater: Codes) -> Deviations:
    """Marks less what the other raters of the same person lead one to expect.

    mark : (n,); person, cell, rater : (n,) codes from 0; a cell is a task with its criterion

    Marks are freed of the cell and of the other raters' severity, both by least squares on mark =
    person + cell + rater; the person's level is the mean over the marks of all other raters. The
    rater's own severity stays in: it cancels when persons of the same rater are compared. Persons
    whom only one rater marked are left out.
    """
    easiness, lenience = _effects(mark, person=person, cell=cell, rater=rater)
    freed = mark - easiness[cell]
    fair = freed - lenience[rater]
    pair, place = np.unique(np.stack([rater, person], axis=1), axis=0, return_inverse=True)
    place = place.reshape(-1)
    own_n = np.bincount(place, minlength=len(pair))
    own_sum = np.bincount(place, freed, minlength=len(pair))
    fair_sum = np.bincount(place, fair, minlength=len(pair))
    all_n = np.bincount(person)[pair[:, 1]]
    all_sum = np.bincount(person, fair)[pair[:, 1]]
    others = all_n - own_n
    told = others > 0
    level = (all_sum - fair_sum)[told] / others[told]
    found = own_sum[told] / own_n[told] - level
    return Deviations(pair[told, 0], pair[told, 1], found, own_n[told])


def _effects(mark: Floats, *, person: Codes, cell: Codes, rater: Codes) -> tuple[Floats, Floats]:
    """Least-squares effects of cells and raters, with persons taken out, by conjugate gradients.

    Where raters are linked by few persons, effects by turns would take thousands of rounds. Where
    several solutions are as good, deviations of one rater differ by a constant, which cancels.
    """
    n_cells, n_raters = int(cell.max(initial=-1)) + 1, int(rater.max(initial=-1)) + 1
    marks = np.maximum(np.bincount(person), 1)

    def within(values: Floats) -> Floats:
        """(n_cells + n_raters,) sums of what is left of values (n,) beyond each person's mean."""
        left = values - (np.bincount(person, values) / marks)[person]
        return np.asarray(np.r_[np.bincount(cell, left), np.bincount(rater, left)])

    def normal(effects: Floats) -> Floats:
        return within(np.asarray(effects[:n_cells][cell] + effects[n_cells:][rater]))

    scale = np.maximum(np.r_[np.bincount(cell), np.bincount(rater)], 1)
    found = _conjugate_gradients(normal, within(mark), scale.astype(float))
    easiness, lenience = found[:n_cells], found[n_cells : n_cells + n_raters]
    return easiness - easiness.mean(), lenience - lenience.mean()


def _conjugate_gradients(
    product: Callable[[Floats], Floats], wanted: Floats, scale: Floats
) -> Floats:
    """x with product(x) = wanted, of a symmetric matrix without negative eigenvalues."""
    x, left = np.zeros(wanted.size), wanted.copy()
    ready = left / scale
    way, size = ready.copy(), float(left @ ready)
    least = size * _SETTLED**2
    for _ in range(_ROUNDS + 2 * wanted.size):
        if size <= least:
            break
        along = product(way)
        step = size / float(way @ along)
        x, left = x + step * way, left - step * along
        ready = left / scale
        before, size = size, float(left @ ready)
        way = ready + size / before * way
    return x
