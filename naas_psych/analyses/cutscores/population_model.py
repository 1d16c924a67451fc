"""Totals as the calibrated response model expects them, for any group and any distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.analyses.kept import kept
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.classification.lee import upper_shares
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.irt.scores.group_moments import GroupMoments, group_moments
from naas_psych.irt.scores.score_distribution import form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True, eq=False)
class ModelledForm:
    """One form on Q nodes of theta.

    chance : (S + 1, Q) of each sum of points on its calibrated items
    expected : (Q,) expected sum of points
    unit, base : a total is base + unit times the sum
    """

    name: str
    chance: Floats
    expected: Floats
    unit: float
    base: float

    def points(self, total: Any) -> Floats:
        """Sums of points at which totals are reached; fractions stay."""
        return (np.asarray(total, float) - self.base) / self.unit

    def reach(self, totals: Any) -> Floats:
        """(C, Q) chance of a total of at least so much."""
        return upper_shares(self.chance, self.points(totals))


@dataclass(frozen=True, eq=False)
class PopulationModel:
    """Forms in the order of `form_totals`, and what each person's responses say of theta.

    theta : (Q,) equally spaced; likelihood : (N, Q), each up to a factor; mean, sd : of theta in
    the population of the calibration
    """

    theta: Floats
    forms: tuple[ModelledForm, ...]
    likelihood: Floats
    mean: float
    sd: float
    notes: tuple[str, ...]

    def moments(self, persons: Floats) -> GroupMoments:
        """Of the persons with these weights (N,); those with weight 0 are left out."""
        rows = np.flatnonzero(persons > 0)
        return group_moments(self.likelihood[rows], self.theta, persons[rows])


def population_model(study: Study, omitted: Counted | None) -> PopulationModel:
    """The calibration of the study as totals, made once.

    Raises
    ------
    AnalysisImpossible
        The scores cannot be calibrated, or a form has no calibrated item.
    """
    asked = omitted or study.omitted
    return kept(study, ("population_model", asked), lambda: _made(study, asked))


def _made(study: Study, omitted: Counted) -> PopulationModel:
    made = calibrated(study, omitted=omitted)
    fit = made.fit
    categories = categories_of(fit, made.points)
    prior = np.exp(fit.grid.log_weight[fit.reference])
    found = np.empty((categories.shape[0], prior.size))
    for block in posteriors(fit, categories):
        found[block.rows] = block.posterior / prior
    found /= found.max(axis=1, keepdims=True)
    forms = tuple(_form(study, made, form) for form in form_totals(study, omitted))
    return PopulationModel(
        theta=fit.grid.theta,
        forms=forms,
        likelihood=found,
        mean=float(fit.group_mean[fit.reference]),
        sd=float(fit.group_sd[fit.reference]),
        notes=made.notes,
    )


def _form(study: Study, made: Any, form: FormTotals) -> ModelledForm:
    fit, unit = made.fit, study.responses.unit
    items = [int(j) for j in form.items if fit.reasons[j] is None]
    if not items:
        raise AnalysisImpossible(
            f"No item of the form {form.name} could be calibrated, so its totals cannot be "
            "modelled. Needed: items that some persons got right and others wrong."
        )
    fixed = sum(int(made.points[:, j].max()) for j in form.items if fit.reasons[j] == "no_variance")
    own = form_of(fit, items)
    p = probabilities(fit.model, fit.x, fit.grid.theta)[own.columns]
    return ModelledForm(
        name=form.name,
        chance=score_distribution(p, own.points),
        expected=np.einsum("jk,jkq->q", own.points.astype(float), p),
        unit=unit,
        base=(own.lowest + fixed) * unit,
    )


def rates_at(
    weights: Sequence[Floats],
    shares: Sequence[Floats],
    reach: Sequence[Floats],
) -> Floats:
    """(G, C) share who reach each of C cuts, of G distributions (Q,) spread over the forms.

    shares : (F,) each, of a group's persons by form; reach : (C, Q) of each form
    """
    return np.array(
        [
            sum(
                (part * np.einsum("cq,q->c", own, weight))
                for part, own in zip(share, reach, strict=True)
            )
            for weight, share in zip(weights, shares, strict=True)
        ]
    )
