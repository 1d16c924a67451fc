"""Draws of the parameters of a calibration under other samples of the clusters of persons.

Score draws: the error of the estimates is A^-1 times the sum of persons' score vectors, A the
information. Random weights on the clusters' sums (Hu & Zidek 1995; Kline & Santos 2012) give draws
whose covariance is the cluster-robust (sandwich) one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.em import Problem
from naas_psych.irt.engine.expectation import look_ups
from naas_psych.irt.engine.indicators import columns_of, indicators, mean_scores, score_map
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.engine.population import Moments, free_part
from naas_psych.irt.engine.posterior import row_posteriors
from naas_psych.irt.model import log_probabilities
from naas_psych.irt.persons import categories_of
from naas_psych.irt.scores.drawn_curves import feasible_rows
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

#: Persons at a time.
_BLOCK = 2048
#: A draw outside the model is moved half way back so many times at most.
_HALVINGS = 30


def centre_of(fit: Calibration) -> Floats:
    """(P,) the estimates of all free parameters: of the items, then of the groups."""
    moments = Moments(fit.group_mean, fit.group_sd)
    return np.concatenate([fit.x, free_part(fit.population, moments)])


def cluster_scores(
    fit: Calibration, scores: Any, codes: NDArray[np.int64], n_clusters: int
) -> Floats:
    """(G, P) sums over each cluster of the persons' score vectors at the estimates."""
    packed = pack(categories_of(fit, scores), fit.model.n_categories, merge=False)
    problem = Problem(packed, fit.model, fit.population, fit.grid.theta, threads=1)
    centre = centre_of(fit)
    columns = columns_of(packed, fit.population.free_mean.size)
    own = score_map(problem, centre, columns)
    seen = look_ups(packed, log_probabilities(fit.model, fit.x, fit.grid.theta), fit.grid)
    found = np.zeros((n_clusters, own.where.size))
    with one_blas_thread():
        for start in range(0, packed.codes.shape[0], _BLOCK):
            rows = slice(start, min(start + _BLOCK, packed.codes.shape[0]))
            posterior = row_posteriors(packed, seen, rows).posterior
            local = mean_scores(own, indicators(packed, columns, rows), posterior)
            np.add.at(found, codes[rows], local)
    gathered = np.zeros((n_clusters, centre.size))
    np.add.at(gathered.T, own.where, found.T)
    return gathered


@dataclass(frozen=True, eq=False)
class ParameterDraws:
    """parameters (b, P); halved : draws that left the model and were moved back towards it."""

    parameters: Floats
    halved: int


def parameter_draws(fit: Calibration, sums: Floats, weights: Floats) -> ParameterDraws:
    """Draws from random weights (b, G) on the clusters' sums (G, P).

    Raises
    ------
    ValueError
        The calibration has no covariance.
    """
    if fit.covariance is None:
        raise ValueError("a calibration without covariance has no draws")
    with one_blas_thread():
        change = (weights @ sums) @ fit.covariance
    centre = centre_of(fit)
    off = ~feasible_rows(fit.model, (centre + change)[:, : fit.model.n_free])
    halved = int(off.sum())
    for _ in range(_HALVINGS):
        if not off.any():
            break
        change[off] *= 0.5
        off = ~feasible_rows(fit.model, (centre + change)[:, : fit.model.n_free])
    change[off] = 0.0
    return ParameterDraws(centre + change, halved)
