"""Conditional maximum likelihood for the Rasch and the partial credit model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.conditional.design import (
    Answers,
    ConditionalDesign,
    answers_of,
    design_of,
)
from naas_psych.irt.conditional.moments import conditional_moments
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

ConditionalModel = Literal["rasch", "pcm"]

#: Newton stops when no easiness would move by more; the next step would move it by the square.
_TOLERANCE = 1e-8
_MOST_STEPS = 100
#: The likelihood gains nothing although parameters still move by this much: they run to infinity.
_NO_GAIN, _STILL_MOVING = 1e-9, 0.1


@dataclass(frozen=True)
class ConditionalFit:
    """Conditional estimates on the caller's J items, NaN where `reasons` says why.

    b, b_se : (J,) difficulties of the Rasch model, (J, M) steps of the partial credit model padded
        with NaN; the mean over all of them is zero
    easiness, easiness_se : the same shape; easiness of categories 1 to M against category 0 (minus
        the sum of the steps), which sum to zero over all (the normalisation of eRm)
    covariance : (P, P) of the easinesses, in the order item, category; places (P, 2) names these
    log_likelihood : given the scores; not comparable with a marginal one
    n_parameters : P - 1
    n, n_informative : weight of all persons, and of those neither at the lowest nor highest score
    used : the items estimated; categories: raw score of each category of these
    reasons : J codes or None: all_right, all_wrong, no_variance, no_responses, no_finite_estimate
    repairs : (item, what was done to its categories)
    converged, steps, largest_step : of Newton's method
    """

    model: ConditionalModel
    b: Floats
    b_se: Floats
    easiness: Floats
    easiness_se: Floats
    covariance: Floats
    places: NDArray[np.int64]
    log_likelihood: float
    n_parameters: int
    n: float
    n_informative: float
    used: NDArray[np.int64]
    categories: tuple[NDArray[np.int64], ...]
    reasons: tuple[str | None, ...]
    repairs: tuple[tuple[int, str], ...]
    converged: bool
    steps: int
    largest_step: float

    @property
    def a(self) -> Floats:
        """(J,) slopes: 1, NaN where an item has no parameters."""
        return np.where([reason is None for reason in self.reasons], 1.0, np.nan)

    @property
    def c(self) -> Floats:
        """(J,) lower asymptotes: 0, NaN where an item has no parameters."""
        return self.a - 1.0

    @property
    def d(self) -> Floats:
        """(J,) upper asymptotes: 1, NaN where an item has no parameters."""
        return self.a

    @property
    def cycles(self) -> int:
        """Newton steps, under the name that marginal estimation has for its cycles."""
        return self.steps


@dataclass(frozen=True)
class _Point:
    """A point of the search: x (P,), log-likelihood, its gradient (P,) and information (P, P)."""

    x: Floats
    log_likelihood: float
    gradient: Floats
    information: Floats


@dataclass(frozen=True)
class _Search:
    """Where the search ended, the inverse information, and how it went."""

    point: _Point
    inverse: Floats
    converged: bool
    steps: int
    largest_step: float


def conditional_rasch(
    scores: Any, *, weights: Any = None, model: ConditionalModel = "rasch"
) -> ConditionalFit:
    """Item parameters free of any assumption about the persons.

    Maximises sum_jk s_jk beta_jk - sum_f sum_r n_fr log gamma_fr(exp beta) over forms f (the items
    a person met) and scores r (Andersen 1970), by Newton's method with the exact information.

    Parameters
    ----------
    scores : (N, J) whole numbers, negative where absent
    weights : (N,) case weights; two is the same as the row twice

    Raises
    ------
    Refused
        no_matrix, bad_weights, not_binary, too_few_items, not_connected, no_finite_estimate.
    """
    return fit_answers(answers_of(scores, weights=weights, model=model), model=model)


def fit_answers(answers: Answers, *, model: ConditionalModel) -> ConditionalFit:
    """As conditional_rasch, from answers already coded."""
    # The products are small: BLAS threads cost more than they bring, and may change the last bit.
    with one_blas_thread():
        design = design_of(answers)
        return _reported(design, _search(design), model=model)


def _search(design: ConditionalDesign) -> _Search:
    """Newton's method; the likelihood is concave, so a step that falls short is halved."""
    point = _at(design, _start(design))
    for steps in range(_MOST_STEPS):
        inverse = _inverse(design, point.information)
        step = inverse @ point.gradient
        largest = float(np.abs(step).max())
        if largest < _TOLERANCE:
            return _Search(point, inverse, True, steps, largest)
        if largest > _STILL_MOVING and float(step @ point.gradient) < _NO_GAIN:
            raise _runaway(design, step)
        point = _uphill(design, point, step)
    return _Search(point, _inverse(design, point.information), False, _MOST_STEPS, largest)


def _start(design: ConditionalDesign) -> Floats:
    """Log odds of each category against the lowest, among informative persons."""
    held = _held(design)
    ratio = np.where(held, design.observed, 1.0) / design.seen[:, :1]
    return _centred(design, np.log(ratio)[held])


def _at(design: ConditionalDesign, x: Floats) -> _Point:
    held = _held(design)
    table = np.full((len(held), held.shape[1] + 1), -np.inf)
    table[:, 0] = 0.0
    table[:, 1:][held] = x
    sums = conditional_moments(table, design.forms)
    observed = design.observed[held]
    where = np.flatnonzero(held)
    flat = sums.information.reshape(held.size, held.size)
    return _Point(
        x,
        float(observed @ x) - sums.normaliser,
        observed - sums.expected[held],
        flat[np.ix_(where, where)],
    )


def _uphill(design: ConditionalDesign, point: _Point, step: Floats) -> _Point:
    """The point a whole step away, or a shorter one, that is no worse but for rounding."""
    rounding = 1e-12 * (1.0 + abs(point.log_likelihood))
    for halving in range(30):
        new = _at(design, _centred(design, point.x + step * 0.5**halving))
        if new.log_likelihood >= point.log_likelihood - rounding:
            return new
    return point


def _inverse(design: ConditionalDesign, information: Floats) -> Floats:
    """Generalised inverse; easier items for abler persons change nothing, so that way is filled."""
    along = _tilt(design)
    filled = information + np.outer(along, along) * (np.trace(information) / (along @ along) ** 2)
    try:
        return np.asarray(np.linalg.inv(filled), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise _runaway(design, np.ones(len(along))) from None


def _runaway(design: ConditionalDesign, step: Floats) -> Refused:
    moving = np.abs(step) > _STILL_MOVING / 2
    items = np.unique(np.nonzero(_held(design))[0][moving])
    names = ", ".join(str(item + 1) for item in design.answers.used[items])
    return Refused(
        "no_finite_estimate",
        f"the likelihood rises for ever as categories of these items move apart: {names}",
        "merge rare categories of these items, leave them out, or use the marginal estimator",
    )


def _held(design: ConditionalDesign) -> NDArray[np.bool_]:
    """(j, M) the categories above the lowest that each item has."""
    tops = design.answers.tops
    held: NDArray[np.bool_] = np.arange(1, int(tops.max()) + 1) <= tops[:, None]
    return held


def _tilt(design: ConditionalDesign) -> Floats:
    """The direction (P,) in which the likelihood does not change: k for category k."""
    return (np.nonzero(_held(design))[1] + 1).astype(np.float64)


def _centred(design: ConditionalDesign, x: Floats) -> Floats:
    along = _tilt(design)
    centred: Floats = x - along * (x.sum() / along.sum())
    return centred


def _reported(
    design: ConditionalDesign, search: _Search, *, model: ConditionalModel
) -> ConditionalFit:
    """Both normalisations on the caller's items: Cov = T I^- T' for a linear map T."""
    held, along, answers = _held(design), _tilt(design), design.answers
    n_free = len(along)
    to_easiness = np.eye(n_free) - np.outer(along, np.ones(n_free)) / along.sum()
    to_b = _steps(held) - np.outer(np.ones(n_free), _steps(held).mean(axis=0))
    covariance = to_easiness @ search.inverse @ to_easiness.T
    b_variance = np.einsum("ij,jk,ik->i", to_b, search.inverse, to_b, optimize=True)
    item, category = np.nonzero(held)
    places = np.column_stack([answers.used[item], category + 1])

    def spread(values: Floats) -> Floats:
        table = np.full((len(answers.reasons), held.shape[1]), np.nan)
        table[places[:, 0], category] = values
        return table[:, 0] if model == "rasch" else table

    return ConditionalFit(
        model=model,
        b=spread(to_b @ search.point.x),
        b_se=spread(np.sqrt(b_variance)),
        easiness=spread(search.point.x),
        easiness_se=spread(np.sqrt(np.diag(covariance))),
        covariance=covariance,
        places=places,
        log_likelihood=search.point.log_likelihood,
        n_parameters=n_free - 1,
        n=float(answers.weight.sum()),
        n_informative=float(answers.weight[design.informative].sum()),
        used=answers.used,
        categories=answers.values,
        reasons=answers.reasons,
        repairs=answers.repairs,
        converged=search.converged,
        steps=search.steps,
        largest_step=search.largest_step,
    )


def _steps(held: NDArray[np.bool_]) -> Floats:
    """(P, P) from easinesses to steps: b_k = beta_(k-1) - beta_k, beta_0 = 0."""
    category = np.nonzero(held)[1]
    return np.asarray(np.eye(len(category), k=-1) * (category > 0)[:, None] - np.eye(len(category)))
