"""The cells of many comparisons at once, as regressions on a matching score are fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import DifCells, Integers


@dataclass(frozen=True, eq=False)
class MatchedRows:
    """The R cells with persons of K comparisons of J items.

    A problem is an item in a comparison. Rows are sorted by problem, form, score and level.

    problem : (R,) comparison * J + item
    form, score, level : (R,) where the persons of the cell stand
    counts : (R, C) persons with each category
    """

    problem: Integers
    form: Integers
    score: Integers
    level: Integers
    counts: Floats

    def of(self, rows: NDArray[np.bool_]) -> MatchedRows:
        """Some of the rows."""
        return MatchedRows(
            problem=self.problem[rows],
            form=self.form[rows],
            score=self.score[rows],
            level=self.level[rows],
            counts=self.counts[rows],
        )


def matched_rows(comparisons: Sequence[DifCells]) -> MatchedRows:
    """The cells with persons, comparison after comparison."""
    parts = [_rows(cells, number) for number, cells in enumerate(comparisons)]
    return MatchedRows(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _rows(cells: DifCells, number: int) -> tuple[Integers, Integers, Integers, Integers, Floats]:
    item, stratum, level = np.nonzero(cells.counts.any(axis=-1))
    return (
        number * cells.counts.shape[0] + item,
        cells.form[stratum],
        cells.score[stratum],
        level,
        cells.counts[item, stratum, level].astype(float),
    )


def with_several_levels(rows: MatchedRows, *, n_levels: int) -> MatchedRows:
    """The rows of forms in which an item was answered by persons of two levels or more.

    A form has its own curve; where all its persons are of one level it says nothing of groups.
    """
    if not rows.problem.size:
        return rows
    code = rows.problem * (rows.form.max() + 1) + rows.form
    _, place = np.unique(code, return_inverse=True)
    there = np.zeros((place.max() + 1, n_levels), dtype=bool)
    there[place, rows.level] = True
    return rows.of((there.sum(axis=1) > 1)[place])
