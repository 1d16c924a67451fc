"""How fine and how wide a grid must be, from the information of the test itself.

The rectangle rule with spacing h errs by about 2 exp(-2 pi^2 (s/h)^2) of a person's likelihood,
with s the smallest posterior SD; at h = 1.2 s that is 2e-6.
"""

from __future__ import annotations

import numpy as np

from naas_psych.irt.engine.em import Problem, Solution
from naas_psych.irt.engine.population import moments_at
from naas_psych.irt.grid import nodes
from naas_psych.irt.model import curves
from naas_psych.numerics.arrays import Floats

#: Nodes and bound to begin with: spacing 0.2, as fine as most programs ever go.
FEWEST, BOUND = 61, 6.0
#: Finer grids than these are not made: a slope that asks for more is no slope of an item.
_SPACING, _MOST = 1.2, 481
#: Share of the persons that may stand at the ends of the grid, and at a node that still counts.
_AT_END, _COUNTS = 1e-4, 1e-6
#: The grid holds each group's mean and so many SDs on both sides.
_SDS = 4.25
_WIDER, _WIDEST = 1.5, 40.0


def fitting_nodes(problem: Problem, solution: Solution) -> Floats:
    """The nodes that the solution needs: those it has, if they are fine and wide enough."""
    theta = problem.theta
    bound = _fitting_bound(problem, solution)
    spacing = min(_SPACING * _smallest_sd(problem, solution), float(theta[1] - theta[0]))
    wanted = min(2 * int(np.ceil(bound / spacing - 1e-9)) + 1, _MOST)
    if bound == theta[-1] and wanted <= theta.size:
        return theta
    return nodes(wanted, bound)


def is_coarse(problem: Problem, solution: Solution) -> bool:
    """Whether the answer asks for a finer or wider grid than it was found on."""
    theta = problem.theta
    too_coarse = float(theta[1] - theta[0]) > 1.1 * _SPACING * _smallest_sd(problem, solution)
    return too_coarse or _fitting_bound(problem, solution) > float(theta[-1])


def _fitting_bound(problem: Problem, solution: Solution) -> float:
    bound = float(problem.theta[-1])
    moments = moments_at(problem.population, solution.z[problem.model.n_free :])
    reach = float((np.abs(moments.mean) + _SDS * moments.sd).max())
    if reach > bound:
        bound = float(np.ceil(2 * reach) / 2)
    share = _shares(solution)
    if share[0] + share[-1] > _AT_END:
        bound = max(bound, float(problem.theta[-1]) * _WIDER)
    return min(bound, max(_WIDEST, float(problem.theta[-1])))


def _shares(solution: Solution) -> Floats:
    """Share of the persons at each node (Q,)."""
    mass = solution.expected.mass.sum(axis=0)
    return np.asarray(mass / max(float(mass.sum()), 1e-300))


def _smallest_sd(problem: Problem, solution: Solution) -> float:
    """Posterior SD where the test is most informative, among nodes at which there are persons."""
    n = problem.model.n_free
    shape = curves(problem.model, solution.z[:n], problem.theta)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.where(shape.p > 0, shape.p1**2 / shape.p, 0.0).sum(axis=(0, 1))
    sd = moments_at(problem.population, solution.z[n:]).sd
    sharpest = float(information[_shares(solution) > _COUNTS].max()) + float(1 / sd.min() ** 2)
    return float(1 / np.sqrt(sharpest))
