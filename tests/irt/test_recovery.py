"""Known truth comes back: 100 simulated sets a model, and what the 95 % intervals cover."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.reported import Parameters, reported
from tests.irt.problems import model_for, parameters, simulated

SETS = 100
#: Model, categories, persons, items, reported parameters, and between what coverage must lie.
CASES: list[tuple[str, int, int, int, str, tuple[float, float]]] = [
    ("rasch", 2, 500, 12, "b", (0.92, 0.98)),
    ("2pl", 2, 700, 12, "ab", (0.92, 0.98)),
    ("grm", 4, 500, 8, "ab", (0.92, 0.98)),
    ("gpcm", 3, 500, 8, "ab", (0.92, 0.98)),
    # The prior pulls and informs: an interval is then no longer one of 95 % for a fixed truth.
    ("3pl", 2, 1500, 15, "abc", (0.90, 0.99)),
]


def one_set(case: Any, seed: int) -> tuple[Calibration, Parameters]:
    model, n_categories, n_persons, n_items, _, _ = case
    test = model_for(model, [n_categories] * n_items)
    x = parameters(test, 100)  # one truth for all sets
    theta = np.random.default_rng(seed).normal(size=n_persons)
    scores = simulated(test, x, theta, seed + 10_000)
    fit: Calibration = calibrate(scores, model, standard_errors="observed")
    assert fit.converged and fit.covariance is not None
    return fit, reported(test, x)


@cache
def misses(which: int) -> NDArray[np.float64]:
    """(sets, parameters): estimate minus truth, in standard errors."""
    case, found = CASES[which], []
    for seed in range(SETS):
        fit, truth = one_set(case, seed)
        row = []
        for name in case[4]:
            estimate, error = getattr(fit, name), getattr(fit, f"{name}_se")
            row.append(((estimate - getattr(truth, name).reshape(estimate.shape)) / error).ravel())
        found.append(np.concatenate(row))
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize("which", range(len(CASES)), ids=[c[0] for c in CASES])
def test_intervals_cover_what_they_say(which: int) -> None:
    low, high = CASES[which][5]
    assert low < (np.abs(misses(which)) < 1.959964).mean() < high


@pytest.mark.slow
@pytest.mark.parametrize("which", range(4), ids=[c[0] for c in CASES[:4]])
def test_estimates_are_where_the_truth_is(which: int) -> None:
    """The mean miss of a parameter over 100 sets has an error of 0.1: four of these, for all."""
    z = misses(which)
    assert np.all(np.abs(z.mean(axis=0)) < 0.4)
    assert abs(z.mean()) < 0.15
    assert 0.9 < z.std() < 1.1
