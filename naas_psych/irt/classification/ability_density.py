"""The distribution of theta found without taking it for a normal one, item parameters held fixed.

Empirical histogram (Bock & Aitkin 1981): EM on the weights of the nodes. It starts from the normal
distribution and ends when a cycle gains no more log-likelihood than one more parameter would by
chance, so that it leaves the normal only where the data insist, and stays smooth.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Log-likelihood that a cycle must gain (half the 95 % point of chi-square 1), and most cycles.
_GAIN, _CYCLES = 1.92, 200
#: A likelihood below what a number holds.
_LEAST = 1e-300


def likelihoods(fit: Calibration, scores: Any) -> Floats:
    """(N, Q) likelihood of each person at the nodes of the calibration, the highest of each 1."""
    log_weight = fit.grid.log_weight[fit.reference]
    found = np.empty((np.shape(scores)[0], fit.grid.theta.size))
    for part in posteriors(fit, categories_of(fit, scores)):
        with np.errstate(divide="ignore"):
            log_l = np.log(part.posterior) - log_weight
        found[part.rows] = np.exp(log_l - log_l.max(axis=1, keepdims=True))
    return found


def free_density(likelihood: Floats, start: Floats, person_weight: Floats | None = None) -> Floats:
    """(Q,) shares of persons at the nodes, from the likelihoods (N, Q) and a first guess (Q,)."""
    n = np.ones(len(likelihood)) if person_weight is None else person_weight
    weight, before = start / start.sum(), -np.inf
    with one_blas_thread():
        for _ in range(_CYCLES):
            marginal = np.maximum(likelihood @ weight, _LEAST)
            now = float(n @ np.log(marginal))
            if now - before < _GAIN:
                break
            before = now
            moved = weight * ((n / marginal) @ likelihood)
            # Of persons whose likelihood is nothing wherever there is weight, nothing is learnt.
            if not 0 < moved.sum() < np.inf:
                break
            weight = moved / moved.sum()
    return np.asarray(weight)
