"""The cuts that are swept: every attainable total, then the cuts that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.outcome_counts import PlacedCut
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.numerics.arrays import Floats

ALL_FORMS = "all forms"
#: A total this near a cut stands on it.
_NEAR = 1e-9
#: With more attainable percentages than this the union of forms goes in whole per cents.
_MOST = 400


@dataclass(frozen=True, eq=False)
class Axis:
    """C cuts: the attainable ones in rising order, those asked for, then those of a grid asked for.

    cut (C,), unit : each in its own unit; percent (C,) of the marks
    names : "" for attainable cuts, else the name with which a cut was asked for
    gridded : how many cuts at the end are of a grid
    exact (F, C) : steps above the lowest total of each form, may be fractions
    """

    cut: Floats
    units: tuple[str, ...]
    percent: Floats
    names: tuple[str, ...]
    attainable: int
    exact: Floats
    gridded: int = 0

    @property
    def asked(self) -> range:
        """The places of the cuts that were asked for."""
        return range(self.attainable, self.cut.size - self.gridded)

    @property
    def grid(self) -> range:
        """The places of the cuts of a grid (--from, --to, --step), if one was asked for."""
        return range(self.cut.size - self.gridded, self.cut.size)

    @property
    def lower(self) -> NDArray[np.int64]:
        """(C,) place of the highest attainable cut at or below each."""
        grid = self.percent[: self.attainable]
        return np.asarray(np.searchsorted(grid, self.percent + _NEAR, side="right") - 1)


def n_steps(form: FormTotals, unit: float) -> int:
    """Steps from the lowest to the highest total of a form."""
    return round((form.high - form.low) / unit)


def operational(exact: Floats, steps: int) -> NDArray[np.int64]:
    """The step from which a total reaches each cut: 0 for everybody, steps + 1 for nobody."""
    return np.clip(np.ceil(exact - _NEAR), 0, steps + 1).astype(np.int64)


def form_axis(form: FormTotals, place: int, asked: Sequence[PlacedCut], unit: float) -> Axis:
    """Every attainable total of one form, then the cuts asked for."""
    steps = np.arange(n_steps(form, unit) + 1, dtype=float)
    own = np.array([cut.totals[place] for cut in asked], dtype=float)
    exact = np.concatenate([steps, (own - form.low) / unit])
    width = max(n_steps(form, unit), 1)
    return Axis(
        cut=np.concatenate([form.low + steps * unit, [cut.cut.value for cut in asked]]),
        units=("raw",) * steps.size + tuple(cut.cut.unit for cut in asked),
        percent=100 * exact / width,
        names=("",) * steps.size + tuple(cut.name for cut in asked),
        attainable=steps.size,
        exact=exact[None],
    )


def whole_axis(forms: Sequence[FormTotals], asked: Sequence[PlacedCut], unit: float) -> Axis:
    """Of all forms: raw where they have the same lowest and highest total, else per cent."""
    if len({(form.low, form.high) for form in forms}) == 1:
        each = [form_axis(form, place, asked, unit) for place, form in enumerate(forms)]
        first = each[0]
        percent = np.concatenate(
            [first.percent[: first.attainable], [cut.percent for cut in asked]]
        )
        exact = np.concatenate([axis.exact for axis in each])
        return Axis(first.cut, first.units, percent, first.names, first.attainable, exact)
    grid = _union(forms, unit)
    rows = []
    for place, form in enumerate(forms):
        own = np.array([(cut.totals[place] - form.low) / unit for cut in asked])
        rows.append(np.concatenate([grid / 100 * n_steps(form, unit), own]))
    return Axis(
        cut=np.concatenate([grid, [cut.cut.value for cut in asked]]),
        units=("percent",) * grid.size + tuple(cut.cut.unit for cut in asked),
        percent=np.concatenate([grid, [cut.percent for cut in asked]]),
        names=("",) * grid.size + tuple(cut.name for cut in asked),
        attainable=grid.size,
        exact=np.array(rows),
    )


def _union(forms: Sequence[FormTotals], unit: float) -> Floats:
    widths = {n_steps(form, unit) for form in forms}
    shares = [100 * np.arange(width + 1) / width for width in widths if width > 0]
    grid = np.unique(np.round(np.concatenate([*shares, np.array([0.0, 100.0])]), 9))
    return grid if grid.size <= _MOST else np.arange(101, dtype=float)
