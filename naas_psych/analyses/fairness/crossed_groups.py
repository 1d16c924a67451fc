"""Persons by the cells of crossed group columns, and the regressors of their main effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.compared import groups_asked
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.crossed import Crossed
from naas_psych.numerics.regression.fits import independent_columns
from naas_psych.study.groupings import Groups
from naas_psych.study.study import Study

#: Columns that are crossed at most: the tables have a column for each.
MOST = 4


@dataclass(frozen=True, eq=False)
class Crossing:
    """C cells that somebody is in, largest first.

    levels : for each cell its level of each column; codes (N,) the cell of a person, -1 for none;
    main (C, P) constant and main effects, without columns that others make up
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    main: Floats

    @property
    def cells(self) -> list[str]:
        """`sex=female, ethnicity=Black` for each cell."""
        return [
            ", ".join(f"{name}={level}" for name, level in zip(self.names, of, strict=True))
            for of in self.levels
        ]


def columns_to_cross(
    study: Study, cross: Sequence[str] | None, group: Sequence[str] | None
) -> tuple[Groups, ...]:
    """Those asked for; else the first two groups asked for, those of [fairness] intersect, or the
    first two of [groups].

    Raises
    ------
    UsageError
        There is no such column, or there are too many.
    AnalysisImpossible
        There are not two columns of two levels.
    """
    named = cross or _first_two(group) or study.spec.fairness.intersect
    named = named or _first_two(list(study.spec.groups))
    if not named or len(dict.fromkeys(named)) < 2:
        raise AnalysisImpossible(
            "There are not two group columns to cross. Needed: --cross COLUMN twice, two columns "
            "in [groups], or [fairness] intersect in study.toml."
        )
    if len(dict.fromkeys(named)) > MOST:
        raise UsageError(f"intersections crosses {MOST} columns at most; {len(named)} are named.")
    found = groups_asked(study, named)
    for one in found:
        if len(one.levels) < 2:
            raise AnalysisImpossible(
                f"Everybody with a value belongs to one level of {one.name}, so it crosses "
                "nothing. Needed: columns with two levels or more."
            )
    return found


def _first_two(names: Sequence[str] | None) -> list[str] | None:
    return list(names)[:2] if names and len(names) > 1 else None


def crossing_of(groups: Sequence[Groups], counted: NDArray[np.bool_]) -> Crossing:
    """The cells of those counted (N,) who have a level in every column.

    Raises
    ------
    AnalysisImpossible
        Main effects take up every cell, so nothing can stand apart from them.
    """
    each = np.column_stack([one.codes() for one in groups])
    inside = counted & (each >= 0).all(axis=1)
    size = [len(one.levels) for one in groups]
    flat = np.ravel_multi_index(tuple(np.maximum(each, 0).T), size)
    present, counts = np.unique(flat[inside], return_counts=True)
    present = present[np.argsort(-counts, kind="stable")]
    places = np.full(int(np.prod(size)), -1, dtype=np.int64)
    places[present] = np.arange(present.size)
    of_cell = np.column_stack(np.unravel_index(present, size)).reshape(present.size, len(size))
    main = _main_effects(of_cell)
    if present.size <= main.shape[1]:
        raise AnalysisImpossible(
            f"The {present.size} crossed groups that have persons are as many as the groups' own "
            "effects. Needed: columns of which most combinations occur."
        )
    names = [_names_by_code(one) for one in groups]
    return Crossing(
        names=tuple(one.name for one in groups),
        levels=tuple(tuple(names[k][code] for k, code in enumerate(row)) for row in of_cell),
        codes=np.where(inside, places[flat], -1),
        main=main,
    )


def _names_by_code(groups: Groups) -> list[str]:
    """The reference first, then the others in order, as `Groups.codes` numbers them."""
    others = [one.name for one in groups.levels if one is not groups.reference]
    return [groups.reference.name if groups.reference else "", *others]


def _main_effects(of_cell: NDArray[np.int64]) -> Floats:
    columns = [np.ones((of_cell.shape[0], 1))]
    for codes in of_cell.T:
        columns.append((codes[:, None] == np.arange(1, int(codes.max()) + 1)).astype(float))
    x = np.column_stack(columns)
    return x[:, independent_columns(x)]


def grouped(
    crossing: Crossing, values: Floats, forms: NDArray[np.int64], *, main: bool, binary: bool
) -> Crossed:
    """Persons (N,) added up by cell and form; cells are valued at the mix of forms of everybody.

    Without `main` effects all cells have one expectation.
    """
    inside = np.flatnonzero((crossing.codes >= 0) & np.isfinite(values))
    keys, own = np.unique(
        np.column_stack([crossing.codes[inside], forms[inside]]), axis=0, return_inverse=True
    )
    own = own.ravel()
    counts = np.bincount(own).astype(float)
    effects = crossing.main if main else crossing.main[:, :1]
    by_form = (keys[:, 1][:, None] == np.unique(keys[:, 1])[1:]).astype(float)
    by_form = by_form - counts @ by_form / counts.sum()
    x = np.column_stack([effects[keys[:, 0]], by_form])
    at = np.column_stack([effects, np.zeros((effects.shape[0], by_form.shape[1]))])
    kept = independent_columns(x * np.sqrt(counts)[:, None])
    return Crossed(
        counts=counts,
        sums=np.asarray(np.bincount(own, weights=values[inside]), dtype=float),
        cells=keys[:, 0],
        x=x[:, kept],
        at=at[:, kept],
        squares=float(values[inside] @ values[inside]),
        binary=binary,
    )


def persons_by_cell(crossing: Crossing) -> NDArray[np.int64]:
    """(C,) how many persons each cell has."""
    return np.bincount(crossing.codes[crossing.codes >= 0], minlength=len(crossing.levels))
