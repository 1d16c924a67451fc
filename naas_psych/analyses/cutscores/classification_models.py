"""The methods that take a response model: Lee, Rudner and Guo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.classification_draws import Drawing, drawn_means
from naas_psych.analyses.cutscores.classification_forms import CutForm, FormCut
from naas_psych.analyses.cutscores.classification_methods import Judged, stacked
from naas_psych.analyses.cutscores.sweep_model import (
    FormModel,
    drawn_reaching,
    form_model,
    reaching_of,
)
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.classification.chances import Chances
from naas_psych.irt.classification.cluster_scores import cluster_scores, parameter_draws
from naas_psych.irt.classification.guo import guo
from naas_psych.irt.classification.lee import Reaching, reaching_at
from naas_psych.irt.classification.rudner import rudner
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.irt.scores.information import information, theta_of_score
from naas_psych.irt.scores.score_distribution import Form, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.study.responses import Counted, Responses
from naas_psych.study.study import Study

#: Estimates of theta whose distributions of the total are held at a time: what a cache holds.
_BLOCK = 512
_NAMES = ("lee", "lee_p", "rudner", "guo", "guo_prior")


@dataclass(frozen=True, eq=False)
class World:
    """The calibration of a study, its responses, and drawn parameters (R, P) where it has errors.

    The draws are those of the sweep over every cut: whole clusters of persons count as drawn.
    """

    made: Calibrated
    responses: Responses
    parameters: Floats | None


@dataclass(frozen=True, eq=False)
class Modelled:
    """A form seen through the calibration.

    places : (C,) the cuts in points above the lowest total of the form
    theta : (C,) where the expected total is the cut; nan where no single theta has it
    """

    world: World
    model: FormModel
    places: Floats
    theta: Floats

    @property
    def fit(self) -> Calibration:
        return self.model.fit

    @property
    def form(self) -> Form:
        return self.model.form


def world_for(study: Study, omitted: Counted | None, drawing: Drawing) -> World | None:
    """The calibration of the study, or None where its scores allow none."""
    errors = "observed" if drawing.replicates > 0 else None
    try:
        made = calibrated(study, omitted=omitted, standard_errors=errors)
    except AnalysisImpossible:
        return None
    if drawing.replicates < 1 or made.fit.covariance is None:
        return World(made, study.responses, None)
    sums = cluster_scores(made.fit, made.points, drawing.clusters.codes, drawing.clusters.n)
    drawn = parameter_draws(made.fit, sums, drawing.weights())
    return World(made, study.responses, drawn.parameters)


def modelled(world: World, own: CutForm, cuts: Sequence[FormCut]) -> Modelled | None:
    """The form and some of its cuts on theta; None where none of its items was calibrated."""
    model = form_model(world.made, own.totals, world.responses)
    if model is None:
        return None
    places = np.array([(cut.total - own.totals.low) / own.unit for cut in cuts])
    totals = model.cuts(places) + model.form.lowest
    theta = theta_of_score(model.fit, totals, items=[int(j) for j in model.form.items])
    stated = [cut.cut.value if cut.cut.unit == "theta" else np.nan for cut in cuts]
    return Modelled(world, model, places, np.where(np.isfinite(stated), stated, theta))


def judged_by_models(
    world: World | None, own: CutForm, drawing: Drawing, *, stream: int
) -> Iterator[Judged]:
    """Every method that takes a response model, or why it cannot be had."""
    seen = None if world is None else modelled(world, own, own.told)
    if seen is None:
        yield from (Judged(name, None, "not_calibrated") for name in _NAMES)
        return
    yield _lee(seen, drawing.reason(own.totals.rows))
    if np.isnan(seen.theta).any():
        yield from (Judged(name, None, "no_such_theta") for name in _NAMES[1:])
        return
    known = _persons(seen, own.totals.rows)
    yield _lee_of_persons(seen, known.theta)
    found = {
        "rudner": rudner(known.theta, known.se, seen.theta),
        "guo": guo(known.likelihood, seen.fit.grid.theta, seen.theta),
        "guo_prior": guo(known.posterior, seen.fit.grid.theta, seen.theta),
    }
    for name, chances in found.items():
        yield _by_persons(name, chances, own.totals.rows, drawing, stream)


def _lee(seen: Modelled, no_limits: str | None) -> Judged:
    """Theta normal, at the estimates and under drawn parameters."""
    whole = reaching_of(seen.model, seen.places).crossed()
    parameters = seen.world.parameters
    if no_limits is not None or parameters is None:
        return Judged("lee", whole, no_limits=no_limits or "no_standard_errors")
    return Judged("lee", whole, None, drawn_reaching(seen.model, seen.places, parameters).crossed())


def _expected(p: Floats, form: Form) -> Floats:
    """Expected points (..., Q) from probabilities (j, K, ..., Q)."""
    return np.asarray(np.einsum("jk,jk...->...", form.points.astype(float), p))


@dataclass(frozen=True)
class _Persons:
    """EAP with the SD of the posterior (n,); posterior and likelihood (n, Q), rows sum to 1."""

    theta: Floats
    se: Floats
    posterior: Floats
    likelihood: Floats


def _persons(seen: Modelled, rows: NDArray[np.int64]) -> _Persons:
    fit, points = seen.fit, np.array(seen.world.made.points[rows])
    outside = np.ones(points.shape[1], dtype=bool)
    outside[seen.form.items] = False
    points[:, outside] = -1
    grid = Grid(fit.grid.theta, np.zeros_like(fit.grid.log_weight))
    blocks = posteriors(fit, categories_of(fit, points), grid=grid)
    likelihood = np.concatenate([block.posterior for block in blocks])
    posterior = likelihood * np.exp(fit.grid.log_weight[fit.reference])
    posterior /= posterior.sum(axis=1, keepdims=True)
    theta = np.einsum("nq,q->n", posterior, grid.theta)
    square = np.einsum("nq,q->n", posterior, grid.theta**2)
    return _Persons(theta, np.sqrt(np.maximum(square - theta**2, 0.0)), posterior, likelihood)


def _lee_of_persons(seen: Modelled, theta: Floats) -> Judged:
    found: list[Reaching] = []
    weights = []
    for start in range(0, theta.size, _BLOCK):
        own = theta[start : start + _BLOCK]
        p = probabilities(seen.fit.model, seen.fit.x, own)[seen.form.columns]
        found.append(
            reaching_at(
                score_distribution(p, seen.form.points),
                _expected(p, seen.form),
                np.full(own.size, 1 / theta.size),
                cuts=seen.model.cuts(seen.places),
            )
        )
        weights.append(own.size / theta.size)
    whole = found[0]
    for other in found[1:]:
        whole = replace(
            whole,
            both=whole.both + other.both,
            twice=whole.twice + other.twice,
            truly=whole.truly + other.truly,
            observed=whole.observed + other.observed,
        )
    return Judged("lee_p", whole.crossed())


def _by_persons(
    name: str, chances: Chances, rows: NDArray[np.int64], drawing: Drawing, stream: int
) -> Judged:
    whole = chances.crossed()
    if not chances.known.any():
        return Judged(name, None, "no_finite_estimate")
    own, no_limits = rows[chances.known], drawing.reason(rows)
    if no_limits is not None:
        return Judged(name, whole, None, None, no_limits)
    means = drawn_means(chances.terms(), own, drawing, stream)
    drawn = [Crossed(right, again) for right, again in means]
    return Judged(name, whole, None, stacked(drawn), "all_samples_degenerate")


def error_at(seen: Modelled, unit: float) -> Floats:
    """(C,) SD of the total given theta where the expected total is the cut; nan without one."""
    found = np.full(seen.theta.size, np.nan)
    known = np.isfinite(seen.theta)
    if known.any():
        items = [int(j) for j in seen.form.items]
        found[known] = information(seen.fit, seen.theta[known], items=items).score_csem * unit
    return found
