"""A solution as a Calibration: parameters on the caller's items, with errors where asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from naas_psych.irt.calibration import Calibration, Column
from naas_psych.irt.engine.em import Problem, Solution, grid_at, penalty_at
from naas_psych.irt.engine.grouping import Grouping
from naas_psych.irt.engine.population import Moments, moments_at
from naas_psych.irt.engine.quadrature import is_coarse
from naas_psych.irt.engine.standard_errors import ErrorMatrix, error_matrix
from naas_psych.irt.priors import Prior
from naas_psych.irt.reported import FLAT, Parameters, reported, reported_errors
from naas_psych.numerics.arrays import Floats

#: No item of a test is as steep as this.
_STEEP = 10.0


def summary(
    problem: Problem,
    solution: Solution,
    *,
    columns: tuple[Column, ...],
    reasons: tuple[str | None, ...],
    repairs: tuple[tuple[int, str], ...],
    models: tuple[str, ...],
    grouping: Grouping,
    n: float,
    standard_errors: str | None,
    said: tuple[tuple[str, str], ...],
) -> Calibration:
    """Everything a Calibration holds."""
    model, n_free = problem.model, problem.model.n_free
    errors = error_matrix(problem, solution, standard_errors) if standard_errors else None
    x = solution.z[:n_free]
    parameters = _by_item(reported(model, x), columns, grouping, len(models))
    deviations = _by_item(_errors(problem, x, errors), columns, grouping, len(models))
    moments = moments_at(problem.population, solution.z[n_free:])
    spread = _moment_errors(problem, moments, errors)
    names = _parameter_names(problem, columns, grouping)
    n_parameters = n_free + problem.population.n_free
    log_likelihood = solution.expected.log_likelihood
    return Calibration(
        **parameters,
        **{f"{name}_se": value for name, value in deviations.items()},
        models=models,
        reasons=reasons,
        repairs=repairs,
        log_likelihood=log_likelihood,
        log_prior=penalty_at(problem, solution.z),
        n_parameters=n_parameters,
        aic=2 * n_parameters - 2 * log_likelihood,
        bic=n_parameters * float(np.log(n)) - 2 * log_likelihood,
        n=n,
        converged=solution.record.converged,
        cycles=solution.record.cycles,
        record=solution.record,
        group_labels=grouping.labels,
        group_mean=moments.mean,
        group_sd=moments.sd,
        group_mean_se=spread.mean,
        group_sd_se=spread.sd,
        reference=grouping.reference,
        standard_errors=standard_errors,
        covariance=None if errors is None else errors.covariance,
        condition_number=np.nan if errors is None else errors.condition_number,
        warnings=said + _warnings(problem, solution, errors, names),
        x=x,
        model=model,
        columns=columns,
        grid=grid_at(problem, solution.z),
        population=problem.population,
        parameter_names=names,
    )


def _by_item(
    found: Parameters, columns: tuple[Column, ...], grouping: Grouping, n_items: int
) -> dict[str, Any]:
    """Of items with several columns, that of the reference group stands for the item."""
    shown = [p for p, column in enumerate(columns) if column.group in (-1, grouping.reference)]
    items = [columns[p].item for p in shown]
    whole = {}
    for name, value in vars(found).items():
        whole[name] = np.full((n_items, *value.shape[1:]), np.nan)
        whole[name][items] = value[shown]
    if whole["b"].shape[1] == 1:
        whole["b"] = whole["b"][:, 0]
    return whole


def _errors(problem: Problem, x: Floats, errors: ErrorMatrix | None) -> Parameters:
    """Standard errors of what is reported, NaN throughout where there are none."""
    if errors is None or errors.covariance is None:
        nothing = np.full((problem.model.n_free, problem.model.n_free), np.nan)
        return reported_errors(problem.model, x, nothing)
    return reported_errors(problem.model, x, errors.covariance)


def _moment_errors(problem: Problem, moments: Moments, errors: ErrorMatrix | None) -> Moments:
    """Errors of the groups' means and SDs, NaN where they are fixed; SD by the delta method."""
    population = problem.population
    mean, sd = np.full_like(moments.mean, np.nan), np.full_like(moments.sd, np.nan)
    if errors is not None and errors.covariance is not None:
        own = np.sqrt(np.maximum(np.diag(errors.covariance)[problem.model.n_free :], 0.0))
        n_means = int(population.free_mean.sum())
        mean[population.free_mean] = own[:n_means]
        sd[population.free_sd] = own[n_means:] * moments.sd[population.free_sd]
    return Moments(mean, sd)


def _warnings(
    problem: Problem, solution: Solution, errors: ErrorMatrix | None, names: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    found = [
        ("prior", f"{len(at)} parameters have a prior: {_said(p)}.")
        for p, at in problem.model.priors
    ]
    record = solution.record
    if not record.converged:
        found.append(
            (
                "not_converged",
                f"Not converged after {record.cycles} cycles: the last still changed a parameter "
                f"by {record.change:.2g}.",
            )
        )
    if is_coarse(problem, solution):
        found.append(
            (
                "coarse_grid",
                f"{problem.theta.size} nodes to {problem.theta[-1]:g} are too few for so steep an "
                "item or so wide a group: the log-likelihood is not exact.",
            )
        )
    found += _odd_slopes(problem, solution, names)
    if errors is not None and errors.covariance is None:
        found.append(("no_errors", f"{errors.why} {', '.join(names[p] for p in errors.weak)}."))
    return tuple(found)


def _odd_slopes(
    problem: Problem, solution: Solution, names: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Slopes so steep that they are on their way to infinity, or so flat that there is no b."""
    x = solution.z[: problem.model.n_free]
    slope = [p for p, (_, name) in enumerate(problem.model.names) if name == "a"]
    steep = [names[p] for p in slope if abs(x[p]) > _STEEP]
    flat = [names[p] for p in slope if abs(x[p]) < FLAT]
    kinds = (("steep_slope", "above 10", steep), ("flat_slope", "about 0: there is no b", flat))
    return [
        (code, f"The slope is {words} ({', '.join(some)}).") for code, words, some in kinds if some
    ]


def _said(prior: Prior) -> str:
    return f"{prior.kind}({prior.first:g}, {prior.second:g})"


def _parameter_names(
    problem: Problem, columns: tuple[Column, ...], grouping: Grouping
) -> tuple[str, ...]:
    names = []
    for column, name in problem.model.names:
        if column < 0:
            names.append(f"shared {name}")
            continue
        of = columns[column]
        group = f", group {grouping.labels[of.group]}" if of.group >= 0 else ""
        names.append(f"item {of.item + 1}{group}: {name}")
    population = problem.population
    for what, free in (("mean", population.free_mean), ("log SD", population.free_sd)):
        names += [f"{what} of {grouping.labels[g]}" for g in np.flatnonzero(free)]
    return tuple(names)
