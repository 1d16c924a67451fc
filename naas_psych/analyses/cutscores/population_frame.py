"""The population that the test is for: how many there are, and of what kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.study.groupings import in_band, level_values
from naas_psych.study.study import Study

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Frame:
    """A population counted by K columns that it shares with the persons.

    columns : their names; levels : those of each column, as the frame has them
    persons (N, K) : the level of each person, -1 where it has none that the frame knows
    cells (H, K), counts (H,) : kinds of people that the frame has, and how many of each
    lacking : rows of the frame without a level in some column, which count for nobody
    """

    columns: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    persons: Codes
    cells: Codes
    counts: Floats
    lacking: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) persons with a level in every column that the frame knows."""
        return np.asarray((self.persons >= 0).all(axis=1))

    def named(self, cell: Sequence[int], kept: int | None = None) -> str:
        """`child_protection, 30_39`; what was given up is left out."""
        upto = len(self.columns) if kept is None else kept
        names = [self.levels[k][cell[k]] for k in range(upto)]
        return ", ".join(names) if names else "everybody else"


def population_size(study: Study, asked: int | None) -> float:
    """How many there are: as asked, else by study.toml, else by the frame; nan without any."""
    if asked is not None:
        return float(asked)
    if study.spec.population.size is not None:
        return float(study.spec.population.size)
    table = study.tables.get("frame")
    if table is None or table.empty:
        return float("nan")
    return float(frame_counts(table).sum())


def frame_of(study: Study) -> Frame | None:
    """The frame by the columns of [population] strata; None without a frame, or without strata.

    Raises
    ------
    AnalysisImpossible
        A column is not in the frame or not among the persons, or the frame counts nobody.
    """
    table, names = study.tables.get("frame"), study.spec.population.strata
    if table is None or not names:
        return None
    _refuse_missing(study, table, names)
    counts = frame_counts(table)
    stated = [_stated(study, table, name) for name in names]
    levels = [tuple(sorted({v for v in own if v is not None})) for own in stated]
    codes = np.column_stack([_coded(own, known) for own, known in zip(stated, levels, strict=True)])
    whole = (codes >= 0).all(axis=1) & (counts > 0)
    if not whole.any():
        raise AnalysisImpossible(
            f"The frame counts nobody by {', '.join(names)}. Needed: a row for each kind of "
            "people, with how many there are in a column n, or a row a person."
        )
    cells, where = np.unique(codes[whole], axis=0, return_inverse=True)
    persons = [
        _coded(level_values(study, name), own) for name, own in zip(names, levels, strict=True)
    ]
    return Frame(
        columns=tuple(names),
        levels=tuple(levels),
        persons=np.column_stack(persons),
        cells=cells,
        counts=np.bincount(where.ravel(), counts[whole]).astype(float),
        lacking=int((~whole).sum()),
    )


def _refuse_missing(study: Study, table: pd.DataFrame, names: Sequence[str]) -> None:
    for there, what in ((table, "frame"), (study.persons, "table of persons")):
        lacking = [name for name in names if name not in there]
        if lacking:
            columns = ", ".join(str(c) for c in there.columns if c not in ("n", "person_id"))
            raise AnalysisImpossible(
                f"[population] strata names {', '.join(lacking)}, which the {what} does not have; "
                f"its columns are {columns}. Needed: the same columns in the frame and among the "
                "persons, or --weighting none."
            )


def shared_columns(study: Study) -> tuple[str, ...]:
    """Columns that the frame and the persons share."""
    table = study.tables.get("frame")
    if table is None:
        return ()
    return tuple(str(c) for c in table.columns if c in study.persons and c != "person_id")


def frame_counts(table: pd.DataFrame) -> Floats:
    """(rows,) people of each row: its n, or 1."""
    if "n" not in table:
        return np.ones(len(table))
    return np.asarray(np.nan_to_num(table["n"].to_numpy(dtype=float), nan=0.0))


def _stated(study: Study, table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """The levels of the frame, numbers in the bands that the persons are put in."""
    how = study.spec.groups.get(name)
    texts, place = np.unique(table[name].fillna("").astype(str).to_numpy(), return_inverse=True)
    worth = [
        (in_band(text, how.bands) or text) if how is not None and how.bands else text
        for text in texts.tolist()
    ]
    found = np.array([value if value != "" else None for value in worth], dtype=object)
    return found[place]


def _coded(values: NDArray[np.object_], levels: Sequence[str]) -> Codes:
    known: Any = pd.Index(np.array(levels, dtype=object))
    return np.asarray(known.get_indexer(pd.Index(values)))
