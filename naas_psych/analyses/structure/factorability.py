"""Factorability: do the items have enough in common to look for dimensions?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import form_subject, in_form
from naas_psych.analyses.items.phrasing import short
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.reliability.findings import known_rows
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
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.dimensions import (
    SamplingAdequacy,
    Sphericity,
    sampling_adequacy,
    singular,
    sphericity,
)
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds


@analysis
def factorability(
    study: Study,
    *,
    matrix: Matrix = "pearson",
    omitted: Omitted = None,
    not_reached: NotReachedInPairs = "left_out",
) -> Result:
    """Do the items have enough in common to look for dimensions?

    Formula
    -------
    KMO = sum r^2 / (sum r^2 + sum q^2), q the partial correlations given all other items; by item
    over its own row. Bartlett: -(N - 1 - (2J + 5)/6) ln|R| on J(J - 1)/2 df. With absent responses
    N is the smallest number of persons of any pair.

    How to read it
    --------------
    Kaiser: KMO .9 marvellous, .8 meritorious, .7 middling, .6 mediocre, .5 miserable; below .5 not
    worth factoring. An item far below the others shares little with them. Bartlett's test only
    rules out that nothing correlates.

    When not to use it
    ------------------
    It does not say that there is one dimension. A singular matrix (no more persons than items, or
    an item that is a sum of others) has no partial correlations, and none is printed. Bartlett's
    test assumes Pearson correlations.

    Agrees with
    -----------
    psych KMO and cortest.bartlett on Pearson correlations to 1e-9.

    References
    ----------
    kaiser_1974, bartlett_1951

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> nps.factorability(study).tables["overall"]["matrix"].tolist()
    ['pearson']
    """
    made = coded_forms(study, omitted=omitted, not_reached=not_reached)
    rows = [_row(form, asked_matrix(form, matrix)) for form in made.forms if form.n_items >= 2]
    return Result(
        tables={
            "overall": _overall(rows),
            "items": _items(rows),
            "dropped_items": dropped_table(made),
        },
        notes=made.notes,
        provenance={"persons_left_out": made.left_out},
    )


@dataclass(frozen=True)
class _Row:
    form: CodedForm
    matrix: MatrixName
    adequacy: SamplingAdequacy
    sphericity: Sphericity
    smallest: float
    why: str | None
    why_bartlett: str | None


def _row(form: CodedForm, matrix: MatrixName) -> _Row:
    why = gap(form, matrix)
    nothing = SamplingAdequacy(float("nan"), np.full(form.n_items, np.nan))
    df = form.n_items * (form.n_items - 1) // 2
    untested = Sphericity(float("nan"), df, float("nan"))
    if why is not None:
        return _Row(form, matrix, nothing, untested, float("nan"), why, why)
    r = form.matrix(matrix)
    smallest = float(np.linalg.eigvalsh(r)[0])
    if singular(r):
        return _Row(form, matrix, nothing, untested, smallest, "singular_matrix", "singular_matrix")
    tested = sphericity(r, n=int(form.pearson.n.min())) if matrix == "pearson" else untested
    why_bartlett = "too_few_persons" if matrix == "pearson" else "not_pearson"
    return _Row(form, matrix, sampling_adequacy(r), tested, smallest, None, why_bartlett)


def _overall(rows: list[_Row]) -> pd.DataFrame:
    why = [row.why for row in rows]
    return tidy(
        {
            "form": [row.form.form for row in rows],
            "matrix": [row.matrix for row in rows],
            "items": [row.form.n_items for row in rows],
            "n": [row.form.n for row in rows],
            "kmo": [row.adequacy.overall for row in rows],
            "bartlett_chi_square": [row.sphericity.chi_square for row in rows],
            "df": [row.sphericity.df for row in rows],
            "p_value": [row.sphericity.p_value for row in rows],
            "smallest_eigenvalue": [row.smallest for row in rows],
        },
        {
            "kmo": [w or "no_shared_variance" for w in why],
            "bartlett_chi_square": [row.why_bartlett for row in rows],
            "p_value": [row.why_bartlett for row in rows],
            "smallest_eigenvalue": why,
        },
    )


def _items(rows: list[_Row]) -> pd.DataFrame:
    why = [row.why or "no_shared_variance" for row in rows for _ in row.form.item_ids]
    return tidy(
        {
            "form": [row.form.form for row in rows for _ in row.form.item_ids],
            "item_id": [item for row in rows for item in row.form.item_ids],
            "kmo": [float(value) for row in rows for value in row.adequacy.items],
        },
        {"kmo": why},
    )


def findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """Items with too little in common; a matrix that cannot be inverted."""
    least, persons = thresholds["kmo_min"], thresholds["parallel_persons_min"]
    overall = result.tables["overall"]
    for row in known_rows(overall, "kmo"):
        if row["kmo"] >= least.value:
            continue
        few = row["n"] < persons.value
        doubt = f", though {row['n']} persons are too few to be sure" if few else ""
        yield found(
            code="little_in_common",
            severity="info" if few else "warning",
            subject=form_subject(row["form"]),
            sentence=f"The items{in_form(row['form'])} share little beyond single pairs: KMO is "
            f"{short(row['kmo'])}{doubt}.",
            value=float(row["kmo"]),
            threshold=least,
        )
    if "kmo_reason" not in overall:
        return
    singular_ones = overall[overall["kmo_reason"] == "singular_matrix"]
    for row in known_rows(singular_ones, "smallest_eigenvalue"):
        yield found(
            code="singular_correlations",
            severity="info",
            subject=form_subject(row["form"]),
            sentence=f"The {row['matrix']} correlations of the {row['items']} items"
            f"{in_form(row['form'])} ({row['n']:,} persons) cannot be inverted: their smallest "
            f"eigenvalue is {row['smallest_eigenvalue']:.3f}.",
            value=float(row["smallest_eigenvalue"]),
        )
