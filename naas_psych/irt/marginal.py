"""Calibrate a test: from a matrix of scores to item parameters with their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.acceleration import Mixer
from naas_psych.irt.engine.asked import (
    ERRORS,
    ESTIMATORS,
    FEWEST_NODES,
    above,
    anchors_of,
    models_of,
    nothing_else,
    one_of,
    priors_of,
    refuse_few_patterns,
    settings_of,
    threads_of,
    weights_of,
)
from naas_psych.irt.engine.coding import Coded, as_scores, code
from naas_psych.irt.engine.em import Problem, Solution, maximise
from naas_psych.irt.engine.grouping import Split, grouping_of, split_items
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.engine.population import Population, population_of
from naas_psych.irt.engine.quadrature import BOUND, FEWEST, fitting_nodes
from naas_psych.irt.engine.search import Settings, continued
from naas_psych.irt.engine.start import start, tally
from naas_psych.irt.engine.summary import summary
from naas_psych.irt.grid import nodes as equally_spaced
from naas_psych.irt.model import TestModel, model_of
from naas_psych.irt.priors import Prior
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

Errors = Literal["observed", "crossprod", "sandwich"]
#: A first look at a loose tolerance shows how fine the grid must be.
_LOOSE, _REFINEMENTS = 1e-2, 4
_LEAST_SLOPE = 0.25


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
    Bock & Aitkin (1981), with the E-step on pseudo-items (Robitzsch 2021) and Anderson mixing
    (Walker & Ni 2011) that never lets the likelihood fall.
    """
    array = as_scores(scores)
    weight = weights_of(weights, array)
    names = models_of(model, array.shape[1])
    one_of("estimator", estimator, ESTIMATORS)
    if estimator == "cml":
        nothing_else("cml", groups=groups, anchors=anchors, priors=priors, reference=reference)
        return _conditional(array, names, weights)
    if standard_errors is not None:
        one_of("standard_errors", standard_errors, ERRORS)
    settings = settings_of(tolerance, relative, max_cycles)
    threads = threads_of(threads)
    if nodes is not None:
        above("nodes", nodes, FEWEST_NODES, whole=True)
    above("bound", bound, 1.0)
    grouping = grouping_of(groups, weight, reference=reference, anchors=anchors)
    coded = code(array, weight)
    split = split_items(coded, grouping, anchors_of(anchors, array.shape[1]), weight)
    test = model_of([names[j] for j in split.item], split.n_categories, priors_of(priors))
    refuse_few_patterns(test.n_categories, test.n_free + test.free_variance)
    population = population_of(
        len(grouping.labels), reference=grouping.reference, free_variance=test.free_variance
    )
    problem = Problem(
        pack(split.categories, test.n_categories, weight=weight, group=grouping.index),
        test,
        population,
        equally_spaced(nodes or FEWEST, bound),
        threads,
    )
    z = _start(test, population, split, weight)
    # How products and inverses are added up in threads depends on how many cores there are.
    with one_blas_thread():
        problem, solution = _solved(problem, z, settings, fixed_grid=nodes is not None)
        return summary(
            problem,
            solution,
            columns=split.columns,
            reasons=_reasons(coded, split),
            repairs=coded.repairs,
            models=names,
            grouping=grouping,
            n=float(weight.sum()),
            standard_errors=standard_errors,
            said=split.said,
        )


def _reasons(coded: Coded, split: Split) -> tuple[str | None, ...]:
    """Why an item has no parameters: of its own accord, or in the reference group."""
    shown = {column.item for column in split.columns if column.group in (-1, split.reference)}
    return tuple(
        reason or (None if j in shown else "no_variance_in_reference")
        for j, reason in enumerate(coded.reasons)
    )


def _start(model: TestModel, population: Population, split: Split, weight: Floats) -> Floats:
    x = start(model, tally(split.categories, model.n_categories, weight))
    for prior, at in model.priors:
        if prior.kind == "lognormal":  # there is no way to a slope above 0 from one below
            x[at] = np.where(x[at] > 0, x[at], _LEAST_SLOPE)
    return np.concatenate([x, np.zeros(population.n_free)])


def _solved(
    problem: Problem, z: Floats, settings: Settings, *, fixed_grid: bool
) -> tuple[Problem, Solution]:
    """The maximum, on nodes that the answer itself has found fine enough."""
    if fixed_grid:
        return problem, maximise(problem, z, settings)
    return _refined(problem, z, settings)


def _refined(problem: Problem, z: Floats, settings: Settings) -> tuple[Problem, Solution]:
    """Look, make the grid fit, solve; again if the answer asks for more."""
    mixer = Mixer()
    loose = replace(settings, tolerance=max(_LOOSE, settings.tolerance), relative=1e-3)
    solution = maximise(problem, z, loose, mixer)
    for _ in range(_REFINEMENTS):
        left = settings.most_cycles - solution.record.cycles
        # A search that does not even settle roughly tells nothing about the nodes it needs.
        wanted = fitting_nodes(problem, solution) if solution.record.converged else problem.theta
        if left < 1:
            break
        if not _same(wanted, problem.theta):
            mixer.forget()
        problem = replace(problem, theta=wanted)
        before, solution = (
            solution,
            maximise(problem, solution.z, replace(settings, most_cycles=left), mixer),
        )
        solution = replace(solution, record=continued(before.record, solution.record))
        if not solution.record.converged or _same(fitting_nodes(problem, solution), wanted):
            break
    return problem, solution


def _same(one: Floats, other: Floats) -> bool:
    return one.size == other.size and bool(one[-1] == other[-1])


def _conditional(scores: NDArray[Any], names: tuple[str, ...], weights: Any) -> Any:
    from naas_psych.irt.conditional.estimate import conditional_rasch

    if len(set(names)) > 1 or names[0] not in ("rasch", "pcm"):
        raise Refused(
            "no_conditional",
            f"conditional likelihood has no {' and '.join(sorted(set(names)))} model",
            "use rasch or pcm, whose total score holds all there is to know",
        )
    return conditional_rasch(scores, weights=weights, model=names[0])  # type: ignore[arg-type]
