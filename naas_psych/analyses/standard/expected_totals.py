"""The total that is expected on each form at a theta, for cuts that are set on theta."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.irt.calibrated import Calibrated
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.compromise_forms import CurveForm, curve_forms
from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.irt.scores.information import information
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Step of theta for the slope of a curve.
_STEP = 1e-4


@dataclass(frozen=True, eq=False)
class ExpectedTotal:
    """A form with its curve: items that were calibrated, and what the others add to everybody.

    parts : the forms of which "all forms" is made, each counting alike; empty for a form
    fixed : marks that items without variance add; floor : lowest total of the form
    """

    form: CurveForm
    made: Calibrated
    items: tuple[int, ...]
    fixed: float
    unit: float
    parts: Sequence[ExpectedTotal] = ()

    def percent(self, theta: float) -> float:
        """Per cent of the marks expected at theta."""
        if not np.isfinite(theta):
            return float("nan")
        if self.parts:
            return float(np.mean([part.percent(theta) for part in self.parts]))
        if not self.items:
            return float("nan")
        found = information(self.made.fit, [theta], items=self.items).expected_score[0]
        total = (float(found) + self.fixed) * self.unit
        return 100 * (total - self.form.low) / self.form.width

    def slope(self, theta: float) -> float:
        """Per cent of the marks for one unit of theta."""
        return (self.percent(theta + _STEP) - self.percent(theta - _STEP)) / (2 * _STEP)


def expected_totals(
    study: Study, made: Calibrated, omitted: Counted | None
) -> tuple[ExpectedTotal, ...]:
    """Every form, largest first, then all of them together where there are several."""
    curves = {form.name: form for form in curve_forms(study, omitted)}
    reasons = made.fit.reasons
    found = []
    for form in form_totals(study, omitted):
        if form.name not in curves:
            continue
        fixed = sum(int(made.points[:, j].max()) for j in form.items if reasons[j] == "no_variance")
        items = tuple(int(j) for j in form.items if reasons[j] is None)
        found.append(ExpectedTotal(curves[form.name], made, items, fixed, study.responses.unit))
    if ALL_FORMS in curves:
        found.append(ExpectedTotal(curves[ALL_FORMS], made, (), 0.0, 1.0, tuple(found)))
    return tuple(found)
