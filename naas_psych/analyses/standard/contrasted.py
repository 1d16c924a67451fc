"""Persons of known level with their scores: what contrasted groups are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.outcomes import percent_of_marks
from naas_psych.analyses.standard.judged_persons import (
    boundary_names,
    judgements,
    levels_in_order,
    on_border,
    settled,
)
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.arrays import Floats
from naas_psych.study.cells import fold, number
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

EMPLOYER = (
    "Who is endorsed is the employer's judgement, often of the same person who put the candidate "
    "forward: it is no independent standard of competence."
)


@dataclass(frozen=True, eq=False)
class Contrasted:
    """n persons: percent of the marks, code of the level, cluster.

    levels from the lowest; names of the cuts at which all but the lowest begin; basis is the table
    """

    basis: str
    levels: tuple[str, ...]
    names: tuple[str, ...]
    percent: Floats
    level: NDArray[np.int64]
    clusters: NDArray[np.int64]
    disagreed: int
    notes: tuple[str, ...]


def contrasted(study: Study, omitted: Counted | None) -> Contrasted:
    """From the table judged_persons, else from decisions of the table endorsements.

    Raises
    ------
    AnalysisImpossible
        There is neither, or nobody of them has a total.
    """
    found = judgements(study)
    if found is not None:
        border = on_border(study, found.words)
        words = [word for word, cut in zip(found.words, border, strict=True) if cut is None]
        levels = levels_in_order(study, words) if words else ()
    if found is None or not levels:
        return _endorsed(study, omitted)
    persons = settled(found, levels)
    notes = [f"Levels from judged_persons, lowest first: {', '.join(levels)}."]
    if persons.disagreed:
        notes.append("Persons whose judges differ, with no level in the middle, are left out.")
    if persons.other_words:
        notes.append("Judgements that name no level (borderline, say) are left out.")
    return _with_scores(
        study,
        omitted,
        basis="judged_persons",
        levels=levels,
        place=persons.place,
        level=persons.level,
        notes=notes,
        disagreed=persons.disagreed,
    )


def _endorsed(study: Study, omitted: Counted | None) -> Contrasted:
    table = study.tables.get("endorsements")
    if table is None or not {"person_id", "decision"} <= set(table.columns):
        raise AnalysisImpossible(
            "Nobody says which persons are competent. Needed: a table judged_persons (person_id, "
            "level, judge_id where judges are known), or a table endorsements with a column "
            "decision."
        )
    given = table[table["person_id"].notna() & table["decision"].notna()]
    given = given.drop_duplicates("person_id")
    words = [fold(str(word)) for word in given["decision"]]
    levels = levels_in_order(study, words) if words else ("deferred", "endorsed")
    place = pd.Index(study.responses.person_ids).get_indexer(pd.Index(given["person_id"]))
    known = place >= 0
    codes = np.array([levels.index(word) for word in words], dtype=np.int64)
    note = f"Levels from endorsements.decision, lower first: {', '.join(levels)}. {EMPLOYER}"
    return _with_scores(
        study,
        omitted,
        basis="endorsements",
        levels=levels,
        place=place[known],
        level=codes[known],
        notes=[note],
        disagreed=0,
    )


def _with_scores(
    study: Study,
    omitted: Counted | None,
    *,
    basis: str,
    levels: Sequence[str],
    place: NDArray[np.int64],
    level: NDArray[np.int64],
    notes: Sequence[str],
    disagreed: int,
) -> Contrasted:
    percent = percent_of_marks(study, omitted)[place]
    known = np.isfinite(percent)
    if not known.any():
        raise AnalysisImpossible(
            f"Nobody of the table {basis} has a total. Needed: judged persons who took the test."
        )
    clusters = clusters_of(study)
    # Not by rows of the file: the samples drawn are then the same for any order of persons.
    order = np.lexsort((level[known], percent[known], study.responses.person_ids[place[known]]))
    return Contrasted(
        basis=basis,
        levels=tuple(levels),
        names=boundary_names(study, levels),
        percent=percent[known][order],
        level=level[known][order],
        clusters=clusters.codes[place[known]][order],
        disagreed=disagreed,
        notes=(*notes, clusters.said),
    )


def shares_asked(asked: Sequence[str] | None, names: Sequence[str]) -> dict[str, float]:
    """Share of the population at or above each boundary, from `met:0.8`, or `0.8` where it is one.

    Raises
    ------
    UsageError
        It is no share, or of no boundary.
    """
    found = {}
    for text in asked or ():
        name, _, share = text.rpartition(":")
        value = number(share)
        boundary = name or (names[0] if len(names) == 1 else "")
        if boundary not in names or value is None or not 0 < value < 1:
            raise UsageError(
                f"--prior {text} is not allowed. Expected: NAME:SHARE with a share between 0 and 1 "
                f"and a name of {', '.join(names)}, such as {names[-1]}:0.8."
            )
        found[boundary] = value
    return found
