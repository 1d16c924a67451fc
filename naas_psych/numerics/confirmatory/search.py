"""The search for a minimum: Newton's method, damped where the surface is not bowl-shaped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from naas_psych.numerics.arrays import Floats

_SETTLED = 1e-9
_MOST_STEPS = 150
_LARGEST_DAMPING = 1e10
#: Where factors give an item more than twice the variance it has, loadings are running away.
LOWEST_UNIQUENESS = -1.0


class Point:
    """A point of the search: its loss, and derivatives that are made when it is taken.

    gradient (q,); exact (q, q): the Hessian; safe (q, q): one that is never bent downwards
    (Gauss-Newton or expected). lost: there is no way back from here.
    """

    def __init__(
        self,
        loss: float,
        *,
        gradient: Callable[[], Floats],
        exact: Callable[[], Floats],
        safe: Callable[[], Floats],
        lost: bool,
    ) -> None:
        self.loss, self.lost = loss, lost
        self._gradient, self._exact, self._safe = gradient, exact, safe

    @cached_property
    def gradient(self) -> Floats:
        return self._gradient()

    @cached_property
    def exact(self) -> Floats:
        return self._exact()

    @cached_property
    def safe(self) -> Floats:
        return self._safe()


@dataclass(frozen=True)
class Minimum:
    """Where the search ended; converged means that the gradient is 0 there.

    identified : the Hessian has no flat direction
    """

    theta: Floats
    loss: float
    converged: bool
    identified: bool
    steps: int


Objective = Callable[[Floats], Point | None]


def minimise(objective: Objective, start: Floats, *, most_steps: int = _MOST_STEPS) -> Minimum:
    """Go down from `start`. The objective says None where the model does not exist."""
    theta, at, damping, taken = start, objective(start), 1e-2, 0
    if at is None:
        return Minimum(start, np.nan, converged=False, identified=False, steps=0)
    while taken < most_steps:
        if at.lost or np.abs(at.gradient).max() < _SETTLED:
            break
        moved = _move(objective, theta, at, damping)
        if moved is None:
            break
        theta, at, damping = moved
        taken += 1
    settled = not at.lost and bool(np.abs(at.gradient).max() < 1e3 * _SETTLED)
    return Minimum(theta, at.loss, settled, settled and _bowl(at.exact), taken)


def _move(
    objective: Objective, theta: Floats, at: Point, damping: float
) -> tuple[Floats, Point, float] | None:
    """One step that lowers the loss, with the damping for the next; None if there is none."""
    while damping < _LARGEST_DAMPING:
        new = theta + _step(at, damping)
        there = objective(new)
        if there is not None and there.loss <= at.loss + 1e-14 * (1 + abs(at.loss)):
            return new, there, 0.0 if damping < 1e-6 else damping / 10
        damping = max(10 * damping, 1e-4)
    return None


def _step(at: Point, damping: float) -> Floats:
    for bent in (True, False):
        hessian = at.exact if bent else at.safe
        size = np.maximum(np.abs(np.diagonal(hessian)), 1e-8)
        try:
            factor = cho_factor(hessian + np.diag(damping * size + 1e-12), check_finite=False)
        except LinAlgError:
            continue
        return -np.asarray(cho_solve(factor, at.gradient, check_finite=False))
    return -at.gradient / (np.diagonal(at.safe) * (1 + damping) + 1e-8)


def _bowl(hessian: Floats) -> bool:
    """Curved upwards in every direction, in units in which each parameter alone has curvature 1."""
    diagonal = np.diagonal(hessian)
    if not (diagonal > 0).all():
        return False
    scale = 1 / np.sqrt(diagonal)
    return bool(np.linalg.eigvalsh(hessian * np.outer(scale, scale))[0] > 1e-8)
