"""The methods that take a response model: Lee, Rudner and Guo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.classification_draws import Drawing, drawn_means
from naas_psych.analyses.cutscores.classification_forms import CutForm, FormCut
from naas_psych.analyses.cutscores.classification_methods import Judged, stacked
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.classification.chances import Chances
from naas_psych.irt.classification.guo import guo
from naas_psych.irt.classification.lee import Reaching, reaching, reaching_at
from naas_psych.irt.classification.rudner import rudner
from naas_psych.irt.engine.population import moments_at
from naas_psych.irt.grid import Grid, normal_log_weight
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.irt.scores.drawn_curves import drawn_parameters, drawn_probabilities
from naas_psych.irt.scores.information import information, theta_of_score
from naas_psych.irt.scores.score_distribution import Form, form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Nodes of theta from 6 SD below the mean to 6 above, of the estimate and of the draws.
_NODES, _DRAWN_NODES, _REACH = 121, 61, 6.0
#: Estimates of theta whose distributions of the total are held at a time: what a cache holds.
_BLOCK = 512
_NAMES = ("lee", "lee_p", "rudner", "guo", "guo_prior")


@dataclass(frozen=True, eq=False)
class Modelled:
    """A form seen through the calibration.

    places : (C,) the told cuts in points above the lowest of its calibrated items
    theta : (C,) where the expected total is the cut; nan where no single theta has it
    """

    fit: Calibration
    made: Calibrated
    form: Form
    places: Floats
    theta: Floats


def calibration_for(study: Study, omitted: Counted | None, *, errors: bool) -> Calibrated | None:
    """The calibration of the study, or None where its scores allow none."""
    try:
        return calibrated(study, omitted=omitted, standard_errors="observed" if errors else None)
    except AnalysisImpossible:
        return None


def modelled(made: Calibrated, own: CutForm, cuts: Sequence[FormCut]) -> Modelled | None:
    """The form and some of its cuts on theta; None where none of its items was calibrated."""
    reasons = made.fit.reasons
    items = [int(j) for j in own.totals.items if reasons[j] is None]
    if not items:
        return None
    fixed = sum(int(made.points[:, j].max()) for j in own.totals.items if reasons[j] == _SAME)
    form = form_of(made.fit, items)
    totals = np.array([cut.total / own.unit for cut in cuts]) - fixed
    theta = theta_of_score(made.fit, totals, items=items)
    stated = [cut.cut.value if cut.cut.unit == "theta" else np.nan for cut in cuts]
    theta = np.where(np.isfinite(stated), stated, theta)
    return Modelled(made.fit, made, form, totals - form.lowest, theta)


_SAME = "no_variance"


def judged_by_models(
    made: Calibrated | None, own: CutForm, drawing: Drawing, *, stream: int
) -> Iterator[Judged]:
    """Every method that takes a response model, or why it cannot be had."""
    seen = None if made is None else modelled(made, own, own.told)
    if seen is None:
        yield from (Judged(name, None, "not_calibrated") for name in _NAMES)
        return
    yield _lee(seen, drawing)
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


def _lee(seen: Modelled, drawing: Drawing) -> Judged:
    fit, ref = seen.fit, seen.fit.reference
    mean, sd = fit.group_mean[ref : ref + 1], fit.group_sd[ref : ref + 1]
    theta = np.linspace(-_REACH, _REACH, _NODES) * sd + mean
    p = probabilities(fit.model, fit.x, theta)[seen.form.columns]
    weight = np.exp(normal_log_weight(theta, mean, sd))[0]
    whole = reaching(
        score_distribution(p, seen.form.points), _expected(p, seen.form), weight, cuts=seen.places
    )
    draws = _lee_draws(seen, drawing)
    why = "not_asked" if drawing.replicates < 1 else "no_standard_errors"
    return Judged("lee", whole.crossed(), None, draws, why)


def _expected(p: Floats, form: Form) -> Floats:
    """Expected points (..., Q) from probabilities (j, K, ..., Q)."""
    return np.asarray(np.einsum("jk,jk...->...", form.points.astype(float), p))


def _lee_draws(seen: Modelled, drawing: Drawing) -> Crossed | None:
    """Tables under parameters drawn from their sampling distribution."""
    fit = seen.fit
    drawn = drawn_parameters(fit, drawing.replicates, seed=drawing.seed)[1:]
    if not len(drawn):
        return None
    moments = [moments_at(fit.population, z) for z in drawn[:, fit.model.n_free :]]
    mean = np.array([one.mean[fit.reference] for one in moments])
    sd = np.array([one.sd[fit.reference] for one in moments])
    theta = np.linspace(-_REACH, _REACH, _DRAWN_NODES) * fit.group_sd[fit.reference] + mean.mean()
    p = drawn_probabilities(fit, drawn, theta, seen.form.columns)
    p = np.ascontiguousarray(p.transpose(1, 2, 0, 3))
    flat = score_distribution(p.reshape(*p.shape[:2], -1), seen.form.points)
    found: Reaching = reaching(
        flat.reshape(-1, *p.shape[2:]),
        _expected(p, seen.form),
        np.exp(normal_log_weight(theta, mean, sd)),
        cuts=seen.places,
    )
    return found.crossed()


@dataclass(frozen=True)
class _Persons:
    """EAP with the SD of the posterior (n,); posterior and likelihood (n, Q), rows sum to 1."""

    theta: Floats
    se: Floats
    posterior: Floats
    likelihood: Floats


def _persons(seen: Modelled, rows: NDArray[np.int64]) -> _Persons:
    fit, points = seen.fit, np.array(seen.made.points[rows])
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
                cuts=seen.places,
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
