"""Velicer's minimum average partial: after how many components is nothing shared left?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.structure.matrices import (
    CodedForm,
    Matrix,
    MatrixName,
    NotReachedInPairs,
    asked_matrix,
    coded_forms,
    dropped_table,
    gap,
)
from naas_psych.analysis import analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dimensions import (
    PartialCorrelations,
    partial_correlations,
    smallest_average,
)
from naas_psych.numerics.smoothing import smoothed
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study


@analysis
def velicer_map(
    study: Study,
    *,
    matrix: Matrix = "pearson",
    omitted: Omitted = None,
    not_reached: NotReachedInPairs = "left_out",
) -> Result:
    """After how many components is nothing left that several items share?

    Formula
    -------
    Take 0, 1, 2, ... principal components out of the correlation matrix; average the squared (or
    fourth-power) partial correlations of all pairs of items. The smallest average is the answer.

    How to read it
    --------------
    The row marked retained is the number of components to keep; retained_fourth is the later
    variant with fourth powers. MAP counts only what several items share, so it keeps fewer than
    parallel analysis in large samples. 0 means that not even one component is worth taking out.

    When not to use it
    ------------------
    With few items a component, MAP keeps too few. A matrix that is not positive definite is
    smoothed first, and the notes say so.

    Agrees with
    -----------
    psych vss()$map to 1e-9; psych starts at one component, this table (as Velicer) at none.

    References
    ----------
    velicer_1976, velicer_eaton_fava_2000

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> int(nps.velicer_map(study).tables["components"]["retained"].sum())
    1
    """
    made = coded_forms(study, omitted=omitted, not_reached=not_reached)
    rows = [_row(form, asked_matrix(form, matrix)) for form in made.forms if form.n_items >= 2]
    return Result(
        tables={
            "components": _table(rows),
            "counts": _counts(rows),
            "dropped_items": dropped_table(made),
        },
        notes=(*made.notes, *(note for row in rows for note in row.notes)),
        provenance={"persons_left_out": made.left_out},
    )


@dataclass(frozen=True)
class _Row:
    form: CodedForm
    matrix: MatrixName
    partial: PartialCorrelations
    why: str | None
    notes: tuple[str, ...] = ()


def _row(form: CodedForm, matrix: MatrixName) -> _Row:
    why = gap(form, matrix)
    if why is not None:
        nothing = np.full(form.n_items - 1, np.nan)
        return _Row(form, matrix, PartialCorrelations(nothing, nothing), why)
    smooth = smoothed(form.matrix(matrix))
    note = (
        f"Form {form.form}: the {matrix} matrix is not positive definite (smallest eigenvalue "
        f"{smooth.smallest_eigenvalue:.3f}) and was smoothed.",
    )
    partial = partial_correlations(smooth.matrix)
    return _Row(form, matrix, partial, None, note if smooth.changed else ())


def _table(rows: list[_Row]) -> pd.DataFrame:
    sizes = [row.partial.squared.size for row in rows]
    why = [
        row.why or "no_remainder"
        for row, size in zip(rows, sizes, strict=True)
        for _ in range(size)
    ]
    return tidy(
        {
            "form": np.repeat(np.array([row.form.form for row in rows], dtype=object), sizes),
            "components": np.concatenate([np.arange(size) for size in sizes]),
            "map_squared": np.concatenate([row.partial.squared for row in rows]),
            "map_fourth": np.concatenate([row.partial.fourth for row in rows]),
            "retained": _marked([row.partial.squared for row in rows]),
            "retained_fourth": _marked([row.partial.fourth for row in rows]),
        },
        {"map_squared": why, "map_fourth": why},
    )


def _marked(averages: list[Floats]) -> NDArray[np.bool_]:
    """Where the smallest average of each form stands, one form after the other."""
    return np.concatenate([np.arange(one.size) == smallest_average(one) for one in averages])


def _counts(rows: list[_Row]) -> pd.DataFrame:
    """The number kept by each rule."""
    both = [(row, rule) for row in rows for rule in ("squared", "fourth")]
    kept = [smallest_average(getattr(row.partial, rule)) for row, rule in both]
    return tidy(
        {
            "form": [row.form.form for row, _ in both],
            "matrix": [row.matrix for row, _ in both],
            "rule": [rule for _, rule in both],
            "components": np.array([np.nan if k is None else k for k in kept], dtype=float),
        },
        {"components": [row.why or "no_remainder" for row, _ in both]},
    )
