"""Likelihood-ratio tests of items in two groups, each item freed or constrained in turn.

G2 = 2 (l_free - l_constrained) with as many degrees of freedom as parameters differ (Thissen,
Steinberg & Wainer 1993). All other items are equal in both groups, or designated ones only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.dif.bordered import Border, border_of, joined
from naas_psych.irt.dif.climb import climbed, climbed_by
from naas_psych.irt.dif.e_step import Desk, desk_of
from naas_psych.irt.dif.effects import batch_of
from naas_psych.irt.dif.two_groups import Sight, TwoGroups, information, parts_of, sight_at
from naas_psych.irt.engine.packing import MOST_CODES, pack
from naas_psych.irt.grid import nodes
from naas_psych.irt.model import curves
from naas_psych.irt.persons import categories_of
from naas_psych.numerics.arrays import Floats

Flags = NDArray[np.bool_]
#: The common fit is made as exact as what is compared with it.
_EXACT = 1e-10
_VECTOR = 8
_MANY, _FEW_CODES = 2000, 90
#: Where persons are; spacing in posterior SDs and at most; and finer where many items go free.
_REACH, _SPACING, _WIDEST, _FINER = 4.0, 1.1, 0.31, 0.6


@dataclass(frozen=True, eq=False)
class Common:
    """The fit with all items equal in both groups, ready for items to be freed.

    sight, information : at the maximum, with the differences (Z = x, delta, moments) still 0
    base (Z,) : what the common fit estimates
    free (P,) : item parameters that may differ: not asymptotes, not what items share
    testable (C,) : columns of the model whose categories all occur in both groups
    """

    problem: TwoGroups
    sight: Sight
    information: Floats
    base: Flags
    free: Flags
    testable: Flags


@dataclass(frozen=True, eq=False)
class Tested:
    """One item tested: the statistic, its df, and the fit in which the item is free.

    mine (u,) : places in z of the item's parameters, its differences, and the groups' moments
    covariance (u, u) : of these
    """

    column: int
    statistic: float
    df: int
    log_likelihood: float
    converged: bool
    z: Floats
    mine: NDArray[np.int64]
    covariance: Floats


def common_fit(
    fit: Calibration,
    scores: NDArray[np.int64],
    group: NDArray[np.int64],
    *,
    many_free: bool = False,
    testable_only: bool = False,
) -> Common:
    """From a calibration of two groups (0 focal, 1 reference) without freed items.

    Asymptotes stay where the calibration has them, the same in both groups.

    many_free : many items will be free at once, and steeper than now: finer nodes
    testable_only : items that cannot be free in both groups are left out altogether
    """
    categories = categories_of(fit, scores)
    testable = _in_both(categories, group, fit.model.n_categories)
    if testable_only:
        categories[:, ~testable] = -1
    theta = _nodes(fit, many_free=many_free)
    desks = [_desk(categories[group == g], fit.model.n_categories, theta.size) for g in (1, 0)]
    problem = TwoGroups(desks[0], desks[1], fit.model, theta)
    n = fit.model.n_free
    moments = [fit.group_mean[0], np.log(fit.group_sd[0])]
    if fit.model.free_variance:
        moments.append(np.log(fit.group_sd[1]))
    sight = sight_at(problem, np.concatenate([fit.x, np.zeros(n), moments]))
    own = np.array([item >= 0 for item, _ in fit.model.names])
    asymptote = np.array([name.startswith("logit") for _, name in fit.model.names])
    base = np.ones(problem.size, bool)
    base[:n] = ~asymptote
    base[n : 2 * n] = False
    if testable_only:
        lost = fit.model.where[~testable]
        base[np.setdiff1d(lost[lost >= 0], fit.model.where[testable])] = False
    bend = information(problem, sight)
    sight = climbed(problem, sight, bend, base, to_gain=_EXACT).sight
    return Common(problem, sight, bend, base, own & ~asymptote, testable)


def _desk(categories: NDArray[np.int8], n_categories: NDArray[np.int64], n_nodes: int) -> Desk:
    """Tables of joint categories cost as much as persons do: with few persons they are small."""
    most = MOST_CODES if categories.shape[0] > _MANY else _FEW_CODES
    return desk_of(pack(categories, n_categories, most_codes=most), n_nodes)


def _nodes(fit: Calibration, *, many_free: bool) -> Floats:
    """As wide as those of the calibration, and as fine as the sharpest posterior asks for.

    Nodes 1.2 of its SDs apart are exact (see engine.quadrature); in whole vectors.
    """
    theta = fit.grid.theta
    shape = curves(fit.model, fit.x, theta[np.abs(theta) <= _REACH])
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.where(shape.p > 0, shape.p1**2 / shape.p, 0.0).sum(axis=(0, 1))
    sharpest = 1 / np.sqrt(float(told.max()) + 1 / float(fit.group_sd.min()) ** 2)
    spacing = min(_SPACING * sharpest, _WIDEST)
    if many_free:
        spacing = min(_FINER * spacing, _FINER * float(theta[1] - theta[0]))
    wanted = int(np.ceil(2 * float(theta[-1]) / spacing)) + 1
    return nodes(wanted + -wanted % _VECTOR, float(theta[-1]))


def _in_both(categories: NDArray[np.int8], group: NDArray[np.int64], n: NDArray[np.int64]) -> Flags:
    found = np.ones(n.size, bool)
    for g in (0, 1):
        own = categories[group == g]
        for k in range(int(n.max())):
            found &= (own == k).any(axis=0) | (k >= n)
    return found


def differences(common: Common, columns: NDArray[np.int64]) -> Flags:
    """(Z,) the differences of some columns of the model."""
    model = common.problem.model
    found = np.zeros(common.problem.size, bool)
    for column in columns:
        places = model.where[column]
        places = places[places >= 0]
        found[model.n_free + places[common.free[places]]] = True
    return found


def freed_in_turn(common: Common, columns: NDArray[np.int64]) -> list[Tested]:
    """Each column of the model freed alone, all others equal in both groups."""
    border = border_of(common.information, common.base)
    return [_freed(common, border, column) for column in columns.tolist()]


def _freed(common: Common, border: Border | None, column: int) -> Tested:
    delta = np.flatnonzero(differences(common, np.array([column])))
    n, problem = common.problem.model.n_free, common.problem
    mine = np.concatenate([delta - n, delta, np.arange(2 * n, problem.size)])
    inverse = None if border is None else joined(border, delta)
    if border is None or inverse is None:
        active = common.base.copy()
        active[delta] = True
        reached = climbed(problem, common.sight, common.information, active)
        spread = np.full((mine.size, mine.size), np.nan)
    else:
        places = np.concatenate([border.base, delta])
        reached = climbed_by(problem, common.sight, places, inverse.times)
        spread = _spread(common, reached.sight, column, inverse.block(mine), mine)
    return Tested(
        column=column,
        statistic=max(2 * (reached.value - common.sight.value), 0.0),
        df=delta.size,
        log_likelihood=reached.value,
        converged=reached.converged,
        z=reached.sight.z,
        mine=mine,
        covariance=spread,
    )


def covariance_of(bend: Floats, active: Flags, mine: NDArray[np.int64]) -> Floats:
    """Covariance (u, u) of the parameters `mine` among those active; NaN where there is none."""
    from scipy.linalg import cho_factor, cho_solve

    places = np.flatnonzero(active)
    scale = 1 / np.sqrt(np.maximum(np.diag(bend)[places], 1e-12))
    scaled = bend[np.ix_(places, places)] * np.outer(scale, scale)
    unit = (places[:, None] == mine).astype(float)
    try:
        found = unit.T @ (scale[:, None] * cho_solve(cho_factor(scaled), scale[:, None] * unit))
    except np.linalg.LinAlgError:
        return np.full((mine.size, mine.size), np.nan)
    return np.asarray(0.5 * (found + found.T))


def _spread(
    common: Common, sight: Sight, column: int, before: Floats, mine: NDArray[np.int64]
) -> Floats:
    """Covariance (u, u) with what the item itself says as it is at the new place.

    What is lost by not knowing theta is that of the common fit: it hardly changes with one item.
    """
    then, now = parts_of(common.problem, common.sight.z), parts_of(common.problem, sight.z)
    batch, row = batch_of(common.problem.model, column)
    kept = np.flatnonzero(np.isin(batch.where[row], mine))
    gained = [
        _own_bend(common, column, x, counts) - _own_bend(common, column, old, old_counts)
        for old, old_counts, x, counts in (
            (
                then.reference,
                common.sight.reference.counts,
                now.reference,
                sight.reference.counts,
            ),
            (then.focal, common.sight.focal.counts, now.focal, sight.focal.counts),
        )
    ]
    d = kept.size
    change = np.zeros(before.shape)
    for g in (0, 1):
        own = gained[g][np.ix_(kept, kept)]
        change[: (1 + g) * d, : (1 + g) * d] += np.tile(own, (1 + g, 1 + g))
    try:
        found = np.linalg.inv(np.linalg.inv(before) + change)
    except np.linalg.LinAlgError:
        return np.full(before.shape, np.nan)
    return np.asarray(0.5 * (found + found.T))


def _own_bend(common: Common, column: int, x: Floats, counts: Floats) -> Floats:
    """Complete-data information (p, p) of one column's parameters.

    It is that expected at the counts' totals, which is never negative.
    """
    batch, row = batch_of(common.problem.model, column)
    design, k, theta = batch.design, batch.n_categories, common.problem.theta
    values = (design.offset + design.basis @ x[batch.where[row]])[None]
    p = np.exp(design.family.log_probabilities(values, theta, k)[0])
    scores = design.family.scores(values, theta, k)[0].reshape(values.shape[1], -1)
    local = design.basis.T @ scores
    return np.asarray((local * (p * counts[column, :k].sum(axis=0)).ravel()) @ local.T)
