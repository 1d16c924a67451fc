"""A form without its flagged items: shares of the marks, and the same standard on what remains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.matched import matched_forms
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.analyses.outcomes import FormTotals, form_totals, total_at
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.scores.information import information, theta_of_score
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha_from_sums
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: Rounding of sums: a total this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Reduced:
    """A form with and without the items that were flagged.

    keep : (j,) items that remain; before, after : (n,) per cent of the marks
    alpha_before, alpha_after : reliability of the whole form and of what remains
    """

    form: FormTotals
    marks: NDArray[Any]
    keep: NDArray[np.bool_]
    widths: Floats
    before: Floats
    after: Floats
    alpha_before: float
    alpha_after: float

    @property
    def removed(self) -> int:
        return int((~self.keep).sum())


def reduced_forms(
    study: Study, omitted: Counted | None, flagged: frozenset[int]
) -> tuple[Reduced, ...]:
    """Every form, with the items `flagged` (indices in the study) taken out."""
    forms = zip(matched_forms(study, omitted), form_totals(study, omitted), strict=True)
    responses = study.responses
    found = []
    for matched, form in forms:
        keep = np.array([int(j) not in flagged for j in form.items])
        widths = (responses.max_points - responses.min_points)[form.items].astype(float)
        left = widths[keep].sum()
        found.append(
            Reduced(
                form=form,
                marks=matched.marks,
                keep=keep,
                widths=widths,
                before=form.percent,
                after=100 * matched.marks[:, keep].sum(axis=1) / (left if left > 0 else np.nan),
                alpha_before=_alpha(matched.marks),
                alpha_after=_alpha(matched.marks[:, keep]),
            )
        )
    return tuple(found)


def meets_before(study: Study, one: Reduced, cut: Cut, omitted: Counted | None) -> Floats:
    """(n,) 1.0 at or above the cut on the whole form."""
    line = total_at(study, one.form, cut, omitted)
    return np.asarray(one.form.totals >= line - _NEAR, dtype=float)


def meets_after(study: Study, one: Reduced, cut: Cut, omitted: Counted | None) -> Floats:
    """(n,) 1.0 at or above the same standard on what remains.

    The standard is the ability at which the whole form's expected total is the cut; on what remains
    it is the total expected there. Without a response model it is the same share of the marks.
    """
    line = _line_after(study, one, cut, omitted)
    return np.asarray(one.marks[:, one.keep].sum(axis=1) >= line - _NEAR, dtype=float)


def _line_after(study: Study, one: Reduced, cut: Cut, omitted: Counted | None) -> float:
    """Points above the lowest total of what remains."""
    unit = study.responses.unit
    total = total_at(study, one.form, cut, omitted)
    try:
        expected = _expected_after(calibrated(study, omitted=omitted), one, total / unit)
    except AnalysisImpossible:
        expected = float("nan")
    if np.isfinite(expected):
        lowest = study.responses.min_points[one.form.items[one.keep]].sum()
        return float(expected - lowest)
    share = (total - one.form.low) / (one.form.high - one.form.low)
    return float(share * one.widths[one.keep].sum())


def _expected_after(made: Calibrated, one: Reduced, points: float) -> float:
    """Recorded points expected on what remains from a person at the standard; nan if none stands.

    points : recorded points of the whole form at the standard
    """
    reasons, own = made.fit.reasons, one.form.items
    fixed = {int(j): float(made.points[:, j].max()) for j in own if reasons[j] == "no_variance"}
    items = [int(j) for j in own if reasons[j] is None]
    left = [int(j) for j in own[one.keep] if reasons[j] is None]
    if not left:
        return float("nan")
    theta = theta_of_score(made.fit, points - sum(fixed.values()), items=items)[0]
    if not np.isfinite(theta):
        return float("nan")
    constant = sum(fixed.get(int(j), 0.0) for j in own[one.keep])
    return float(information(made.fit, [theta], items=left).expected_score[0] + constant)


def _alpha(marks: NDArray[Any]) -> float:
    if marks.shape[1] < 2 or marks.shape[0] < 2:
        return float("nan")
    whole = float(marks.sum(axis=1).var(ddof=1))
    if whole <= 0:
        return float("nan")
    return float(alpha_from_sums(marks.var(axis=0, ddof=1).sum(), whole, marks.shape[1]))
