"""What a family of response models is: log-probabilities and their derivatives, and nothing else.

A family works on a batch of J items that all have K categories. It sees parameter values and nodes
of theta, and never a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Slopes:
    """Log-probabilities in theta: value, first and second derivative, each (J, K, Q)."""

    value: Floats
    first: Floats
    second: Floats


@dataclass(frozen=True)
class Family:
    """One family, as functions of values (J, V) and theta (Q,).

    log_probabilities : (values, theta, K) -> (J, K, Q)
    scores : (values, theta, K) -> (J, V, K, Q), derivatives of the log-probabilities in the values
    curvature : (values, theta, counts (J, K, Q)) -> (J, V, V)
        Minus the second derivative of the sum of counts times log-probabilities.
    slopes : (values, theta, K) -> Slopes, derivatives in theta
    feasible : values -> (J,) bool, whether the values belong to a distribution at all
    """

    name: str
    log_probabilities: Callable[[Floats, Floats, int], Floats]
    scores: Callable[[Floats, Floats, int], Floats]
    curvature: Callable[[Floats, Floats, Floats], Floats]
    slopes: Callable[[Floats, Floats, int], Slopes]
    feasible: Callable[[Floats], NDArray[np.bool_]]
