"""The panel: what each of J judges last said about each of I items, as matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.agreement import category_counts
from naas_psych.numerics.arrays import Floats
from naas_psych.study.study import Study

#: The scale of relevance and clarity, and the words of `essential`, first the one Lawshe counts.
LOW, HIGH = 1, 4
#: Ratings from here on call an item relevant.
RELEVANT = 3
ESSENTIAL = ("essential", "useful", "not_needed")
_CRITERIA = ("relevance", "clarity", "essential", "role_owner")

Round = Annotated[
    int | None,
    Field(ge=0, description="round of ratings to use; default: the last each judge gave an item"),
]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Ratings of J judges on the I items of the study; what was not given is nan, or -1 in codes.

    Attributes
    ----------
    judges, items : names, sorted by judge and in the order of the study
    relevance, clarity : (J, I) on the scale of 1 to 4
    essential : (J, I) codes into `ESSENTIAL`
    owner : (J, I) codes into `roles`
    roles : every role that a judge named, sorted
    role : the role that the test is for; None when judges were not asked
    rounds : (J, I) the last round in which the judge rated the item by any criterion
    asked : the criteria that the table has
    table, rows : the judgements that were read, and (J, I) the last row that rates it, else -1
    """

    judges: tuple[str, ...]
    items: tuple[str, ...]
    relevance: Floats
    clarity: Floats
    essential: NDArray[np.int64]
    owner: NDArray[np.int64]
    roles: tuple[str, ...]
    role: str | None
    rounds: Floats
    asked: frozenset[str]
    table: pd.DataFrame
    rows: NDArray[np.int64]

    @cached_property
    def given(self) -> NDArray[np.bool_]:
        """(J, I) has a rating of relevance."""
        return np.isfinite(self.relevance)

    @cached_property
    def relevant(self) -> NDArray[np.bool_]:
        """(J, I) calls the item relevant."""
        return self.relevance >= RELEVANT

    @cached_property
    def owner_counts(self) -> NDArray[np.int64]:
        """(I, R) how many judges name each role as the owner of each item."""
        return category_counts(self.owner.T, max(len(self.roles), 1))


def read_panel(study: Study, *, round_: int | None = None) -> Panel:
    """The panel of a study; AnalysisImpossible where there are no judgements to read."""
    table = _judgements(study, round_)
    judges = np.array(sorted({str(name) for name in table["judge_id"]}), dtype=object)
    items = study.responses.item_ids
    asked = frozenset(set(_CRITERIA) & set(table.columns))
    rows, rounds = _last_rows(table, judges, items, said=_said(table, _CRITERIA))
    # A later round that asks one question again leaves the answers to the others as they were.
    own = {c: _last_rows(table, judges, items, said=_said(table, (c,)))[0] for c in _CRITERIA}
    owner, roles = _coded(table, "role_owner", own["role_owner"])
    return Panel(
        judges=tuple(judges),
        items=items,
        relevance=_numbers(table, "relevance", own["relevance"]),
        clarity=_numbers(table, "clarity", own["clarity"]),
        essential=_coded(table, "essential", own["essential"], words=ESSENTIAL)[0],
        owner=owner,
        roles=roles,
        role=_role(study, owner, roles),
        rounds=rounds,
        asked=asked,
        table=table,
        rows=rows,
    )


def _judgements(study: Study, round_: int | None) -> pd.DataFrame:
    needed = (
        "Needed: a table judgements (expert_ratings.csv) with judge_id, item_id and relevance "
        "from 1 to 4, and where judges were asked clarity, essential and role_owner."
    )
    table = study.tables.get("judgements")
    if table is None or table.empty:
        raise AnalysisImpossible(f"No judgements of experts were given. {needed}")
    if round_ is not None:
        there = table["round"] if "round" in table else pd.Series(1.0, index=table.index)
        table = table[there == round_]
        if table.empty:
            known = ", ".join(f"{value:g}" for value in sorted(there.dropna().unique()))
            raise AnalysisImpossible(
                f"No judgement is of round {round_}. Needed: one of the rounds {known}."
            )
    table = table[table["judge_id"].notna() & table["item_id"].notna()]
    if not table["item_id"].isin(study.responses.item_ids).any():
        raise AnalysisImpossible(f"No judgement is about an item of this test. {needed}")
    return table.reset_index(drop=True)


def _said(table: pd.DataFrame, criteria: tuple[str, ...]) -> NDArray[np.bool_]:
    """(M,) rows that hold a rating by one of these."""
    asked = [c for c in criteria if c in table]
    if not asked:
        return np.zeros(len(table), dtype=bool)
    return np.asarray(table[asked].notna().any(axis=1), dtype=bool)


def _last_rows(
    table: pd.DataFrame, judges: NDArray[Any], items: tuple[str, ...], *, said: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Floats]:
    """(J, I) of the rows `said`, that of the last round of the judge on the item; and the round."""
    turn = (
        table["round"].fillna(0).to_numpy(dtype=float) if "round" in table else np.ones(len(table))
    )
    who = pd.Index(judges).get_indexer(pd.Index(table["judge_id"].astype(str)))
    what = pd.Index(items).get_indexer(pd.Index(table["item_id"].astype(str)))
    used = np.flatnonzero(said & (what >= 0))
    used = used[np.argsort(turn[used], kind="stable")]
    rows = np.full((len(judges), len(items)), -1, dtype=np.int64)
    # Of several values for one cell numpy keeps the last, which is that of the last round.
    rows[who[used], what[used]] = used
    return rows, np.where(rows >= 0, turn[rows], np.nan)


def _numbers(table: pd.DataFrame, column: str, rows: NDArray[np.int64]) -> Floats:
    if column not in table:
        return np.full(rows.shape, np.nan)
    values = table[column].to_numpy(dtype=float)
    return np.asarray(np.where(rows >= 0, values[rows], np.nan))


def _coded(
    table: pd.DataFrame,
    column: str,
    rows: NDArray[np.int64],
    words: tuple[str, ...] | None = None,
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Codes (J, I) of the words of a column, and the words."""
    if column not in table:
        return np.full(rows.shape, -1, dtype=np.int64), words or ()
    known = words or tuple(sorted({str(word) for word in table[column].dropna()}))
    codes = pd.Index(known).get_indexer(pd.Index(table[column]))
    return np.where(rows >= 0, codes[rows], -1), known


def _role(study: Study, owner: NDArray[np.int64], roles: tuple[str, ...]) -> str | None:
    """The role that the study names, else the one that judges name most often."""
    named = study.spec.content.role
    if not roles:
        return named
    if named is not None and named not in roles:
        raise AnalysisImpossible(
            f"study.toml says [content] role = {named!r}, but no judge names it. "
            f"Needed: one of the roles that judges name: {', '.join(roles)}."
        )
    counts = np.bincount(owner[owner >= 0], minlength=len(roles))
    return named or (roles[int(counts.argmax())] if counts.any() else None)


def backgrounds(study: Study, names: tuple[str, ...]) -> tuple[str | None, ...]:
    """The background of each of these judges, None where it is not known."""
    table = study.tables.get("judges")
    if table is None or "background" not in table:
        return (None,) * len(names)
    told: Mapping[str, Any] = dict(
        zip(table["judge_id"].astype(str), table["background"], strict=True)
    )
    found = (told.get(name) for name in names)
    return tuple(str(one) if isinstance(one, str) and one else None for one in found)


def in_words(name: object) -> str:
    """A name from the data as a sentence writes it: `social worker`."""
    return str(name).replace("_", " ")
