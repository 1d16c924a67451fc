"""The score matrices that reliability is computed from: one a form, complete, varying items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import ONE_FORM, left_out_notes, named_booklets
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.moments import Moments, moments
from naas_psych.study.booklets import Booklet, Booklets
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Form:
    """Persons who were given the same items, with a mark on each.

    Attributes
    ----------
    points : (n, j) marks above the lowest possible, in units of `unit`; items in order of item_id
    items : (j,) item indices of the study, in the same order
    varies : (j,) which items do not have the same mark for everybody
    lowest : the lowest possible total, in points
    """

    name: str
    points: NDArray[Any]
    items: NDArray[np.int64]
    varies: NDArray[np.bool_]
    lowest: int
    highest: int
    unit: float
    binary: bool
    moments: Moments

    @property
    def n(self) -> int:
        return self.moments.n

    @property
    def varying(self) -> NDArray[np.int64]:
        """Item indices of the study, those that vary."""
        return self.items[self.varies]

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Covariance matrix of the items that vary, in points squared."""
        return self.moments.covariance[np.ix_(self.varies, self.varies)]


@dataclass(frozen=True)
class Forms:
    """The forms of a study, and what every table made from them should say."""

    forms: tuple[Form, ...]
    left_out: int
    notes: tuple[str, ...]


def complete_forms(study: Study, omitted: Counted | None) -> Forms:
    """Split a study into forms; persons whose marks fit in none are left out and counted."""
    counted = omitted or study.omitted
    found = named_booklets(study, omitted=counted)
    booklets = found.booklets
    if not booklets.kept or study.responses.n_items == 0:
        raise AnalysisImpossible(
            "No two persons have a mark on every one of the same items, so there is no total whose "
            "reliability could be computed. Needed: a set of items that many persons completed."
        )
    forms = tuple(
        _form(study, found.marks, booklet, name)
        for booklet, name in zip(booklets.kept, found.names, strict=True)
    )
    notes = _notes(forms, booklets, omitted=counted, not_reached=study.unreached(counted))
    return Forms(forms, booklets.left_out, notes)


def _form(study: Study, marks: NDArray[Any], booklet: Booklet, name: str) -> Form:
    responses = study.responses
    order = sorted(booklet.items.tolist(), key=lambda j: responses.item_ids[j])
    items = np.array(order, dtype=np.int64)
    lowest, highest = responses.min_points[items], responses.max_points[items]
    # Marks from 0 keep the sums exact and do not change a covariance.
    points = np.ascontiguousarray(marks[booklet.rows][:, items] - lowest.astype(marks.dtype))
    varies = points.min(axis=0) != points.max(axis=0)
    return Form(
        name=name,
        points=points,
        items=items,
        varies=varies,
        lowest=int(lowest.sum()),
        highest=int(highest.sum()),
        unit=responses.unit,
        binary=bool((highest - lowest == 1).all()),
        moments=moments(points),
    )


def _notes(
    forms: tuple[Form, ...], booklets: Booklets, *, omitted: Counted, not_reached: Counted
) -> tuple[str, ...]:
    rule = {"wrong": "counts as wrong", "left_out": "leaves the person out"}
    notes = [f"An omitted response {rule[omitted]}; an item not reached {rule[not_reached]}."]
    if len(forms) > 1:
        notes.append("Each form is on its own: totals over different items do not compare.")
    notes += left_out_notes(booklets, "they are left out.")
    for form in forms:
        if not form.varies.all():
            where = "" if form.name == ONE_FORM else f" in {form.name}"
            notes.append(
                f"{int((~form.varies).sum())} items without variance are not part of any "
                f"coefficient{where}."
            )
    return tuple(notes)


def dropped_items(study: Study, forms: Forms) -> dict[str, list[Any]]:
    """Columns of the table of items that were dropped: form, item_id, reason."""
    columns: dict[str, list[Any]] = {"form": [], "item_id": [], "reason": []}
    for form in forms.forms:
        for j in form.items[~form.varies]:
            columns["form"].append(form.name)
            columns["item_id"].append(study.responses.item_ids[j])
            columns["reason"].append("no_variance")
    return columns


def groups_of(study: Study, form: Form, column: str) -> dict[str, NDArray[np.int64]]:
    """Positions among the varying items of a form, by the value of a column of the items table.

    Items without a value are in no group; empty when the column was not given.
    """
    if column not in study.items:
        return {}
    labels = study.items[column].iloc[form.varying]
    members: dict[str, list[int]] = {}
    for position, (label, known) in enumerate(zip(labels, labels.notna(), strict=True)):
        if known and str(label).strip():
            members.setdefault(str(label).strip(), []).append(position)
    return {name: np.array(members[name], dtype=np.int64) for name in sorted(members)}
