"""Forms with the outcome of everybody: as it is, without the tail, without rapid answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Behaviour, Flags
from naas_psych.analyses.speed.places import FormPlaces
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.outcome_changes import MarksByPosition, by_position, share_without
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

WITHOUT_TAIL, WITHOUT_RAPID = "without the tail", "without rapid answers"


@dataclass(frozen=True, eq=False)
class JudgedForm:
    """The n persons of a form who have a mark on every item.

    rows (n,) : indices in the study; ordinary (n,) : no extra time
    tail (P,) : positions of the tail; laid : marks by position
    whole, without_tail, without_rapid : (n,) shares of the marks, nan where nothing remains
    rushed : (n,) a rapid answer in the tail; low, high : marks possible
    timed : whether there are times at all
    """

    name: str
    in_words: str
    rows: NDArray[np.int64]
    ordinary: Flags
    positions: NDArray[np.int64]
    tail: Flags
    laid: MarksByPosition
    whole: Floats
    without_tail: Floats
    without_rapid: Floats
    rushed: Flags
    low: float
    high: float
    timed: bool

    def cut_share(self, cut: Cut) -> float | None:
        """The cut as a share of the marks; None for a cut on theta."""
        if cut.unit == "theta":
            return None
        if cut.unit == "percent":
            return cut.value / 100
        return (cut.value - self.low) / (self.high - self.low)


@dataclass(frozen=True, eq=False)
class JudgedForms:
    """All forms, and what every table made from them should say."""

    forms: tuple[JudgedForm, ...]
    notes: tuple[str, ...]


def judged_forms(study: Study, seen: Behaviour, *, tail: float, omitted: Counted) -> JudgedForms:
    """Forms in which somebody has a total and something remains without the tail."""
    marks = study.responses.marks(omitted=omitted, not_reached=study.unreached(omitted))
    made = [_form(study, seen, form, marks, tail) for form in seen.places.forms]
    found = tuple(one for one in made if one is not None)
    if not found:
        raise AnalysisImpossible(
            "Nobody has a mark on every item of a form of two items or more, so there is no "
            "outcome to compare. Needed: persons with a mark on every item they were given."
        )
    lost = sum(one.rows.size for one in seen.places.forms) - sum(one.rows.size for one in found)
    return JudgedForms(found, _notes(study, found, lost, omitted))


def _form(
    study: Study, seen: Behaviour, form: FormPlaces, marks: NDArray[Any], tail: float
) -> JudgedForm | None:
    responses = study.responses
    own = marks[np.ix_(form.rows, form.items)]
    complete = (own >= 0).all(axis=1)
    low, high = responses.min_points[form.items], responses.max_points[form.items]
    if not complete.any() or form.positions.size < 2 or (high <= low).all():
        return None
    rows, places = form.rows[complete], form.places[complete]
    above = (own[complete] - low).astype(float)
    last = np.isin(form.positions, form.tail(tail))
    laid = by_position(above, (high - low).astype(float), places, form.positions)
    rapid = seen.rapid[np.ix_(rows, form.items)]
    counted = np.where(rapid, 0, high - low).sum(axis=1)
    return JudgedForm(
        name=form.name,
        in_words=form.in_words,
        rows=rows,
        ordinary=~seen.places.extra_time[rows],
        positions=form.positions,
        tail=last,
        laid=laid,
        whole=share_without(laid, np.zeros_like(last)),
        without_tail=share_without(laid, last),
        without_rapid=np.where(rapid, 0.0, above).sum(axis=1)
        / np.where(counted > 0, counted, np.nan),
        rushed=np.asarray((rapid & np.isin(places, form.positions[last])).any(axis=1)),
        low=float(low.sum() * responses.unit),
        high=float(high.sum() * responses.unit),
        timed=seen.has_times,
    )


def _notes(
    study: Study, forms: tuple[JudgedForm, ...], lost: int, omitted: Counted
) -> tuple[str, ...]:
    notes = [
        f"The tail is {_span(one)} in {one.in_words}."
        if len(forms) > 1
        else f"The tail is {_span(one)}."
        for one in forms
    ]
    rule = {"wrong": "counts as wrong", "left_out": "leaves the person out"}
    notes.append(
        f"An omitted response {rule[omitted]}; an item not reached "
        f"{rule[study.unreached(omitted)]}."
    )
    if lost:
        notes.append(f"{lost} persons without a mark on every item of their form are left out.")
    if any(not one.ordinary.all() for one in forms):
        notes.append(
            "Persons with extra time are left out of the table cuts and stand in the table groups."
        )
    return tuple(notes)


def _span(form: JudgedForm) -> str:
    places = form.positions[form.tail]
    if places.size == 1:
        return f"position {places[0]}"
    return f"positions {places[0]} to {places[-1]}"
