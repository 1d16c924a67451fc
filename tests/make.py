"""Studies made from a matrix, without files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.study.responses import OMITTED, Responses
from naas_psych.study.spec import StudySpec, Tables
from naas_psych.study.study import Study
from naas_psych.thresholds import default_thresholds

ABSENT = {"": -1, "-": -1, ".": -2, "~": -3, "!": -4}


def study_from_scores(
    points: Any,
    *,
    min_points: Any = 0,
    max_points: Any = None,
    unit: float = 1.0,
    item_ids: Sequence[str] | None = None,
    omitted: str = "wrong",
    items: Mapping[str, Sequence[Any]] | None = None,
    thresholds: Mapping[str, float] | None = None,
    **more: Any,
) -> Study:
    """A study of scores (N, J) in points; negative codes are absences (see `Responses`)."""
    matrix = np.asarray(points)
    n, j = matrix.shape
    if max_points is None:
        max_points = np.maximum(matrix.max(axis=0, initial=0), np.asarray(min_points) + 1)
    kind = np.int8 if np.max(max_points, initial=0) <= 127 else np.int16
    ids = tuple(item_ids or (f"Q{k + 1:02d}" for k in range(j)))
    responses = Responses(
        person_ids=np.array([f"P{k + 1}" for k in range(n)], dtype=object),
        item_ids=ids,
        points=matrix.astype(kind),
        unit=unit,
        min_points=np.broadcast_to(np.asarray(min_points, dtype=np.int64), (j,)).copy(),
        max_points=np.broadcast_to(np.asarray(max_points, dtype=np.int64), (j,)).copy(),
        **more,
    )
    study = Study(
        title="made",
        spec=StudySpec(tables=Tables(responses="none.csv")),
        responses=responses,
        items=pd.DataFrame({"item_id": list(ids), **(items or {})}),
        persons=pd.DataFrame({"person_id": responses.person_ids}),
        thresholds=default_thresholds().overridden_by(thresholds or {}),
        omitted=omitted,  # type: ignore[arg-type]
    )
    study.__dict__["fingerprint"] = "sha256:made-by-a-test"
    return study


def study_from_choices(
    letters: Any,
    key: Sequence[str],
    *,
    item_ids: Sequence[str] | None = None,
    items: Mapping[str, Sequence[Any]] | None = None,
    points: Any = None,
    **more: Any,
) -> Study:
    """A study of single choices: rows of option texts, and one right option an item.

    `-` or nothing is omitted, `.` not reached, `~` not administered, `!` a technical loss. Give
    `points` where the key is more than one option.
    """
    table = np.array([list(row) for row in letters], dtype=object)
    n, j = table.shape
    choices = np.full((n, j), OMITTED, dtype=np.int16)
    scores = np.zeros((n, j), dtype=np.int64)
    options = []
    for k in range(j):
        found = sorted({text for text in table[:, k] if text not in ABSENT})
        options.append(tuple(found))
        codes = {text: place for place, text in enumerate(found)} | ABSENT
        choices[:, k] = [codes[text] for text in table[:, k]]
        right = table[:, k] == key[k]
        scores[:, k] = np.where(choices[:, k] < 0, choices[:, k], right)
    return study_from_scores(
        scores if points is None else points,
        max_points=1 if points is None else more.pop("max_points", None),
        item_ids=item_ids,
        items={"key": list(key), **(items or {})},
        choices=choices,
        options=tuple(options),
        **more,
    )


_A = "111111 111110 111101 111010 110111 111000 110100 101100 110010 100101 100000 010000"
#: Data A of the method sheet: 12 persons, 6 right or wrong items.
DATA_A = np.array([[int(score) for score in row] for row in _A.split()])

_C = (
    "32 2 1 25 7 1 6 2 2 9 3 2 10 5 2 9 7 4 3 0 0 3 5 1 2 3 3 17 6 2 17 5 1 13 9 0 14 4 0 9 6 5 17 "
    "13 11 1 2 1 3 2 3 2 11 9 9 4 1 12 3 2 10 3 1 7 5 2 7 9 1 9 11 13 2 3 3 1 6 5 2 18 19"
)
#: Data C of the method sheet: 500 persons, 4 items in three categories, from pattern counts.
DATA_C = np.repeat(
    np.array(np.unravel_index(np.arange(81), (3, 3, 3, 3))).T,
    [int(count) for count in _C.split()],
    axis=0,
)
