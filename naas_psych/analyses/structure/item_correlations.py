"""Correlations of items: tetrachoric, polychoric or Pearson, each with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.structure.item_correlations_drawings import (
    item_correlations_drawings as drawings,
)
from naas_psych.analyses.structure.item_correlations_findings import (
    item_correlations_findings as findings,
)
from naas_psych.analyses.structure.matrices import (
    MANY_CATEGORIES,
    MOST_CATEGORIES,
    CodedForm,
    MatrixName,
    NotReachedInPairs,
    coded_forms,
    dropped_table,
    gap,
)
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.pair_tables import binary_tables, recoded
from naas_psych.numerics.polychoric import polychoric_matrix
from naas_psych.numerics.smoothing import smoothed
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "item_correlations"]

Method = Annotated[
    Literal["auto", "pearson", "polychoric"],
    Field(description="auto: polychoric where an item has fewer than 5 categories, else Pearson"),
]


@analysis
def item_correlations(
    study: Study,
    *,
    method: Method = "auto",
    omitted: Omitted = None,
    not_reached: NotReachedInPairs = "left_out",
    level: Level = 0.95,
) -> Result:
    """How do the items go together, pair by pair?

    Formula
    -------
    Tetrachoric (both items have two categories) and polychoric: thresholds from the margins of the
    table of the two items, then the rho that maximises sum n_kl log pi_kl(rho), pi from the
    bivariate normal. r_se allows for the estimated thresholds; limits by Fisher's z, and 1 or -1
    on the side of an empty cell of a 2 x 2 table. Each pair is over the persons, of all forms, who
    have both items.

    How to read it
    --------------
    Tetrachoric correlations are those of the traits behind the items and larger than Pearson's of
    right/wrong scores. With extreme items or few persons the intervals are very wide: read these,
    and zero_cells. A matrix of estimates need not be positive definite; `matrices` says how far it
    is from that, and which kind of correlation other analyses of structure use.

    When not to use it
    ------------------
    Below some 200 persons tetrachoric correlations say little. They suppose normal traits. One
    large correlation among thousands is no finding: see local_dependence, which takes out what the
    whole test measures.

    Agrees with
    -----------
    lavaan lavCor (ordered) to 1e-7; polycor's two-step estimate and standard error, and the
    standard error of its full maximum likelihood, to 1e-4; psych tetrachoric to 3e-5 where it does
    not smooth the matrix (the likelihood at our value is the higher one). With gaps lavaan takes
    thresholds from all who answered an item; here they are of the pair. A table of 2 x 2 with one
    empty cell is treated as lavaan does: half a person is moved, margins kept.

    References
    ----------
    olsson_1979, drezner_wesolowsky_1990

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> pairs = nps.item_correlations(study).tables["pairs"]
    >>> list(pairs.columns)[:3]
    ['item_a', 'item_b', 'r']
    """
    pooled = coded_forms(study, omitted=omitted, not_reached=not_reached, pooled=True)
    made = coded_forms(study, omitted=omitted, not_reached=not_reached)
    everything = pooled.forms[0]
    return Result(
        tables={
            "pairs": _pairs(everything, _estimated(everything, method), level),
            "matrices": _matrices([form for form in made.forms if form.n_items >= 2]),
            "dropped_items": dropped_table(pooled),
        },
        notes=(
            *pooled.notes,
            *(
                f"Form {f.form}: the {f.suited.name} matrix suits, because {f.suited.why}."
                for f in made.forms
                if f.n_items >= 2
            ),
        ),
    )


@dataclass(frozen=True)
class _Estimated:
    """Correlations of all items (J, J) with what belongs to each; zero cells -1 for Pearson's."""

    r: Floats
    se: Floats
    n: NDArray[np.int64]
    zero_cells: NDArray[np.int64]
    method: NDArray[np.object_]
    why: NDArray[np.object_]


def _estimated(form: CodedForm, method: str) -> _Estimated:
    r, se, n = form.pearson.r.copy(), form.pearson.se.copy(), form.pearson.n
    found = _Estimated(
        r=r,
        se=se,
        n=n,
        zero_cells=np.full(r.shape, -1),
        method=np.full(r.shape, "pearson", dtype=object),
        why=np.where(n == 0, "no_common_persons", "no_variance").astype(object),
    )
    wanted = np.flatnonzero(form.categories <= MOST_CATEGORIES)
    if method == "pearson" or wanted.size < 2:
        return found
    _put_polychoric(found, form, wanted, every=method == "polychoric")
    return found


def _put_polychoric(
    into: _Estimated, form: CodedForm, items: NDArray[np.int64], *, every: bool
) -> None:
    """Replace Pearson by polychoric where an item of the pair has few categories."""
    whole = items.size == form.n_items
    found = form.polychoric if whole else polychoric_matrix(form.codes[:, items])
    categories = form.categories[items]
    few = categories < MANY_CATEGORIES
    take = np.ones((items.size, items.size), dtype=bool) if every else few[:, None] | few[None, :]
    at = tuple(items[side] for side in np.nonzero(take))
    names = np.where(found.binary, "tetrachoric", "polychoric").astype(object)
    into.r[at], into.se[at] = found.r[take], found.se_full[take]
    into.zero_cells[at], into.method[at] = found.zero_cells[take], names[take]
    reasons = np.where(found.reasons == "no_responses", "no_common_persons", found.reasons)
    into.why[at] = reasons[take]


def _pairs(form: CodedForm, found: _Estimated, level: float) -> pd.DataFrame:
    at = np.triu_indices(form.n_items, 1)
    ids = np.array(form.item_ids, dtype=object)
    r, se = found.r[at], found.se[at]
    few = found.n[at] < 4
    se = np.where(few | np.isnan(r), np.nan, se)
    low, high = _limits(r, se, found.n[at], pearson=found.method[at] == "pearson", level=level)
    if (zeros := found.zero_cells[at] > 0).any():
        end = np.where(zeros & np.isfinite(low), _ends(form)[at], 0.0)
        low, high = np.where(end < 0, -1.0, low), np.where(end > 0, 1.0, high)
    why = np.where(
        np.isnan(r), found.why[at], np.where(few, "too_few_persons", "perfect_correlation")
    )
    zero_cells = np.where(found.method[at] == "pearson", np.nan, found.zero_cells[at])
    reasons = why.tolist()
    return tidy(
        {
            "item_a": ids[at[0]],
            "item_b": ids[at[1]],
            "r": r,
            "r_se": se,
            "r_low": low,
            "r_high": high,
            "n": found.n[at],
            "zero_cells": zero_cells,
            "method": found.method[at],
        },
        {
            **dict.fromkeys(("r", "r_se", "r_low", "r_high"), reasons),
            "zero_cells": ["no_pair_table"] * len(r),
        },
    )


def _limits(r: Floats, se: Floats, n: Any, *, pearson: Any, level: float) -> tuple[Floats, Floats]:
    """By Fisher's z: of Pearson's r with 1/sqrt(n - 3), else se / (1 - r^2); none at |r| = 1."""
    inside = np.isfinite(r) & np.isfinite(se) & (np.abs(r) < 1)
    safe = np.where(inside, r, 0.0)
    spread = np.where(pearson, 1 / np.sqrt(np.maximum(n - 3, 1)), se / (1 - safe**2))
    half = normal_quantile(level) * np.where(inside, spread, np.nan)
    z = np.arctanh(safe)
    return np.tanh(z - half), np.tanh(z + half)


def _ends(form: CodedForm) -> Floats:
    """Where the likelihood of a 2x2 table with an empty cell rises to (J, J): 1, -1, or 0 if none.

    The half person that is moved gives such a table a correlation, but nothing to bound it by on
    that side.
    """
    two = np.flatnonzero(form.categories <= 2)
    data = recoded(form.codes[:, two])
    empty = binary_tables(data.codes, complete=data.complete).cells() < 0.5
    ends = np.zeros(form.pearson.r.shape)
    unlike, like = empty[..., 1] | empty[..., 2], empty[..., 0] | empty[..., 3]
    ends[np.ix_(two, two)] = np.where(unlike, 1.0, 0.0) - np.where(like, 1.0, 0.0)
    return ends


def _matrices(forms: list[CodedForm]) -> pd.DataFrame:
    """What each matrix of each form is worth."""
    names: tuple[MatrixName, ...] = ("pearson", "polychoric")
    both = [(form, name, gap(form, name)) for form in forms for name in names]
    smooth = [None if why else smoothed(form.matrix(name)) for form, name, why in both]
    why = [why for _, _, why in both]
    return tidy(
        {
            "form": [form.form for form, _, _ in both],
            "matrix": [name for _, name, _ in both],
            "items": [form.n_items for form, _, _ in both],
            "n": [form.n for form, _, _ in both],
            "smallest_eigenvalue": [s.smallest_eigenvalue if s else np.nan for s in smooth],
            "smoothing_change": [s.largest_change if s else np.nan for s in smooth],
            "positive_definite": pd.Series(
                [s.smallest_eigenvalue > 0 if s else None for s in smooth], dtype=object
            ),
            "suits": [form.suited.name == name for form, name, _ in both],
        },
        {"smallest_eigenvalue": why, "smoothing_change": why},
    )
