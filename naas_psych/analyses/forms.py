"""Forms as every chapter finds and names them: persons who were given the same items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.study.booklets import Booklet, Booklets, find_booklets
from naas_psych.study.longcells import forms_of
from naas_psych.study.responses import NOT_ADMINISTERED, Counted
from naas_psych.study.study import Study

#: The name of the form when there is one only.
ONE_FORM = "all"


@dataclass(frozen=True)
class NamedBooklets:
    """marks (N, J) in points by the conventions; the booklets they fall into, and their names."""

    marks: NDArray[Any]
    booklets: Booklets
    names: tuple[str, ...]


def named_booklets(
    study: Study, *, omitted: Counted, not_reached: Counted | None = None
) -> NamedBooklets:
    """The booklets of a study, largest first; items not reached count as the study says."""
    unreached = not_reached or study.unreached(omitted)
    marks = study.responses.marks(omitted=omitted, not_reached=unreached)
    least = int(study.thresholds["booklet_persons_min"].value)
    found = find_booklets(marks, min_persons=least)
    return NamedBooklets(marks, found, booklet_names(study, found.kept))


def forms_given(study: Study) -> NamedBooklets:
    """Forms by the items that persons were given, whatever they did with them; marks are points.

    For statistics of pairs of items, which do not need a total: nobody is left out for a gap.
    """
    points = study.responses.points
    given = np.where(points == NOT_ADMINISTERED, NOT_ADMINISTERED, 0).astype(np.int8)
    found = find_booklets(given, min_persons=int(study.thresholds["booklet_persons_min"].value))
    return NamedBooklets(points, found, booklet_names(study, found.kept))


def booklet_names(study: Study, booklets: Sequence[Booklet]) -> tuple[str, ...]:
    """The form's own name where items.form_id tells it, else `booklet 1`, `booklet 2`, ..."""
    if len(booklets) == 1:
        return (ONE_FORM,)
    numbered = tuple(f"booklet {k}" for k in range(1, len(booklets) + 1))
    if "form_id" not in study.items:
        return numbered
    found = [_forms_with_all(study.items["form_id"].iloc[b.items]) for b in booklets]
    names = tuple(
        next(iter(forms)) if len(forms) == 1 else number
        for forms, number in zip(found, numbered, strict=True)
    )
    return names if len(set(names)) == len(names) else numbered


def _forms_with_all(form_ids: pd.Series[Any]) -> frozenset[str]:
    """The forms that have every one of these items; items of every form do not tell."""
    named = [forms_of(text) for text in form_ids.dropna().astype(str).unique()]
    told = [forms for forms in named if forms is not None]
    return frozenset.intersection(*told) if told else frozenset()


def form_in_words(name: str) -> str:
    """`form alpha`; a name that says what it names stays as it is."""
    says_so = name.casefold().startswith(("form", "booklet"))
    return name if says_so else f"form {name}"


def form_or_test(name: str) -> str:
    """`form alpha`, or `the test` where it is the only form."""
    return "the test" if name == ONE_FORM else form_in_words(name)


def form_subject(name: str) -> str:
    """What a finding on a form is about: its name, or `test` where it is the only form."""
    return "test" if name == ONE_FORM else name


def of_form(form: str) -> str:
    """` of form alpha`, or nothing where there is one form only."""
    return "" if form == ONE_FORM else f" of {form_in_words(form)}"


def in_form(form: str) -> str:
    """` in form alpha`, or nothing where there is one form only."""
    return "" if form == ONE_FORM else f" in {form_in_words(form)}"


def left_out_notes(booklets: Booklets, consequence: str) -> tuple[str, ...]:
    """How many persons have no total that compares with others', why, and what that means."""
    said = []
    if booklets.incomplete:
        said.append(
            f"{booklets.incomplete} persons lack a score on an item they were given and have no "
            f"total; {consequence}"
        )
    if booklets.alone:
        said.append(
            f"{booklets.alone} persons share their set of items with too few others to have a "
            f"comparable total; {consequence}"
        )
    return tuple(said)
