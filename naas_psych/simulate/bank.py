"""The items: what each asks, its key, and its true parameters."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.packaged import toml_entries
from naas_psych.simulate.cast import ALPHA, BETA
from naas_psych.simulate.draws import (
    Flags,
    Floats,
    Ints,
    Texts,
    category,
    days_after,
    logistic,
    normal,
    only,
)
from naas_psych.simulate.plan import Plan

AREAS = 10
UNUSED = "bank"
_BOTH = f"{ALPHA}|{BETA}"
_PREFIX = {ALPHA: "AL", BETA: "BE"}


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
    steps : thresholds of a graded item about its b
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
        """Where these items stand in `items`."""
        return np.asarray(pd.Index(self.items["item_id"]).get_indexer(item_ids), dtype=np.int64)

    def form(self, phase: str) -> Ints:
        """Rows of the items of a form, in the order of their positions."""
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
    numbers = plan.numbers["items"]
    ids, used = _ids(numbers)
    multiple = _multiple(ids, numbers)
    right = _keys(plan, ids, multiple)
    a, b, c = _parameters(plan, ids, multiple)
    return Bank(
        items=_items(plan, ids=ids, used=used, multiple=multiple, right=right),
        forms=_forms(plan, ids, used),
        right=right,
        a=a,
        b=b,
        c=c,
        steps=np.array(numbers["steps"], dtype=float),
    )


def _ids(numbers: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The names of the items, and which forms have each."""
    anchors, written = numbers["anchors"], numbers["bank_per_phase"]
    ids = [f"A{k:02d}" for k in range(1, anchors + 1)]
    used = [_BOTH] * anchors
    for phase, prefix in _PREFIX.items():
        ids += [f"{prefix}{k:02d}" for k in range(1, written + 1)]
        scored = numbers["scored_per_phase"]
        used += [phase] * scored + [UNUSED] * (written - scored)
    return ids, used


def _multiple(ids: list[str], numbers: Mapping[str, Any]) -> Flags:
    """The last anchors and the last scored items of each phase are multiple responses."""
    names = _last("A", numbers["anchors"], numbers["multiple_anchors"])
    for prefix in _PREFIX.values():
        names |= _last(prefix, numbers["scored_per_phase"], numbers["multiple_per_phase"])
    return np.array([item in names for item in ids])


def _last(prefix: str, last: int, count: int) -> set[str]:
    return {f"{prefix}{k:02d}" for k in range(last - count + 1, last + 1)}


def _keys(plan: Plan, ids: list[str], multiple: Flags) -> Texts:
    rng, options = plan.stream("keys"), plan.numbers["items"]["options"]
    picks = plan.numbers["items"]["picks"]
    letters = np.array(list(string.ascii_uppercase), dtype=object)
    singles = letters[rng.integers(0, options["single"], len(multiple))]
    orders = rng.random((len(multiple), options["multiple"])).argsort(axis=1)[:, :picks]
    several = ["".join(letters[np.sort(order)]) for order in orders]
    keys = np.where(multiple, np.array(several, dtype=object), singles)
    if plan.has("P1"):
        keys[ids.index(plan.plant("P1")["items"][0])] = plan.plant("P1")["right"]
    return np.asarray(keys, dtype=object)


def _parameters(plan: Plan, ids: list[str], multiple: Flags) -> tuple[Floats, Floats, Floats]:
    """True a, b and c: drawn, then set where an item is a plant."""
    numbers, n = plan.numbers["items"], len(ids)
    rng = plan.stream("parameters")
    a = np.exp(normal(rng, numbers["log_a"], n))
    b = normal(rng, numbers["b"], n)
    c = numbers["c"]["most"] * rng.beta(numbers["c"]["alpha"], numbers["c"]["beta"], n)
    a[multiple] *= numbers["multiple_a"]
    c[multiple] = 0.0
    place = {item: k for k, item in enumerate(ids)}
    for own in _planted_parameters(plan):
        for item in own["items"]:
            for name, values in (("a", a), ("b", b), ("c", c)):
                if name in own:
                    values[place[item]] = own[name]
    return a, b, c


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


def _items(
    plan: Plan,
    *,
    ids: list[str],
    used: list[str],
    multiple: Flags,
    right: Texts,
) -> pd.DataFrame:
    numbers, n = plan.numbers["items"], len(ids)
    rng = plan.stream("items")
    area = _areas(numbers)
    scenario = _scenarios(ids, numbers)
    written = rng.integers(0, numbers["written_over_days"], n)
    changed = (area == numbers["law_area"]) & (rng.random(n) < numbers["law_changed"])
    applied = (rng.random(n) < numbers["applied_share"]) | (scenario != None)  # noqa: E711
    tag = rng.choice(np.array(numbers["tags"], dtype=object), n)
    blank = rng.random(n) < numbers["provenance_blank"]
    names = toml_entries("simulate/topics.toml")["areas"]
    columns = {
        "item_id": ids,
        "key": _recorded_keys(plan, ids, right),
        "type": np.where(multiple, "multiple", "single"),
        "max_score": np.where(multiple, numbers["picks"], 1),
        "domain": [names[str(k)] for k in area],
        "kss": area,
        "section": np.where(applied, "applied", "general"),
        "cog_level": category(rng.random(n), numbers["cog_level"]),
        "form_id": used,
        "anchor": ["yes" if item.startswith("A") and item[1].isdigit() else "no" for item in ids],
        "scenario_id": scenario,
        "stem_words": normal(rng, numbers["stem_words"], n).astype(int),
        "author_group": category(rng.random(n), numbers["author_group"]),
        "provenance": only(~blank, "item writing panel"),
        "written_on": days_after(numbers["first_written"], written),
        "law_ref": only(area == numbers["law_area"], numbers["law_list"]),
        "law_changed_on": only(changed, numbers["law_changed_on"]),
        "tags": only(rng.random(n) < numbers["tagged"], tag),
        "status": np.where(np.array(used) == UNUSED, "unused", "scored"),
        "text": _texts(plan, ids, area),
    }
    return pd.DataFrame({**columns, **_options(multiple, numbers["options"])})


def _areas(numbers: Mapping[str, Any]) -> Ints:
    """The knowledge area of each item, so that every form has six of each of the ten."""
    anchors = np.arange(numbers["anchors"]) % AREAS
    own = (np.arange(numbers["bank_per_phase"]) + 4) % AREAS
    return np.concatenate([anchors, own, own]) + 1


def _scenarios(ids: list[str], numbers: Mapping[str, Any]) -> Texts:
    """The scenario that an item hangs on, or None."""
    named = {f"A{k:02d}": "SC01" for k in numbers["scenario_anchors"]}
    sets = product(_PREFIX.values(), numbers["scenario_sets"])
    for number, (prefix, members) in enumerate(sets, start=2):
        named |= {f"{prefix}{k:02d}": f"SC{number:02d}" for k in members}
    return np.array([named.get(item) for item in ids], dtype=object)


def _recorded_keys(plan: Plan, ids: list[str], right: Texts) -> Texts:
    """The keys as recorded; P1 swaps two letters of one item for everybody to see."""
    recorded = right.copy()
    if plan.has("P1"):
        recorded[ids.index(plan.plant("P1")["items"][0])] = plan.plant("P1")["keyed"]
    return recorded


def _texts(plan: Plan, ids: list[str], area: Ints) -> list[str]:
    """What each item asks; P3 puts other professions' questions in."""
    topics = toml_entries("simulate/topics.toml")
    left = {k: iter(topics["topics"][str(k)]) for k in range(1, AREAS + 1)}
    texts = [next(left[int(k)]) for k in area]
    if plan.has("P3"):
        plant = plan.plant("P3")
        strange = {owner: iter(lines) for owner, lines in topics["out_of_role"].items()}
        for item, owner in zip(plant["items"], plant["role_owners"], strict=True):
            texts[ids.index(item)] = next(strange[owner])
    return texts


def _options(multiple: Flags, options: Mapping[str, int]) -> dict[str, Texts]:
    """One column an option; items of one answer have fewer of them."""
    columns = {}
    for k, letter in enumerate(string.ascii_uppercase[: options["multiple"]]):
        offered = multiple | (k < options["single"])
        columns[f"option_{letter}"] = only(offered, f"(answer {letter})")
    return columns


def _forms(plan: Plan, ids: list[str], used: list[str]) -> pd.DataFrame:
    """Position of every item on its form: anchors at the same places, the rest in order."""
    numbers = plan.numbers["items"]
    places = numbers["anchor_positions"]
    length = numbers["anchors"] + numbers["scored_per_phase"]
    free = [k for k in range(1, length + 1) if k not in places]
    parts = []
    for phase in _PREFIX:
        own = [item for item, form in zip(ids, used, strict=True) if form == phase]
        order = [*ids[: numbers["anchors"]], *own]
        position = dict(zip(order, [*places, *free], strict=True))
        if phase == BETA and plan.has("P11"):
            _swap(position, plan.plant("P11"))
        rows = sorted(position.items(), key=lambda pair: pair[1])
        parts.append(pd.DataFrame(rows, columns=["item_id", "position"]).assign(form_id=phase))
    return pd.concat(parts, ignore_index=True)[["form_id", "item_id", "position"]]


def _swap(position: dict[str, int], plant: Mapping[str, Any]) -> None:
    """P11: the anchor changes places with the item at its new position."""
    moved, target = plant["items"][0], plant["position_beta"]
    other = next(item for item, place in position.items() if place == target)
    position[moved], position[other] = target, position[moved]
