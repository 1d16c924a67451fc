"""Persons who recorded the same option on every single-choice item that they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.audit import LISTED, Audit
from naas_psych.study.grid import Grid
from naas_psych.study.keys import Normal
from naas_psych.study.responses import ABSENCES, Responses
from naas_psych.study.scoring import Column

#: With fewer items than this a guesser may do it by chance, or a person who knows the answers.
_LEAST = 10


@dataclass(frozen=True)
class _Same:
    """persons : row of each person found; option : index of the option; answered : how many."""

    persons: NDArray[np.int64]
    option: NDArray[np.int64]
    answered: NDArray[np.int64]


def tell_one_option(
    responses: Responses, columns: Sequence[Column], normal: Normal, grid: Grid, audit: Audit
) -> None:
    """Tell them, one by one. Ratings are not looked at: there the same answer may be meant."""
    single = [j for j, column in enumerate(columns) if column.single]
    if responses.choices is None or len(single) < _LEAST:
        return
    labels: dict[str, str] = {}
    for j in single:
        for option in columns[j].options:
            labels.setdefault(normal(option), option)
    place = {name: k for k, name in enumerate(labels)}
    codes = [np.array([place[normal(o)] for o in columns[j].options]) for j in single]
    found = _same_throughout(responses.choices, single, codes)
    shown = list(labels.values())
    for k, person in enumerate(found.persons[:LISTED]):
        option, n = shown[found.option[k]], int(found.answered[k])
        said = f"the same option, {option!r}, on all {n} single-choice items answered."
        row = grid.place(int(person), single[0]).row
        audit.add("one_option_throughout", said, file=grid.file, row=row, value=option)
    audit.count_more("one_option_throughout", len(found.persons) - LISTED, file=grid.file)


def _same_throughout(
    choices: NDArray[np.int16], single: Sequence[int], codes: Sequence[NDArray[np.int64]]
) -> _Same:
    """Item after item, only those persons are kept who have not recorded two options so far."""
    n_persons = choices.shape[0]
    kept = np.arange(n_persons)
    first, answered = np.full(n_persons, -1), np.zeros(n_persons, dtype=np.int64)
    for j, code in zip(single, codes, strict=True):
        absent: Any = np.full(len(ABSENCES), -1)
        option = np.concatenate([code, absent])[choices[kept, j]]
        here, known = option >= 0, first[kept]
        answered[kept] += here
        first[kept] = np.where(known < 0, option, known)
        kept = kept[~here | (known < 0) | (option == known)]
    kept = kept[answered[kept] >= _LEAST]
    return _Same(kept, first[kept], answered[kept])
