"""Synthetic pilots that several tests look at, each drawn once, and bounds for means over seeds.

Bounds on means over seeds are three standard errors, taken from the spread over the seeds; with
fixed seeds every test gives the same answer each time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from naas_psych.simulate.plan import make_plan
from naas_psych.simulate.world import World

SEEDS = range(20)
#: Names of plants; None plants all of them.
Plants = tuple[str, ...] | None


@functools.cache
def world(seed: int = 2017, *, persons: int = 960, plants: Plants = None) -> World:
    """The pilot of a seed; its tables are drawn when they are first asked for."""
    return World(make_plan(seed=seed, persons=persons, plants=plants))


def worlds(plants: Plants) -> Iterator[World]:
    """One pilot a seed."""
    return (world(seed, plants=plants) for seed in SEEDS)


def mean_over_seeds(measure: Callable[[World], float], plants: Plants) -> tuple[float, float]:
    """Mean over the seeds and its standard error."""
    return mean_and_error([measure(each) for each in worlds(plants)])


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def assert_near(found: tuple[float, float], expected: float, *, bias: float = 0.0) -> None:
    """The mean lies within three standard errors, and a bias that is known, of what is expected."""
    mean, se = found
    assert abs(mean - expected) < 3 * se + bias, f"{mean:.3f} ± {se:.3f}, expected {expected:.3f}"
