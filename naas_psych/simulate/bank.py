"""The item bank: every item with its true parameters, and the two forms made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.draws import Flags, Floats, Ints, Texts, logistic, normal
from naas_psych.simulate.items import BOTH, PREFIX, UNUSED, Written, item_table, written
from naas_psych.simulate.plan import BETA, Plan


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Of marks, (Q, J): persons (or abilities) by items."""

    mean: Floats
    variance: Floats


@dataclass(frozen=True, kw_only=True)
class Bank:
    """Every item written, J in all, and the two forms made from them.

    Attributes
    ----------
    items : J rows, columns as in items.csv (P1: the recorded key of one is wrong)
    forms : one row a form and item: form_id, item_id, position from 1
    right : (J,) the key that is right
    a, b, c : (J,) true parameters; c is 0 for graded items
    steps : (K - 1,) thresholds of a graded item about its b, the same for all
    """

    items: pd.DataFrame
    forms: pd.DataFrame
    right: Texts
    a: Floats
    b: Floats
    c: Floats
    steps: Floats

    @cached_property
    def multiple(self) -> Flags:
        """(J,) several options are to be picked."""
        return np.asarray((self.items["type"] == "multiple").to_numpy())

    def rows(self, item_ids: Any) -> Ints:
        """(n,) where these items stand in `items`."""
        return np.asarray(pd.Index(self.items["item_id"]).get_indexer(item_ids), dtype=np.int64)

    def form(self, phase: str) -> Ints:
        """(L,) rows of the items of a form, in the order of their positions."""
        own = self.forms[self.forms["form_id"] == phase].sort_values("position")
        return self.rows(own["item_id"])

    @property
    def scored(self) -> Ints:
        """Rows of the items that some form has, in the order of `items`."""
        return np.flatnonzero((self.items["form_id"] != UNUSED).to_numpy())

    def alike(self, values: Floats) -> Floats:
        """(J,) the values with mean 0 and variance 1 on every part of the forms.

        Forms are assembled to take the same time, so that only the time allowed differs.
        """
        parts = pd.Series(values).groupby(self.items["form_id"].to_numpy())
        standard = (values - parts.transform("mean")) / parts.transform("std", ddof=0)
        return np.asarray(standard, dtype=float)

    def moments(self, theta: Floats, rows: Ints) -> Moments:
        """Mean and variance of the marks of a person of each ability, plants of persons apart."""
        mean, square = np.empty((len(theta), len(rows))), np.empty((len(theta), len(rows)))
        for k, j in enumerate(rows):
            if self.multiple[j]:
                reached = logistic(self.a[j] * (theta[:, None] - self.b[j] - self.steps))
                mean[:, k] = reached.sum(axis=1)
                square[:, k] = reached @ (2 * np.arange(1, len(self.steps) + 1) - 1)
            else:
                right = logistic(self.a[j] * (theta - self.b[j]))
                mean[:, k] = square[:, k] = self.c[j] + (1 - self.c[j]) * right
        return Moments(mean=mean, variance=square - mean**2)

    def expected(self, theta: Floats, rows: Ints) -> Floats:
        """(Q, len(rows)) share of the marks that a person of this ability expects to earn."""
        highest = self.items["max_score"].to_numpy(dtype=float)[rows]
        return np.asarray(self.moments(theta, rows).mean / highest)


def bank(plan: Plan) -> Bank:
    """Write the items and assemble the forms."""
    made = written(plan)
    return Bank(
        items=item_table(plan, made),
        forms=_forms(plan, made),
        right=made.right,
        steps=np.array(plan.numbers["items"]["steps"], dtype=float),
        **_parameters(plan, made),
    )


def _parameters(plan: Plan, made: Written) -> dict[str, Floats]:
    """True a, b and c, (J,) each: drawn, then set where an item is a plant."""
    numbers, n = plan.numbers["items"], len(made.ids)
    rng = plan.stream("parameters")
    values = {
        "a": np.exp(normal(rng, numbers["log_a"], n)),
        "b": normal(rng, numbers["b"], n),
        "c": numbers["c"]["most"] * rng.beta(numbers["c"]["alpha"], numbers["c"]["beta"], n),
    }
    values["a"][made.multiple] *= numbers["multiple_a"]
    values["c"][made.multiple] = 0.0
    for planted in _planted_parameters(plan):
        rows = [made.ids.index(item) for item in planted["items"]]
        for name in values.keys() & planted.keys():
            values[name][rows] = planted[name]
    return values


def _planted_parameters(plan: Plan) -> list[dict[str, Any]]:
    """Items whose parameters a plant sets: `items` with some of a, b, c."""
    found = []
    for name in sorted(plan.plants):
        plant = plan.plant(name)
        if name == "P23":
            found += [{**plant[kind], "items": [plant[kind]["item"]]} for kind in ("easy", "hard")]
        elif {"a", "b", "c"} & set(plant):
            found.append(dict(plant))
    return found


def _forms(plan: Plan, made: Written) -> pd.DataFrame:
    """Position of every item on its form: anchors at the same places, the rest in order."""
    numbers = plan.numbers["items"]
    places = numbers["anchor_positions"]
    length = numbers["anchors"] + numbers["scored_per_phase"]
    free = [k for k in range(1, length + 1) if k not in places]
    parts = []
    for phase in PREFIX:
        order = [*made.of(BOTH), *made.of(phase)]
        position = dict(zip(order, [*places, *free], strict=True))
        if phase == BETA and plan.has("P11"):
            position |= _moved(position, plan.plant("P11"))
        rows = sorted(position.items(), key=lambda pair: pair[1])
        parts.append(pd.DataFrame(rows, columns=["item_id", "position"]).assign(form_id=phase))
    return pd.concat(parts, ignore_index=True)[["form_id", "item_id", "position"]]


def _moved(position: Mapping[str, int], plant: Mapping[str, Any]) -> dict[str, int]:
    """P11: the new places of an anchor and of the item that it changes places with."""
    anchor, target = plant["items"][0], plant["position_beta"]
    other = next(item for item, place in position.items() if place == target)
    return {anchor: target, other: position[anchor]}
