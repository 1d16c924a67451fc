"""Folders of work put into levels by several judges: ratings as a table of folders and judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.outcomes import percent_of_marks
from naas_psych.analyses.standard.judged_persons import (
    boundary_names,
    judgements,
    levels_in_order,
    on_border,
)
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_NEEDED = (
    "Needed: a table judged_persons with person_id, judge_id and level (and round, where folders "
    "were judged more than once)."
)
#: The last judgement that each judge gave each folder, whatever its round.
LAST = "last judgement"


@dataclass(frozen=True, eq=False)
class Single:
    """n ratings: percent of the marks of the folder, level given, and which folder it is."""

    percent: Floats
    level: NDArray[np.int64]
    folder: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ratings:
    """F folders by J judges: code of the level (F, J), -1 where none; percent (F,) of the marks."""

    levels: NDArray[np.int64]
    percent: Floats

    @property
    def given(self) -> NDArray[np.bool_]:
        """(F, J) whether the judge judged the folder."""
        return self.levels >= 0

    @property
    def judges(self) -> int:
        """How many judges gave a rating."""
        return int(self.given.any(axis=0).sum())

    @property
    def folders(self) -> int:
        """How many folders were rated."""
        return int(self.given.any(axis=1).sum())

    def single(self) -> Single:
        """Every rating by itself."""
        folder, judge = np.nonzero(self.given)
        return Single(self.percent[folder], self.levels[folder, judge], folder)


@dataclass(frozen=True, eq=False)
class Folders:
    """All judges by name, levels and boundaries in order, ratings by round and the last of each."""

    judge_ids: tuple[str, ...]
    levels: tuple[str, ...]
    names: tuple[str, ...]
    rounds: dict[str, Ratings]
    last: Ratings
    other_words: int
    unscored: int


def folder_ratings(study: Study, omitted: Counted | None) -> Folders:
    """The judgements of the study as ratings of folders.

    Raises
    ------
    AnalysisImpossible
        No judge is named, or no judged person has a total.
    """
    found = judgements(study)
    if found is None or not found.judges_named:
        raise AnalysisImpossible(f"No judge put folders of work into levels. {_NEEDED}")
    border = on_border(study, found.words)
    words = [word for word, cut in zip(found.words, border, strict=True) if cut is None]
    if not words:
        raise AnalysisImpossible(f"All judged persons are on the border of two levels. {_NEEDED}")
    levels = levels_in_order(study, words)
    codes = np.array([levels.index(word) if word in levels else -1 for word in found.words])
    percent = np.append(percent_of_marks(study, omitted), np.nan)
    scored = np.isfinite(percent[found.place])
    use = (codes >= 0) & scored
    if not use.any():
        raise AnalysisImpossible("No judged person took the test, so folders have no score.")
    ids = np.append(study.responses.person_ids.astype(object), "")
    folder_ids, folder = np.unique(ids[found.place[use]].astype(str), return_inverse=True)
    place = np.zeros(folder_ids.size, dtype=np.int64)
    place[folder] = found.place[use]
    rows = np.column_stack([folder, found.judges[use], found.rounds[use], codes[use]])
    shape = (folder_ids.size, len(found.judge_ids))
    by_round = {
        name: Ratings(_matrix(rows[rows[:, 2] == k], shape), percent[place])
        for k, name in enumerate(found.round_names)
        if (rows[:, 2] == k).any()
    }
    return Folders(
        judge_ids=found.judge_ids,
        levels=levels,
        names=boundary_names(study, levels),
        rounds=by_round,
        last=Ratings(_last(list(by_round.values())), percent[place]),
        other_words=int((codes < 0).sum()),
        unscored=int((~scored & (codes >= 0)).sum()),
    )


def _matrix(rows: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """(F, J) level; a judge who gave a folder several in one round counts with the middle one."""
    found = np.full(shape, -1, dtype=np.int64)
    order = np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))
    rows = rows[order]
    _, start, count = np.unique(rows[:, :2], axis=0, return_index=True, return_counts=True)
    middle = rows[start + (count - 1) // 2]
    found[middle[:, 0], middle[:, 1]] = middle[:, 3]
    return found


def _last(rounds: Sequence[Ratings]) -> NDArray[np.int64]:
    found = rounds[0].levels.copy()
    for later in rounds[1:]:
        found = np.where(later.given, later.levels, found)
    return found
