"""Small problems with known parameters, for tests of everything that stands behind `calibrate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.em import Problem, Solution, expected_at, penalty_at
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.engine.population import population_of
from naas_psych.irt.engine.search import Convergence
from naas_psych.irt.grid import nodes
from naas_psych.irt.model import TestModel, model_of, probabilities
from naas_psych.irt.priors import Prior

#: Every model, each with the numbers of categories it is tried with.
BINARY = ("rasch", "1pl", "2pl", "3pl", "4pl")
ORDERED = ("grm", "gpcm", "pcm", "rsm", "nominal")
CASES = [(m, 2) for m in (*BINARY, *ORDERED)] + [
    (m, k) for m in ("rasch", "1pl", *ORDERED) for k in (3, 4, 5)
]
NO_RECORD = Convergence(True, 0, 0, 0.0, 0.0, ())


def model_for(
    models: str | Sequence[str], n_categories: Sequence[int], priors: Any = None
) -> TestModel:
    names = [models] * len(n_categories) if isinstance(models, str) else models
    return model_of(names, np.array(n_categories), priors)


def parameters(model: TestModel, seed: int = 1) -> NDArray[np.float64]:
    """Plausible x: slopes near 1, boundaries in order, asymptotes near .2 and .9."""
    rng = np.random.default_rng(seed)
    x = np.empty(model.n_free)
    for p, (_, name) in enumerate(model.names):
        centre = {"logit_c": -1.4, "logit_d": 2.2}.get(name)
        if centre is not None:
            x[p] = rng.normal(centre, 0.2)
        elif name[0] == "a":
            x[p] = rng.uniform(0.7, 1.6) + 0.6 * (int(name[1:]) - 1 if name[1:].isdigit() else 0)
        elif name[0] == "d" and name[1:].isdigit():
            x[p] = 1.4 - 0.9 * int(name[1:]) + rng.uniform(-0.3, 0.3)
        else:
            x[p] = rng.normal(0, 0.7)
    return x


def simulated(
    model: TestModel, x: NDArray[np.float64], theta: NDArray[np.float64], seed: int = 2
) -> NDArray[np.int8]:
    """Categories (N, J) of persons at theta (N,)."""
    rng = np.random.default_rng(seed)
    up_to = np.cumsum(probabilities(model, x, theta), axis=1)
    drawn = rng.random((up_to.shape[0], 1, theta.size))
    found = (drawn > up_to[:, :-1]).sum(axis=1)
    highest = model.n_categories[:, None] - 1
    return np.asarray(np.minimum(found, highest).T, np.int8)


def problem_of(
    categories: NDArray[np.int8],
    model: TestModel,
    *,
    weight: Any = None,
    group: Any = None,
    merge: bool = True,
    n_nodes: int = 61,
    threads: int = 1,
) -> Problem:
    n_groups = 1 if group is None else int(group.max()) + 1
    population = population_of(n_groups, reference=0, free_variance=model.free_variance)
    packed = pack(categories, model.n_categories, weight=weight, group=group, merge=merge)
    return Problem(packed, model, population, nodes(n_nodes, 6.0), threads)


def solution_at(problem: Problem, z: NDArray[np.float64]) -> Solution:
    """The E-step at z, as if z had been found."""
    return Solution(z, expected_at(problem, z), NO_RECORD)


def objective(problem: Problem, z: NDArray[np.float64]) -> float:
    """Log-likelihood plus log prior."""
    return expected_at(problem, z).log_likelihood + penalty_at(problem, z)


#: Priors as other programs state them in the golden files.
MIRT_GUESSING: Mapping[str, Prior] = {"c": Prior("normal", -1.5, 0.5)}
