"""One form at the top of its scale, under the estimates and under draws of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.irt.calibrated import Calibrated
from naas_psych.analyses.irt.scored_forms import ScoredForm
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.classification.lee import upper_shares
from naas_psych.irt.engine.population import Moments, moments_at
from naas_psych.irt.grid import normal_log_weight
from naas_psych.irt.scores.drawn_curves import drawn_parameters, drawn_probabilities
from naas_psych.irt.scores.score_distribution import Form, form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.study.study import Study

#: The share that is looked at, where the top is measured (SD above the mean), a small step.
_TENTH, _HIGH, _STEP = 0.1, 1.5, 1e-4
#: Places between two nodes at which curves are read; a total this near the highest is it.
_BETWEEN, _NEAR = 20, 1e-9
#: An error beyond this is as good as none at all, and has a logarithm.
_MOST = 1e100
#: Least SD of ability drawn: squares of distances over a smaller one are too large for a number.
_LEAST = 1e-150


@dataclass(frozen=True)
class Limited:
    """A number with its limits; nan where it has none."""

    value: float
    low: float = np.nan
    high: float = np.nan


@dataclass(frozen=True)
class TopRow:
    """What the table says of a form."""

    tenth_from: Limited
    tenth_share: Limited
    top_again: Limited
    error_top: Limited
    error_at_cut: Limited
    error_ratio: Limited
    ceiling_share: Limited


def top_row(
    study: Study, made: Calibrated, form: ScoredForm, *, draws: int, level: float, seed: int
) -> TopRow:
    """The top tenth of a form, its error there and at the highest cut, and who has every mark."""
    fit = made.fit
    own = form_of(fit, form.items)
    parameters = drawn_parameters(fit, draws, seed=seed)
    people = _people(fit, parameters)
    weight = np.exp(normal_log_weight(fit.grid.theta, people.mean, np.maximum(people.sd, _LEAST)))
    p = drawn_probabilities(fit, parameters, fit.grid.theta, own.columns)
    # (S + 1, R + 1, Q): the estimates first, then the draws.
    flat = np.moveaxis(p, 0, 2).reshape(*p.shape[1:3], -1)
    chances = score_distribution(flat, own.points).reshape(-1, *weight.shape)
    upper = upper_shares(chances, np.arange(len(chances), dtype=float))
    share = np.einsum("srq,rq->sr", upper, weight)
    top = int(np.abs(share[:, 0] - _TENTH).argmin())
    again = np.einsum("rq,rq->r", upper[top] ** 2, weight) / share[top]
    totals = form.recorded(np.einsum("jk,rjkq->rq", own.points.astype(float), p) + own.lowest)
    errors = _errors(fit, parameters, own)
    curves = _Curves.of(fit.grid.theta, errors, totals)
    at_top = curves.error_at(people.mean + _HIGH * people.sd)
    at_cut = curves.error_at(curves.theta_of(_highest_cut(study, form)))
    return TopRow(
        tenth_from=Limited(float(form.recorded(top + own.lowest))),
        tenth_share=Limited(float(share[top, 0])),
        top_again=_limited(again, level),
        error_top=Limited(float(at_top[0])),
        error_at_cut=Limited(float(at_cut[0])),
        error_ratio=_limited(at_top / at_cut, level),
        ceiling_share=Limited(_ceiling(made, form)),
    )


def _errors(fit: Calibration, parameters: Floats, own: Form) -> Floats:
    """(R + 1, Q) error of theta at the nodes, by the slopes of the curves."""
    theta = fit.grid.theta
    here, above, below = (
        drawn_probabilities(fit, parameters, theta + step, own.columns)
        for step in (0.0, _STEP, -_STEP)
    )
    slope = (above - below) / (2 * _STEP)
    # Slopes without end, where two items are the same, square to infinity: no error there.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        information = np.where(here > 0, slope**2 / here, 0.0).sum(axis=(1, 2))
        return np.asarray(1 / np.sqrt(information))


def _people(fit: Calibration, parameters: Floats) -> Moments:
    """Mean and SD (R + 1,) of the reference group; its SD is free where slopes are fixed."""
    each = [moments_at(fit.population, row) for row in parameters[:, fit.model.n_free :]]
    return Moments(
        np.array([one.mean[fit.reference] for one in each]),
        np.array([one.sd[fit.reference] for one in each]),
    )


@dataclass(frozen=True, eq=False)
class _Curves:
    """Log of the error and expected total (R + 1, F), between the nodes by cubic splines."""

    theta: Floats
    log_error: Floats
    totals: Floats

    @staticmethod
    def of(theta: Floats, errors: Floats, totals: Floats) -> _Curves:
        from scipy.interpolate import CubicSpline

        log_error = np.log(np.minimum(errors, _MOST))
        fine = np.linspace(theta[0], theta[-1], (theta.size - 1) * _BETWEEN + 1)
        curves = (CubicSpline(theta, one, axis=1)(fine) for one in (log_error, totals))
        return _Curves(fine, *curves)

    def error_at(self, theta: Floats) -> Floats:
        """(R + 1,) each at its own theta; nan where that is none."""
        pairs = zip(theta.tolist(), self.log_error, strict=True)
        return np.exp([np.interp(at, self.theta, row) for at, row in pairs])

    def theta_of(self, total: float) -> Floats:
        """(R + 1,) where that total is expected; nan where it never is, or where there is none."""
        return np.array([np.interp(total, row, self.theta, np.nan, np.nan) for row in self.totals])


def _limited(values: Floats, level: float) -> Limited:
    """The estimate, which is the first, and quantiles of the draws."""
    if values.size < 2:
        return Limited(float(values[0]))
    low, high = np.quantile(values[1:], [(1 - level) / 2, (1 + level) / 2])
    return Limited(float(values[0]), float(low), float(high))


def _highest_cut(study: Study, form: ScoredForm) -> float:
    """The highest cut of the study as a total of the form; nan where none is on the total."""
    cuts = [cut for cut in study.spec.cuts.values() if cut.unit != "theta"]
    totals = [cut.value if cut.unit == "raw" else form.at_percent(cut.value) for cut in cuts]
    return max(totals, default=float("nan"))


def _ceiling(made: Calibrated, form: ScoredForm) -> float:
    """Share with the highest total possible, whether or not anybody had the highest of an item."""
    if form.rows.size == 0:
        return float("nan")
    points = made.points[np.ix_(form.rows, np.array(form.items))]
    return float((form.recorded(points.sum(axis=1)) >= form.high - _NEAR).mean())
