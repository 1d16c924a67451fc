"""What each judge of a compromise said, cut by cut, in per cent; judges who left gaps stay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.standard.angoff_ratings import highest_cut
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.study.study import Study

Middle = Annotated[
    Literal["mean", "median"], Field(description="what stands for the judges: mean or median")
]


@dataclass(frozen=True, eq=False)
class Said:
    """values (J, K) of the judges, a column each of `names`; shares are from 0 to 1."""

    cut_name: str
    judges: tuple[str, ...]
    names: tuple[str, ...]
    values: Floats
    left_out: int

    def column(self, name: str) -> Floats:
        """(J,) what the judges said in one column."""
        return self.values[:, self.names.index(name)]

    def middle(self, statistic: str) -> Floats:
        """(K,) the mean or median of the judges."""
        return np.asarray(getattr(np, statistic)(self.values, axis=0))


def said_by_judges(
    study: Study, *, cuts: Sequence[str], shares: Sequence[str], needs: Sequence[str], what: str
) -> tuple[Said, ...]:
    """By the name of the cut; `needs` are the columns without which a judge does not count.

    Raises
    ------
    AnalysisImpossible
        The table is not there, lacks a column, or has no whole row.
    """
    table = study.tables.get("compromise")
    asked = (
        f"No judgements for {what} were given. Needed: a table compromise with the columns "
        f"judge_id, {', '.join(needs)}, in per cent."
    )
    if table is None or not set(needs) <= set(table.columns):
        raise AnalysisImpossible(asked)
    have = [name for name in (*cuts, *shares) if name in table]
    values = table[have].astype(float)
    values[[n for n in have if n in shares]] /= 100
    named = pd.Series(highest_cut(study), index=table.index, dtype=object)
    if "boundary" in table:
        named = table["boundary"].fillna(named)
    whole = values[list(needs)].notna().all(axis=1) & table["judge_id"].notna()
    found = []
    for name in dict.fromkeys(named):
        own = np.flatnonzero((named == name) & whole)
        ids = table["judge_id"].iloc[own].astype(str).to_numpy(dtype=object)
        order = np.argsort(ids, kind="stable")
        if own.size:
            rows = values.iloc[own[order]].to_numpy(float)
            gone = int(((named == name) & ~whole).sum())
            found.append(Said(str(name), tuple(ids[order]), tuple(have), rows, gone))
    if not found:
        raise AnalysisImpossible(asked)
    return tuple(found)


def gap_notes(panels: Sequence[Said]) -> tuple[str, ...]:
    """How many judges left something out."""
    gone = sum(panel.left_out for panel in panels)
    return (f"{gone} rows of judges who left something out do not count.",) if gone else ()
