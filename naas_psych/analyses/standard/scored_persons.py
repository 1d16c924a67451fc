"""Totals of a form in per cent of its marks, and how far they are from the true ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.analyses.reliability.measurement_error import measurement_error
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

ALL_FORMS = "all forms"


@dataclass(frozen=True, eq=False)
class ScoredPersons:
    """Persons of a form: rows (n,) of the study, totals (n,) in per cent; sem in per cent."""

    form: str
    rows: NDArray[np.int64]
    percent: Floats
    sem: float


def scored_persons(study: Study, omitted: Counted | None) -> dict[str, ScoredPersons]:
    """Each form by name, and all forms together where there are several."""
    errors = _errors(study, omitted)
    found = {
        form.name: ScoredPersons(
            form.name, form.rows, form.percent, errors.get(form.name, np.nan) / _width(form)
        )
        for form in form_totals(study, omitted)
    }
    if len(found) == 1:
        # The one form has a name of its own where judges named it, and none elsewhere.
        (only,) = found.values()
        return {only.form: only, ONE_FORM: only, ALL_FORMS: only}
    sizes = [one.rows.size for one in found.values()]
    sem = np.sqrt(np.average([one.sem**2 for one in found.values()], weights=sizes))
    together = ScoredPersons(
        ALL_FORMS,
        np.concatenate([one.rows for one in found.values()]),
        np.concatenate([one.percent for one in found.values()]),
        float(sem),
    )
    return {**found, ALL_FORMS: together}


def _width(form: FormTotals) -> float:
    width = form.high - form.low
    return float(width / 100) if width > 0 else np.nan


def _errors(study: Study, omitted: Counted | None) -> dict[str, float]:
    """SEM in marks by form."""
    try:
        summary = measurement_error(study, omitted=omitted).tables["summary"]
    except AnalysisImpossible:
        return {}
    return dict(zip(summary["form"], summary["sem"].astype(float), strict=True))
