"""What a response model says of every cut of a form: wrong outcomes, and those not to repeat."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.irt.calibrated import Calibrated
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.classification.lee import Reaching, by_cut, reaching
from naas_psych.irt.grid import Grid, nodes, normal_log_weight
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.drawn_curves import drawn_probabilities
from naas_psych.irt.scores.score_distribution import Form, form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.study.responses import Responses

#: Draws whose distributions are held at a time: as many as keep them in the processor's cache.
_TOGETHER = 16
#: Spacing of the nodes in standard errors of theta at its most precise: sums then err by 1e-7.
_SPACING = 0.4
#: Nodes are never made finer than this: a slope that asks for more is no slope of an item.
_FINEST = 16
#: Nodes go so many SDs of theta either way.
_REACH = 6.0
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Measures:
    """Shares of all persons at each cut, (C,) or with draws (R, C).

    below : who stay below it; inconsistent : whose outcome would differ on a parallel form
    """

    below: Floats
    false_pass: Floats
    false_fail: Floats
    inconsistent: Floats

    @property
    def accuracy(self) -> Floats:
        return np.asarray(1 - self.false_pass - self.false_fail)

    @property
    def consistency(self) -> Floats:
        return np.asarray(1 - self.inconsistent)

    @property
    def kappa(self) -> Floats:
        """nan where all have one outcome."""
        chance = 2 * self.below * (1 - self.below)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(chance > 1e-12, 1 - self.inconsistent / chance, np.nan)

    def at(self, places: Any) -> Measures:
        """At some of the cuts."""
        return Measures(*(value[..., places] for value in self._parts))

    @property
    def _parts(self) -> tuple[Floats, ...]:
        return self.below, self.false_pass, self.false_fail, self.inconsistent


#: The names of what a model gives directly.
PARTS = ("below", "false_pass", "false_fail", "inconsistent")


def measures_of(crossed: Crossed) -> Measures:
    """From tables (..., C, 2, 2) of true by observed and first by second outcomes."""
    table, twice = crossed.accuracy, crossed.consistency
    if table is None:
        raise ValueError("these tables have no true outcomes")
    off = twice[..., 0, 1] + twice[..., 1, 0]
    found = (twice[..., 0, :].sum(-1), table[..., 0, 1], table[..., 1, 0], off)
    return Measures(*(np.clip(one, 0.0, 1.0) for one in found))


def mixed(each: list[Measures], shares: Floats) -> Measures:
    """Of all forms together, each counting as its share of the persons."""
    return Measures(
        *(
            np.asarray(sum(w * getattr(one, part) for w, one in zip(shares, each, strict=True)))
            for part in PARTS
        )
    )


@dataclass(frozen=True, eq=False)
class FormModel:
    """A form as a calibration sees it.

    shift : steps of the form's totals that stand below the lowest total of the calibrated items
    """

    fit: Calibration
    form: Form
    shift: int

    def cuts(self, exact: Floats) -> Floats:
        """Cuts in points of the calibrated items, from steps of the form."""
        return exact - self.shift

    @property
    def sd(self) -> float:
        """Of theta among persons."""
        return float(self.fit.group_sd[self.fit.reference])

    @property
    def precise(self) -> float:
        """Standard error of theta where it is least."""
        theta = self.fit.grid.theta
        p = probabilities(self.fit.model, self.fit.x, theta)[self.form.columns]
        mean = np.einsum("jk,jkq->jq", self.form.points, p)
        off = self.form.points[:, :, None] - mean[:, None]
        spread = np.sqrt((p * off**2).sum(axis=(0, 1)))
        slope = np.gradient(mean.sum(axis=0), theta)
        return float((spread / np.maximum(np.abs(slope), 1e-9)).min())

    @property
    def grid(self) -> Grid:
        """Nodes as fine as sums without error need, with the normal distribution."""
        fine = self.nodes(self.sd, self.sd, self.precise)
        own = slice(self.fit.reference, self.fit.reference + 1)
        weight = normal_log_weight(fine, self.fit.group_mean[own], self.fit.group_sd[own])
        return Grid(fine, weight)

    def nodes(self, least: float, most: float, precise: float) -> Floats:
        """For normal distributions of theta with SDs from `least` to `most`, and a test so precise.

        Where slopes are fixed the SD is free: far below 1 it needs nodes of its own.
        """
        theta = self.fit.grid.theta
        bound = min(float(theta[-1]), _REACH * most)
        width = bound / (theta.size // 2)
        steps = int(np.ceil(width / (_SPACING * min(precise, least)) - 1e-9))
        return nodes((theta.size - 1) * min(max(steps, 1), _FINEST) + 1, bound)


def form_model(made: Calibrated, form: FormTotals, responses: Responses) -> FormModel | None:
    """None where no item of the form was calibrated."""
    reasons = made.fit.reasons
    items = [int(j) for j in form.items if reasons[j] is None]
    if not items:
        return None
    own = form_of(made.fit, items)
    fixed = sum(int(made.points[:, j].max()) for j in form.items if reasons[j] == "no_variance")
    blank = sum(int(responses.min_points[j]) for j in form.items if reasons[j] == "no_responses")
    lowest = int(responses.min_points[form.items].sum())
    return FormModel(made.fit, own, own.lowest + fixed + blank - lowest)


@dataclass(frozen=True, eq=False)
class Totals:
    """distribution (S + 1, ..., Q) of totals at nodes, their expectation and SD (..., Q)."""

    distribution: Floats
    expected: Floats

    @property
    def spread(self) -> Floats:
        scores = np.arange(len(self.distribution), dtype=float)
        square = np.einsum("s,s...->...", scores**2, self.distribution)
        return np.asarray(np.sqrt(np.maximum(square - self.expected**2, 0.0)))


def totals_at(model: FormModel, theta: Floats) -> Totals:
    """At the estimates."""
    p = probabilities(model.fit.model, model.fit.x, theta)[model.form.columns]
    return Totals(
        score_distribution(p, model.form.points), np.einsum("jk,jkq->q", model.form.points, p)
    )


def reaching_of(model: FormModel, exact: Floats) -> Reaching:
    """Every pair of cuts at the estimates, theta normal."""
    grid = model.grid
    found = totals_at(model, grid.theta)
    weight = np.exp(grid.log_weight[0])
    return reaching(found.distribution, found.expected, weight, cuts=model.cuts(exact))


def measures_at(model: FormModel, exact: Floats, weight: Floats | None = None) -> Measures:
    """Each cut at the estimates, theta normal or with `weight` (Q,) at the calibration's nodes."""
    grid = model.grid if weight is None else model.fit.grid
    found = totals_at(model, grid.theta)
    share = np.exp(grid.log_weight[0]) if weight is None else weight
    return measures_of(by_cut(found.distribution, found.expected, share, cuts=model.cuts(exact)))


def drawn_measures(
    model: FormModel, exact: Floats, parameters: Floats, *, threads: int = 1
) -> Measures:
    """(R, C) each cut under drawn parameters (R, P), theta normal with the drawn SD."""
    cuts, back = np.unique(exact, return_inverse=True)
    some = [parameters[k : k + _TOGETHER] for k in range(0, len(parameters), _TOGETHER)]
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(lambda one: _drawn(model, cuts, one), some))
    whole = (np.concatenate([getattr(one, part) for one in parts]) for part in PARTS)
    return Measures(*whole).at(back)


def drawn_reaching(model: FormModel, exact: Floats, parameters: Floats) -> Reaching:
    """(R, C, C) every pair of cuts under the same drawn parameters (R, P)."""
    cuts = model.cuts(exact)
    parts = []
    for start in range(0, len(parameters), _TOGETHER):
        some = parameters[start : start + _TOGETHER]
        found = _drawn_totals(model, some)
        parts.append(reaching(found.distribution, found.expected, found.weight, cuts=cuts))
    names = ("both", "twice", "truly", "observed")
    return Reaching(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


def _drawn(model: FormModel, exact: Floats, parameters: Floats) -> Measures:
    found = _drawn_totals(model, parameters)
    cuts = model.cuts(exact)
    return measures_of(by_cut(found.distribution, found.expected, found.weight, cuts=cuts))


@dataclass(frozen=True, eq=False)
class _Drawn:
    """distribution (S + 1, R, Q) of totals at nodes, their expectation, and persons' shares."""

    distribution: Floats
    expected: Floats
    weight: Floats


def _drawn_totals(model: FormModel, parameters: Floats) -> _Drawn:
    """Under drawn parameters (R, P)."""
    points, sd = model.form.points, _drawn_sd(model.fit, parameters)
    theta = model.nodes(float(sd.min()), float(sd.max()), np.inf)
    p = drawn_probabilities(model.fit, parameters, theta, model.form.columns)
    n_draws, n_items, n_categories, n_nodes = p.shape
    flat = np.ascontiguousarray(p.transpose(1, 2, 0, 3)).reshape(n_items, n_categories, -1)
    distribution = score_distribution(flat, points).reshape(-1, n_draws, n_nodes)
    mean = np.full(len(parameters), model.fit.group_mean[model.fit.reference])
    weight = np.exp(normal_log_weight(theta, mean, sd))
    return _Drawn(distribution, np.einsum("jk,rjkq->rq", points, p), weight)


def _drawn_sd(fit: Calibration, parameters: Floats) -> Floats:
    """(R,) SD of the reference group: its mean is fixed, its SD may be free."""
    if not fit.population.free_sd[fit.reference]:
        return np.full(len(parameters), fit.group_sd[fit.reference])
    at = fit.model.n_free + int(fit.population.free_mean.sum())
    at += int(fit.population.free_sd[: fit.reference].sum())
    return np.exp(parameters[:, at])


def error_at(model: FormModel, exact: Floats) -> Floats:
    """(C,) SD of a person's total, in steps, where the expected total is at each cut."""
    # Over the whole scale, for a cut may lie beyond all persons.
    found = totals_at(model, model.nodes(model.sd, np.inf, model.precise))
    order: NDArray[np.int64] = np.argsort(found.expected, kind="stable")
    return np.asarray(np.interp(model.cuts(exact), found.expected[order], found.spread[order]))
