"""The same wrong outcomes under other defensible models: how much hangs on the choice of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS, n_steps
from naas_psych.analyses.cutscores.sweep_model import (
    PARTS,
    Measures,
    form_model,
    measures_at,
    measures_of,
    mixed,
)
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.analyses.kept import kept
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.classification.ability_density import free_density, likelihoods
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.livingston_lewis import livingston_lewis
from naas_psych.numerics.classification.sweep import at_each_cut
from naas_psych.numerics.coefficients import alpha
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

DEFAULT, FREE, PLAIN, STRONG = "calibrated", "free_density", "plain", "livingston_lewis"
_PLAIN_FAMILY = ("rasch", "1pl", "pcm", "rsm")


@dataclass(frozen=True, eq=False)
class ModelSet:
    """By model, then by form (and "all forms"): measures at the cuts of that axis.

    why_not : models that could not be had, and why
    """

    values: dict[str, dict[str, Measures]]
    why_not: dict[str, str]

    def of(self, form: str) -> dict[str, Measures]:
        """By model."""
        return {model: by_form[form] for model, by_form in self.values.items()}


def model_set(study: Study, found: Swept, omitted: Counted | None, threads: int) -> ModelSet:
    """Every model that these data allow, the one behind the sweep first."""
    asked = omitted or study.omitted
    key = ("sweep_models", asked, found.whole.axis.names, found.whole.axis.exact.tobytes())
    return kept(study, key, lambda: _made(study, found, omitted, threads))


def _made(study: Study, found: Swept, omitted: Counted | None, threads: int) -> ModelSet:
    values: dict[str, dict[str, Measures]] = {}
    why_not: dict[str, str] = {}
    sides = (found.whole, *found.forms)
    default = {side.name: side.modelled.point for side in sides if side.modelled is not None}
    if len(default) == len(sides):
        values[DEFAULT] = default
        made = calibrated(study, omitted=omitted, standard_errors="observed", threads=threads)
        values[FREE] = _free(study, found, made)
        plain = _plain(study, found, made, omitted, threads)
        if isinstance(plain, str):
            why_not[PLAIN] = plain
        else:
            values[PLAIN] = plain
    strong = _livingston_lewis(study, found)
    if isinstance(strong, str):
        why_not[STRONG] = strong
    else:
        values[STRONG] = strong
    return ModelSet(values, why_not)


def _free(study: Study, found: Swept, made: Calibrated) -> dict[str, Measures]:
    """The same items with the distribution of ability that the responses themselves ask for."""
    start = np.exp(made.fit.grid.log_weight[made.fit.reference])
    weight = free_density(likelihoods(made.fit, made.points), start)
    return _by_form(found, list(_under(study, found, made, weight)))


def _plain(
    study: Study, found: Swept, made: Calibrated, omitted: Counted | None, threads: int
) -> dict[str, Measures] | str:
    """The family in which all items are equally steep, where the sweep did not use it already."""
    names = {m for m, why in zip(made.fit.models, made.fit.reasons, strict=True) if why is None}
    if names <= set(_PLAIN_FAMILY):
        return "the sweep itself uses the plainer family"
    try:
        other = calibrated(study, model="rasch", omitted=omitted, threads=threads)
    except AnalysisImpossible as refusal:
        return str(refusal)
    return _by_form(found, list(_under(study, found, other, None)))


def _under(
    study: Study, found: Swept, made: Calibrated, weight: Floats | None
) -> Iterator[Measures]:
    """Each form at the cuts of its own axis, then at those of all forms."""
    for place, form in enumerate(found.totals):
        model = form_model(made, form, study.responses)
        if model is not None:
            yield measures_at(model, _exact(found, place), weight)


def _exact(found: Swept, place: int) -> Floats:
    return np.concatenate([found.forms[place].axis.exact[0], found.whole.axis.exact[place]])


def _by_form(found: Swept, each: list[Measures]) -> dict[str, Measures]:
    """From measures at `_exact` of each form."""
    n = np.array([form.n for form in found.forms], dtype=float)
    sizes = [form.axis.cut.size for form in found.forms]
    whole = mixed(
        [one.at(slice(k, None)) for one, k in zip(each, sizes, strict=True)],
        np.asarray(n / n.sum()),
    )
    own = {
        form.name: one.at(slice(k)) for form, one, k in zip(found.forms, each, sizes, strict=True)
    }
    return {ALL_FORMS: whole, **own}


def _livingston_lewis(study: Study, found: Swept) -> dict[str, Measures] | str:
    each = []
    for place, form in enumerate(found.totals):
        one = _strong_form(study, form, _exact(found, place))
        if isinstance(one, str):
            return one
        each.append(one)
    return _by_form(found, each)


def _strong_form(study: Study, form: FormTotals, exact: Floats) -> Measures | str:
    """At cuts in steps of the form; the alpha of the form stands for its reliability."""
    unit = study.responses.unit
    top = n_steps(form, unit)
    steps = np.rint((form.totals - form.low) / unit)
    scores, counts = np.unique(steps, return_counts=True)
    if scores.size < 2:
        return "no_variance"
    marks = study.responses.marks(omitted="wrong", not_reached="wrong")
    covariance = np.cov(marks[np.ix_(form.rows, form.items)].astype(float), rowvar=False)
    inside = np.unique(exact[(exact > 0) & (exact <= top)])
    if inside.size == 0:
        return "no_variance"
    made = livingston_lewis(
        scores,
        counts.astype(float),
        reliability=float(alpha(np.atleast_2d(covariance))),
        cuts=inside,
        low=0.0,
        high=float(top),
    )
    if made.reason is not None:
        return made.reason
    return _spread_out(measures_of(at_each_cut(made.crossed)), inside, exact)


def _spread_out(values: Measures, inside: Floats, exact: Floats) -> Measures:
    """At every cut: one that all reach, or nobody can, has no wrong outcomes."""
    place = np.clip(np.searchsorted(inside, exact), 0, inside.size - 1)
    known = np.isclose(inside[place], exact)
    parts = {part: np.where(known, getattr(values, part)[place], 0.0) for part in PARTS}
    parts["below"] = np.where(known, parts["below"], np.where(exact > 0, 1.0, 0.0))
    return Measures(**parts)
