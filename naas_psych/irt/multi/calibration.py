"""What calibrations of several traits have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.search import Convergence
from naas_psych.irt.multi.em import Solution
from naas_psych.irt.multi.errors import ErrorMatrix
from naas_psych.irt.multi.grid import MultiGrid
from naas_psych.irt.multi.prepare import (
    Prepared,
    deviations,
    intercepts_of,
    on_all_items,
    warned,
)
from naas_psych.irt.multi.problem import Problem
from naas_psych.irt.multi.start import OGIVE
from naas_psych.irt.multi.structure import Structure, values_of
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Items J, boundaries M at most; NaN for items without parameters, and `reasons` says why.

    intercepts : (J, M), NaN-padded; intercepts_se : NaN where no errors were asked for
    log_likelihood, n_parameters, aic, bic, n (sum of weights), converged, cycles, record
    covariance : (P, P) of the free parameters `x`, or None; parameter_names : P
    warnings : (code, sentence) of what a reader must know

    `structure`, `grid`, `used` and `categories` are for the functions of this package.
    """

    model: str
    intercepts: Floats
    intercepts_se: Floats
    log_likelihood: float
    n_parameters: int
    aic: float
    bic: float
    n: float
    converged: bool
    cycles: int
    record: Convergence
    reasons: tuple[str | None, ...]
    repairs: tuple[tuple[int, str], ...]
    standard_errors: str | None
    covariance: Floats | None
    condition_number: float
    parameter_names: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]
    x: Floats
    structure: Structure
    grid: MultiGrid
    used: NDArray[np.int64]
    categories: tuple[NDArray[np.int64], ...]


def fitted(
    problem: Problem,
    solution: Solution,
    prepared: Prepared,
    errors: ErrorMatrix | None,
    model: str,
) -> dict[str, Any]:
    """The fields of `Fitted`."""
    structure, coded = problem.structure, prepared.coded
    values, spread = values_of(structure, solution.z), deviations(structure, errors)
    log_likelihood, n = solution.expected.log_likelihood, float(prepared.weight.sum())
    return {
        "model": model,
        "intercepts": on_all_items(prepared, intercepts_of(structure, values)),
        "intercepts_se": on_all_items(prepared, intercepts_of(structure, spread)),
        "log_likelihood": log_likelihood,
        "n_parameters": structure.n_free,
        "aic": 2 * structure.n_free - 2 * log_likelihood,
        "bic": structure.n_free * float(np.log(n)) - 2 * log_likelihood,
        "n": n,
        "converged": solution.record.converged,
        "cycles": solution.record.cycles,
        "record": solution.record,
        "reasons": coded.reasons,
        "repairs": coded.repairs,
        "standard_errors": None if errors is None else errors.kind,
        "covariance": None if errors is None else errors.covariance,
        "condition_number": np.nan if errors is None else errors.condition_number,
        "parameter_names": names_of(structure, coded.used),
        "warnings": tuple(warned(problem, solution, errors, coded.used)),
        "x": solution.z,
        "structure": structure,
        "grid": problem.grid,
        "used": coded.used,
        "categories": coded.scores,
    }


def names_of(structure: Structure, used: NDArray[np.int64]) -> tuple[str, ...]:
    """A name for every free parameter."""
    d, n_values = structure.n_dimensions, structure.where.shape[1]
    kinds = [f"a{k + 1}" for k in range(d)] + ["a specific"]
    kinds += [f"d{k + 1}" for k in range(n_values - d - 1)]
    found = [""] * structure.n_free
    for j, row in enumerate(structure.where):
        for kind, p in zip(kinds, row, strict=True):
            if p >= 0:
                found[p] = (
                    f"{found[p]} and item {used[j] + 1}"
                    if found[p]
                    else f"item {used[j] + 1}: {kind}"
                )
    for p in range(structure.n_items_free, structure.n_free):
        found[p] = f"correlation {p - structure.n_items_free + 1} (atanh)"
    return tuple(found)


def standardised(slopes: Floats, correlations: Floats) -> Floats:
    """Loadings of the latent responses whose residual is normal with variance 1."""
    ogive = slopes / OGIVE
    variance = 1 + ((ogive @ correlations) * ogive).sum(axis=1)
    return np.asarray(ogive / np.sqrt(variance)[:, None])
