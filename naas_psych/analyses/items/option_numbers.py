"""Every number of the options of one item, with those who chose nothing as a row of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.items.forms import Forms, Seat
from naas_psych.analyses.items.option_list import ItemOptions, all_options
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.option_statistics import OptionStatistics, against_key, option_statistics
from naas_psych.numerics.rest_table import RestTable, rest_table
from naas_psych.numerics.upper_lower import GroupCuts, group_cuts
from naas_psych.study.responses import OMITTED
from naas_psych.study.study import Study


@dataclass(frozen=True)
class OptionNumbers:
    """Options of one item; the last row and the last code stand for omitted.

    members (M + 1, K + 1); key (K + 1,) is 1 for codes that contain a keyed option; counts (K + 1,)
    of the codes among all who met the item; upper and lower (M + 1,) choosers in the extreme
    groups, of n_upper and n_lower persons.
    """

    item: int
    options: ItemOptions
    tables: tuple[RestTable, ...]
    members: Floats
    key: Floats
    statistics: OptionStatistics
    against_key: Floats
    counts: Floats
    upper: Floats
    lower: Floats
    n_upper: float
    n_lower: float

    @property
    def n(self) -> Floats:
        """Choosers of each option (M + 1,) among all who met the item, with a total or without."""
        return np.asarray(self.members @ self.counts)

    @property
    def persons(self) -> float:
        return float(self.counts.sum())

    @property
    def labels(self) -> tuple[str, ...]:
        return (*self.options.labels, "omitted")

    @property
    def facility(self) -> float:
        """Share of persons who chose a keyed option (for a multiple response: all and only)."""
        return float(self.right @ self.counts / self.persons) if self.persons else float("nan")

    @property
    def right(self) -> Floats:
        """Codes (K + 1,) that are the key: of a multiple response the one with all of it."""
        if not self.options.multiple:
            return self.key
        wanted = np.append(self.options.keyed, False).astype(float)[:, None]
        return np.asarray((self.members == wanted).all(axis=0), dtype=float)


@dataclass(frozen=True)
class ExtremeGroups:
    """For each form: upper group +1, lower group -1, else 0 (n,); None where undefined."""

    sides: tuple[NDArray[np.int8] | None, ...]


def extreme_groups(forms: Forms, share: float) -> ExtremeGroups:
    """Who is in the upper and who in the lower group, by total score, ties taken in."""

    def side(totals: NDArray[np.int64], cuts: GroupCuts) -> NDArray[np.int8] | None:
        if cuts.reason is not None:
            return None
        return (totals >= cuts.upper).astype(np.int8) - (totals <= cuts.lower).astype(np.int8)

    return ExtremeGroups(
        tuple(side(form.totals, group_cuts(form.totals, share)) for form in forms.forms)
    )


def every_option(study: Study, forms: Forms, groups: ExtremeGroups) -> tuple[OptionNumbers, ...]:
    """Options of every item but those that came as scores."""
    return tuple(
        _option_numbers(study, j, options, forms, groups)
        for j, options in enumerate(all_options(study))
        if options is not None
    )


def _option_numbers(
    study: Study, j: int, options: ItemOptions, forms: Forms, groups: ExtremeGroups
) -> OptionNumbers:
    extended = _with_omitted(options.members)
    found = [_Part.of(study, j, seat, options.n_codes, groups) for seat in forms.holding(j)]
    tables = tuple(part.table for part in found)
    key = (np.append(options.keyed, False) @ extended > 0).astype(float)
    empty = (RestTable(np.zeros(0), np.zeros((extended.shape[1], 0))),)
    upper = sum((part.upper for part in found), np.zeros(extended.shape[1]))
    lower = sum((part.lower for part in found), np.zeros(extended.shape[1]))
    return OptionNumbers(
        item=j,
        options=options,
        tables=tables or empty,
        members=extended,
        key=key,
        statistics=option_statistics(tables or empty, extended),
        against_key=np.full(extended.shape[0], np.nan)
        if options.multiple
        else against_key(tables or empty, extended, key),
        counts=_counts(study, j, options.n_codes),
        upper=extended @ upper,
        lower=extended @ lower,
        n_upper=float(upper.sum()),
        n_lower=float(lower.sum()),
    )


def _codes(study: Study, rows: NDArray[np.int64] | slice, j: int, n_codes: int) -> NDArray[Any]:
    """Codes of item j: omitted is the code after the last; other absences stay negative."""
    if study.responses.choices is None:
        raise ValueError("options need raw responses")
    codes = np.ascontiguousarray(study.responses.choices[rows, j])
    return np.where(codes == OMITTED, np.int16(n_codes), codes)


def _counts(study: Study, j: int, n_codes: int) -> Floats:
    codes = _codes(study, slice(None), j, n_codes)
    return np.bincount(codes[codes >= 0], minlength=n_codes + 1).astype(float)


def _with_omitted(members: Floats) -> Floats:
    """One more option and one more code: omitted."""
    m, k = members.shape
    extended = np.zeros((m + 1, k + 1))
    extended[:m, :k] = members
    extended[m, k] = 1
    return extended


@dataclass(frozen=True)
class _Part:
    """One form: the table of code by rest score, and choosers of each code in either group."""

    table: RestTable
    upper: Floats
    lower: Floats

    @classmethod
    def of(cls, study: Study, j: int, seat: Seat, n_codes: int, groups: ExtremeGroups) -> _Part:
        """Persons who reached the item; whoever omitted it gets the code after the last."""
        codes = _codes(study, seat.form.rows, j, n_codes)
        rest, side = seat.form.rest(seat.place), groups.sides[seat.number]
        reached = codes >= 0
        if not reached.all():
            codes, rest = codes[reached], rest[reached]
            side = None if side is None else side[reached]
        table = rest_table(codes, rest, n_codes=n_codes + 1)
        if side is None:
            return cls(table, np.zeros(n_codes + 1), np.zeros(n_codes + 1))
        cells = codes.astype(np.intp)
        cells *= 3
        cells += side
        by_side = np.bincount(cells + 1, minlength=3 * (n_codes + 1)).reshape(-1, 3).astype(float)
        return cls(table, by_side[:, 2], by_side[:, 0])
