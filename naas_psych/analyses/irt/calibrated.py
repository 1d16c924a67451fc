"""The calibration that every analysis of this chapter starts from: made once, used by all."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.options import Omitted
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.refusal import Refused
from naas_psych.study.booklets import find_booklets
from naas_psych.study.responses import NOT_ADMINISTERED, Counted
from naas_psych.study.study import Study

ModelName = Literal[
    "auto", "rasch", "1pl", "2pl", "3pl", "4pl", "grm", "gpcm", "pcm", "rsm", "nominal"
]
Model = Annotated[
    ModelName,
    Field(
        description="response model; auto takes the richest one that so many persons can bear "
        "(2pl or gpcm, else rasch or pcm)"
    ),
]
Errors = Annotated[
    Literal["observed", "crossprod", "sandwich", "none"],
    Field(description="where standard errors come from: observed information, cross-products"),
]
#: Models named after right/wrong items: those with more categories get the partial credit model
#: that goes with it.
_FOR_MORE_CATEGORIES = {"rasch": "pcm", "2pl": "gpcm", "3pl": "gpcm", "4pl": "gpcm"}


@dataclass(frozen=True)
class Prepared:
    """What is calibrated: points (N, J), negative where absent; an item's lowest point counts 0.

    names : the model of each item; notes : why these, and how absences count
    forms, common_items : how many forms are calibrated together, and items that all of them have
    """

    points: NDArray[Any]
    item_ids: tuple[str, ...]
    person_ids: NDArray[np.object_]
    names: tuple[str, ...]
    notes: tuple[str, ...]
    forms: int
    common_items: int


@dataclass(frozen=True)
class Calibrated:
    """A calibration and the scores it was made from."""

    fit: Calibration
    prepared: Prepared

    @property
    def points(self) -> NDArray[Any]:
        return self.prepared.points

    @property
    def notes(self) -> tuple[str, ...]:
        """What every table made from the calibration should say."""
        doubt = "The estimates of the model did not settle: these numbers cannot be relied on."
        return self.prepared.notes if self.fit.converged else (doubt, *self.prepared.notes)


@dataclass(frozen=True)
class _Asked:
    model: str
    omitted: Counted


_KEPT: dict[tuple[int, _Asked], Calibrated] = {}


def calibrated(
    study: Study,
    *,
    model: ModelName = "auto",
    omitted: Omitted = None,
    standard_errors: str | None = None,
    threads: int = 1,
) -> Calibrated:
    """The calibration of a study, made once for all analyses that ask for the same.

    An item not reached or not administered is left out of a person's likelihood; an omitted one
    counts as the study says.

    Raises
    ------
    AnalysisImpossible
        The scores cannot be calibrated, with the reason and what would be needed.
    """
    asked = _Asked(model, omitted or study.omitted)
    place = (id(study), asked)
    kept = _KEPT.get(place)
    if kept is not None and standard_errors in (None, kept.fit.standard_errors):
        return kept
    if kept is None:
        weakref.finalize(study, _KEPT.pop, place, None)
    prepared = prepare(study, model=model, omitted=asked.omitted)
    _KEPT[place] = Calibrated(
        fitted(prepared, standard_errors=standard_errors, threads=threads), prepared
    )
    return _KEPT[place]


def fitted(
    prepared: Prepared,
    *,
    names: Sequence[str] | None = None,
    standard_errors: str | None = None,
    threads: int = 1,
) -> Calibration:
    """The calibration of prepared scores, by their own models or by `names`; nothing is kept.

    Raises
    ------
    AnalysisImpossible
        The engine refused, with its reason and remedy.
    """
    try:
        fit: Calibration = calibrate(
            prepared.points,
            prepared.names if names is None else names,
            standard_errors=standard_errors,  # type: ignore[arg-type]
            threads=threads,
        )
    except Refused as refusal:
        raise impossible(refusal) from refusal
    return fit


def impossible(refusal: Refused) -> AnalysisImpossible:
    """What the engine refused, in the words of this program."""
    said = refusal.message[:1].upper() + refusal.message[1:]
    needed = refusal.remedy[:1].upper() + refusal.remedy[1:]
    return AnalysisImpossible(f"{said}. Needed: {needed}.")


def prepare(study: Study, *, model: ModelName, omitted: Counted) -> Prepared:
    """Scores as the engine takes them, and a model for each item."""
    responses = study.responses
    marks = responses.marks(omitted=omitted, not_reached="left_out")
    names, why = chosen(study, marks, model)
    links = _links(study, marks)
    counts = {"wrong": "counts as wrong", "left_out": "is left out"}
    notes = [why, f"An omitted response {counts[omitted]}; an item not reached is left out."]
    return Prepared(
        points=marks,
        item_ids=responses.item_ids,
        person_ids=responses.person_ids,
        names=names,
        notes=(*notes, *_link_note(links)),
        forms=links.forms,
        common_items=links.common_items,
    )


def chosen(study: Study, marks: NDArray[Any], model: ModelName) -> tuple[tuple[str, ...], str]:
    """The model of each item, and why."""
    several = _several_categories(marks)
    if model != "auto":
        names = tuple(_FOR_MORE_CATEGORIES.get(model, model) if s else model for s in several)
        mixed = model in _FOR_MORE_CATEGORIES and any(several)
        other = _FOR_MORE_CATEGORIES.get(model)
        more = f"; items with more than two categories get the {other}" if mixed else ""
        return names, f"Model: {model}, as asked{more}."
    n = int((marks.max(axis=1, initial=-1) >= 0).sum())
    limits = study.thresholds
    floor = int(limits["irt_persons_polytomous" if any(several) else "irt_persons_2pl"].value)
    rich, plain = ("2pl", "gpcm"), ("rasch", "pcm")
    pair = rich if n >= floor else plain
    names = tuple(pair[int(s)] for s in several)
    said = " and ".join(sorted(set(names)))
    verdict = "reach" if n >= floor else "do not reach"
    return (
        names,
        f"Model: {said}, because {n:,} persons {verdict} the {floor} that free slopes need.",
    )


def _several_categories(marks: NDArray[Any]) -> list[bool]:
    """Whether more than two different scores occur on each item."""
    return [np.unique(column[column >= 0]).size > 2 for column in marks.T]


@dataclass(frozen=True)
class _Links:
    """How many forms are calibrated together, and how many items are common to all of them."""

    forms: int
    common_items: int


def _links(study: Study, marks: NDArray[Any]) -> _Links:
    least = int(study.thresholds["booklet_persons_min"].value)
    given = np.where(marks == NOT_ADMINISTERED, NOT_ADMINISTERED, 0).astype(np.int8)
    booklets = find_booklets(given, min_persons=least).kept
    if len(booklets) < 2:
        return _Links(len(booklets), marks.shape[1])
    common = set(booklets[0].items.tolist()).intersection(*(b.items.tolist() for b in booklets[1:]))
    return _Links(len(booklets), len(common))


def _link_note(links: _Links) -> tuple[str, ...]:
    """Several forms stand on one scale only by what links them."""
    if links.forms < 2:
        return ()
    return (
        f"{links.forms} forms are calibrated together, as samples of one population; "
        f"{links.common_items} items are common to all of them.",
    )
