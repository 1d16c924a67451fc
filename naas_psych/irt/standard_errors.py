"""Standard errors of a solution: cross-product, observed information (Louis), sandwich."""

from __future__ import annotations

from dataclasses import dataclass

from naas_psych.irt.em import Problem, Solution
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class ErrorMatrix:
    """covariance : (P, P) of all free parameters, or None and `why`."""

    covariance: Floats | None
    condition_number: float
    why: str = ""


def error_matrix(problem: Problem, solution: Solution, kind: str) -> ErrorMatrix:
    raise NotImplementedError
