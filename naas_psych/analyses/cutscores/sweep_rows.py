"""The rows of the sweep: one a cut and form, with every number that the cut has there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS, n_steps
from naas_psych.analyses.cutscores.sweep_draws import Chances, Drawn, everything
from naas_psych.analyses.cutscores.sweep_judges import JudgesError
from naas_psych.analyses.cutscores.sweep_model import Measures
from naas_psych.analyses.cutscores.sweep_models import DEFAULT, STRONG, ModelSet
from naas_psych.analyses.cutscores.swept import Swept, SweptForm
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy

#: What a model says of a cut, with limits.
INDICES = ("false_pass", "false_fail", "accuracy", "consistency", "kappa")
_NEAR = 1e-9
#: Share of draws that must be numbers for limits to be read off them.
_ENOUGH = 0.9


@dataclass(frozen=True, eq=False)
class Side:
    """A form, or all forms, with draws that carry every source.

    point : what stands for wrong outcomes: the calibrated model, else Livingston and Lewis's
    """

    form: SweptForm
    judges: JudgesError
    models: dict[str, Measures]
    drawn: Drawn

    @property
    def point(self) -> Measures | None:
        return self.models.get(DEFAULT, self.models.get(STRONG))


def sides_of(
    found: Swept, errors: dict[str, JudgesError], models: ModelSet, drawn: Chances
) -> tuple[Side, ...]:
    """All forms first; a single form is not said twice."""
    forms = (found.whole, *(found.forms if len(found.forms) > 1 else ()))
    made = []
    for form in forms:
        own = models.of(form.name)
        judges = errors[form.name]
        made.append(Side(form, judges, own, everything(form, judges, list(own.values()), drawn)))
    return tuple(made)


def ends(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper limit (C,) from draws (R, C); nan where no draw is a number."""
    half = (1 - level) / 2
    known = np.isfinite(draws)
    enough = known.mean(axis=0) >= _ENOUGH
    low, high = np.quantile(np.where(known, draws, 0.0), [half, 1 - half], axis=0)
    # Where a few draws are no number (kappa where all have one outcome) the others speak.
    for c in np.flatnonzero(enough & ~known.all(axis=0)):
        low[c], high[c] = np.quantile(draws[known[:, c], c], [half, 1 - half])
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def below_limits(side: Side, level: float) -> tuple[Floats, Floats]:
    """Of the share below each cut: exact where only persons were drawn, else from the draws."""
    exact = side.form.observed.limits(level)
    drawn = ends(side.drawn.below, level)
    share = side.form.observed.share
    moved = (side.judges.se > 0) & ~side.form.observed.sure
    low = np.where(moved, np.minimum(drawn[0], share), exact[0])
    return low, np.where(moved, np.maximum(drawn[1], share), exact[1])


def cuts_table(
    sides: Sequence[Side], found: Swept, *, rows: Rows, level: float, unit: float
) -> pd.DataFrame:
    """All rows of all forms; cuts asked for first, then attainable ones."""
    parts = [_rows(side, found, rows.places(side.form), level, unit) for side in sides]
    columns: dict[str, Any] = {
        name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns
    }
    columns["unit"] = rows.shown(columns)
    reasons = {
        name: [why for part in parts for why in part.reasons[name]] for name in parts[0].reasons
    }
    return tidy(columns, reasons)


@dataclass(frozen=True)
class Rows:
    """Which cuts have a row, and in which unit attainable ones are told.

    least, most : ends of the attainable cuts that are shown, in `ends_unit`
    """

    unit: str | None = None
    least: float = -np.inf
    most: float = np.inf
    ends_unit: str = "percent"

    def places(self, form: SweptForm) -> list[int]:
        """The cuts asked for, then attainable ones (or those of the grid, if one was asked for)."""
        axis = form.axis
        if axis.gridded:
            return [*axis.asked, *axis.grid]
        at = axis.percent if self.ends_unit == "percent" else axis.cut
        every = range(axis.attainable)
        own = [k for k in every if self.least - _NEAR <= at[k] <= self.most + _NEAR]
        return [*axis.asked, *own]

    def shown(self, columns: dict[str, Any]) -> Any:
        """The unit of each row; cuts without name are told in the unit asked for."""
        units = columns["unit"].astype(object)
        if self.unit != "percent":
            return units
        free = np.array([name is None for name in columns["cut_name"]]) & (units == "raw")
        columns["cut"] = np.where(free, columns["percent"], columns["cut"])
        return np.where(free, "percent", units)


@dataclass(frozen=True, eq=False)
class _Part:
    columns: dict[str, Any]
    reasons: dict[str, list[str | None]]


def _rows(side: Side, found: Swept, places: list[int], level: float, unit: float) -> _Part:
    form, axis = side.form, side.form.axis
    named = set(axis.asked)
    columns: dict[str, Any] = {
        "form": np.array([form.name] * len(places), dtype=object),
        "cut": axis.cut[places],
        "unit": np.array([axis.units[k] for k in places], dtype=object),
        "cut_name": np.array([axis.names[k] if k in named else None for k in places], dtype=object),
        "percent": axis.percent[places],
        "percent_se": np.where(np.array(side.judges.of) == "", np.nan, side.judges.se)[places],
        "operational": operational_totals(side.form, found, unit)[places],
        "n": np.full(len(places), form.n, np.int64),
    }
    rates = _rates(side, level)
    near = _near(side, found, unit)
    columns |= {name: values[places] for name, values in (rates | near).items()}
    columns |= {name: values[places] for name, values in _modelled(side, level).items()}
    return _Part(columns, _reasons(side, places))


def _rates(side: Side, level: float) -> dict[str, Floats]:
    below = side.form.observed.share
    low, high = below_limits(side, level)
    alone_low, alone_high = side.form.observed.limits(level)
    model = side.form.modelled
    nothing = np.full(below.size, np.nan)
    return {
        "pass_rate": 1 - below,
        "pass_rate_low": 1 - high,
        "pass_rate_high": 1 - low,
        "pass_rate_sampling_low": 1 - alone_high,
        "pass_rate_sampling_high": 1 - alone_low,
        "pass_rate_modelled": nothing if model is None else 1 - model.point.below,
    }


def _modelled(side: Side, level: float) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    nothing = np.full(side.form.axis.cut.size, np.nan)
    for name in INDICES:
        found[name] = nothing if side.point is None else getattr(side.point, name)
        draws = side.drawn.of(name)
        limits = (nothing, nothing) if draws is None else ends(draws, level)
        found[f"{name}_low"], found[f"{name}_high"] = limits
    return found


def _near(side: Side, found: Swept, unit: float) -> dict[str, Floats]:
    """Share of persons within one standard error of measurement of the cut, and of those below."""
    form, axis = side.form, side.form.axis
    nothing = np.full(axis.cut.size, np.nan)
    if form.modelled is None:
        return {"near": nothing, "near_below": nothing, "csem_at_cut": nothing}
    near, below = np.zeros(axis.cut.size), np.zeros(axis.cut.size)
    own = [t for t in found.totals if form.name in (ALL_FORMS, t.name)]
    for totals, exact in zip(own, axis.exact, strict=True):
        steps = np.sort((totals.totals - totals.low) / unit)
        edges = [exact - form.modelled.error, exact, exact + form.modelled.error]
        at = [
            np.searchsorted(steps, edge + sign * _NEAR, side=way)  # type: ignore[call-overload]
            for edge, sign, way in zip(edges, (-1, -1, 1), ("left", "left", "right"), strict=True)
        ]
        near += at[2] - at[0]
        below += at[1] - at[0]
    return {
        "near": near / form.n,
        "near_below": below / form.n,
        "csem_at_cut": form.modelled.error * unit,
    }


def operational_totals(form: SweptForm, found: Swept, unit: float) -> Floats:
    """(C,) the lowest attainable cut that reaches each; nan above the highest, or where it differs.

    In marks; per cent where forms have different ranges.
    """
    axis = form.axis
    if form.name == ALL_FORMS and len({(t.low, t.high) for t in found.totals}) > 1:
        return np.where(np.arange(axis.cut.size) < axis.attainable, axis.cut, np.nan)
    own = next(t for t in found.totals if form.name in (ALL_FORMS, t.name))
    steps = np.ceil(axis.exact - _NEAR)
    same = (steps == steps[0]).all(axis=0)
    inside = steps[0] <= n_steps(own, unit)
    return np.where(same & inside, own.low + np.maximum(steps[0], 0) * unit, np.nan)


def _reasons(side: Side, places: list[int]) -> dict[str, list[str | None]]:
    model = side.form.modelled
    n = len(places)
    none: list[str | None] = ["not_calibrated"] * n
    kappa: list[str | None] = ["one_outcome_only"] * n
    exact = side.form.axis.exact[:, places]
    top = side.form.axis.exact[:, side.form.axis.attainable - 1].max()
    return {
        "operational": [
            "above_highest" if (column > top + _NEAR).all() else "differs_by_form"
            for column in exact.T
        ],
        "percent_se": ["no_panel_error"] * n,
        "pass_rate_modelled": list(none),
        "near": list(none),
        "near_below": list(none),
        "csem_at_cut": list(none),
        **{name: list(none if side.point is None else kappa) for name in INDICES},
        **{
            f"{name}_{end}": list(_limit_reason(side, model is None, n))
            for name in INDICES
            for end in ("low", "high")
        },
    }


def _limit_reason(side: Side, uncalibrated: bool, n: int) -> list[str]:
    if uncalibrated:
        return ["not_calibrated"] * n
    return ["no_draws" if side.drawn.modelled is None else "one_outcome_only"] * n
