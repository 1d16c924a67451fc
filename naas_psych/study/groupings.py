"""Groups of persons: the levels of a person column, a reference, and who belongs to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.cells import number
from naas_psych.study.spec import Grouping
from naas_psych.study.study import Study

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Level:
    """A level of a group column; members (N,) are its persons, `of` the levels it joins."""

    name: str
    members: Flags
    of: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return int(self.members.sum())


@dataclass(frozen=True, eq=False)
class Comparison:
    """A focal level of a group column against its reference."""

    group: str
    reference: Level
    focal: Level


@dataclass(frozen=True, eq=False)
class Groups:
    """A group column as it is compared.

    levels : largest first, the reference among them, as they stand in the data (or in bands)
    combined : levels that study.toml takes together, beside the others
    reference_chosen : the reference is the largest level, because nothing names one
    missing, not_stated, left_out : persons without a level, with one that says nothing, and of a
        level that study.toml leaves out
    """

    name: str
    levels: tuple[Level, ...]
    combined: tuple[Level, ...]
    reference: Level | None
    reference_chosen: bool
    missing: int
    not_stated: int
    left_out: int

    @property
    def focal(self) -> tuple[Level, ...]:
        """Every level but the reference, then those taken together."""
        return tuple(one for one in self.levels if one is not self.reference) + self.combined

    def comparisons(self) -> Iterator[Comparison]:
        """The reference with each other level; nothing where there is one level only."""
        if self.reference is not None:
            for focal in self.focal:
                yield Comparison(self.name, self.reference, focal)

    def codes(self) -> NDArray[np.int64]:
        """(N,) 0 for the reference, then 1, 2 ... for the other levels in order; -1 for nobody's.

        Levels taken together have no code of their own: everybody has one level.
        """
        found = np.full(self.levels[0].members.size if self.levels else 0, -1, dtype=np.int64)
        others = [one for one in self.levels if one is not self.reference]
        for code, one in enumerate([self.reference, *others]):
            if one is not None:
                found[one.members] = code
        return found


def groups_of(study: Study, name: str, reference: str | None = None) -> Groups:
    """The groups that the person column `name` makes, against `reference` if that is given.

    The reference is the one asked for, else the one of study.toml, else the largest level.

    Raises
    ------
    KeyError
        The persons have no column `name`, or the reference has no person.
    """
    how = study.spec.groups.get(name, Grouping())
    values = level_values(study, name)
    said = np.array([value is not None for value in values], dtype=bool)
    silent = np.isin(np.where(said, values, ""), [*study.spec.fairness.not_stated]) & said
    out = np.isin(np.where(said, values, ""), how.leave_out) & said & ~silent
    names, counts = np.unique(values[said & ~silent & ~out].astype(str), return_counts=True)
    order = np.lexsort((names, -counts))
    levels = tuple(Level(str(names[k]), np.asarray(values == str(names[k]))) for k in order)
    wanted = reference or how.reference
    return Groups(
        name=name,
        levels=levels,
        combined=tuple(_combined(levels, label, of) for label, of in how.combine.items()),
        reference=_reference(levels, wanted),
        reference_chosen=wanted is None,
        missing=int((~said).sum()),
        not_stated=int(silent.sum()),
        left_out=int(out.sum()),
    )


def level_values(study: Study, name: str) -> NDArray[np.object_]:
    """(N,) the level of each person in the column `name`, in bands where study.toml has them."""
    values: NDArray[Any] = study.persons[name].to_numpy(dtype=object)
    how = study.spec.groups.get(name)
    if how is not None and how.bands:
        values = np.array([in_band(value, how.bands) for value in values], dtype=object)
    return np.array([v if isinstance(v, str) and v != "" else None for v in values], dtype=object)


def band_names(limits: list[float]) -> list[str]:
    """`under 2`, `2 to under 5`, `5 and over`."""
    limits = sorted(set(limits))
    between = [f"{low:g} to under {high:g}" for low, high in pairwise(limits)]
    return [f"under {limits[0]:g}", *between, f"{limits[-1]:g} and over"]


def in_band(value: object, limits: list[float]) -> str | None:
    """The band of a number given as text; None for what is no number."""
    found = number(value) if isinstance(value, str) else None
    if found is None or not np.isfinite(found):
        return None
    return band_names(limits)[int(np.searchsorted(sorted(set(limits)), found, side="right"))]


def _combined(levels: tuple[Level, ...], label: str, of: list[str]) -> Level:
    members = np.zeros(levels[0].members.size if levels else 0, dtype=bool)
    for one in levels:
        if one.name in of:
            members |= one.members
    return Level(label, members, tuple(of))


def _reference(levels: tuple[Level, ...], wanted: str | None) -> Level | None:
    if len(levels) < 2:
        return None
    if wanted is None:
        return levels[0]
    return {one.name: one for one in levels}[wanted]
