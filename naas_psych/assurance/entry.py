"""One line of the verdict board, and what it must say about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.assurance.disclosure import persons_shown
from naas_psych.assurance.verdict import Verdict
from naas_psych.result import Result
from naas_psych.study.study import Study


@dataclass(frozen=True, kw_only=True)
class Caveat:
    """What every verdict must say about itself."""

    based_on: str
    main_assumption: str
    would_change_if: str
    does_not_show: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the board; `chapter` is where the report shows the numbers behind it.

    `measure`, `estimate`, `low` and `high` are what the verdict was read from, `column` the
    glossary term that says how to write them; a share with `out_of` is written as so many of it.
    `answer` says in plain words what a question comes to, `action` what to do now. `source` has
    the cells of the estimate and its limits in the results, as `analysis/table/row/column`; empty
    where it was worked out from several cells.
    """

    question: str
    claim: str
    verdict: Verdict
    caveat: Caveat
    chapter: str = ""
    measure: str = ""
    column: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    out_of: int | None = None
    answer: str = ""
    action: str = ""
    source: tuple[str, ...] = ()


def table_of(results: Mapping[str, Result], analysis: str, table: str) -> pd.DataFrame | None:
    """A table of a result, if there is one."""
    result = results.get(analysis)
    return result.tables.get(table) if result else None


def number(value: Any) -> float | None:
    """A cell as a number; None where it is undefined."""
    return None if value is None or pd.isna(value) else float(value)


def people_and_items(study: Study) -> str:
    """What nearly every verdict is based on."""
    r = study.responses
    n = persons_shown(study)
    people = "1 person" if n == 1 else f"{n:,} people"
    items = "1 item" if r.n_items == 1 else f"{r.n_items:,} items"
    return f"{people} and {items}, as recorded in the input files"


def named(items: list[str], *, most: int = 3) -> str:
    """`Q1, Q2, Q3 and 4 more`."""
    if len(items) <= most:
        return ", ".join(items[:-1]) + " and " + items[-1] if len(items) > 1 else "".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"
