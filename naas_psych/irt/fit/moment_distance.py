"""How far residual moments are from all that the parameters can move: e'C (C'GC)^-1 C'e."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats

#: Residual of the equations, relative; the distance itself is right to its square.
_TOLERANCE, _STEPS = 1e-9, 2000
#: Squared distance of a unit column of the Jacobian from all others that cannot be told from 0.
_DEPENDENT = 1e-13

Linear = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Jacobian:
    """D (M, P) by what it does: times parameters, transposed times moments, and D'D (P, P)."""

    times: Linear
    transposed_times: Linear
    gram: Floats


@dataclass(frozen=True)
class Distance:
    """value, or NaN with a reason: not_identified, not_solved; steps : of conjugate gradients."""

    value: float
    reason: str | None
    steps: int


def distance(residual: Floats, jacobian: Jacobian, covariance_times: Linear) -> Distance:
    """Of residual moments e (M,), given the Jacobian D and products with their covariance G (M, M).

    It is e'z, where z minimises z'Gz/2 - e'z among all z with D'z = 0. Moments should be scaled to
    unit variance. Conjugate gradients in the space that is orthogonal to D need few steps: what
    makes the moments of a test correlate is what its parameters move.
    """
    clear = _clearing(jacobian)
    if clear is None:
        return Distance(np.nan, "not_identified", 0)
    z = np.zeros_like(residual)
    rest = clear(residual)
    search, size = rest, float(rest @ rest)
    goal = _TOLERANCE**2 * size
    for step in range(_STEPS):
        if size <= goal:
            return Distance(float(residual @ z), None, step)
        moved = clear(covariance_times(search))
        length = size / float(search @ moved)
        z = z + length * search
        rest = rest - length * moved
        before, size = size, float(rest @ rest)
        search = rest + size / before * search
    return Distance(np.nan, "not_solved", _STEPS)


def _clearing(jacobian: Jacobian) -> Linear | None:
    """Takes from a vector all that the columns span; None where these depend on each other."""
    from scipy.linalg import cho_solve, cholesky

    length = np.sqrt(np.diag(jacobian.gram))
    if not (length > 0).all():
        return None
    try:
        factor = cholesky(jacobian.gram / np.outer(length, length))
    except np.linalg.LinAlgError:
        return None
    if (np.diag(factor) ** 2).min() < _DEPENDENT:
        return None

    def once(v: Floats) -> Floats:
        wanted = jacobian.transposed_times(v) / length
        return np.asarray(v - jacobian.times(cho_solve((factor, False), wanted) / length))

    # The second time clears what rounding left the first time, however close the columns are.
    return lambda v: once(once(v))
