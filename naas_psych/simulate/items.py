"""The items as written: what each asks, its key, and everything that a table says of it."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.packaged import toml_entries
from naas_psych.simulate.draws import (
    Flags,
    Ints,
    Texts,
    category,
    days_after,
    normal,
    numbered,
    only,
    yes_no,
)
from naas_psych.simulate.plan import ALPHA, BETA, Plan

#: Areas of the knowledge and skills statement.
AREAS = 10
#: What `form_id` says of items that no form has, and of those that both have.
UNUSED, BOTH = "bank", f"{ALPHA}|{BETA}"
ANCHOR = "A"
#: How the identifiers of the items of a phase begin.
PREFIX = {ALPHA: "AL", BETA: "BE"}


@dataclass(frozen=True, kw_only=True)
class Written:
    """The J items before they are described: anchors, then those of alpha, then those of beta.

    Attributes
    ----------
    ids : names of the items
    used : (J,) alpha, beta, BOTH or UNUSED
    multiple : (J,) several options are to be picked
    right : (J,) the key that is right
    """

    ids: list[str]
    used: Texts
    multiple: Flags
    right: Texts

    def of(self, form: str) -> list[str]:
        """Items of one form only (or of BOTH, or UNUSED)."""
        return [item for item, used in zip(self.ids, self.used, strict=True) if used == form]


def written(plan: Plan) -> Written:
    """Name the items, say which forms have them, and draw their keys."""
    numbers = plan.numbers["items"]
    ids = numbered(ANCHOR, numbers["anchors"])
    for prefix in PREFIX.values():
        ids += numbered(prefix, numbers["bank_per_phase"])
    multiple = _multiple(ids, numbers)
    return Written(
        ids=ids, used=_used(numbers), multiple=multiple, right=_keys(plan, ids, multiple)
    )


def _used(numbers: Mapping[str, Any]) -> Texts:
    """(J,) the forms that have each item: the first of each phase, and all anchors."""
    scored = numbers["scored_per_phase"]
    used = [BOTH] * numbers["anchors"]
    for phase in PREFIX:
        used += [phase] * scored + [UNUSED] * (numbers["bank_per_phase"] - scored)
    return np.array(used, dtype=object)


def _multiple(ids: list[str], numbers: Mapping[str, Any]) -> Flags:
    """(J,) which anchors and which items of each phase are multiple responses."""
    names = {f"{ANCHOR}{k:02d}" for k in numbers["multiple_anchors"]}
    names |= {f"{p}{k:02d}" for p in PREFIX.values() for k in numbers["multiple_of_phase"]}
    return np.array([item in names for item in ids])


def _keys(plan: Plan, ids: list[str], multiple: Flags) -> Texts:
    """(J,) the right keys: one option, or several in the order of the alphabet."""
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


def item_table(plan: Plan, made: Written) -> pd.DataFrame:
    """J rows, columns as in items.csv."""
    numbers, n = plan.numbers["items"], len(made.ids)
    rng = plan.stream("items")
    area = _areas(numbers)
    scenario = _scenarios(made.ids, numbers)
    days = rng.integers(0, numbers["written_over_days"], n)
    on_law = rng.permutation(np.flatnonzero(area == numbers["law_area"]))
    changed = np.isin(np.arange(n), on_law[: numbers["law_changed"]])
    applied = (rng.random(n) < numbers["applied_share"]) | pd.notna(scenario)
    tag = rng.choice(np.array(numbers["tags"], dtype=object), n)
    blank = rng.random(n) < numbers["provenance_blank"]
    names = toml_entries("simulate/topics.toml")["areas"]
    columns = {
        "item_id": made.ids,
        "key": _recorded_keys(plan, made),
        "type": np.where(made.multiple, "multiple", "single"),
        "max_score": np.where(made.multiple, numbers["picks"], 1),
        "domain": [names[str(k)] for k in area],
        "kss": area,
        "section": np.where(applied, "applied", "general"),
        "cog_level": category(rng.random(n), numbers["cog_level"]),
        "form_id": made.used,
        "anchor": yes_no(made.used == BOTH),
        "scenario_id": scenario,
        "stem_words": normal(rng, numbers["stem_words"], n).astype(int),
        "author_group": category(rng.random(n), numbers["author_group"]),
        "provenance": only(~blank, rng.choice(np.array(numbers["provenance"], dtype=object), n)),
        "written_on": days_after(numbers["first_written"], days),
        "law_ref": only(
            area == numbers["law_area"], rng.choice(np.array(numbers["law_lists"], dtype=object), n)
        ),
        "law_changed_on": only(changed, numbers["law_changed_on"]),
        "tags": only(rng.random(n) < numbers["tagged"], tag),
        "status": np.where(made.used == UNUSED, "unused", "scored"),
        "text": _texts(plan, made.ids, area),
    }
    return pd.DataFrame({**columns, **_options(made.multiple, numbers["options"])})


def _areas(numbers: Mapping[str, Any]) -> Ints:
    """(J,) the knowledge area of each item, from 1.

    The items of a phase go on where the anchors end, so that a form has as many of each area.
    """
    anchors = np.arange(numbers["anchors"]) % AREAS
    own = (numbers["anchors"] + np.arange(numbers["bank_per_phase"])) % AREAS
    return np.concatenate([anchors, own, own]) + 1


def _scenarios(ids: list[str], numbers: Mapping[str, Any]) -> Texts:
    """(J,) the scenario that an item hangs on, or None."""
    named = {f"{ANCHOR}{k:02d}": "SC01" for k in numbers["scenario_anchors"]}
    sets = product(PREFIX.values(), numbers["scenario_sets"])
    for number, (prefix, members) in enumerate(sets, start=2):
        named |= {f"{prefix}{k:02d}": f"SC{number:02d}" for k in members}
    return np.array([named.get(item) for item in ids], dtype=object)


def _recorded_keys(plan: Plan, made: Written) -> Texts:
    """(J,) the keys as recorded; P1: one item has another."""
    recorded = made.right.copy()
    if plan.has("P1"):
        recorded[made.ids.index(plan.plant("P1")["items"][0])] = plan.plant("P1")["keyed"]
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
    """(J,) each, one column an option; items of one answer have fewer of them."""
    columns = {}
    for k, letter in enumerate(string.ascii_uppercase[: options["multiple"]]):
        offered = multiple | (k < options["single"])
        columns[f"option_{letter}"] = only(offered, f"(answer {letter})")
    return columns
