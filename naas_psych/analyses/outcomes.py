"""Totals, and who meets each cut: what every gap in outcomes is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.matched import matched_forms
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.irt.scores.information import information
from naas_psych.numerics.arrays import Floats
from naas_psych.study.cutting import SPELLINGS, parse_cut
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: Rounding of sums and shares: a total this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class FormTotals:
    """The n persons of a form and their totals in recorded units.

    rows (n,) : persons of the study; items (j,) : its items; low, high : totals possible
    """

    name: str
    rows: NDArray[np.int64]
    items: NDArray[np.int64]
    totals: Floats
    low: float
    high: float

    @property
    def percent(self) -> Floats:
        """(n,) share of the marks in per cent; nan where only one total is possible."""
        width = self.high - self.low
        return 100 * (self.totals - self.low) / (width if width > 0 else np.nan)


def form_totals(study: Study, omitted: Counted | None) -> tuple[FormTotals, ...]:
    """Totals by form, largest form first; persons without a total are in none."""
    responses = study.responses
    return tuple(
        FormTotals(
            name=form.name,
            rows=form.rows,
            items=form.items,
            totals=(form.marks.sum(axis=1) + responses.min_points[form.items].sum())
            * responses.unit,
            low=float(responses.min_points[form.items].sum() * responses.unit),
            high=float(responses.max_points[form.items].sum() * responses.unit),
        )
        for form in matched_forms(study, omitted)
    )


def percent_of_marks(study: Study, omitted: Counted | None) -> Floats:
    """(N,) share of the marks of their form, in per cent; nan for persons without a total."""
    found = np.full(study.responses.n_persons, np.nan)
    for form in form_totals(study, omitted):
        found[form.rows] = form.percent
    return found


def cuts_asked(study: Study, asked: Sequence[str] | None) -> dict[str, Cut]:
    """Cuts by name: those given as text, else those of the study.

    Raises
    ------
    UsageError
        A cut has no unit, or lies outside the scale.
    AnalysisImpossible
        No cut is given and the study names none.
    """
    if not asked:
        if not study.spec.cuts:
            raise AnalysisImpossible(
                f"No pass mark is given. Needed: --cut {SPELLINGS}, or [cuts] in study.toml."
            )
        return _on_scale(study)
    limits = _limits(study)
    found = {text.strip(): parse_cut(text) for text in asked}
    for text, cut in found.items():
        least, most = limits[cut.unit]
        if not least <= cut.value <= most:
            raise UsageError(
                f"--cut {text} lies outside the scale: expected {least:g} to {most:g} ({cut.unit})."
            )
    return found


def _on_scale(study: Study) -> dict[str, Cut]:
    """The cuts of the study that can be reached; the audit has told of the others."""
    limits = _limits(study)
    found = {
        name: cut
        for name, cut in study.spec.cuts.items()
        if limits[cut.unit][0] <= cut.value <= limits[cut.unit][1]
    }
    if not found:
        raise AnalysisImpossible(
            f"No pass mark of the study lies on the scale. Needed: --cut {SPELLINGS}."
        )
    return found


def _limits(study: Study) -> dict[str, tuple[float, float]]:
    """Lowest and highest cut of each unit; no total can pass the sum over all items."""
    responses = study.responses
    high = float(responses.max_points.sum() * responses.unit)
    low = float(responses.min_points.min(initial=0) * responses.unit)
    return {"raw": (low, high), "percent": (0.0, 100.0), "theta": (-6.0, 6.0)}


def total_at(study: Study, form: FormTotals, cut: Cut, omitted: Counted | None) -> float:
    """The total of a form from which a person meets the cut, in recorded units.

    A cut on theta stands at the total that is expected there.

    Raises
    ------
    AnalysisImpossible
        The cut is on theta and the scores cannot be calibrated.
    """
    if cut.unit == "raw":
        return cut.value
    if cut.unit == "percent":
        return form.low + cut.value / 100 * (form.high - form.low)
    made = calibrated(study, omitted=omitted)
    reasons = made.fit.reasons
    items = [int(j) for j in form.items if reasons[j] is None]
    fixed = sum(int(made.points[:, j].max()) for j in form.items if reasons[j] == "no_variance")
    expected = float(information(made.fit, [cut.value], items=items).expected_score[0])
    return (expected + fixed) * study.responses.unit


def meets(study: Study, cut: Cut, omitted: Counted | None) -> NDArray[Any]:
    """(N,) 1.0 at or above the cut, 0.0 below, nan for persons without a total."""
    found = np.full(study.responses.n_persons, np.nan)
    for form in form_totals(study, omitted):
        found[form.rows] = form.totals >= total_at(study, form, cut, omitted) - _NEAR
    return found
