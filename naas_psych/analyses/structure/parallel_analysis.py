"""Parallel analysis: how many dimensions stand out from those of data without any structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.structure.matrices import (
    CodedForm,
    MatrixName,
    NotReachedInPairs,
    coded_forms,
    dropped_table,
    gap,
)
from naas_psych.analyses.structure.parallel_analysis_drawings import (
    parallel_analysis_drawings as drawings,
)
from naas_psych.analyses.structure.parallel_analysis_findings import (
    parallel_analysis_findings as findings,
)
from naas_psych.analyses.structure.permuted_eigenvalues import (
    PERMUTATIONS,
    QUANTILE,
    permuted_eigenvalues,
)
from naas_psych.analysis import Seed, Threads, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dimensions import eigenvalue_ratio
from naas_psych.numerics.parallel_analysis import (
    NullEigenvalues,
    eigenvalues,
    retained,
)
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "parallel_analysis"]

Permutations = Annotated[
    int, Field(ge=1, le=100_000, description="how often the data are permuted")
]
Quantile = Annotated[
    float, Field(gt=0, lt=1, description="quantile of the permuted eigenvalues to be exceeded")
]


@analysis
def parallel_analysis(
    study: Study,
    *,
    replicates: Permutations = PERMUTATIONS,
    quantile: Quantile = QUANTILE,
    omitted: Omitted = None,
    not_reached: NotReachedInPairs = "left_out",
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """How many things do the scores reflect?

    Formula
    -------
    Eigenvalues of the correlation matrix beside those of the same data with each item's responses
    permuted over the persons who have one: margins stay, structure goes. A component is retained
    while its eigenvalue is above the quantile (or, as the other rule, the mean) of that eigenvalue
    in permuted data; the first that is not ends the count. Done on Pearson correlations and on
    tetrachoric or polychoric ones, each against permuted correlations of its own kind.

    How to read it
    --------------
    One retained component is what a test with one total score should have. Read the line of
    `counts` that suits the data. Large samples retain components too small to matter: compare the
    first two eigenvalues (eigenvalue_ratio above 3 or 4 is one main thing). Where the two matrices
    disagree, items of like difficulty may pose as a dimension (Pearson), or extreme items make
    tetrachoric correlations noisy.

    When not to use it
    ------------------
    Not below some 150 persons: there it cannot tell. It says how many things go together, not what
    they are; a cluster of items on one text is a component too.

    Agrees with
    -----------
    psych fa.parallel (fa = "pc") on Pearson correlations: eigenvalues to 1e-9, random means within
    Monte-Carlo error. fa.parallel's number of factors, from reduced matrices, is larger.

    References
    ----------
    horn_1965, buja_eyuboglu_1992, glorfeld_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> counts = nps.parallel_analysis(study, replicates=20).tables["counts"]
    >>> sorted(counts["rule"].unique())
    ['mean', 'quantile']
    """
    made = coded_forms(study, omitted=omitted, not_reached=not_reached)
    asked = _Asked(replicates, quantile, seed, threads)
    found = [one for form in made.forms if form.n_items >= 2 for one in _compared(form, asked)]
    return Result(
        tables={
            "eigenvalues": _table([one for one in found if one.matrix == "pearson"]),
            "eigenvalues_polychoric": _table([one for one in found if one.matrix == "polychoric"]),
            "counts": _counts(found),
            "dropped_items": dropped_table(made),
        },
        notes=(*made.notes, *_notes(found, asked)),
        provenance={"seed": seed, "persons_left_out": made.left_out},
    )


@dataclass(frozen=True)
class _Asked:
    replicates: int
    quantile: float
    seed: int
    threads: int


@dataclass(frozen=True)
class _Compared:
    """One matrix of one form: eigenvalues (j,) observed and in permuted data.

    why : why there are none
    """

    form: CodedForm
    matrix: MatrixName
    observed: Floats
    null: NullEigenvalues
    line: Floats
    why: str | None

    def components(self, rule: str) -> int | None:
        if self.why is not None:
            return None
        return retained(self.observed, self.line if rule == "quantile" else self.null.mean)


def _compared(form: CodedForm, asked: _Asked) -> list[_Compared]:
    """Both matrices of a form against the same permuted data."""
    names: tuple[MatrixName, ...] = ("pearson", "polychoric")
    why = {name: gap(form, name) for name in names}
    kinds = [name for name in names if why[name] is None]
    null: dict[MatrixName, NullEigenvalues] = {}
    if kinds:
        null = permuted_eigenvalues(
            form,
            kinds=kinds,
            replicates=asked.replicates,
            seed=asked.seed,
            threads=asked.threads,
        )
    return [_one(form, name, null.get(name), why[name], asked) for name in names]


def _one(
    form: CodedForm,
    matrix: MatrixName,
    null: NullEigenvalues | None,
    why: str | None,
    asked: _Asked,
) -> _Compared:
    nothing = np.full(form.n_items, np.nan)
    if null is None:
        empty = NullEigenvalues(nothing[None], 0)
        return _Compared(form, matrix, nothing, empty, nothing, why)
    observed = eigenvalues(form.matrix(matrix))
    if not len(null.values):
        empty = NullEigenvalues(nothing[None], null.degenerate)
        return _Compared(form, matrix, observed, empty, nothing, "all_samples_degenerate")
    return _Compared(form, matrix, observed, null, null.quantile(asked.quantile), None)


def _table(found: list[_Compared]) -> pd.DataFrame:
    """Eigenvalues of each form; a matrix without any has no rows (its reason is in `counts`)."""
    known = [one for one in found if np.isfinite(one.observed).all()]
    sizes = [one.observed.size for one in known]
    why = np.repeat([one.why for one in known], sizes).tolist()
    return tidy(
        {
            "form": np.repeat(np.array([one.form.form for one in known], dtype=object), sizes),
            "component": _joined([np.arange(1, size + 1) for size in sizes]).astype(np.int64),
            "observed": _joined([one.observed for one in known]),
            "random_mean": _joined([one.null.mean for one in known]),
            "random_quantile": _joined([one.line for one in known]),
            "retained": _joined(
                [
                    np.arange(size) < (one.components("quantile") or 0)
                    for one, size in zip(known, sizes, strict=True)
                ]
            ).astype(bool),
        },
        {"random_mean": why, "random_quantile": why},
    )


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts) if parts else np.empty(0)


def _counts(found: list[_Compared]) -> pd.DataFrame:
    rows = [(one, rule) for one in found for rule in ("quantile", "mean")]
    counted = [one.components(rule) for one, rule in rows]
    shares = [one.observed[0] / one.observed.size for one, _ in rows]
    ratios = [eigenvalue_ratio(one.observed) for one, _ in rows]
    why = [one.why for one, _ in rows]
    return tidy(
        {
            "form": [one.form.form for one, _ in rows],
            "matrix": [one.matrix for one, _ in rows],
            "rule": [rule for _, rule in rows],
            "components": np.array([np.nan if c is None else c for c in counted], dtype=float),
            "suits": [one.form.suited.name == one.matrix for one, _ in rows],
            "items": [one.form.n_items for one, _ in rows],
            "n": [one.form.n for one, _ in rows],
            "first_share": shares,
            "eigenvalue_ratio": ratios,
        },
        {
            "components": why,
            "first_share": why,
            "eigenvalue_ratio": [w or "no_second_eigenvalue" for w in why],
        },
    )


def _notes(found: list[_Compared], asked: _Asked) -> list[str]:
    said = [
        f"Permuted {asked.replicates} times; a component is retained above the "
        f"{asked.quantile:g} quantile."
    ]
    for one in found:
        if one.matrix == "pearson":
            said.append(
                f"Form {one.form.form}: the {one.form.suited.name} matrix suits, because "
                f"{one.form.suited.why}."
            )
        if one.null.degenerate:
            said.append(
                f"Form {one.form.form}: {one.null.degenerate} of {asked.replicates} permuted data "
                f"sets had a pair without a {one.matrix} correlation and were left out."
            )
    return said
