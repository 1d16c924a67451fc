"""Item parameters of two groups estimated apart, with their covariances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.dif.areas import GroupParameters, Link
from naas_psych.irt.dif.climb import climbed
from naas_psych.irt.dif.effects import batch_of, location_of, slope_of
from naas_psych.irt.dif.likelihood_ratio import Common, covariance_of, differences
from naas_psych.irt.dif.two_groups import information, parts_of
from naas_psych.irt.model import Batch
from naas_psych.numerics.arrays import Floats

_EXACT = 1e-9


@dataclass(frozen=True, eq=False)
class Separate:
    """Parameters (a, mean b) of the `columns` of the model in each group.

    held : the scale of the focal group, theta_common = slope theta_standard + shift: parameters of
        the focal group are on theta_common, where a common fit has put it
    guessing : (c,) lower asymptotes, the same in both groups
    """

    columns: NDArray[np.int64]
    reference: GroupParameters
    focal: GroupParameters
    guessing: Floats
    held: Link
    log_likelihood: float
    converged: bool


def separate_parameters(common: Common) -> Separate:
    """All items of `common`, which must hold those alone that are testable, free in each group.

    Mean and SD of the focal group stay where the common fit has them, so that b is near comparable
    before any link. Nothing else ties the groups but asymptotes and what all items share.
    """
    n = common.problem.model.n_free
    columns = np.flatnonzero(common.testable)
    delta = differences(common, columns)
    active = common.base | delta
    active[2 * n] = False
    slopes = [name == "a" for _, name in common.problem.model.names]
    if (delta[n : 2 * n] & slopes).any():
        active[2 * n + 1] = False
    reached = climbed(common.problem, common.sight, common.information, active, to_gain=_EXACT)
    bend = information(common.problem, reached.sight)
    places = np.flatnonzero(active[: 2 * n])
    spread = np.zeros((2 * n, 2 * n))
    spread[np.ix_(places, places)] = covariance_of(bend, active, places)
    parts = parts_of(common.problem, reached.sight.z)
    total = np.hstack([np.eye(n), np.eye(n)])
    mean, log_sd = parts.normal[1]
    return Separate(
        columns,
        _parameters(common, columns, parts.reference, spread[:n, :n]),
        _parameters(common, columns, parts.focal, total @ spread @ total.T),
        np.array(
            [_guess(*batch_of(common.problem.model, int(c)), parts.reference) for c in columns]
        ),
        Link(float(np.exp(log_sd)) if not active[2 * n + 1] else 1.0, mean),
        reached.value,
        reached.converged,
    )


def _parameters(
    common: Common, columns: NDArray[np.int64], x: Floats, covariance: Floats
) -> GroupParameters:
    a, b = np.ones(columns.size), np.full(columns.size, np.nan)
    spread = np.zeros((columns.size, 2, 2))
    for k, column in enumerate(columns):
        batch, row = batch_of(common.problem.model, int(column))
        where, basis = batch.where[row], batch.design.basis
        values = batch.design.offset + basis @ x[where]
        place, slope = location_of(batch, values), slope_of(batch, values)
        b[k] = place[0]
        change = np.zeros((2, values.size))
        change[1] = place[1]
        if np.isfinite(slope[0]):
            a[k], change[0] = slope
        local = change @ basis
        spread[k] = local @ covariance[np.ix_(where, where)] @ local.T
    return GroupParameters(a, b, spread)


def _guess(batch: Batch, row: int, x: Floats) -> float:
    if batch.design.family.name != "guessing":
        return 0.0
    values = batch.design.offset + batch.design.basis @ x[batch.where[row]]
    return float(1 / (1 + np.exp(-values[2])))
