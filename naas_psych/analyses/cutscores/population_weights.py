"""Weights with which the persons who came stand for the population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.population_frame import Frame
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.post_stratification import Codes, Design, joined_strata
from naas_psych.numerics.raking import Margin, collapsed, rake


@dataclass(frozen=True, eq=False)
class Weighted:
    """One way to weight: `design` over the persons of `rows` (n,), and the strata behind it.

    strata : one row a kind of people: its name, persons, people of the frame, what it joined
    members : the persons of each row, as rows of the study
    unknown : persons left out because the frame has nobody of their kind
    """

    name: str
    rows: NDArray[np.int64]
    design: Design
    strata: pd.DataFrame
    members: Sequence[NDArray[np.int64]]
    unknown: int


def unweighted(rows: NDArray[np.int64]) -> Weighted:
    """Everybody with a total, each counting the same."""
    design = Design(np.full(rows.size, 1 / rows.size), (np.zeros(rows.size, np.int64),), 1)
    return Weighted("none", rows, design, _no_strata(), (), 0)


def by_strata(frame: Frame, rows: NDArray[np.int64], *, least: int) -> Weighted:
    """Post-stratification: each stratum counts as its share of the frame.

    Raises
    ------
    AnalysisImpossible
        None of the persons is of a kind that the frame has.
    """
    cell = _cell_of(frame, rows)
    known = np.flatnonzero(cell >= 0)
    _refuse_nobody(known, rows)
    persons = np.bincount(cell[known], minlength=len(frame.cells))
    joined = joined_strata(frame.cells, persons, least=least)
    stratum = joined.stratum[cell[known]]
    n = np.bincount(stratum, minlength=joined.n).astype(float)
    share = np.bincount(joined.stratum, frame.counts, joined.n) / frame.counts.sum()
    # Where all persons together are too few there is one stratum, and none is empty.
    weights = (share / np.maximum(n, 1.0))[stratum]
    table = _strata(
        frame,
        persons,
        joined.kept,
        joined.into,
        weight=share[joined.stratum] / np.maximum(n[joined.stratum], 1.0) * known.size,
    )
    design = Design(weights / weights.sum(), (stratum,), joined.n)
    members = [rows[cell == place] for place in range(len(frame.cells))]
    return Weighted("strata", rows[known], design, table, members, rows.size - known.size)


def by_raking(frame: Frame, rows: NDArray[np.int64], *, least: int) -> Weighted:
    """Raking: each column fits the frame by itself; persons of unknown levels are left out.

    Raises
    ------
    AnalysisImpossible
        None of the persons has levels that the frame knows.
    """
    known = np.flatnonzero(frame.known[rows])
    _refuse_nobody(known, rows)
    margins, columns, tables, start = [], [], [], 0
    for k, name in enumerate(frame.columns):
        own = frame.persons[rows[known], k]
        width = len(frame.levels[k])
        # `collapsed` takes persons and levels in one array: a row a level, then the persons.
        codes = collapsed(
            np.concatenate([np.arange(width), own]),
            np.concatenate([np.zeros(width, bool), np.ones(own.size, bool)]),
            least=least,
        )
        level, mine = codes[:width], codes[width:]
        counts = np.bincount(frame.cells[:, k], frame.counts, width)
        margins.append(Margin(mine, np.bincount(level, counts).astype(float)))
        columns.append(mine + start)
        start += margins[-1].frame.size
        tables.append(_margin(frame, k, name, own, level))
    weights = rake(margins, known.size)
    strata = pd.concat(tables, ignore_index=True)
    flags = _members(frame, rows[known])
    whole = weights.sum() / known.size
    strata["weight"] = [weights[own].mean() / whole if own.any() else np.nan for own in flags]
    design = Design(weights / weights.sum(), tuple(columns), start)
    members = [rows[known][own] for own in flags]
    return Weighted("raking", rows[known], design, strata, members, rows.size - known.size)


def _cell_of(frame: Frame, rows: NDArray[np.int64]) -> Codes:
    """(n,) the cell of each person; -1 where the frame has nobody of that kind."""
    index = pd.MultiIndex.from_arrays([frame.cells[:, k] for k in range(frame.cells.shape[1])])
    own = pd.MultiIndex.from_arrays([frame.persons[rows, k] for k in range(frame.persons.shape[1])])
    return np.asarray(index.get_indexer(own))


def _refuse_nobody(known: Codes, rows: NDArray[np.int64]) -> None:
    if known.size == 0:
        raise AnalysisImpossible(
            f"None of the {rows.size} persons is of a kind that the frame has, so they cannot "
            "stand for it. Needed: the same levels, spelt alike, in the frame and among the "
            "persons, or --weighting none."
        )


def _strata(
    frame: Frame, persons: Codes, kept: Codes, into: Codes, *, weight: Floats
) -> pd.DataFrame:
    joined: list[str | None] = []
    for place, upto in enumerate(kept.tolist()):
        if upto == len(frame.columns):
            joined.append(None)
        elif into[place] >= 0:
            joined.append(frame.named(frame.cells[into[place]]))
        else:
            what = frame.named(frame.cells[place], upto)
            joined.append(f"others with too few ({what})" if upto else "others with too few")
    return pd.DataFrame(
        {
            "stratum": [frame.named(cell) for cell in frame.cells],
            "n": persons,
            "frame_size": frame.counts,
            "weight": weight,
            "joined_with": pd.Series(joined, dtype=object),
        }
    )


def _margin(frame: Frame, k: int, name: str, own: Codes, level: Codes) -> pd.DataFrame:
    levels = frame.levels[k]
    alike = np.bincount(level)
    joined = [
        ", ".join(levels[m] for m in np.flatnonzero(level == level[place]) if m != place)
        if alike[level[place]] > 1
        else None
        for place in range(len(levels))
    ]
    return pd.DataFrame(
        {
            "stratum": [f"{name}: {text}" for text in levels],
            "n": np.bincount(own, minlength=len(levels)),
            "frame_size": np.bincount(frame.cells[:, k], frame.counts, len(levels)),
            "weight": np.nan,
            "joined_with": pd.Series(joined, dtype=object),
        }
    )


def _members(frame: Frame, rows: NDArray[np.int64]) -> list[Any]:
    return [
        frame.persons[rows, k] == level
        for k in range(len(frame.columns))
        for level in range(len(frame.levels[k]))
    ]


def _no_strata() -> pd.DataFrame:
    kinds = {"stratum": object, "n": np.int64, "frame_size": float, "weight": float}
    columns = {name: np.array([], dtype=kind) for name, kind in kinds.items()}
    return pd.DataFrame({**columns, "joined_with": np.array([], dtype=object)})
