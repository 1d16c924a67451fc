"""From the caller's scores to what is fitted, and to the answer on a grid fine enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.asked import one_of, weights_of
from naas_psych.irt.engine.coding import Coded, as_scores, code
from naas_psych.irt.engine.search import Settings
from naas_psych.irt.multi.em import Solution, maximise
from naas_psych.irt.multi.errors import ErrorMatrix, error_matrix
from naas_psych.irt.multi.fineness import fitting_grid, warnings_of
from naas_psych.irt.multi.problem import Problem
from naas_psych.irt.multi.structure import Structure, values_of
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

R = TypeVar("R")
_LOOSE, _REFINEMENTS = 1e-2, 3
#: A slope so steep that the trait decides the answer almost alone.
_STEEP = 8.0
BOUND = 6.0


@dataclass(frozen=True)
class Prepared:
    """coded : the items that can be calibrated; weight : (N,), 0 for persons without a response."""

    coded: Coded
    weight: Floats
    n_items: int


def prepare(scores: Any, model: str, weights: Any, standard_errors: str | None) -> Prepared:
    """Categories of the items that vary, once what was asked for is known to exist."""
    if standard_errors is not None:
        one_of("standard_errors", standard_errors, ("crossprod", "observed"))
    if model not in ("2pl", "grm"):
        raise Refused(
            "unknown_model",
            f"there is no model {model!r} of several dimensions",
            "the models are 2pl and grm",
        )
    array = as_scores(scores)
    weight = weights_of(weights, array)
    coded = code(array, weight)
    if model == "2pl" and coded.n_categories.max() > 2:
        raise Refused(
            "too_many_categories",
            f"an item has {int(coded.n_categories.max())} categories",
            "use grm for such items",
        )
    return Prepared(coded, weight, array.shape[1])


def solved(
    problem: Problem, z: Floats, settings: Settings, *, fixed_grid: bool
) -> tuple[Problem, Solution]:
    """Look, make the grid fit, solve; again if the answer asks for a finer one."""
    if fixed_grid:
        return problem, maximise(problem, z, settings)
    solution = maximise(problem, z, replace(settings, tolerance=_LOOSE, relative=1e-3))
    for _ in range(_REFINEMENTS):
        grid = fitting_grid(problem, solution.z, solution.expected)
        problem = replace(problem, grid=grid)
        solution = maximise(problem, solution.z, settings)
        if fitting_grid(problem, solution.z, solution.expected) is grid:
            break
    return problem, solution


def with_one_blas_thread(work: Callable[[], R]) -> R:
    """Products here are small, and the threads of the E-step are the ones that pay."""
    from naas_psych.numerics.one_thread import one_blas_thread

    with one_blas_thread():
        return work()


def errors_of(problem: Problem, z: Floats, kind: str | None) -> ErrorMatrix | None:
    """The covariance, if it was asked for."""
    return None if kind is None else error_matrix(problem, z, kind)


def deviations(structure: Structure, errors: ErrorMatrix | None) -> Floats:
    """Standard errors of the values (J, V), NaN where they are fixed or unknown."""
    own = np.full(structure.n_free, np.nan)
    if errors is not None and errors.covariance is not None:
        own = np.sqrt(np.maximum(np.diag(errors.covariance), 0.0))
    return np.where(structure.where >= 0, own[np.maximum(structure.where, 0)], np.nan)


def intercepts_of(structure: Structure, values: Floats) -> Floats:
    """(J, M), NaN beyond an item's last boundary."""
    d = structure.n_dimensions
    steps = np.arange(structure.where.shape[1] - d - 1)
    has = steps < (structure.n_categories - 1)[:, None]
    return np.where(has, values[:, d + 1 :], np.nan)


def on_all_items(prepared: Prepared, found: Floats) -> Floats:
    """Rows of the caller's items, NaN for those that could not be calibrated."""
    whole = np.full((prepared.n_items, *found.shape[1:]), np.nan)
    whole[prepared.coded.used] = found
    return whole


def warned(
    problem: Problem, solution: Solution, errors: ErrorMatrix | None, used: NDArray[np.int64]
) -> list[tuple[str, str]]:
    """(code, sentence) of what a reader must know."""
    found = warnings_of(problem, solution.z, solution.expected)
    record = solution.record
    if not record.converged:
        found.append(
            (
                "not_converged",
                f"Not converged after {record.cycles} cycles: the last one still changed a "
                f"parameter by {record.change:.2g}.",
            )
        )
    if errors is not None and errors.covariance is None:
        found.append(("no_errors", errors.why))
    values = values_of(problem.structure, solution.z)
    steep = np.abs(values[:, : problem.structure.n_dimensions + 1]).max(axis=1) > _STEEP
    found += [
        (
            "steep_slope",
            f"Item {used[j] + 1} has a slope above {_STEEP:g}: one dimension decides it almost "
            "alone, as in a Heywood case. The slope is as it was found, not held back.",
        )
        for j in np.flatnonzero(steep)
    ]
    return found
