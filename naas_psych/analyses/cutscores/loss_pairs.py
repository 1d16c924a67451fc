"""Shares with a wrong outcome where the true standard is fixed and the cut moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from naas_psych.analyses.cutscores.sweep_axis import n_steps
from naas_psych.analyses.cutscores.sweep_model import FormModel, form_model
from naas_psych.analyses.cutscores.sweep_run import BLOCK, block_weights
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.analyses.kept import kept
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.classification.cluster_scores import cluster_scores, parameter_draws
from naas_psych.irt.classification.lee import Reaching, reaching
from naas_psych.irt.grid import normal_log_weight
from naas_psych.irt.scores.drawn_curves import drawn_probabilities
from naas_psych.irt.scores.score_distribution import score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Draws whose distributions are held at a time.
_TOGETHER = 16


@dataclass(frozen=True, eq=False)
class Standard:
    """Where competence begins on a form, in steps above its lowest total.

    source : "the cut itself" or "the panel"; se, df : of the panel's cut, 0 for a cut as it is
    """

    cut_name: str
    source: str
    step: float
    se: float = 0.0
    df: float = np.inf

    def drawn(self, n: int, *, seed: int) -> Floats:
        """(n,) where other panels would have put it (Student's t)."""
        if not self.se > 0:
            return np.full(n, self.step)
        stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, n))))
        uniform = ndtr(stream.standard_normal(n))
        return np.asarray(self.step + self.se * stdtrit(max(self.df, 1.0), uniform))


@dataclass(frozen=True, eq=False)
class Pairs:
    """Shares truly at the standard or above (...,), and of these (..., C) observed at each cut.

    observed : (..., C) all who are observed there
    """

    truly: Floats
    both: Floats
    observed: Floats

    @property
    def false_pass(self) -> Floats:
        return np.clip(self.observed - self.both, 0.0, 1.0)

    @property
    def false_fail(self) -> Floats:
        return np.clip(self.truly[..., None] - self.both, 0.0, 1.0)


def pairs_of(reach: Reaching, standard: int, totals: int) -> Pairs:
    """The first `totals` cuts against the standard that is the cut at a place of the tables."""
    return Pairs(
        truly=reach.truly[standard],
        both=reach.both[standard, :totals],
        observed=reach.observed[:totals],
    )


def pairs_at(reach: Reaching, steps: Floats, totals: int) -> Pairs:
    """The first `totals` cuts against one standard (R,) a draw, between cuts of the diagonal.

    reach : tables (..., C, C) whose first cuts are the attainable totals 0 to S in order
    """
    both, truly = reach.both[..., :totals, :totals], reach.truly[..., :totals]
    low = np.clip(np.floor(steps).astype(int), 0, totals - 2)
    part = np.clip(steps - low, 0.0, 1.0)
    draw = np.arange(both.shape[0]) if both.ndim == 3 else ...
    rows = [both[draw, low + k] if both.ndim == 3 else both[low + k] for k in (0, 1)]
    ends = [truly[draw, low + k] if both.ndim == 3 else truly[low + k] for k in (0, 1)]
    weight = np.asarray(part)[..., None]
    return Pairs(
        truly=(1 - part) * ends[0] + part * ends[1],
        both=(1 - weight) * rows[0] + weight * rows[1],
        observed=reach.observed[..., :totals],
    )


def drawn_reaching(
    study: Study, found: Swept, place: int, omitted: Counted | None
) -> Reaching | None:
    """(R, S + 1, ...) every pair of totals of a form, under drawn parameters; None without errors.

    One block of draws, those with which the sweep begins.
    """
    asked = (omitted or study.omitted, place, found.seed, found.n_draws)
    return kept(
        study, ("loss_reaching", *asked), lambda: _drawn_reaching(study, found, place, omitted)
    )


def _drawn_reaching(
    study: Study, found: Swept, place: int, omitted: Counted | None
) -> Reaching | None:
    try:
        made = calibrated(study, omitted=omitted, standard_errors="observed")
    except AnalysisImpossible:
        return None
    form = found.totals[place]
    model = form_model(made, form, study.responses)
    if made.fit.covariance is None or model is None:
        return None
    codes, n = found.clusters.codes, found.clusters.n
    sums = kept(
        study,
        ("loss_score_sums", omitted or study.omitted),
        lambda: cluster_scores(made.fit, made.points, codes, n),
    )
    weights = block_weights(n, 0, min(found.n_draws, BLOCK), seed=found.seed)
    parameters = parameter_draws(made.fit, sums, weights).parameters
    parts = list(_reached(made, model, form, parameters, study.responses.unit))
    return Reaching(
        *(
            np.concatenate([getattr(one, name) for one in parts])
            for name in ("both", "twice", "truly", "observed")
        )
    )


def _reached(
    made: Calibrated, model: FormModel, form: FormTotals, parameters: Floats, unit: float
) -> Iterator[Reaching]:
    fit, points, theta = made.fit, model.form.points, made.fit.grid.theta
    cuts = model.cuts(np.arange(n_steps(form, unit) + 1, dtype=float))
    mean, sd = fit.group_mean[fit.reference], fit.group_sd[fit.reference]
    weight = np.exp(normal_log_weight(theta, np.array([mean]), np.array([sd])))
    for start in range(0, len(parameters), _TOGETHER):
        p = drawn_probabilities(
            fit, parameters[start : start + _TOGETHER], theta, model.form.columns
        )
        n_draws, n_items, n_categories, n_nodes = p.shape
        flat = np.ascontiguousarray(p.transpose(1, 2, 0, 3)).reshape(n_items, n_categories, -1)
        chance = score_distribution(flat, points).reshape(-1, n_draws, n_nodes)
        expected = np.einsum("jk,rjkq->rq", points, p)
        yield reaching(chance, expected, np.broadcast_to(weight, expected.shape), cuts=cuts)
