"""Calibrate a test of two or three dimensions, confirmatory or exploratory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.asked import refuse_few_patterns, settings_of, threads_of
from naas_psych.irt.multi.calibration import Fitted, fitted, standardised
from naas_psych.irt.multi.correlations import correlations_at, jacobian
from naas_psych.irt.multi.em import Solution
from naas_psych.irt.multi.errors import ErrorMatrix
from naas_psych.irt.multi.expectation import expect
from naas_psych.irt.multi.grid import grid_of
from naas_psych.irt.multi.identified import checked_pattern, refuse_dimensions, refuse_pattern
from naas_psych.irt.multi.prepare import (
    BOUND,
    Prepared,
    deviations,
    errors_of,
    intercepts_of,
    on_all_items,
    prepare,
    solved,
    with_one_blas_thread,
)
from naas_psych.irt.multi.problem import Problem, answers_of
from naas_psych.irt.multi.start import confirmatory_slopes, exploratory_slopes, start
from naas_psych.irt.multi.structure import Structure, structure_of, values_of
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.rotation import Rotated, oblimin, varimax

#: Nodes of an axis to begin with, by the number of dimensions.
_NODES = {1: 61, 2: 31, 3: 15}


@dataclass(frozen=True, kw_only=True)
class MultidimensionalCalibration(Fitted):
    """Items J, dimensions D, boundaries M at most; what else it has stands with `Fitted`.

    slopes : (J, D), 0 where fixed; slopes_se : NaN where fixed or not asked for
    correlations : (D, D) of the dimensions, whose variances are 1; with _se
    loadings : (J, D) on the normal-ogive metric, a* / sqrt(1 + a*' R a*), a* = a / 1.702
    mdisc : (J,) length of the slopes; mdiff : (J, M) minus intercept over it (Reckase 2009)
    rotated, rotated_correlations : oblimin (quartimin) pattern loadings of an exploratory
        calibration, None of a confirmatory one; rotation_converged : whether it settled
    """

    exploratory: bool
    slopes: Floats
    slopes_se: Floats
    correlations: Floats
    correlations_se: Floats
    loadings: Floats
    mdisc: Floats
    mdiff: Floats
    rotated: Floats | None
    rotated_correlations: Floats | None
    rotation_converged: bool | None


def calibrate_multidimensional(
    scores: Any,
    pattern: Any = None,
    *,
    model: Literal["2pl", "grm"] = "2pl",
    dimensions: int | None = None,
    exploratory: bool = False,
    correlated: bool = True,
    nodes: int | None = None,
    standard_errors: Literal["crossprod", "observed"] | None = None,
    weights: Any = None,
    tolerance: float = 1e-6,
    relative: float = 1e-6,
    max_cycles: int = 1000,
    threads: int | None = None,
) -> MultidimensionalCalibration:
    """Slopes on one to three normal dimensions by marginal maximum likelihood.

    Parameters
    ----------
    scores : (N, J) whole numbers, negative (or NaN) where absent
    pattern : (J, D) which slopes are free; None for an exploratory calibration of `dimensions`
    exploratory : fix the slopes above the diagonal at 0, correlations at 0, and rotate the answer
    correlated : whether the correlations of a confirmatory calibration are estimated
    nodes : of each axis, on [-6, 6]; default: 31 in two and 15 in three dimensions, and more
        where the information of the test asks for them
    standard_errors : "crossprod" of the persons' scores, or "observed" information
    tolerance, relative : as in `calibrate`
    threads : default all; the answer does not depend on it

    Raises
    ------
    Refused
        More than three dimensions, a pattern that does not identify them, too few items.

    Notes
    -----
    Bock, Gibbons & Muraki (1988); P(X >= k) is logistic in a'theta + d_k, variances are 1.
    """
    prepared = prepare(scores, model, weights, standard_errors)
    coded = prepared.coded
    free, exploring = _free_slopes(pattern, dimensions, exploratory, prepared)
    if not exploring:
        refuse_pattern(free, coded.used, correlated=correlated)
    d = free.shape[1]
    structure = structure_of(
        free, coded.n_categories, free_correlations=correlated and not exploring and d > 1
    )
    refuse_few_patterns(structure.n_categories, structure.n_free)
    settings, threads = settings_of(tolerance, relative, max_cycles), threads_of(threads)

    def work() -> MultidimensionalCalibration:
        problem = Problem(
            answers_of(structure, coded.categories, prepared.weight),
            structure,
            grid_of(nodes or _NODES[d], 1, n_dimensions=d, bound=BOUND),
            threads,
        )
        begin = _start_slopes(free, prepared, exploring)
        z = start(structure, begin, categories=coded.categories, weight=prepared.weight)
        solution_of = solved(problem, z, settings, fixed_grid=nodes is not None)
        problem, solution = _positive(*solution_of)
        errors = errors_of(problem, solution.z, standard_errors)
        return _summary(problem, solution, prepared, errors, model=model, exploring=exploring)

    return with_one_blas_thread(work)


def _free_slopes(
    pattern: Any, dimensions: int | None, exploratory: bool, prepared: Prepared
) -> tuple[NDArray[np.bool_], bool]:
    """Free slopes of the items that vary (j, D), and whether the calibration is exploratory."""
    used = prepared.coded.used
    if pattern is None and dimensions is None:
        raise Refused(
            "no_pattern",
            "neither a pattern nor a number of dimensions was given",
            "give one of them",
        )
    if pattern is not None:
        free = checked_pattern(pattern, prepared.n_items)[used]
        if not exploratory:
            return free, False
        dimensions = free.shape[1]
    d = int(dimensions or 0)
    refuse_dimensions(d)
    if used.size < 2 * d + 1 and d > 1:
        raise Refused(
            "too_few_items",
            f"{used.size} items cannot show {d} dimensions",
            f"use at least {2 * d + 1} items, or fewer dimensions",
        )
    return np.tri(used.size, d, dtype=bool), True


def _start_slopes(free: NDArray[np.bool_], prepared: Prepared, exploring: bool) -> Floats:
    categories = prepared.coded.categories
    if exploring:
        return np.where(free, exploratory_slopes(categories, prepared.weight, free.shape[1]), 0.0)
    return confirmatory_slopes(free, categories, prepared.coded.n_categories, prepared.weight)


def _positive(problem: Problem, solution: Solution) -> tuple[Problem, Solution]:
    """Every dimension turned so that its slopes sum to more than 0: its sign is a convention."""
    structure = problem.structure
    d = structure.n_dimensions
    values = values_of(structure, solution.z)[:, :d]
    sign = np.where(values.sum(axis=0) < 0, -1.0, 1.0)
    if (sign > 0).all():
        return problem, solution
    z = solution.z.copy()
    for k in np.flatnonzero(sign < 0):
        own = structure.where[:, k]
        z[own[own >= 0]] *= -1
    if structure.free_correlations:  # a partial correlation changes sign with either of its two
        pairs = sign[np.triu_indices(d, 1)[0]] * sign[np.triu_indices(d, 1)[1]]
        z[structure.n_items_free :] *= pairs
    return problem, replace(solution, z=z, expected=expect(problem, z))


def _summary(
    problem: Problem,
    solution: Solution,
    prepared: Prepared,
    errors: ErrorMatrix | None,
    *,
    model: str,
    exploring: bool,
) -> MultidimensionalCalibration:
    structure, z = problem.structure, solution.z
    d = structure.n_dimensions
    values, spread = values_of(structure, z), deviations(structure, errors)
    slopes, intercepts = values[:, :d], intercepts_of(structure, values)
    correlations = correlations_at(structure, z)
    loadings = standardised(slopes, correlations)
    turned = _turned(loadings) if exploring and d > 1 else None
    mdisc = np.sqrt((slopes**2).sum(axis=1))
    mdiff = -intercepts / np.where(mdisc > 0, mdisc, np.nan)[:, None]
    return MultidimensionalCalibration(
        **fitted(problem, solution, prepared, errors, model),
        exploratory=exploring,
        slopes=on_all_items(prepared, slopes),
        slopes_se=on_all_items(prepared, spread[:, :d]),
        correlations=correlations,
        correlations_se=_correlation_errors(structure, z, errors),
        loadings=on_all_items(prepared, loadings),
        mdisc=on_all_items(prepared, mdisc),
        mdiff=on_all_items(prepared, mdiff),
        rotated=None if turned is None else on_all_items(prepared, turned.loadings[0]),
        rotated_correlations=None if turned is None else turned.correlations[0],
        rotation_converged=None if turned is None else bool(turned.converged[0]),
    )


def _turned(loadings: Floats) -> Rotated:
    """Oblimin from varimax, every factor turned so that its loadings sum to more than 0."""
    found = oblimin(varimax(loadings[None]), eps=1e-8)
    flip = np.where(found.loadings[0].sum(axis=0) < 0, -1.0, 1.0)
    return Rotated(
        found.loadings * flip, found.correlations * np.outer(flip, flip), found.converged
    )


def _correlation_errors(structure: Structure, z: Floats, errors: ErrorMatrix | None) -> Floats:
    """Delta method; NaN where fixed."""
    d = structure.n_dimensions
    found = np.full((d, d), np.nan)
    if errors is None or errors.covariance is None or not structure.free_correlations:
        return found
    n = structure.n_items_free
    slope = jacobian(z[n:], d)
    variance = np.einsum("xij,xy,yij->ij", slope, errors.covariance[n:, n:], slope)
    off = ~np.eye(d, dtype=bool)
    found[off] = np.sqrt(np.maximum(variance, 0.0))[off]
    return found
