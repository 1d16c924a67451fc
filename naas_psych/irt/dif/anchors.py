"""Designated anchors (Woods 2009), and the steps from free parameters to common ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.dif.climb import Reached, climbed
from naas_psych.irt.dif.likelihood_ratio import Common, Tested, covariance_of, differences
from naas_psych.irt.dif.two_groups import Sight, allowed, information, sight_at
from naas_psych.irt.model import by_batch
from naas_psych.numerics.arrays import Floats

#: A fifth of the items become anchors, four at least, from the half that differs least.
_SHARE, _FEWEST, _CALM = 0.2, 4, 0.5
_ROUGH, _CLOSE, _EXACT, _ROUNDS = 1e-2, 1e-8, 1e-7, 4


def selected_anchors(common: Common, screen: Sequence[Tested]) -> NDArray[np.int64]:
    """Columns of the model: the steepest among those whose statistic by its df is smallest."""
    columns = np.array([one.column for one in screen], np.int64)
    if columns.size <= _FEWEST:
        return columns
    ratio = np.array([one.statistic / one.df for one in screen])
    calm = np.argsort(ratio, kind="stable")[: max(_FEWEST, int(np.ceil(_CALM * columns.size)))]
    steepness = _slopes(common)[columns[calm]]
    number = max(_FEWEST, int(np.ceil(_SHARE * columns.size)))
    return np.sort(columns[calm[np.argsort(-steepness, kind="stable")[:number]]])


def _slopes(common: Common) -> Floats:
    model = common.problem.model
    found = np.empty(model.n_categories.size)
    for batch, values in by_batch(model, common.sight.z[: model.n_free]):
        found[batch.items] = values[:, 0]
    return found


@dataclass(frozen=True, eq=False)
class FreeBaseline:
    """All items free but the anchors, and each of them constrained in turn."""

    anchors: NDArray[np.int64]
    log_likelihood: float
    converged: bool
    tested: tuple[Tested, ...]


def free_baseline(
    common: Common, anchors: NDArray[np.int64], others: NDArray[np.int64]
) -> FreeBaseline:
    """Tests of the columns `others`, every one of them free unless it is the one tested."""
    delta = differences(common, others)
    active = common.base | delta
    top, bend = settled(common, common.sight, active)
    tested = tuple(
        _constrained(common, top, bend, column=column, active=active) for column in others.tolist()
    )
    return FreeBaseline(anchors, top.value, top.converged, tested)


def settled(common: Common, start: Sight, active: NDArray[np.bool_]) -> tuple[Reached, Floats]:
    """The maximum far from the common fit: new information until one step is enough."""
    reached = climbed(common.problem, start, common.information, active, to_gain=_ROUGH)
    for _ in range(_ROUNDS):
        bend = information(common.problem, reached.sight)
        reached = climbed(common.problem, reached.sight, bend, active, to_gain=_EXACT)
        if reached.converged and reached.steps <= 1:
            break
    return reached, bend


def _constrained(
    common: Common, top: Reached, bend: Floats, *, column: int, active: NDArray[np.bool_]
) -> Tested:
    """From the free maximum along the ridge to where the column's differences are 0."""
    n = common.problem.model.n_free
    own = differences(common, np.array([column]))
    delta = np.flatnonzero(own)
    z = _along_ridge(top.sight.z, bend, active, delta)
    if not allowed(common.problem, z):
        z = top.sight.z.copy()
        z[delta] = 0.0
    start = sight_at(common.problem, z)
    reached = climbed(common.problem, start, bend, active & ~own, to_gain=_EXACT)
    mine = np.concatenate([delta - n, delta, np.arange(2 * n, common.problem.size)])
    return Tested(
        column=column,
        statistic=max(2 * (top.value - reached.value), 0.0),
        df=delta.size,
        log_likelihood=reached.value,
        converged=top.converged and reached.converged,
        z=top.sight.z,
        mine=mine,
        covariance=covariance_of(bend, active, mine),
    )


def _along_ridge(
    z: Floats, bend: Floats, active: NDArray[np.bool_], delta: NDArray[np.int64]
) -> Floats:
    places = np.flatnonzero(active)
    unit = (places[:, None] == delta).astype(float)
    try:
        columns = np.linalg.solve(bend[np.ix_(places, places)], unit)
        move = columns @ np.linalg.solve(unit.T @ columns, z[delta])
    except np.linalg.LinAlgError:
        move = unit @ z[delta]
    found = z.copy()
    found[places] -= move
    found[delta] = 0.0
    return found


@dataclass(frozen=True)
class Step:
    """A model on the way from free to common parameters.

    name : configural (all free), metric (slopes common), scalar (all common)
    """

    name: str
    log_likelihood: float
    n_parameters: int
    converged: bool


def invariance(common: Common, columns: NDArray[np.int64]) -> tuple[Step, ...]:
    """Configural, metric and scalar; columns that are not given stay common throughout.

    Common slopes free the SD of the focal group, common intercepts its mean; what is not free is
    held at the common fit's, which changes no likelihood. Fixed slopes leave the SDs free
    throughout, so that the first two steps are one: then there is no metric step.
    """
    n = common.problem.model.n_free
    delta = differences(common, columns) | _shared_differences(common)
    slopes = _slope_differences(common) & delta
    metric = common.base | (delta & ~slopes)
    metric[2 * n] = False  # the mean of the focal group is in the intercepts
    steps = []
    if slopes.any():
        configural = metric | slopes
        configural[2 * n + 1] = False
        steps.append(_step(common, "configural", configural))
    steps.append(_step(common, "metric" if steps else "configural", metric))
    return (*steps, Step("scalar", common.sight.value, int(common.base.sum()), True))


def _step(common: Common, name: str, active: NDArray[np.bool_]) -> Step:
    reached = climbed(common.problem, common.sight, common.information, active, to_gain=_CLOSE)
    return Step(name, reached.value, int(active.sum()), reached.converged)


def _shared_differences(common: Common) -> NDArray[np.bool_]:
    """Of what items share, such as the thresholds of a rating scale; a common slope is the SD's."""
    n = common.problem.model.n_free
    found = np.zeros(common.problem.size, bool)
    found[n : 2 * n] = [item < 0 and name != "a" for item, name in common.problem.model.names]
    return found


def _slope_differences(common: Common) -> NDArray[np.bool_]:
    n = common.problem.model.n_free
    found = np.zeros(common.problem.size, bool)
    found[n : 2 * n] = [name == "a" for _, name in common.problem.model.names]
    return found
