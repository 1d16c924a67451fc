"""Rated work by station: each person's score, and the grade or the word that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.standard.judged_persons import highest_cut
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.arrays import Floats
from naas_psych.study.cells import fold, number
from naas_psych.study.study import Study

#: The name of all stations together, and of the only one where no task is named.
ALL_STATIONS, ONE_STATION = "all stations", "rated work"
#: Of the column borderline_flag.
_YES = ("yes", "true", "1", "y", "borderline")
Combined = Literal["mean", "sum"]
CombinedScore = Annotated[
    Combined, Field(description="mean or sum over the criteria of a station, and over stations")
]


@dataclass(frozen=True, eq=False)
class Stations:
    """N persons in S stations, by name.

    scores (N, S) : over criteria, of the mean over raters; nan where a criterion has no mark
    grades (N, S) : mean over raters; flagged (N, S) : share of raters who saw the border; nan: none
    clusters (N,) ; ratings : a row a rater, person and station: station, person, rater (codes, -1
        for none), score of that rater (nan where a criterion has no mark), grade
    """

    names: tuple[str, ...]
    scores: Floats
    grades: Floats
    flagged: Floats
    clusters: NDArray[np.int64]
    ratings: pd.DataFrame
    note: str

    @property
    def whole_name(self) -> str:
        """What cuts of all stations together are called."""
        return ALL_STATIONS if len(self.names) > 1 else self.names[0]


def combined(values: Floats, how: Combined) -> Floats:
    """Mean or sum over the last axis, which are stations; nan where there are none."""
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values.mean(axis=-1) if how == "mean" else values.sum(axis=-1))


def rated_stations(study: Study, how: Combined) -> Stations | None:
    """From the table of marks; None where there is none, or it has no mark."""
    table = study.tables.get("marks")
    if table is None or not {"person_id", "mark"} <= set(table.columns):
        return None
    given = table[table["person_id"].notna()]
    if not given["mark"].notna().any():
        return None
    frame = _coded(study, given)
    persons, who = np.unique(given["person_id"].astype(str), return_inverse=True)
    frame["person"] = who
    names = tuple(sorted(set(frame["station"])))
    frame["station"] = pd.Index(names).get_indexer(pd.Index(frame["station"]))
    shape = (persons.size, len(names))
    ratings = _ratings(frame, how)
    return Stations(
        names=names,
        scores=_table(_scores(frame, ["person", "station"], how), shape),
        grades=_table(ratings.groupby(["person", "station"])["grade"].mean(), shape),
        flagged=_table(ratings.groupby(["person", "station"])["flag"].mean(), shape),
        clusters=_clusters(study, persons),
        ratings=ratings,
        note=f"The score of a station is the {how} over criteria of the mean over raters.",
    )


def _coded(study: Study, given: pd.DataFrame) -> pd.DataFrame:
    """Station, rater, criterion, mark, grade and flag of every mark."""
    column = study.spec.standard.grades.column
    empty = pd.Series(None, index=given.index, dtype=object)
    rater = given.get("rater_id", empty)
    flag = given.get("borderline_flag", empty)
    known = flag.notna().to_numpy()
    said = np.array([fold(str(word)) in _YES for word in flag], dtype=float)
    return pd.DataFrame(
        {
            "station": _text(given.get("task_id", empty), ONE_STATION),
            "rater": pd.factorize(rater, sort=True)[0],
            "criterion": _text(given.get("criterion", empty), ""),
            "mark": given["mark"].to_numpy(dtype=float),
            "grade": pd.to_numeric(given.get(column, empty), errors="coerce").to_numpy(dtype=float),
            "flag": np.where(known, said, np.nan),
        }
    )


def _text(column: pd.Series, otherwise: str) -> list[str]:
    return [otherwise if pd.isna(value) else str(value) for value in column]


def _scores(frame: pd.DataFrame, by: list[str], how: Combined) -> pd.Series:
    """Mean over raters, then mean or sum over criteria; only where every criterion has a mark."""
    marked = frame[frame["mark"].notna()]
    each = marked.groupby([*by, "criterion"])["mark"].mean().groupby(by)
    needed = marked.groupby("station")["criterion"].nunique()
    whole = each.size().to_numpy() == needed[each.size().index.get_level_values("station")]
    found = each.mean() if how == "mean" else each.sum()
    return found.where(whole.to_numpy())


def _ratings(frame: pd.DataFrame, how: Combined) -> pd.DataFrame:
    by = ["station", "person", "rater"]
    grouped = frame.groupby(by)[["grade", "flag"]].mean()
    grouped["score"] = _scores(frame, by, how)
    return grouped.reset_index()


def _table(values: pd.Series, shape: tuple[int, int]) -> Floats:
    found = np.full(shape, np.nan)
    index = values.index
    found[index.get_level_values("person"), index.get_level_values("station")] = values.to_numpy()
    return found


def _clusters(study: Study, persons: NDArray[np.object_]) -> NDArray[np.int64]:
    """(N,) cluster of each; who did not take the test is a cluster alone."""
    known = clusters_of(study)
    ids = pd.Index(study.responses.person_ids.astype(str))
    place = ids.get_indexer(pd.Index(persons))
    alone = known.n + np.arange(persons.size)
    if not known.name:
        return np.asarray(alone, dtype=np.int64)
    return np.asarray(np.where(place >= 0, known.codes[place], alone), dtype=np.int64)


def borderline_grades(study: Study, asked: Sequence[str] | None) -> dict[str, float]:
    """The grade of a person on the border of each cut, from `met=4` or the study.

    Raises
    ------
    UsageError
        What was asked for is no name and grade.
    AnalysisImpossible
        The study does not say which grade is borderline, and none was asked for.
    """
    found = {} if asked else dict(study.spec.standard.grades.borderline)
    for text in asked or ():
        name, _, value = text.replace("=", ":").rpartition(":")
        grade = number(value.strip())
        if grade is None:
            raise UsageError(
                f"--borderline {text} is not allowed. Expected: NAME=GRADE, such as met=4."
            )
        found[name.strip() or highest_cut(study) or "met"] = grade
    if not found:
        raise AnalysisImpossible(
            "Nothing says which grade a person on the border has. Needed: [standard.grades] "
            "borderline = {met = 4} in study.toml (the grade by the name of the cut), or "
            "--borderline met=4."
        )
    return found


def names_in_order(study: Study, names: Sequence[str], values: Sequence[float]) -> list[str]:
    """Names of cuts from the lowest: by the outcomes or pass marks of the study, else by value."""
    outcomes = study.spec.decision.outcomes
    if all(name in outcomes for name in names):
        return sorted(names, key=outcomes.index)
    cuts = study.spec.cuts
    if all(name in cuts for name in names) and len({cuts[name].unit for name in names}) == 1:
        return sorted(names, key=lambda name: cuts[name].value)
    by_value = dict(zip(names, values, strict=True))
    return sorted(names, key=lambda name: by_value[name])
