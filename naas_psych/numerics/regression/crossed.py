"""Cells of crossed groups: what adds up from the groups, and what is left to each cell.

Main effects are fixed; each cell has a deviation drawn at random, so that small cells are drawn
towards what their groups add up to (MAIHDA: Evans, Williams, Onnela & Subramanian 2018). For means
this is the normal model with restricted likelihood; for rates the logit, with Laplace's integral
over main effects and deviations alike (Wood 2011), as in mgcv's REML.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, ndtr

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval

#: SD between cells in SDs within cells, at which the model is looked at.
RATIOS = np.geomspace(1e-3, 3.0, 60)
#: SD within a cell in log odds: that of the logistic distribution.
LOGISTIC_SD = np.pi / np.sqrt(3)
#: Scale of the half-normal prior of the ratio, for intervals: cells as far apart as persons of one
#: cell are improbable. With few cells the data alone would not rule that out.
_PRIOR_SCALE = 0.5
#: Precision of main effects in log odds (SD 2.5), so weak that it matters only for levels of few
#: persons, whose own rate may be 0 or 1.
RIDGE = 0.16
_CYCLES = 60


@dataclass(frozen=True, eq=False)
class Crossed:
    """R groups of persons who share a cell and all regressors.

    counts (R,), sums (R,) of the outcome; cells (R,) codes from 0 to C - 1; x (R, P); at (C, P) the
    regressors at which a cell is valued; squares: sum of squares of the outcome over persons;
    ridge: precision of the prior of main effects, of rates only
    """

    counts: Floats
    sums: Floats
    cells: NDArray[np.int64]
    x: Floats
    at: Floats
    squares: float
    binary: bool
    ridge: float = RIDGE

    @cached_property
    def prior(self) -> Floats:
        """(P,) precision of each main effect; the constant has none."""
        found = np.full(self.x.shape[1], self.ridge if self.binary else 0.0)
        found[0] = 0.0
        return found

    @property
    def unit(self) -> float:
        """SD within a cell that is fixed by the model; 1 where it is estimated."""
        return float(LOGISTIC_SD) if self.binary else 1.0


@dataclass(frozen=True, eq=False)
class AtRatio:
    """The model at one ratio of SDs; additive, deviation and their errors are (C,)."""

    ratio: float
    log_likelihood: float
    within: float
    additive: Floats
    deviation: Floats
    deviation_sd: Floats
    value_sd: Floats


@dataclass(frozen=True, eq=False)
class Cells:
    """Everything at the most likely ratio (0 allowed), and limits over all ratios.

    limits of value and deviation are (C,), on the scale of the model (log odds for rates);
    weights (60,) of RATIOS
    """

    best: AtRatio
    value: Interval[Floats]
    deviation: Interval[Floats]
    weights: Floats

    @property
    def variance(self) -> float:
        """Between cells, beyond main effects, on the scale of the model."""
        return float((self.best.ratio * self.best.within) ** 2)


def shrunken_cells(data: Crossed, *, level: float) -> Cells:
    """The cells by restricted likelihood, with limits that know that the ratio is not known."""
    states = []
    start = _Place(np.zeros(data.x.shape[1]), np.zeros(data.at.shape[0]))
    for ratio in RATIOS:
        state, start = _at(data, float(ratio), start)
        states.append(state)
    values = np.array([one.log_likelihood for one in states])
    log_weights = values - (RATIOS / _PRIOR_SCALE) ** 2 / 2 + np.log(RATIOS)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    centres = np.array([one.deviation for one in states])
    sums = np.array([one.additive + one.deviation for one in states])
    return Cells(
        best=_best(data, values, start),
        value=_mixed(sums, np.array([one.value_sd for one in states]), weights, level),
        deviation=_mixed(centres, np.array([one.deviation_sd for one in states]), weights, level),
        weights=weights,
    )


def ratio_limits(cells: Cells, level: float) -> Interval[float]:
    """Limits of the SD between cells over that within."""
    below = np.cumsum(cells.weights)
    low, high = np.interp([0.5 - level / 2, 0.5 + level / 2], below, RATIOS)
    return Interval(float(low), float(high))


def remaining_limits(with_main: Cells, without: Cells, level: float) -> Interval[float]:
    """Limits of the share of the variance between cells that main effects leave, at most 1.

    The two ratios are taken as independent, which makes the limits wide rather than narrow.
    """
    share = np.minimum(1.0, (RATIOS[:, None] / RATIOS[None, :]) ** 2).ravel()
    weights = np.outer(with_main.weights, without.weights).ravel()
    order = np.argsort(share, kind="stable")
    below = np.cumsum(weights[order])
    places = np.searchsorted(below, [0.5 - level / 2, 0.5 + level / 2])
    low, high = share[order][np.minimum(places, share.size - 1)]
    return Interval(float(low), float(high))


@dataclass(frozen=True, eq=False)
class _Place:
    beta: Floats
    u: Floats


@dataclass(frozen=True, eq=False)
class _Curved:
    """Curvature at a place: reach (C, P) = B / D, own (C,) = D, inverse (P, P) of the rest."""

    own: Floats
    reach: Floats
    inverse: Floats
    log_determinant: float


def _at(data: Crossed, ratio: float, start: _Place) -> tuple[AtRatio, _Place]:
    """Mode of main effects and deviations jointly, by Newton; of means in one step."""
    precision = 1 / (ratio * data.unit) ** 2
    place = start
    for _ in range(_CYCLES):
        curved = _curvature(data, place, precision)
        place, size = _stepped(data, place, curved, precision)
        if size < 1e-8 or not data.binary:
            break
    curved = _curvature(data, place, precision)
    return _state(data, ratio, place, curved, precision), place


def _curvature(data: Crossed, place: _Place, precision: float) -> _Curved:
    weight = data.counts
    if data.binary:
        p = expit(data.x @ place.beta + place.u[data.cells])
        weight = data.counts * p * (1 - p)
    n_cells = data.at.shape[0]
    own = np.asarray(np.bincount(data.cells, weights=weight, minlength=n_cells), dtype=float)
    own = own + precision
    weighted = data.x * weight[:, None]
    among = np.column_stack(
        [np.bincount(data.cells, weights=w, minlength=n_cells) for w in weighted.T]
    )
    reach = among / own[:, None]
    rest = data.x.T @ weighted - among.T @ reach + np.diag(data.prior)
    inverse: Floats = np.asarray(np.linalg.inv(rest), dtype=float)
    return _Curved(own, reach, inverse, float(np.log(own).sum() + np.linalg.slogdet(rest)[1]))


def _stepped(
    data: Crossed, place: _Place, curved: _Curved, precision: float
) -> tuple[_Place, float]:
    """One step of Newton, halved while it goes downhill, and how far it went."""
    eta = data.x @ place.beta + place.u[data.cells]
    rest = data.sums - data.counts * (expit(eta) if data.binary else eta)
    slope_u = np.bincount(data.cells, weights=rest, minlength=place.u.size) - precision * place.u
    slope = data.x.T @ rest - data.prior * place.beta
    beta = curved.inverse @ (slope - curved.reach.T @ slope_u)
    u = slope_u / curved.own - curved.reach @ beta
    size = float(max(np.abs(beta).max(), np.abs(u).max(initial=0.0)))
    share = min(1.0, 3.0 / size) if data.binary and size > 0 else 1.0
    before = _penalised(data, place, precision)
    for _ in range(20):
        new = _Place(place.beta + share * beta, place.u + share * u)
        if not data.binary or _penalised(data, new, precision) >= before - 1e-12 * abs(before):
            break
        share /= 2
    return new, size * share


def _penalised(data: Crossed, place: _Place, precision: float) -> float:
    """Log likelihood less what deviations and the ridge take off."""
    eta = data.x @ place.beta + place.u[data.cells]
    likelihood = data.sums @ log_expit(eta) + (data.counts - data.sums) @ log_expit(-eta)
    ridge = data.prior @ place.beta**2
    return float(likelihood - (precision * place.u @ place.u + ridge) / 2)


def _state(
    data: Crossed, ratio: float, place: _Place, curved: _Curved, precision: float
) -> AtRatio:
    n_cells = place.u.size
    determinant = n_cells * np.log(precision) - curved.log_determinant
    if data.binary:
        within = data.unit
        value = _penalised(data, place, precision) + determinant / 2
        scale = 1.0
    else:
        df = data.counts.sum() - data.x.shape[1]
        eta = data.x @ place.beta + place.u[data.cells]
        rest = data.squares - 2 * eta @ data.sums + data.counts @ eta**2
        scale = float(np.sqrt(max(rest + precision * place.u @ place.u, 1e-300) / df))
        within, value = scale, determinant / 2 - df * np.log(scale)
    away = data.at - curved.reach
    return AtRatio(
        ratio=ratio,
        log_likelihood=float(value),
        within=within,
        additive=data.at @ place.beta,
        deviation=place.u,
        deviation_sd=scale * np.sqrt(1 / curved.own + _quadratic(curved.reach, curved.inverse)),
        value_sd=scale * np.sqrt(1 / curved.own + _quadratic(away, curved.inverse)),
    )


def _quadratic(rows: Floats, matrix: Floats) -> Floats:
    found: Floats = np.einsum("cp,pq,cq->c", rows, matrix, rows)
    return np.maximum(found, 0.0)


def _best(data: Crossed, values: Floats, start: _Place) -> AtRatio:
    """At the highest restricted likelihood; at the lowest ratio the cells do not vary: 0."""
    k = int(np.argmax(values))
    if k == 0:
        state = _at(data, float(RATIOS[0]) / 100, start)[0]
        return replace(state, ratio=0.0, deviation=np.zeros_like(state.deviation))
    low, high = (float(np.log(RATIOS[min(max(j, 0), RATIOS.size - 1)])) for j in (k - 1, k + 1))
    ratio = np.exp(
        _climbed(lambda z: _at(data, float(np.exp(z)), start)[0].log_likelihood, low, high)
    )
    return _at(data, float(ratio), start)[0]


def _climbed(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one hill is highest, by golden section."""
    share = (np.sqrt(5) - 1) / 2
    a, b = high - share * (high - low), low + share * (high - low)
    at_a, at_b = value(a), value(b)
    for _ in range(30):
        if at_a < at_b:
            low, a, at_a = a, b, at_b
            b = low + share * (high - low)
            at_b = value(b)
        else:
            high, b, at_b = b, a, at_a
            a = high - share * (high - low)
            at_a = value(a)
    return (low + high) / 2


def _mixed(centres: Floats, sds: Floats, weights: Floats, level: float) -> Interval[Floats]:
    """Limits (C,) of a mixture of normals: centres and sds (60, C), by bisection."""
    found = []
    for share in (0.5 - level / 2, 0.5 + level / 2):
        low, high = (centres - 9 * sds).min(axis=0), (centres + 9 * sds).max(axis=0)
        for _ in range(50):
            middle = (low + high) / 2
            below = weights @ ndtr((middle - centres) / np.maximum(sds, 1e-300))
            low, high = np.where(below < share, middle, low), np.where(below < share, high, middle)
        found.append((low + high) / 2)
    return Interval(found[0], found[1])
