"""How fine and how wide a grid must be, from the information of the test itself.

The rectangle rule with spacing h errs by about 2 exp(-2 pi^2 (s/h)^2) of a person's likelihood, with
s the smallest posterior SD; at h = 1.2 s that is 2e-6.
"""

from __future__ import annotations

import numpy as np

from naas_psych.irt.em import Problem, Solution
from naas_psych.irt.grid import nodes
from naas_psych.irt.model import curves
from naas_psych.irt.population import moments_at
from naas_psych.numerics.arrays import Floats

#: Nodes and bound to begin with: spacing 0.2, as fine as most programs ever go.
FEWEST, BOUND = 61, 6.0
_SPACING, _MOST = 1.2, 1921
#: Share of the persons that may stand at an end of the grid, and at a node that still counts.
_AT_END, _COUNTS = 1e-4, 1e-6
_WIDER, _WIDEST = 1.5, 30.0


def fitting_nodes(problem: Problem, solution: Solution) -> Floats:
    """The nodes that the solution needs: those it has, if they are fine and wide enough."""
    theta = problem.theta
    bound = float(theta[-1])
    share = solution.expected.mass.sum(axis=0)
    share = share / max(share.sum(), 1e-300)
    if share[0] + share[-1] > _AT_END and bound < _WIDEST:
        bound = min(bound * _WIDER, _WIDEST)
    needed = 2 * int(np.ceil(bound / (_SPACING * _smallest_sd(problem, solution, share)))) + 1
    now = theta.size if bound == theta[-1] else 2 * int(np.ceil(bound / (theta[1] - theta[0]))) + 1
    return theta if needed <= now == theta.size else nodes(min(max(needed, now), _MOST), bound)


def _smallest_sd(problem: Problem, solution: Solution, share: Floats) -> float:
    """Posterior SD where the test is most informative, among nodes at which there are persons."""
    n = problem.model.n_free
    shape = curves(problem.model, solution.z[:n], problem.theta)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.where(shape.p > 0, shape.p1**2 / shape.p, 0.0).sum(axis=(0, 1))
    sd = moments_at(problem.population, solution.z[n:]).sd
    sharpest = float(information[share > _COUNTS].max()) + float(1 / sd.min() ** 2)
    return 1 / np.sqrt(sharpest)
