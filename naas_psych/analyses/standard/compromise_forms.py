"""Forms as the compromise methods see them: who is below each cut, in per cent of the marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.clusters import Clusters, clusters_of
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.score_curve import (
    NEAR,
    ScoreCurve,
    cut_points,
    score_counts,
    score_curve,
)
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Decimals at which percentages of several forms are the same.
_SAME = 9


@dataclass(frozen=True, eq=False)
class CurveForm:
    """A form, or all forms together, on the scale from 0 to 100 per cent of the marks.

    rows (n,) : its persons; curve : shares below each cut
    counts (S,) : persons at each score; by_cluster (G, S) the same by cluster, None where every
        person is one
    low, width : lowest total and marks that can be earned; of all forms 0 and 100
    """

    name: str
    rows: NDArray[np.int64]
    curve: ScoreCurve
    counts: NDArray[np.int64]
    by_cluster: NDArray[np.int64] | None
    low: float
    width: float
    unit: str

    @property
    def n(self) -> int:
        return int(self.rows.size)

    def marks(self, percent: Floats | float) -> Floats:
        """Per cent of the marks in the unit of the form's cuts; a total is a total again."""
        return np.round(self.low + np.asarray(percent) / 100 * self.width, _SAME)

    def ceiling(self, percent: float) -> float:
        """The lowest attainable cut from `percent` on, in per cent; nan beyond the scale."""
        cuts = self.curve.attainable
        found = cuts[cuts >= percent - NEAR]
        return float(found[0]) if found.size and np.isfinite(percent) else float("nan")

    def floor(self, percent: float) -> float:
        """The highest attainable cut up to `percent`; nan below the scale."""
        cuts = self.curve.attainable
        found = cuts[cuts <= percent + NEAR]
        return float(found[-1]) if found.size and np.isfinite(percent) else float("nan")

    def pass_rate(self, percent: float) -> float:
        """Share of persons who reach a cut."""
        if not np.isfinite(percent):
            return float("nan")
        return float(1 - self.curve.step(np.array([percent]))[0, 0])


def curve_forms(study: Study, omitted: Counted | None) -> tuple[CurveForm, ...]:
    """Every form with a range, largest first; then all of them together where there are several.

    Raises
    ------
    AnalysisImpossible
        Nobody has a total.
    """
    forms = [form for form in form_totals(study, omitted) if form.high > form.low]
    if not forms:
        raise AnalysisImpossible(
            "Nobody has a total on a form with more than one possible total. Needed: persons with "
            "a score on every item of a form."
        )
    clusters = clusters_of(study)
    unit = study.responses.unit
    found = [_one(form, _steps(form, unit), clusters) for form in forms]
    return (*found, _together(forms, found, clusters)) if len(found) > 1 else tuple(found)


def _steps(form: FormTotals, unit: float) -> Floats:
    """Every total that the scale has, in per cent."""
    n = round((form.high - form.low) / unit)
    return np.round(100 * np.arange(n + 1) / n, _SAME)


def _one(form: FormTotals, attainable: Floats, clusters: Clusters) -> CurveForm:
    percent = np.round(form.percent, _SAME)
    return CurveForm(
        name=form.name,
        rows=form.rows,
        curve=score_curve(percent, attainable),
        counts=score_counts(percent, attainable),
        by_cluster=_by_cluster(percent, attainable, form.rows, clusters),
        low=form.low,
        width=form.high - form.low,
        unit="raw",
    )


def _together(
    forms: Sequence[FormTotals], found: Sequence[CurveForm], clusters: Clusters
) -> CurveForm:
    attainable = np.unique(np.concatenate([one.curve.attainable for one in found]))
    percent = np.round(np.concatenate([form.percent for form in forms]), _SAME)
    rows = np.concatenate([form.rows for form in forms])
    return CurveForm(
        name=ALL_FORMS,
        rows=rows,
        curve=score_curve(percent, attainable),
        counts=score_counts(percent, attainable),
        by_cluster=_by_cluster(percent, attainable, rows, clusters),
        low=0.0,
        width=100.0,
        unit="percent",
    )


def _by_cluster(
    percent: Floats, attainable: Floats, rows: NDArray[np.int64], clusters: Clusters
) -> NDArray[np.int64] | None:
    """(G, S) persons of each cluster at each score."""
    if not clusters.name:
        return None
    groups, codes = np.unique(clusters.codes[rows], return_inverse=True)
    points = cut_points(percent, attainable)[:-1]
    found = np.zeros((groups.size, points.size), np.int64)
    np.add.at(found, (codes, np.searchsorted(points, percent)), 1)
    return found
