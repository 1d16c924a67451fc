"""Worlds with known truth for the sweep over every cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.spec import Cut, Population
from naas_psych.study.study import Study
from tests.make import study_from_scores


@dataclass(frozen=True)
class Items:
    """Right/wrong items: slope, difficulty, lower asymptote, each (J,)."""

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    c: NDArray[np.float64]

    def chance(self, theta: Any) -> NDArray[np.float64]:
        """(N, J)"""
        away = self.a * (np.asarray(theta)[..., None] - self.b)
        return np.asarray(self.c + (1 - self.c) / (1 + np.exp(-away)))


def items(n: int, *, easy: float = -0.8, slope: float = 1.0, guess: float = 0.0) -> Items:
    """Spread evenly in difficulty."""
    return Items(np.full(n, slope), np.linspace(-1.2, 1.2, n) + easy, np.full(n, guess))


def sizes(n_clusters: int, persons: int, seed: int) -> NDArray[np.int64]:
    """Unequal clusters that come to about so many persons."""
    share = np.random.default_rng(seed).gamma(2.0, 1.0, n_clusters) + 0.2
    return np.maximum(3, np.rint(persons * share / share.sum())).astype(np.int64)


def clustered(
    test: Items, cluster_sizes: NDArray[np.int64], *, share: float, seed: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Scores and cluster of persons whose ability has `share` of its variance between clusters."""
    stream = np.random.Generator(np.random.PCG64(seed))
    code = np.repeat(np.arange(cluster_sizes.size), cluster_sizes)
    theta = np.sqrt(share) * stream.normal(size=cluster_sizes.size)[code]
    theta = theta + np.sqrt(1 - share) * stream.normal(size=code.size)
    return (stream.random((code.size, test.a.size)) < test.chance(theta)).astype(np.int8), code


def study_of(
    points: Any,
    *,
    cuts: Mapping[str, Cut] | None = None,
    cluster: Any = None,
    **more: Any,
) -> Study:
    """A study with cuts, and a column of clusters where persons came in them."""
    made = study_from_scores(points, **more)
    update: dict[str, Any] = {"cuts": dict(cuts or {})}
    persons = made.persons
    if cluster is not None:
        persons = persons.assign(place=[f"L{k:03d}" for k in cluster])
        update["population"] = Population(cluster="place")
    return replace(made, spec=made.spec.model_copy(update=update), persons=persons)


def named(value: float, unit: str = "percent") -> Cut:
    return Cut(value=value, unit=unit)  # type: ignore[arg-type]
