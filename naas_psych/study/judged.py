"""Persons whom judges put into levels, and grades of rated work: words and numbers that stand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable, fold, number
from naas_psych.study.policy import Standard


def level_words(standard: Standard, cuts: Mapping[str, object]) -> tuple[str, ...]:
    """Words that a judge may use of a person: the levels, and those who are on a border.

    The border of the cut named partially_met, say, is `borderline_partially_met`.
    """
    on_border = fold(standard.borderline_level)
    of_cuts = [f"{on_border}_{fold(name)}" for name in cuts]
    return (*(fold(level) for level in standard.levels or ()), on_border, *of_cuts)


def check_judged(
    table: RawTable,
    frame: pd.DataFrame,
    standard: Standard,
    cuts: Mapping[str, object],
    audit: Audit,
) -> pd.DataFrame:
    """Levels that are not declared are set to empty; whom one judge judged twice is told."""
    if standard.levels is not None:
        frame = _known_words(table, frame, level_words(standard, cuts), audit)
    by = [name for name in ("person_id", "judge_id", "round") if name in frame]
    given = frame[frame["person_id"].notna() & frame["level"].notna()]
    words = given["level"].map(lambda word: fold(str(word)))
    first = words.groupby([given[name].fillna("") for name in by]).transform("first")
    again = given.duplicated(by)
    # Without judges named, two rows of one person may be two judges; only where they differ.
    told = again if "judge_id" in frame else again & (words != first)
    for record in given.index[told]:
        who = ", ".join(str(frame[name].iloc[record]) for name in by)
        same = "the same level" if words[record] == first[record] else "another level"
        where: Where = {"file": table.file, "row": table.line(int(record)), "value": who}
        audit.add("judged_twice", f"{who} stands above already, with {same}.", **where)
    return frame


def _known_words(
    table: RawTable, frame: pd.DataFrame, known: tuple[str, ...], audit: Audit
) -> pd.DataFrame:
    levels = frame["level"].to_numpy(dtype=object).copy()
    expected = f"one of {', '.join(dict.fromkeys(known))} ([standard] levels)."
    for record, word in enumerate(levels):
        if not isinstance(word, str) or fold(word) in known:
            continue
        where: Where = {"file": table.file, "row": table.line(record), "column": "level"}
        audit.add("unknown_level", f"level is {word!r}.", expected=expected, value=word, **where)
        levels[record] = None
    return frame.assign(level=pd.Series(levels, dtype=object, index=frame.index))


def check_grades(table: RawTable, frame: pd.DataFrame, standard: Standard, audit: Audit) -> None:
    """Global grades that are no numbers, in a column that study.toml declares something of."""
    column = standard.grades.column
    if column not in frame or not standard.grades.borderline:
        return
    grades = frame[column].to_numpy(dtype=object)
    for record in np.flatnonzero(frame[column].notna().to_numpy()):
        text = str(grades[record])
        if number(text) is None:
            where: Where = {"file": table.file, "row": table.line(int(record)), "column": column}
            audit.add("grade_not_number", f"{column} is {text!r}.", value=text, **where)
