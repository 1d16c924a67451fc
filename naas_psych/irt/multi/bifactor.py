"""Calibrate a bifactor test: a general factor, and group factors, at most one an item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.asked import refuse_few_patterns, settings_of, threads_of
from naas_psych.irt.multi.calibration import Fitted, fitted, standardised
from naas_psych.irt.multi.em import Solution
from naas_psych.irt.multi.errors import ErrorMatrix
from naas_psych.irt.multi.expectation import expect
from naas_psych.irt.multi.grid import grid_of
from naas_psych.irt.multi.prepare import (
    BOUND,
    Prepared,
    deviations,
    errors_of,
    on_all_items,
    prepare,
    solved,
    with_one_blas_thread,
)
from naas_psych.irt.multi.problem import Problem, answers_of
from naas_psych.irt.multi.start import confirmatory_slopes, start
from naas_psych.irt.multi.structure import structure_of, values_of
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

_NODES = 21


@dataclass(frozen=True, kw_only=True)
class BifactorCalibration(Fitted):
    """Items J, group factors S; what else it has stands with `Fitted`.

    factors : (S,) the caller's numbers of the group factors; factor_of : (J,) as given
    general, specific : (J,) slopes; specific is 0 for an item without a group factor; with _se
    loadings : (J, 2) general and group loading, standardised as of `calibrate_multidimensional`
    ecv : share of the general factor in the common variance; item_ecv : (J,)
    omega : all common variance of the sum of the latent responses, over all its variance
    omega_h, omega_hs : (float, (S,)) the general factor's share of the whole sum, and a group
        factor's share of the sum of its items
    """

    factors: NDArray[np.int64]
    factor_of: NDArray[np.int64]
    general: Floats
    specific: Floats
    general_se: Floats
    specific_se: Floats
    loadings: Floats
    ecv: float
    item_ecv: Floats
    omega: float
    omega_h: float
    omega_hs: Floats


def calibrate_bifactor(
    scores: Any,
    factor_of: Any,
    *,
    model: Literal["2pl", "grm"] = "2pl",
    nodes: int | None = None,
    specific_nodes: int | None = None,
    standard_errors: Literal["crossprod", "observed"] | None = None,
    weights: Any = None,
    tolerance: float = 1e-6,
    relative: float = 1e-6,
    max_cycles: int = 1000,
    threads: int | None = None,
) -> BifactorCalibration:
    """Slopes on a general factor and on group factors, all independent and normal.

    Parameters
    ----------
    scores : (N, J) whole numbers, negative (or NaN) where absent
    factor_of : (J,) the group factor of each item, -1 for the general factor only
    nodes, specific_nodes : of the general and of a group factor, on [-6, 6]; default: 21, and more
        where the information of the test asks for them
    standard_errors, tolerance, relative, threads : as in `calibrate_multidimensional`

    Raises
    ------
    Refused
        A group factor with one item, or no group factor.

    Notes
    -----
    Gibbons & Hedeker (1992); Cai (2010): the cost grows with the number of group factors, not with
    its power. The slopes of a group factor of two items are held equal (or opposite, where one of
    them goes against the other): two items determine their product only. A warning says so.
    """
    prepared = prepare(scores, model, weights, standard_errors)
    groups = _checked_groups(factor_of, prepared)
    own = groups[prepared.coded.used]
    free = np.ones((own.size, 1), bool)
    coded = prepared.coded
    begin = confirmatory_slopes(free, coded.categories, coded.n_categories, prepared.weight)
    factors, size = np.unique(own[own >= 0], return_counts=True)
    structure = structure_of(
        free,
        coded.n_categories,
        cluster_of=own,
        twins=factors[size == 2],
        sign=np.sign(begin[:, 0]),
    )
    refuse_few_patterns(structure.n_categories, structure.n_free)
    settings, threads = settings_of(tolerance, relative, max_cycles), threads_of(threads)

    def work() -> BifactorCalibration:
        problem = Problem(
            answers_of(structure, coded.categories, prepared.weight),
            structure,
            grid_of(nodes or _NODES, specific_nodes or _NODES, n_dimensions=1, bound=BOUND),
            threads,
        )
        z = start(structure, begin, categories=coded.categories, weight=prepared.weight)
        fixed = nodes is not None or specific_nodes is not None
        problem, solution = solved(problem, z, settings, fixed_grid=fixed)
        solution = _positive(problem, solution)
        errors = errors_of(problem, solution.z, standard_errors)
        return _summary(problem, solution, prepared, errors, model=model, groups=groups)

    return with_one_blas_thread(work)


def _checked_groups(factor_of: Any, prepared: Prepared) -> NDArray[np.int64]:
    """(J,) whole numbers, each of -1 or shared by two items that vary."""
    groups = np.asarray(factor_of)
    if groups.shape != (prepared.n_items,) or groups.dtype.kind not in "iu":
        raise Refused(
            "bad_factors",
            f"the group factors have the shape {groups.shape} for {prepared.n_items} items",
            "give one whole number an item, -1 for the general factor only",
        )
    groups = np.where(groups < 0, -1, groups).astype(np.int64)
    own = groups[prepared.coded.used]
    factors, size = np.unique(own[own >= 0], return_counts=True)
    if not factors.size:
        raise Refused("no_factors", "no item has a group factor", "use a model of one dimension")
    if size.min() < 2:
        lone = int(factors[size.argmin()])
        item = int(prepared.coded.used[np.flatnonzero(own == lone)[0]])
        raise Refused(
            "one_item_factor",
            f"group factor {lone} has one item with scores that vary, item {item + 1}",
            "give that item -1 (the general factor only), or name more items of the factor",
        )
    return groups


def _positive(problem: Problem, solution: Solution) -> Solution:
    """Every factor turned so that its slopes sum to more than 0."""
    structure = problem.structure
    values, z = values_of(structure, solution.z), solution.z.copy()
    for column, items in [(0, np.arange(values.shape[0]))] + [
        (1, cluster.items) for cluster in structure.clusters if cluster.specific
    ]:
        if values[items, column].sum() < 0:
            z[np.unique(structure.where[items, column])] *= -1
    if np.array_equal(z, solution.z):
        return solution
    return replace(solution, z=z, expected=expect(problem, z))


@dataclass(frozen=True)
class _Shares:
    ecv: float
    item_ecv: Floats
    omega: float
    omega_h: float
    omega_hs: Floats


def _shares(loadings: Floats, own: NDArray[np.int64], factors: NDArray[np.int64]) -> _Shares:
    """Rodriguez, Reise & Haviland (2016), of the latent responses."""
    squares = loadings**2
    left = 1 - squares.sum(axis=1)
    inside = own[:, None] == factors
    group_sums = (loadings[:, 1:] * inside).sum(axis=0) ** 2
    general = loadings[:, 0].sum() ** 2
    whole = general + group_sums.sum() + left.sum()
    part = (loadings[:, :1] * inside).sum(axis=0) ** 2 + group_sums + left @ inside
    return _Shares(
        ecv=float(squares[:, 0].sum() / squares.sum()),
        item_ecv=squares[:, 0] / squares.sum(axis=1),
        omega=float(1 - left.sum() / whole),
        omega_h=float(general / whole),
        omega_hs=group_sums / part,
    )


def _summary(
    problem: Problem,
    solution: Solution,
    prepared: Prepared,
    errors: ErrorMatrix | None,
    *,
    model: str,
    groups: NDArray[np.int64],
) -> BifactorCalibration:
    structure = problem.structure
    values, spread = values_of(structure, solution.z), deviations(structure, errors)
    own = groups[prepared.coded.used]
    factors = np.unique(own[own >= 0])
    loadings = standardised(values[:, :2], np.eye(2))
    shares = _shares(loadings, own, factors)
    common = fitted(problem, solution, prepared, errors, model)
    common["warnings"] += _twins(own, factors)
    return BifactorCalibration(
        **common,
        factors=factors,
        factor_of=groups,
        general=on_all_items(prepared, values[:, 0]),
        specific=on_all_items(prepared, values[:, 1]),
        general_se=on_all_items(prepared, spread[:, 0]),
        specific_se=on_all_items(prepared, spread[:, 1]),
        loadings=on_all_items(prepared, loadings),
        ecv=shares.ecv,
        item_ecv=on_all_items(prepared, shares.item_ecv),
        omega=shares.omega,
        omega_h=shares.omega_h,
        omega_hs=shares.omega_hs,
    )


def _twins(own: NDArray[np.int64], factors: NDArray[np.int64]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            "two_item_factor",
            f"Group factor {factor} has two items, whose slopes on it are held equal: they "
            "determine their product only.",
        )
        for factor in factors
        if (own == factor).sum() == 2
    )
