"""Calibrate a test: from a matrix of scores to item parameters with their errors."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.acceleration import Mixer
from naas_psych.irt.calibration import Column
from naas_psych.irt.coding import Coded, as_scores, code
from naas_psych.irt.em import Problem, Settings, Solution, continued, maximise
from naas_psych.irt.grid import nodes as equally_spaced
from naas_psych.irt.grouping import Grouping, Split, grouping_of, split_items
from naas_psych.irt.model import TestModel, model_of
from naas_psych.irt.packing import pack
from naas_psych.irt.population import Population, population_of
from naas_psych.irt.priors import Prior, checked
from naas_psych.irt.quadrature import BOUND, FEWEST, fitting_nodes
from naas_psych.irt.refusal import Refused
from naas_psych.irt.start import start, tally
from naas_psych.irt.summary import summary
from naas_psych.numerics.arrays import Floats

Errors = Literal["observed", "crossprod", "sandwich"]
#: A first look at a loose tolerance shows how fine the grid must be.
_LOOSE, _REFINEMENTS = 1e-2, 4


def calibrate(
    scores: Any,
    model: str | Sequence[str] = "2pl",
    *,
    estimator: Literal["mml", "cml"] = "mml",
    standard_errors: Errors | None = None,
    weights: Any = None,
    groups: Any = None,
    reference: object = None,
    anchors: Sequence[int] | None = None,
    priors: Mapping[str, Prior] | None = None,
    nodes: int | None = None,
    bound: float = BOUND,
    tolerance: float = 1e-6,
    relative: float = 1e-6,
    max_cycles: int = 1000,
    threads: int | None = None,
) -> Any:
    """Item parameters by marginal maximum likelihood, theta normal in each group.

    Parameters
    ----------
    scores : (N, J) whole numbers, negative (or NaN) where absent
    model : rasch, 1pl, 2pl, 3pl, 4pl, grm, gpcm, pcm, rsm or nominal; or one an item
    estimator : "mml", or "cml" for conditional maximum likelihood of the Rasch family
    standard_errors : "observed" information (Louis; the same numbers as Oakes's), "crossprod" of
        the persons' scores, "sandwich" of both, or None
    weights : (N,) case weights, not negative
    groups, reference : (N,) labels; the reference group is N(0, 1), the others' means and SDs are
        estimated
    anchors : item numbers (from 0) that have the same parameters in all groups; default: all
    priors : parameter ("a", "d_intercept", "c", "d") to Prior; default: none but on the asymptotes
        of 3pl and 4pl, which need them (see `priors.NEEDED`); {} for none at all
    nodes, bound : equally spaced nodes on [-bound, bound]; default: as fine and wide as the test's
        information asks for, at least 61
    tolerance, relative : stop when no parameter changes by more, and the log-likelihood by no more
        than this share of itself
    threads : default all; the answer does not depend on it

    Returns
    -------
    Calibration, or ConditionalFit for "cml"

    Raises
    ------
    Refused
        The scores cannot answer: fewer than two items that vary, more parameters than patterns,
        negative weights, a group without anchor.

    Notes
    -----
    Bock & Aitkin (1981), with the E-step on pseudo-items (Robitzsch 2021) and Anderson mixing (Walker
    & Ni 2011) that never lets the likelihood fall.
    """
    array = as_scores(scores)
    weight = _weights(weights, array)
    if estimator == "cml":
        return _conditional(array, model, weights)
    grouping = grouping_of(groups, array.shape[0], reference)
    coded = code(array, weight)
    split = split_items(coded, grouping, anchors)
    test = model_of(_names(model, coded, split), coded.n_categories[split.place], _checked(priors))
    _refuse_unidentified(test)
    population = population_of(
        len(grouping.labels), reference=grouping.reference, free_variance=test.free_variance
    )
    problem = Problem(
        pack(split.categories, test.n_categories, weight=weight, group=grouping.index),
        test,
        population,
        equally_spaced(nodes or FEWEST, bound),
        threads or _cores(),
    )
    z = _start(test, population, split, weight)
    settings = Settings(tolerance, relative, max_cycles)
    problem, solution = _solved(problem, z, settings, fixed_grid=nodes is not None)
    return summary(
        problem,
        solution,
        columns=_columns(coded, split),
        coded=coded,
        models=_all_names(model, array.shape[1]),
        grouping=grouping,
        n=float(weight.sum()),
        standard_errors=standard_errors,
    )


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(priors: Mapping[str, Prior] | None) -> Mapping[str, Prior] | None:
    return None if priors is None else checked(priors)


def _weights(weights: Any, scores: NDArray[Any]) -> Floats:
    """Case weights; a person without a response weighs nothing."""
    n_persons = scores.shape[0]
    weight = np.ones(n_persons) if weights is None else np.array(weights, dtype=float)
    if weight.shape != (n_persons,) or not np.isfinite(weight).all() or (weight < 0).any():
        bad = "are not one a person" if weight.shape != (n_persons,) else "are negative or unknown"
        raise Refused("bad_weights", f"the weights {bad}", "give a number of at least 0 a person")
    weight[scores.max(axis=1) < 0] = 0.0
    if not weight.any():
        raise Refused(
            "no_responses", "nobody with a weight above 0 answered anything", "add persons"
        )
    return weight


def _all_names(model: str | Sequence[str], n_items: int) -> tuple[str, ...]:
    names = (model,) * n_items if isinstance(model, str) else tuple(model)
    if len(names) != n_items:
        raise Refused(
            "bad_models", f"{len(names)} models for {n_items} items", "name one, or one an item"
        )
    return names


def _names(model: str | Sequence[str], coded: Coded, split: Split) -> list[str]:
    names = _all_names(model, len(coded.reasons))
    return [names[j] for j in coded.used[split.place]]


def _columns(coded: Coded, split: Split) -> tuple[Column, ...]:
    return tuple(
        Column(int(coded.used[p]), int(g), coded.scores[p])
        for p, g in zip(split.place, split.group, strict=True)
    )


def _refuse_unidentified(model: TestModel) -> None:
    """Patterns of responses are the data: they must outnumber the parameters."""
    patterns = float(np.log(model.n_categories).sum())
    parameters = model.n_free + model.free_variance
    if patterns < np.log(parameters + 1) - 1e-9:
        raise Refused(
            "not_identified",
            f"{parameters} parameters cannot be told apart by {np.exp(patterns):.0f} patterns",
            "use more items, or a model with fewer parameters, such as rasch",
        )


def _start(model: TestModel, population: Population, split: Split, weight: Floats) -> Floats:
    found = tally(split.categories, model.n_categories, weight)
    return np.concatenate([start(model, found), np.zeros(population.n_free)])


def _solved(
    problem: Problem, z: Floats, settings: Settings, *, fixed_grid: bool
) -> tuple[Problem, Solution]:
    """The maximum, on nodes that the answer itself has found fine enough."""
    if fixed_grid:
        return problem, maximise(problem, z, settings)
    return refined(problem, z, settings)


def refined(problem: Problem, z: Floats, settings: Settings) -> tuple[Problem, Solution]:
    """Look, make the grid fit, solve; again if the answer asks for more."""
    mixer = Mixer()
    loose = replace(settings, tolerance=max(_LOOSE, settings.tolerance), relative=1e-3)
    solution = maximise(problem, z, loose, mixer)
    for _ in range(_REFINEMENTS):
        wanted = fitting_nodes(problem, solution)
        if wanted.size != problem.theta.size:
            mixer.forget()
        problem = replace(problem, theta=wanted)
        before, solution = solution, maximise(problem, solution.z, settings, mixer)
        solution = replace(solution, record=continued(before.record, solution.record))
        if fitting_nodes(problem, solution).size == wanted.size:
            break
    return problem, solution


def _conditional(scores: NDArray[Any], model: str | Sequence[str], weights: Any) -> Any:
    from naas_psych.irt.conditional import conditional_rasch

    if model not in ("rasch", "pcm"):
        raise Refused(
            "no_conditional",
            f"conditional likelihood has no {model!r} model",
            "use rasch or pcm, whose total score holds all there is to know",
        )
    return conditional_rasch(scores, weights=weights, model=model)
