"""The forms of a study as sets of items, with what each item is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import ONE_FORM, named_booklets
from naas_psych.numerics.arrays import Floats
from naas_psych.study.longcells import forms_of
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study


@dataclass(frozen=True)
class FormItems:
    """members: the places of the items (J) of each form, by its name; points (J,) of the items."""

    members: Mapping[str, NDArray[np.intp]]
    points: Floats


def form_items(study: Study) -> FormItems:
    """Forms as the items table names them, else as they were given; items nobody had are out."""
    responses = study.responses
    given = (responses.points != NOT_ADMINISTERED).any(axis=0)
    places = np.flatnonzero(given) if given.any() else np.arange(len(given))
    worth = (responses.max_points - responses.min_points) * float(responses.unit)
    return FormItems(members=_members(study, places), points=worth.astype(float))


def _members(study: Study, places: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
    named = _named(study, places)
    if len(named) == 1:
        return {ONE_FORM: places}
    if named:
        return named
    found = named_booklets(study, omitted=study.omitted)
    if len(found.names) < 2:
        return {ONE_FORM: places}
    return {
        name: np.asarray(booklet.items)
        for name, booklet in zip(found.names, found.booklets.kept, strict=True)
    }


def _named(study: Study, places: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
    """The forms of the column form_id; nothing where it does not tell."""
    if "form_id" not in study.items:
        return {}
    cells = study.items["form_id"].to_numpy(dtype=object)[places]
    told = [forms_of(cell if isinstance(cell, str) else None) for cell in cells]
    names = sorted({name for forms in told if forms for name in forms})
    return {name: places[[forms is None or name in forms for forms in told]] for name in names}
