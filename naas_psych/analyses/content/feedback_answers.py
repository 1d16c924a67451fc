"""The feedback table as the analyses of content read it: who said what, of test or item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.forms import named_booklets
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study

CANDIDATES = "candidates"
EXPERTS = "experts"
#: The source of rows that name none, where others do.
UNNAMED = "unnamed"
#: Sources of feedback that judge for their profession, and sources that see the test from outside.
_EXPERT_NAMES = frozenset({"experts", "expert", "judges", "judge", "smes", "sme", "panel"})
_OUTSIDE_NAMES = frozenset(
    {"users", "user", "service_users", "employers", "employer", "supervisors", "managers"}
    | {"public", "families", "observers"}
)
#: Columns that hold no question, whatever is in them.
_NO_QUESTION = frozenset({"person_id", "source", "item_id", "text", "form_id", "round"})
#: The question that stands for the others where one row a source is shown, best first.
_FIRST_QUESTIONS = ("relevant", "relevance", "relevant_overall", "relevant_to_job")
SCALE = (1.0, 5.0)
THIRDS = ("low", "middle", "top")


@dataclass(frozen=True)
class Answers:
    """M forms filled in about the whole test, or about an item.

    Attributes
    ----------
    source : (M,) who was asked, as text
    person : (M,) row of the person among the responses, -1 where unknown
    item : (M,) column of the item among the responses, -1 where the test as a whole is meant
    ratings : question to (M,) ratings of 1-5, nan where not given
    """

    source: NDArray[np.object_]
    person: NDArray[np.int64]
    item: NDArray[np.int64]
    ratings: dict[str, Floats]

    @property
    def sources(self) -> tuple[str, ...]:
        """In order of their first answer."""
        return tuple(dict.fromkeys(self.source.tolist()))

    def keep(self, which: NDArray[np.bool_]) -> Answers:
        """Some of the forms."""
        return Answers(
            self.source[which],
            self.person[which],
            self.item[which],
            {name: values[which] for name, values in self.ratings.items()},
        )


@dataclass(frozen=True)
class Feedback:
    """The feedback of a study: answers about the test, about items, and items that were named.

    `named` holds, by column, the item each form names (-1 none), for the forms about the test.
    """

    test: Answers
    items: Answers
    named: dict[str, NDArray[np.int64]]
    notes: tuple[str, ...]


def is_expert(source: str) -> bool:
    """Does this source judge for its profession?"""
    return _folded(source) in _EXPERT_NAMES


def is_candidate(source: str) -> bool:
    """Does this source speak for those who took the test?"""
    return not is_expert(source) and _folded(source) not in _OUTSIDE_NAMES


def _folded(source: str) -> str:
    return source.strip().casefold().replace(" ", "_").replace("-", "_")


def read_feedback(study: Study) -> Feedback | None:
    """The feedback of the study, or None where there is no such table."""
    table = study.tables.get("feedback")
    if table is None or table.empty:
        return None
    questions = ordered_questions(name for name in table.columns if _is_question(table, str(name)))
    every = Answers(
        _sources(table),
        # Where the responses name nobody, the names in the feedback are of other things.
        _places(table, "person_id", () if study.responses.anonymous else _persons(study)),
        _places(table, "item_id", study.responses.item_ids),
        {name: table[name].to_numpy(dtype=float, na_value=np.nan) for name in questions},
    )
    about_item = _stated(table, "item_id")
    notes: list[str] = []
    of_items = _of_items(study, every, about_item, notes)
    whole = ~about_item & ~_repeated(every, ~about_item)
    again = int((~about_item).sum() - whole.sum())
    if again:
        notes.append(f"{again} forms of persons who filled in a later one were set aside.")
    named = {
        name: _places(table, name, study.responses.item_ids)[whole]
        for name in naming_columns(table, study.responses.item_ids)
    }
    return Feedback(every.keep(whole), of_items, named, tuple(notes))


def _persons(study: Study) -> Sequence[str]:
    return study.responses.person_ids.tolist()  # type: ignore[no-any-return]


def _sources(table: pd.DataFrame) -> NDArray[np.object_]:
    if "source" not in table or not _stated(table, "source").any():
        return np.full(len(table), CANDIDATES, dtype=object)
    said = _stated(table, "source")
    values = table["source"].where(said, UNNAMED).astype(str).str.strip()
    return np.asarray(values.to_numpy(dtype=object))


def _stated(table: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    if column not in table:
        return np.zeros(len(table), dtype=bool)
    values = table[column]
    return np.asarray(values.notna() & (values.astype(str).str.strip() != ""), dtype=bool)


def _places(table: pd.DataFrame, column: str, names: Sequence[Any]) -> NDArray[np.int64]:
    if column not in table:
        return np.full(len(table), -1, dtype=np.int64)
    return np.asarray(pd.Index(list(names)).get_indexer(table[column]), dtype=np.int64)


def _is_question(table: pd.DataFrame, name: str) -> bool:
    """Numbers that all lie on the scale; hours of preparation do not."""
    column = table[name]
    if name in _NO_QUESTION or column.dtype.kind not in "fiu":
        return False
    known = column.dropna().to_numpy(dtype=float)
    return known.size > 0 and bool(((known >= SCALE[0]) & (known <= SCALE[1])).all())


def ordered_questions(names: Any) -> tuple[str, ...]:
    """Questions with the one on relevance first, the others as they stand."""

    def rank(name: str) -> int:
        if name.casefold() in _FIRST_QUESTIONS:
            return _FIRST_QUESTIONS.index(name.casefold())
        near = name.casefold().startswith("relev")
        return len(_FIRST_QUESTIONS) + (0 if near else 1)

    return tuple(sorted((str(name) for name in names), key=rank))


def naming_columns(table: pd.DataFrame, item_ids: Sequence[str]) -> tuple[str, ...]:
    """Columns such as most_irrelevant_item, in which people name an item."""
    names = [
        str(c) for c in table.columns if str(c).startswith("most_") and str(c).endswith("_item")
    ]
    return tuple(name for name in names if table[name].isin(list(item_ids)).any())


def _of_items(
    study: Study, every: Answers, about_item: NDArray[np.bool_], notes: list[str]
) -> Answers:
    """Ratings of items by people who can have met them, the last of each person."""
    unknown = about_item & (every.item < 0)
    asked = about_item & ~unknown
    known = asked & (every.person >= 0)
    never = np.zeros(len(asked), dtype=bool)
    points = study.responses.points
    never[known] = points[every.person[known], every.item[known]] == NOT_ADMINISTERED
    again = _repeated(every, asked & ~never)
    for count, said in (
        (int(unknown.sum()), "on items that are not in the responses"),
        (int(never.sum()), "by persons who were never given the item"),
        (int(again.sum()), "that the same person gave again later"),
    ):
        if count:
            notes.append(f"{count} rows of feedback {said} were set aside.")
    return every.keep(asked & ~never & ~again)


def _repeated(every: Answers, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows that the same person, source and item have again further down."""
    at = np.flatnonzero(which & (every.person >= 0))
    frame = pd.DataFrame(
        {"who": every.person[at], "source": every.source[at], "item": every.item[at]}
    )
    repeated = np.zeros(len(which), dtype=bool)
    repeated[at] = frame.duplicated(keep="last").to_numpy()
    return repeated


def score_thirds(study: Study) -> NDArray[np.int64]:
    """Third of the score (N,) within the persons of a form: 0 low, 1 middle, 2 top, -1 no total.

    By mid-ranks, so that equal totals are in the same third.
    """
    found = named_booklets(study, omitted=study.omitted)
    thirds = np.full(study.responses.n_persons, -1, dtype=np.int64)
    everybody = np.arange(study.responses.n_persons)
    for booklet in found.booklets.kept:
        rows = everybody[booklet.rows]
        totals = found.marks[rows][:, booklet.items].sum(axis=1, dtype=np.int64)
        _, place, counts = np.unique(totals, return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - counts / 2
        thirds[rows] = np.minimum((3 * middle[place] / len(rows)).astype(np.int64), 2)
    return thirds
