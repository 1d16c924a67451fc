"""A calibration: what was estimated, with its errors and the record of how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.population import Population
from naas_psych.irt.engine.search import Convergence
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import TestModel
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Column:
    """One column of the model: an item, for all groups or for one whose parameters are its own.

    item : the caller's item
    group : -1 for all groups
    scores : the raw score of each category
    """

    item: int
    group: int
    scores: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Item parameters of J items, M steps or boundaries at most, G groups; NaN where undefined.

    a, c, d : (J,) slope, lower and upper asymptote
    location : (J,) the mean of an item's b
    b : (J,) locations of a test of right/wrong items, else (J, M) boundaries or steps, NaN-padded
    slopes, intercepts : (J, K) of nominal items, the first category at 0
    ..._se : standard errors, NaN where none were asked for
    models : (J,) name of each item's model
    reasons : (J,) why an item has no parameters: no_variance, no_responses
    log_likelihood, log_prior : at the answer; AIC and BIC use the first
    n : sum of the case weights of persons with a response
    group_labels, group_mean, group_sd, reference : the distribution of theta in each group
    covariance : (P, P) of the free parameters, or None; `standard_errors` says of which kind
    warnings : (code, sentence) of what a reader must know

    The rest is for the functions of this package: `x` (free item parameters), `model` over the
    `columns`, `grid`, `population`.
    """

    a: Floats
    b: Floats
    location: Floats
    c: Floats
    d: Floats
    slopes: Floats
    intercepts: Floats
    a_se: Floats
    b_se: Floats
    location_se: Floats
    c_se: Floats
    d_se: Floats
    slopes_se: Floats
    intercepts_se: Floats
    models: tuple[str, ...]
    reasons: tuple[str | None, ...]
    repairs: tuple[tuple[int, str], ...]
    log_likelihood: float
    log_prior: float
    n_parameters: int
    aic: float
    bic: float
    n: float
    converged: bool
    cycles: int
    record: Convergence
    group_labels: tuple[object, ...]
    group_mean: Floats
    group_sd: Floats
    group_mean_se: Floats
    group_sd_se: Floats
    reference: int
    standard_errors: str | None
    covariance: Floats | None
    condition_number: float
    warnings: tuple[tuple[str, str], ...]
    x: Floats
    model: TestModel
    columns: tuple[Column, ...]
    grid: Grid
    population: Population
    parameter_names: tuple[str, ...]
