"""Persons as the methods on matched scores take them: form by form, on the total of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import left_out_notes, named_booklets
from naas_psych.analyses.kept import kept
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.dif_cells import MatchedForm
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


def matched_forms(study: Study, omitted: Counted | None) -> tuple[MatchedForm, ...]:
    """The forms of a study, largest first, each with everybody who has a total on it.

    Totals count an item not reached as the study says (wrong, in ratings left out); an item that
    was not reached is left out where it is the item studied.

    Raises
    ------
    AnalysisImpossible
        No form of two items or more has persons with a total.
    """
    asked = omitted or study.omitted
    return kept(study, ("matched_forms", asked), lambda: _made(study, asked))


def forms_compared(
    study: Study, comparison: Comparison, forms: Sequence[MatchedForm]
) -> tuple[MatchedForm, ...]:
    """The forms without the items that a group left blank altogether.

    Blanks count as wrong, but where nobody of a group responded at all, that is no knowledge of how
    hard the item is for them: it is not studied, and no part of the matching score of either group.
    """
    answered = study.responses.points >= 0
    found = tuple(forms)
    for level in (comparison.reference, comparison.focal):
        silent = np.asarray(~answered[level.members].any(axis=0))
        if silent.any():
            found = tuple(_without(form, level.members, silent) for form in found)
    return found


def _without(
    form: MatchedForm, members: NDArray[np.bool_], silent: NDArray[np.bool_]
) -> MatchedForm:
    gone = members[form.rows][:, None] & silent[form.items]
    marks = np.where(silent[form.items], 0, form.marks)
    return replace(form, studied=np.where(gone, -1, form.studied), marks=marks)


def matched_notes(study: Study, omitted: Counted | None) -> tuple[str, ...]:
    """How absences count, how persons are matched over forms, and who has no total."""
    asked = omitted or study.omitted
    found = named_booklets(study, omitted=asked)
    counts = {"wrong": "counts as wrong", "left_out": "leaves the person out"}
    unreached = counts[study.unreached(asked)]
    notes = [
        f"An omitted response {counts[asked]}; an item not reached {unreached} in the matching "
        "score and is left out where it is the item studied."
    ]
    if len(found.names) > 1:
        notes.append(
            "Persons are matched within their form; an item of several forms is tested on all."
        )
    lost = left_out_notes(found.booklets, "they are in no comparison of matched persons.")
    return (*notes, *lost)


def _made(study: Study, omitted: Counted) -> tuple[MatchedForm, ...]:
    found = named_booklets(study, omitted=omitted)
    low = study.responses.min_points
    studied = study.responses.marks(omitted=omitted, not_reached="left_out")
    forms = []
    for name, booklet in zip(found.names, found.booklets.kept, strict=True):
        rows = np.arange(found.marks.shape[0])[booklet.rows]
        own = studied[np.ix_(rows, booklet.items)].astype(np.int64)
        forms.append(
            MatchedForm(
                name=name,
                items=booklet.items,
                marks=found.marks[np.ix_(rows, booklet.items)].astype(np.int64)
                - low[booklet.items],
                studied=np.where(own >= 0, own - low[booklet.items], -1),
                rows=rows,
            )
        )
    kept_forms = tuple(form for form in forms if form.items.size > 1)
    if not kept_forms:
        raise AnalysisImpossible(
            "Nobody has a mark on every item of a form of two items or more, so persons cannot be "
            "matched. Needed: persons with a mark on every item they were given."
        )
    return kept_forms
