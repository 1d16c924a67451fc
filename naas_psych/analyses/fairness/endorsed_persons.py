"""Endorsements as arrays: who was rated how, where, and on which criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.arrays import Floats
from naas_psych.study.cells import fold
from naas_psych.study.study import Study

Flags = NDArray[np.bool_]
#: How columns of ratings by criterion are called, and columns of numbers that are no ratings.
_FAMILIES = ("kss_", "criterion_", "rating_")
_OTHERS = ("months", "years", "evidence_n", "age", "hours", "row", "date")
_SAYS_YES = ("endorsed", "yes", "approved", "accepted", "true", "1")
#: Fewest and most levels of a scale whose two highest ratings are taken together.
_FEWEST, _MOST = 5, 12
#: Of a scale of more levels: the part of its range from which a rating is among the highest.
_HIGH_PART = 0.8


@dataclass(frozen=True, eq=False)
class Endorsed:
    """The n persons with a rating.

    place (n,) row of the study's persons, -1 for persons without responses; forward (n,) put
    forward for the test; endorsed (n,) 1, 0, nan where not decided, and evidence (n,) pieces, nan
    where nothing is said, each None where it was not recorded; site (n,) names, None where there
    are no sites; criteria (n, K) with their names; top : the rating from which one is high
    """

    place: NDArray[np.int64]
    rating: Floats
    forward: Flags
    endorsed: Floats | None
    evidence: Floats | None
    site: NDArray[np.object_] | None
    criteria: Floats
    names: tuple[str, ...]
    top: float
    unrated: int

    @property
    def high(self) -> Floats:
        """(n,) 1 where the rating is among the highest."""
        return np.asarray(self.rating >= self.top, dtype=float)

    def of(self, rows: Flags) -> Endorsed:
        """Some of the persons."""
        return replace(
            self,
            place=self.place[rows],
            rating=self.rating[rows],
            forward=self.forward[rows],
            endorsed=None if self.endorsed is None else self.endorsed[rows],
            evidence=None if self.evidence is None else self.evidence[rows],
            site=None if self.site is None else self.site[rows],
            criteria=self.criteria[rows],
        )

    def from_study(self, values: Floats) -> Floats:
        """(n,) what `values` (N,) of the study's persons are here; nan without responses."""
        return np.append(values, np.nan)[self.place]


def endorsed_persons(
    study: Study, *, top: float | None, criteria: Sequence[str] | None
) -> Endorsed:
    """The table of endorsements, each person once.

    Raises
    ------
    AnalysisImpossible
        There is no such table, or nobody has a rating.
    UsageError
        A criterion asked for is no column of numbers.
    """
    table = study.tables.get("endorsements")
    if table is None or not {"person_id", "rating"} <= set(table.columns):
        raise AnalysisImpossible(
            "There are no endorsements. Needed: a table endorsements with person_id and rating "
            "(and put_forward, decision, site and ratings by criterion, where there are any)."
        )
    named = table[table["person_id"].notna()].drop_duplicates("person_id")
    known = named[named["rating"].notna()]
    if not len(known):
        raise AnalysisImpossible(
            "Nobody in the table endorsements has a rating. Needed: numbers in the column rating."
        )
    names = _criteria(known, criteria)
    ratings = known[list(names)].to_numpy(dtype=float).reshape(len(known), len(names))
    rating = known["rating"].to_numpy(dtype=float)
    place = pd.Index(study.responses.person_ids).get_indexer(pd.Index(known["person_id"]))
    return Endorsed(
        place=np.asarray(place, dtype=np.int64),
        rating=rating,
        forward=_forward(known),
        endorsed=_decisions(known),
        evidence=known["evidence_n"].to_numpy(dtype=float) if "evidence_n" in known else None,
        site=_sites(study, known, place),
        criteria=ratings,
        names=names,
        top=top if top is not None else _top(np.append(ratings.ravel(), rating)),
        unrated=len(named) - len(known),
    )


def _forward(known: pd.DataFrame) -> Flags:
    """Whoever is not said to be left behind was put forward."""
    if "put_forward" not in known:
        return np.ones(len(known), dtype=bool)
    return np.asarray((known["put_forward"] != "no").to_numpy(), dtype=bool)


def _decisions(known: pd.DataFrame) -> Floats | None:
    if "decision" not in known:
        return None
    said = [
        np.nan if not isinstance(word, str) else float(fold(word) in _SAYS_YES)
        for word in known["decision"]
    ]
    return np.array(said, dtype=float)


def _sites(study: Study, known: pd.DataFrame, place: NDArray[Any]) -> NDArray[np.object_] | None:
    """The column of the study's sites, else the column site, else that of the persons."""
    declared = study.spec.fairness.site
    column = next((name for name in (declared, "site") if name in known), None)
    if column is not None:
        values = known[column].to_numpy(dtype=object)
    elif declared is not None and declared in study.persons:
        of_study: NDArray[Any] = study.persons[declared].to_numpy(dtype=object)
        values = np.array([of_study[at] if at >= 0 else None for at in place], dtype=object)
    else:
        return None
    return np.array([_name(value) for value in values], dtype=object)


def _name(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    return f"{value:g}" if isinstance(value, float) and np.isfinite(value) else None


def _criteria(known: pd.DataFrame, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Those asked for; else columns named as criteria are; else all others on the same scale."""
    numbers = [
        str(name)
        for name in known.columns
        if name not in ("rating", "evidence_n") and known[name].dtype.kind == "f"
    ]
    if asked:
        unknown = [name for name in asked if name not in numbers]
        if unknown:
            raise UsageError(
                f"The endorsements have no ratings {unknown[0]!r}. Columns of numbers are: "
                f"{', '.join(numbers) or 'none'}."
            )
        return tuple(dict.fromkeys(asked))
    named = tuple(name for name in numbers if fold(name).startswith(_FAMILIES))
    return named or tuple(name for name in numbers if _on_scale(known, name))


def _on_scale(known: pd.DataFrame, name: str) -> bool:
    """Whether a column of numbers can be ratings on the scale of the overall one."""
    values, rating = known[name].dropna(), known["rating"]
    if fold(name).startswith(_OTHERS) or not len(values):
        return False
    return bool(values.min() >= min(1.0, rating.min()) and values.max() <= rating.max())


def _top(ratings: Floats) -> float:
    """Where the highest ratings begin, from the levels in use."""
    levels = np.unique(ratings[np.isfinite(ratings)])
    if levels.size > _MOST:
        return float(levels[0] + _HIGH_PART * (levels[-1] - levels[0]))
    return float(levels[-2] if levels.size >= _FEWEST else levels[-1])
