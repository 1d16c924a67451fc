"""Cuts on theta: a cut on the total stands where the expected total equals it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.analyses.irt.calibrated import Calibrated
from naas_psych.analyses.irt.scored_forms import ScoredForm, scored_forms
from naas_psych.irt.scores.information import theta_of_score
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study


def theta_of_cut(made: Calibrated, form: ScoredForm, cut: Cut) -> float:
    """Where the cut lies on theta for persons who take this form; NaN if no theta leads there."""
    if cut.unit == "theta":
        return cut.value
    total = cut.value if cut.unit == "raw" else form.at_percent(cut.value)
    return float(theta_of_score(made.fit, form.points(total), items=form.items)[0])


def cuts_on_scale(study: Study, made: Calibrated, omitted: str | None) -> pd.DataFrame:
    """One row a form and cut that lies somewhere on theta."""
    rows = [
        (form.name, name, theta_of_cut(made, form, cut))
        for form in scored_forms(study, made, omitted)
        for name, cut in study.spec.cuts.items()
    ]
    known = [row for row in rows if np.isfinite(row[2])]
    return pd.DataFrame(known, columns=["form", "cut", "theta"])
