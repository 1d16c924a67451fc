"""Scores of persons on several dimensions: posterior means with their standard deviations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.irt.engine.asked import threads_of
from naas_psych.irt.engine.coding import known_categories
from naas_psych.irt.multi.bifactor import BifactorCalibration
from naas_psych.irt.multi.calibrate import MultidimensionalCalibration
from naas_psych.irt.multi.errors import cluster_posteriors
from naas_psych.irt.multi.expectation import chunks_of, pass_over, with_pool
from naas_psych.irt.multi.grid import columns
from naas_psych.irt.multi.problem import Problem, answers_of
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class MultidimensionalScores:
    """eap, psd : (N, D) posterior means and SDs; of a bifactor test general, then each group.

    log_marginal : (N,) log marginal likelihood of the responses. A person without a response has
    the prior's mean 0 and SD 1, and a log marginal of 0.
    """

    eap: Floats
    psd: Floats
    log_marginal: Floats


def expected_a_posteriori(
    fit: MultidimensionalCalibration | BifactorCalibration,
    scores: Any,
    *,
    threads: int | None = None,
) -> MultidimensionalScores:
    """EAP scores of persons with raw scores (N, J) on the items of the calibration.

    Raises
    ------
    Refused
        A score that the calibration has not seen, or another number of items.
    """
    categories = known_categories(scores, fit.used, known=fit.categories, n_items=len(fit.reasons))
    answers = answers_of(fit.structure, categories, np.ones(categories.shape[0]), merge=False)
    problem = Problem(answers, fit.structure, fit.grid, threads_of(threads))
    d = fit.structure.n_dimensions
    specific = [c for c, cluster in enumerate(fit.structure.clusters) if cluster.specific]
    mean = np.empty((categories.shape[0], d + len(specific)))
    square, log_marginal = np.empty_like(mean), np.empty(mean.shape[0])
    theta = fit.grid.primary

    def work(pool: Any) -> None:
        way = pass_over(problem, fit.x, pool)
        for chunk in chunks_of(way):
            rows = chunk.rows
            log_marginal[rows] = chunk.log_marginal
            mean[rows, :d] = chunk.posterior @ theta
            square[rows, :d] = chunk.posterior @ theta**2
            if not specific:
                continue
            posteriors = cluster_posteriors(way, chunk)
            for place, c in enumerate(specific, start=d):
                u = columns(fit.grid, specific=True)[:, -1]
                mean[rows, place] = posteriors[c] @ u
                square[rows, place] = posteriors[c] @ u**2

    with_pool(problem.threads, work)
    return MultidimensionalScores(mean, np.sqrt(np.maximum(square - mean**2, 0.0)), log_marginal)
