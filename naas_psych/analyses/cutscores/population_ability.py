"""What the weights do to ability, and what would follow if those who came are not like the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.cutscores.population_model import PopulationModel, population_model
from naas_psych.analyses.cutscores.population_weights import Weighted
from naas_psych.analyses.cutscores.sweep_model import (
    PARTS,
    FormModel,
    Measures,
    form_model,
    measures_at,
    mixed,
)
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.irt.scores.group_moments import GroupMoments, normal_weight
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Wrong outcomes rarer than this are as good as none when one is put over another.
_LITTLE = 1e-6


@dataclass(frozen=True, eq=False)
class AbilityModel:
    """The forms of a sweep as the response model sees them, for any distribution of ability."""

    persons: PopulationModel
    forms: tuple[FormModel, ...]
    exact: Floats

    def moments(self, weighted: Weighted) -> GroupMoments:
        """Mean and SD of theta of the persons as weighted."""
        n = len(self.persons.likelihood)
        weights = np.zeros(n)
        weights[weighted.rows] = weighted.design.weights * weighted.rows.size
        return self.persons.moments(weights)

    def measures(self, mean: float, sd: float, by_form: Floats) -> Measures:
        """(C,) at the cuts of the sweep, ability normal, persons spread over the forms so."""
        weight = normal_weight(self.persons.theta, mean, sd)
        each = [
            measures_at(form, exact, weight)
            for form, exact in zip(self.forms, self.exact, strict=True)
        ]
        return mixed(each, by_form / by_form.sum())


def ability_model(study: Study, found: Swept, omitted: Counted | None) -> AbilityModel | None:
    """None where the sweep has no response model."""
    if found.whole.modelled is None:
        return None
    made = calibrated(study, omitted=omitted, standard_errors="observed")
    forms = [form_model(made, form, study.responses) for form in found.totals]
    known = tuple(form for form in forms if form is not None)
    if len(known) < len(forms):
        return None
    return AbilityModel(population_model(study, omitted), known, found.whole.axis.exact)


def over(one: Measures, other: Measures) -> Measures:
    """(C,) one set of wrong outcomes over another."""
    return Measures(*((getattr(one, p) + _LITTLE) / (getattr(other, p) + _LITTLE) for p in PARTS))
