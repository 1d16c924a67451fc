"""How far a rater's marks of each person lie from what the other raters of the person say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

Codes = NDArray[np.int64]
_ROUNDS, _SETTLED = 2000, 1e-9


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
    """Least-squares effects of cells and raters, by turns; the smallest where several do."""
    found = {"person": np.zeros(1), "cell": np.zeros(1), "rater": np.zeros(1)}
    codes = {"person": person, "cell": cell, "rater": rater}
    parts = {name: np.zeros(mark.size) for name in codes}
    for _ in range(_ROUNDS):
        moved = 0.0
        for name, code in codes.items():
            left = mark - sum(parts[other] for other in codes if other != name)
            effect = np.bincount(code, left) / np.maximum(np.bincount(code), 1)
            if name != "person":
                effect = effect - effect.mean()
            moved = max(moved, float(np.abs(effect[code] - parts[name]).max(initial=0.0)))
            found[name], parts[name] = effect, effect[code]
        if moved < _SETTLED:
            break
    return found["cell"], found["rater"]
