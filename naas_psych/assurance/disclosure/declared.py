"""What the columns of a table are: counts of persons, shares of a base, means, or none of these.

Names say it for most columns; tables.toml says it for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from naas_psych.packaged import toml_entries

Kind = Literal[
    "count", "rounded", "share", "per_100", "per_1000", "mean", "extreme", "statistic", "free"
]
#: Kinds that say how many of a base, by so many of one, of a hundred or of a thousand.
SHARES: Mapping[Kind, float] = {"share": 1.0, "per_100": 100.0, "per_1000": 1000.0}
_LIMITS = ("_low", "_high", "_se")
#: Columns that name a group in tables that compare two; `rate_focal` is of the level in `focal`.
_SIDES = ("reference", "focal")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its kind, and the counts it rests on.

    `of` is the column it is a limit of, else its own name. `bases` are columns that say how many
    persons it is about; `numerator` counts the persons of a share; when one of `rests` is
    withheld, so is this one. A difference of shares counts no persons. `what` is counted, and
    `side` is the column that says of which group.
    """

    name: str
    kind: Kind
    of: str
    bases: tuple[str, ...] = ()
    numerator: str | None = None
    rests: tuple[str, ...] = ()
    outcome: bool = False
    counts_persons: bool = True
    what: str = ""
    side: str | None = None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A table as the gate reads it.

    `keys` name its rows, `by` those of them that name a group of persons. `totals` say which counts
    add up, `all_or_none` which columns go altogether when the count of one row does, `blocks` which
    columns go together in a block of rows, `exempt` which rows are about others than candidates,
    `base_from` where the base stands in another table. A `joined` table has totals of what tables
    of groups count; what a `modelled` one says of outcomes comes from a model. `named_only` columns
    are shown only in rows that have a name: the others differ from them by a few persons. Shares of
    `apart` columns are of the same persons within a block: two must not differ by a few.
    """

    analysis: str
    table: str
    columns: Mapping[str, Column]
    keys: tuple[str, ...]
    by: tuple[str, ...]
    totals: tuple[Mapping[str, Any], ...] = ()
    all_or_none: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[str, Any] = field(default_factory=dict)
    joined: bool = False
    modelled: bool = False
    named_only: Mapping[str, Any] = field(default_factory=dict)
    apart: Mapping[str, Any] = field(default_factory=dict)
    exempt: Mapping[str, Any] = field(default_factory=dict)
    base_from: Mapping[str, Any] | None = None

    def of_kind(self, *kinds: Kind) -> tuple[Column, ...]:
        """The columns of these kinds, in order."""
        return tuple(column for column in self.columns.values() if column.kind in kinds)

    @property
    def of_persons(self) -> bool:
        """True where anything in the table counts persons, or rests on a number of them."""
        return bool(self.of_kind("count")) or self.base_from is not None


@dataclass(frozen=True)
class _Rules:
    """The entry of one table with the defaults behind it."""

    entry: Mapping[str, Any]
    defaults: Mapping[str, Any]

    def says(self, kind: str, name: str) -> bool:
        return name in self.entry.get(kind, ()) or bool(
            re.search(self.defaults.get(kind, "^$"), name)
        )


def _entries() -> Mapping[str, Any]:
    return toml_entries("assurance/disclosure/tables.toml")


def defaults() -> Mapping[str, Any]:
    """What names of columns say in every table."""
    found: Mapping[str, Any] = _entries()["defaults"]
    return found


def thinned(
    analysis: str,
    table: str,
    frame: pd.DataFrame,
    declared: Mapping[str, Mapping[str, Any]] | None = None,
) -> pd.DataFrame:
    """The table without the rows that differ from their neighbours by a few persons."""
    how = (declared or _entries()).get(f"{analysis}.{table}", {}).get("thin")
    if how is None or frame.empty:
        return frame
    points = np.unique(frame[how["column"]].dropna().to_numpy(dtype=np.float64))
    steps = np.arange(points[0], points[-1] + how["step"], how["step"])
    kept = points[np.abs(points[:, None] - steps[None, :]).argmin(axis=0)]
    here: pd.Series[bool] = frame[how["column"]].isin(kept)
    return frame[here].reset_index(drop=True)


def layout_of(
    analysis: str,
    table: str,
    frame: pd.DataFrame,
    declared: Mapping[str, Mapping[str, Any]] | None = None,
) -> Layout:
    """The layout of a table, from its entry in tables.toml (or `declared`) and its names."""
    entries = _entries()
    entry = (declared or entries).get(f"{analysis}.{table}", {})
    rules = _Rules(entry, entries["defaults"])
    kinds = {name: _kind(rules, name, frame[name]) for name in _plain(frame.columns)}
    counts = [name for name, kind in kinds.items() if kind == "count"]
    made = (_column(rules, name, kind, counts) for name, kind in kinds.items())
    columns = {one.name: _of_the_table(one, kinds) for one in made}
    by = [*rules.defaults["by"], *entry.get("by", ())]
    return Layout(
        analysis=analysis,
        table=table,
        columns=columns,
        keys=_keys(frame, kinds),
        by=tuple(name for name in by if name in frame.columns),
        totals=tuple(entry.get("totals", ())),
        all_or_none=entry.get("all_or_none", {}),
        blocks=entry.get("blocks", {}),
        joined="what" in entry,
        modelled=entry.get("modelled", False),
        named_only=entry.get("named_only", {}),
        apart=entry.get("apart", {}),
        exempt=entry.get("exempt", {}),
        base_from=entry.get("base"),
    )


def _plain(names: Iterable[Any]) -> list[str]:
    """The columns that are not there to say why another has no value."""
    every = [str(name) for name in names]
    return [name for name in every if not _says_why(name, every)]


def _says_why(name: str, every: list[str]) -> bool:
    return name.endswith("_reason") and name.removesuffix("_reason") in every


def _kind(rules: _Rules, name: str, values: pd.Series[Any]) -> Kind:
    if values.dtype.kind not in "iuf":
        return "free"
    base = _without_limit(name)
    entry = rules.entry
    for kind in ("per_100", "per_1000", "shares", "means", "statistics"):
        if name in entry.get(kind, {}) or base in entry.get(kind, {}):
            return _KINDS[kind]
    if rules.says("rounded", name) or _is_count(rules, name, values):
        return "rounded" if rules.says("rounded", name) else "count"
    if values.dtype.kind != "f" and name not in entry.get("extremes", ()):
        return "free"
    said = (kind for kind in ("free", "extremes", "shares", "means") if rules.says(kind, base))
    return _KINDS.get(next(said, ""), "statistic")


_KINDS: dict[str, Kind] = {
    "per_100": "per_100",
    "per_1000": "per_1000",
    "shares": "share",
    "means": "mean",
    "statistics": "statistic",
    "extremes": "extreme",
    "free": "free",
}


def _is_count(rules: _Rules, name: str, values: pd.Series[Any]) -> bool:
    if rules.says("not_counts", name) or not rules.says("counts", name):
        return False
    if values.dtype.kind != "f":
        return True
    known = values.dropna().to_numpy()
    return bool(np.equal(known, np.floor(known)).all())


def _column(rules: _Rules, name: str, kind: Kind, counts: list[str]) -> Column:
    entry = rules.entry
    base = entry.get("limits", {}).get(name, _without_limit(name))
    side = next((one for one in _SIDES if one in re.split("_", base)), None)
    numerator = entry.get("numerators", {}).get(base)
    rests = tuple(entry.get("rests", {}).get(base, ()))
    return Column(
        name=name,
        kind=kind,
        of=base,
        bases=_bases(entry, name, base, counts),
        numerator=numerator,
        rests=rests if numerator is None else (*rests, numerator),
        outcome=base in entry.get("outcomes", ()),
        counts_persons=not rules.says("differences", base),
        what=entry.get("what", {}).get(base, _without_side(base, side)),
        side=side,
    )


def _of_the_table(column: Column, kinds: Mapping[str, Kind]) -> Column:
    """The column without references to others that this table does not have."""
    return replace(
        column,
        bases=tuple(name for name in column.bases if name in kinds),
        numerator=column.numerator if column.numerator in kinds else None,
        rests=tuple(name for name in column.rests if name in kinds),
    )


def _bases(entry: Mapping[str, Any], name: str, base: str, counts: list[str]) -> tuple[str, ...]:
    """Declared, else n_<side> for <x>_<side>, else n, else every n_ there is."""
    for kind in ("shares", "means", "per_100", "per_1000", "statistics"):
        for one in (name, base):
            if one in entry.get(kind, {}):
                said = entry[kind][one]
                return (said,) if said else ()
    for count in counts:
        own = count.startswith("n_") and base.endswith(count.removeprefix("n"))
        if own and count != base:
            return (count,)
    if "n" in counts:
        return ("n",)
    return tuple(one for one in ("n_reference", "n_focal") if one in counts)


def _without_side(name: str, side: str | None) -> str:
    return "_".join(part for part in name.split("_") if part != side) if side else name


def _without_limit(name: str) -> str:
    for suffix in _LIMITS:
        if name.endswith(suffix) and name != suffix.removeprefix("_"):
            return name.removesuffix(suffix)
    return name


def _keys(frame: pd.DataFrame, kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """The columns before the first number of persons: they name the row."""
    keys: list[str] = []
    for name, kind in kinds.items():
        if kind != "free" or frame[name].dtype.kind == "b":
            break
        keys.append(name)
    return tuple(keys)
