"""The category codes of each form and their correlations: what every analysis of structure reads.

    for form in coded_forms(study).forms:          # one a form, largest first; kept for the study
        form.codes                                 # (n, j), the lowest category 0, -1 absent
        form.item_ids, form.rows, form.items       # who and what they are
        form.left_out                              # items without variance: (item_id, reason)
        form.pearson, form.polychoric              # computed once; see the numerics of each
        form.suited                                # the one that suits the data: name, r, why
        form.smooth                                # the suited matrix, positive definite

An omitted response counts as the study says; one not reached or not administered is left out of
each pair of items that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.forms import ONE_FORM, forms_given
from naas_psych.analyses.kept import kept
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.pair_pearson import PairPearson, pair_pearson
from naas_psych.numerics.polychoric import Polychoric, polychoric_matrix
from naas_psych.numerics.smoothing import Smoothed, smoothed
from naas_psych.study.booklets import Booklet
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

MatrixName = Literal["pearson", "polychoric"]
Matrix = Annotated[
    Literal["pearson", "polychoric", "suited"],
    Field(description="correlations to use: Pearson, tetrachoric/polychoric, or what suits"),
]
NotReachedInPairs = Annotated[
    Counted,
    Field(description="how an item that was not reached counts; left_out: from each of its pairs"),
]
#: From so many categories on Pearson correlations of the codes lose little.
MANY_CATEGORIES = 5
#: Codes above this do not fit the matrix of codes, and no table of so many categories is filled.
MOST_CATEGORIES = 15


@dataclass(frozen=True)
class Suited:
    """Which matrix suits the data, the matrix (J, J) as it was estimated, and why this one."""

    name: MatrixName
    r: Floats
    why: str


@dataclass(frozen=True)
class LeftOut:
    """An item that is in no matrix, with a short reason (no_responses, no_variance)."""

    item_id: str
    reason: str


@dataclass(frozen=True)
class CodedForm:
    """One form: n persons by j items that vary.

    codes : (n, j) int16 or int8, points above the item's lowest possible; -1 where absent
    rows : person indices (or a full slice); items : (j,) item indices of the study
    """

    form: str
    codes: NDArray[Any]
    item_ids: tuple[str, ...]
    rows: NDArray[np.int64] | slice
    items: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]
    thresholds: Thresholds = field(repr=False)

    @property
    def n(self) -> int:
        return int(self.codes.shape[0])

    @property
    def n_items(self) -> int:
        return int(self.codes.shape[1])

    @cached_property
    def complete(self) -> bool:
        """Nobody lacks a response."""
        return bool(self.codes.size == 0 or self.codes.min() >= 0)

    @cached_property
    def categories(self) -> NDArray[np.int64]:
        """(j,) how many categories occur."""
        return np.array([np.unique(c[c >= 0]).size for c in self.codes.T], dtype=np.int64)

    @cached_property
    def pearson(self) -> PairPearson:
        """Pearson correlations over the persons who have both items of a pair."""
        return pair_pearson(self.codes)

    @property
    def few_enough(self) -> bool:
        """The tables of pairs are small enough for polychoric correlations."""
        return int(self.categories.max(initial=0)) <= MOST_CATEGORIES

    @cached_property
    def polychoric(self) -> Polychoric:
        """Tetrachoric and polychoric correlations; only where `few_enough`."""
        return polychoric_matrix(self.codes)

    def matrix(self, name: MatrixName) -> Floats:
        """The matrix (J, J) by its name."""
        return self.pearson.r if name == "pearson" else self.polychoric.r

    @cached_property
    def suited(self) -> Suited:
        """Polychoric where items have few categories and the matrix can be used, else Pearson."""
        against = _against_polychoric(self)
        if against is None:
            few = "two categories" if self.categories.max() <= 2 else "few categories"
            why = f"Pearson correlations of items with {few} are too low"
            return Suited("polychoric", self.polychoric.r, why)
        return Suited("pearson", self.pearson.r, against)

    @cached_property
    def smooth(self) -> Smoothed:
        """The suited matrix made positive definite, where it was not."""
        return smoothed(self.suited.r)


@dataclass(frozen=True)
class CodedForms:
    """The forms of a study, largest first; `left_out` persons share their items with too few."""

    forms: tuple[CodedForm, ...]
    left_out: int
    notes: tuple[str, ...]


def dropped_table(made: CodedForms) -> pd.DataFrame:
    """The items that are in no matrix: form, item_id, reason."""
    rows = [(form.form, item.item_id, item.reason) for form in made.forms for item in form.left_out]
    return pd.DataFrame(rows, columns=["form", "item_id", "reason"], dtype=object)


def _against_polychoric(form: CodedForm) -> str | None:
    """Why the polychoric matrix does not suit, or nothing."""
    least = int(form.thresholds["polychoric_persons_min"].value)
    most = form.thresholds["polychoric_smoothing_max"].value
    if form.categories.min(initial=MANY_CATEGORIES) >= MANY_CATEGORIES:
        return f"every item has {MANY_CATEGORIES} categories or more"
    if not form.few_enough:
        return f"an item has more than {MOST_CATEGORIES} categories"
    if form.n < least:
        return f"{form.n} persons are fewer than the {least} that tetrachoric correlations need"
    undefined = int(np.isnan(form.polychoric.r).sum() // 2)
    if undefined:
        return f"{undefined} pairs of items have no tetrachoric or polychoric correlation"
    change = smoothed(form.polychoric.r).largest_change
    if change > most:
        return (
            f"the polychoric matrix is far from positive definite: smoothing it would move a "
            f"correlation by {change:.2f}"
        )
    return None


@dataclass(frozen=True)
class _Asked:
    omitted: Counted
    not_reached: Counted
    pooled: bool


def coded_forms(
    study: Study,
    *,
    omitted: Counted | None = None,
    not_reached: Counted = "left_out",
    pooled: bool = False,
) -> CodedForms:
    """The forms of a study as category codes, made once for all that ask for the same.

    `pooled` puts all forms together as one, each pair over the persons who were given both items.

    Raises
    ------
    AnalysisImpossible
        No form has two items that vary and two persons.
    """
    asked = _Asked(omitted or study.omitted, not_reached, pooled)
    return kept(study, ("coded forms", asked), lambda: _coded(study, asked))


def _coded(study: Study, asked: _Asked) -> CodedForms:
    codes = _codes(study, asked)
    given = forms_given(study)
    if asked.pooled:
        everybody = Booklet(slice(None), np.arange(codes.shape[1]), len(codes))
        forms = [_form(study, codes, ONE_FORM, everybody)]
    else:
        named = zip(given.names, given.booklets.kept, strict=True)
        forms = [_form(study, codes, name, booklet) for name, booklet in named]
    if not any(form.n_items >= 2 and form.n >= 2 for form in forms):
        raise AnalysisImpossible(
            "No form has two items on which persons differ, so no items can be correlated. "
            "Needed: two persons or more, and two items that some answer better than others."
        )
    return CodedForms(
        tuple(forms), 0 if asked.pooled else given.booklets.left_out, _notes(asked, forms)
    )


def _codes(study: Study, asked: _Asked) -> NDArray[Any]:
    """Points above each item's lowest possible (N, J), -1 where absent."""
    marks: NDArray[Any] = study.responses.marks(
        omitted=asked.omitted, not_reached=asked.not_reached
    )
    lowest: NDArray[Any] = study.responses.min_points.astype(marks.dtype)
    if not lowest.any() and marks.min(initial=0) >= -1:
        return marks
    return np.asarray(np.where(marks < 0, marks.dtype.type(-1), marks - lowest))


def _form(study: Study, codes: NDArray[Any], name: str, booklet: Booklet) -> CodedForm:
    """A form from the codes (N, J) of the whole study."""
    rows, items = booklet.rows, booklet.items
    codes = codes[rows] if items.size == codes.shape[1] else codes[rows][:, items]
    top, low = codes.max(axis=0, initial=-1), _least(codes)
    varies = top > low
    ids = study.responses.item_ids
    left_out = tuple(
        LeftOut(ids[items[j]], "no_responses" if top[j] < 0 else "no_variance")
        for j in np.flatnonzero(~varies)
    )
    varying = codes if varies.all() else codes[:, varies]
    return CodedForm(
        form=name,
        codes=np.ascontiguousarray(varying),
        item_ids=tuple(ids[j] for j in items[varies]),
        rows=rows,
        items=items[varies],
        left_out=left_out,
        thresholds=study.thresholds,
    )


def _least(codes: NDArray[Any]) -> NDArray[Any]:
    """The lowest code of each item among those who have one; the top of the scale if nobody."""
    highest = np.iinfo(codes.dtype).max
    if codes.min(initial=0) >= 0:
        return np.asarray(codes.min(axis=0, initial=highest))
    return np.asarray(np.where(codes < 0, highest, codes).min(axis=0, initial=highest))


def _notes(asked: _Asked, forms: list[CodedForm]) -> tuple[str, ...]:
    counts = {"wrong": "counts as wrong", "left_out": "is left out of its pairs of items"}
    notes = [
        f"An omitted response {counts[asked.omitted]}; an item not reached "
        f"{counts[asked.not_reached]}; one not administered is left out of its pairs."
    ]
    if any(not form.complete for form in forms):
        notes.append("Each correlation is over the persons who have both items.")
    return tuple(notes)


def asked_matrix(form: CodedForm, matrix: str) -> MatrixName:
    """The name of the matrix that an option asks for."""
    if matrix == "suited":
        return form.suited.name
    return "pearson" if matrix == "pearson" else "polychoric"


def gap(form: CodedForm, name: MatrixName) -> str | None:
    """Why the whole of a matrix cannot be had, as a short reason; None where it can."""
    if form.n < 3:
        return "too_few_persons"
    if name == "polychoric" and not form.few_enough:
        return "too_many_categories"
    return "undefined_pairs" if np.isnan(form.matrix(name)).any() else None
