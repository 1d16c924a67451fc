"""A test of ten right/wrong items taken by two groups, one item harder for the second."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from naas_psych.study.spec import Grouping
from naas_psych.study.study import Study
from tests.make import study_from_scores

ITEMS = 10


def fair_world(
    *,
    shift: float,
    item: int,
    persons: tuple[int, int] = (400, 400),
    gap: float = 0.0,
    seed: int = 7,
) -> Study:
    """Groups "first" and "second" (reference first); `shift` is added to one item's difficulty.

    gap : how much lower the mean ability of the second group is
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    second = np.arange(sum(persons)) >= persons[0]
    ability = generator.normal(size=second.size) - gap * second
    difficulty = np.linspace(-1.2, 1.2, ITEMS)[None, :] + np.zeros((second.size, 1))
    difficulty[second, item] += shift
    chance = 1 / (1 + np.exp(-1.3 * (ability[:, None] - difficulty)))
    points = (generator.random(chance.shape) < chance).astype(np.int8)
    return study_of_groups(points, np.where(second, "second", "first"))


def study_of_groups(points: Any, team: Any) -> Study:
    """Scores and one group column, team, whose reference is "first"."""
    ids = [f"I{j + 1:02d}" for j in range(points.shape[1])]
    made = study_from_scores(points, item_ids=ids)
    return replace(
        made,
        spec=made.spec.model_copy(update={"groups": {"team": Grouping(reference="first")}}),
        persons=made.persons.assign(team=np.asarray(team, dtype=object)),
    )
