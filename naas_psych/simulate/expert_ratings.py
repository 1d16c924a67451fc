"""What the experts think of each scored item, before (1) and after (2) they have talked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.draws import Flags, Floats, Ints, Texts
from naas_psych.simulate.items import AREAS
from naas_psych.simulate.plan import Plan


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """What is judged and by whom: R rounds, E experts, J scored items.

    Attributes
    ----------
    shape : (R, E, J)
    item_ids, kss : (J,)
    missing : (R, E, J) no rating was given
    legal : (E, J) the expert of P18, who finds this item of the law relevant
    distant : (E, J) the expert of P18, who finds this other item not relevant
    """

    shape: tuple[int, int, int]
    item_ids: Texts
    kss: Ints
    missing: Flags
    legal: Flags
    distant: Flags

    def members(self, item_ids: Sequence[str]) -> Flags:
        """(J,) is one of these items."""
        return np.isin(self.item_ids.astype(str), list(item_ids))


def expert_ratings(plan: Plan, bank: Bank, experts: pd.DataFrame) -> pd.DataFrame:
    """One row a round, expert and item; the ratings of a row are empty when none was given.

    The number of experts for whom an item is relevant is that item's share of those who rated it,
    to the nearest whole; whose votes these are depends on the experts. So the content validity
    index of a plant stays in its range whoever left a row empty.
    """
    numbers = plan.numbers["expert_ratings"]
    rng = plan.stream("expert_ratings")
    panel = _panel(plan, bank, experts, rng)
    relevant = _votes(plan, panel, rng)
    grade = rng.random(panel.shape[1:])
    relevance = _relevance(relevant, grade, numbers)
    ratings: dict[str, NDArray[Any]] = {
        "relevance": relevance,
        "clarity": _clarity(plan, panel, rng),
        "essential": _essential(plan, panel, relevance, rng),
        "kss_match": _kss_match(panel, rng, numbers["kss_right"]),
        "role_owner": _role_owner(plan, panel, relevant, rng),
    }
    return _table(panel, list(experts["judge_id"]), ratings)


def _panel(plan: Plan, bank: Bank, experts: pd.DataFrame, rng: np.random.Generator) -> _Panel:
    """Who judges what, which rows stay empty, and where the expert of P18 stands apart."""
    numbers = plan.numbers["expert_ratings"]
    items = bank.items.iloc[bank.scored]
    shape = (numbers["rounds"], len(experts), len(items))
    missing = rng.random(shape) < numbers["missing"]
    apart = rng.random(len(items)) < plan.plant("P18")["expert_finds_irrelevant"]
    odd = (experts["judge_id"] == plan.plant("P18")["expert"]).to_numpy() & plan.has("P18")
    law = items["law_ref"].notna().to_numpy()
    return _Panel(
        shape=shape,
        item_ids=items["item_id"].to_numpy(dtype=object),
        kss=items["kss"].to_numpy(dtype=np.int64),
        missing=missing,
        legal=odd[:, None] & law,
        distant=odd[:, None] & apart & ~law,
    )


def _votes(plan: Plan, panel: _Panel, rng: np.random.Generator) -> Flags:
    """(R, E, J) finds the item relevant, as a rating of 3 or 4."""
    numbers = plan.numbers["expert_ratings"]
    share = _shares(plan, panel, rng)
    stretch = np.array(numbers["agreement"])
    present = ~panel.missing
    wanted = np.rint((0.5 + (share - 0.5) * stretch[:, None]) * present.sum(axis=1))
    lean = _leaning(numbers, panel.shape, rng)
    lean = np.where(panel.legal, np.inf, np.where(panel.distant, -np.inf, lean))
    lean = np.where(present, lean, -np.inf)
    order = np.argsort(np.argsort(-lean, axis=1), axis=1)
    relevant = (order < wanted[:, None, :]) & present & ~panel.distant
    return np.asarray(relevant | (panel.legal & present))


def _shares(plan: Plan, panel: _Panel, rng: np.random.Generator) -> Floats:
    """(J,) the share of the panel for whom an item is relevant once they have talked."""
    usual = plan.numbers["expert_ratings"]["relevant"]
    share = rng.beta(usual["alpha"], usual["beta"], panel.shape[2])
    place = rng.random(panel.shape[2])
    for name, which in (("P3", "items"), ("P23", "clear_but_irrelevant")):
        if plan.has(name):
            low, high = plan.plant(name)["relevant_share"]
            planted = panel.members(plan.plant(name)[which])
            share = np.where(planted, low + place * (high - low), share)
    return share


def _leaning(
    numbers: Mapping[str, Any], shape: tuple[int, int, int], rng: np.random.Generator
) -> Floats:
    """(R, E, J) readiness to find an item relevant: the expert's own, and that on this item."""
    _, people, items = shape
    kept = numbers["opinion_kept"]
    expert = rng.normal(0.0, numbers["expert_sd"], (people, 1))
    lasting = rng.normal(size=(people, items))
    passing = rng.normal(size=shape)
    return np.asarray(expert + np.sqrt(kept) * lasting + np.sqrt(1 - kept) * passing)


def _relevance(relevant: Flags, grade: Floats, numbers: Mapping[str, Any]) -> Ints:
    """(R, E, J) 1-4: highly rather than quite relevant, slightly rather than not at all."""
    high = np.array(numbers["highly_relevant"])[:, None, None]
    slight = np.array(numbers["slightly_relevant"])[:, None, None]
    return np.where(relevant, 3 + (grade < high), 1 + (grade < slight))


def _clarity(plan: Plan, panel: _Panel, rng: np.random.Generator) -> Ints:
    """(R, E, J) 1-4 by cutting a normal; P23: a pair that is clear to nearly all."""
    numbers = plan.numbers["expert_ratings"]["clarity"]
    rounds, people, items = panel.shape
    clear = rng.normal(0.0, numbers["item_sd"], items)
    if plan.has("P23"):
        pair = panel.members(plan.plant("P23")["clear_but_irrelevant"])
        clear = np.where(pair, plan.plant("P23")["clarity"], clear)
    lasting = rng.normal(0.0, numbers["expert_sd"], (people, items))
    spread = np.array(numbers["round_sd"])[:, None, None]
    felt = clear + lasting + spread * rng.normal(size=(rounds, people, items))
    return 1 + np.searchsorted(np.array(numbers["cuts"]), felt)


def _essential(plan: Plan, panel: _Panel, relevance: Ints, rng: np.random.Generator) -> Texts:
    """(R, E, J) by relevance; P23: nearly all hold the very easy and the hard item essential."""
    numbers = plan.numbers["expert_ratings"]["essential"]
    names = np.array(numbers["names"], dtype=object)
    edges = np.cumsum(np.array(numbers["by_relevance"]), axis=1)[relevance - 1]
    if plan.has("P23"):
        plant = plan.plant("P23")
        sound = panel.members([plant[kind]["item"] for kind in ("easy", "hard")])
        edges[:, :, sound] = np.cumsum(plant["essential"])
    drawn = rng.random(panel.shape[1:])
    place = (drawn[:, :, None] >= edges).sum(axis=-1)
    return np.asarray(names[np.minimum(place, len(names) - 1)], dtype=object)


def _kss_match(panel: _Panel, rng: np.random.Generator, right: Sequence[float]) -> Ints:
    """(R, E, J) the area that the expert sees in the item: mostly its own."""
    drawn = rng.random(panel.shape[1:])
    other = rng.integers(1, AREAS, panel.shape[1:])
    seen = drawn < np.array(right)[:, None, None]
    return np.where(seen, panel.kss, (panel.kss - 1 + other) % AREAS + 1)


def _role_owner(plan: Plan, panel: _Panel, relevant: Flags, rng: np.random.Generator) -> Texts:
    """(R, E, J) whose work the item is about; P3: other professions'."""
    numbers = plan.numbers["expert_ratings"]["role_owner"]
    own, others = numbers["own"], np.array(numbers["others"], dtype=object)
    owner = np.full(panel.shape[2], own, dtype=object)
    chance = np.where(relevant, *numbers["named"])
    stray = others[rng.integers(0, len(others), panel.shape[1:])]
    if plan.has("P3"):
        plant = plan.plant("P3")
        for item, profession in zip(plant["items"], plant["role_owners"], strict=True):
            planted = panel.members([item])
            owner[planted] = profession
            chance[:, :, planted] = np.where(relevant[:, :, planted], *plant["owner_named"])
            # Who does not see the other profession in it takes it for social work.
            stray[:, planted] = own
    named = rng.random(panel.shape[1:]) < chance
    return np.where(named, owner, stray)


def _table(
    panel: _Panel, judges: Sequence[str], ratings: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """One row a round, expert and item, from ratings of (R, E, J)."""
    rounds, people, items = panel.shape
    empty = panel.missing.ravel()
    columns: dict[str, Any] = {
        "judge_id": np.tile(np.repeat(np.array(judges, dtype=object), items), rounds),
        "item_id": np.tile(panel.item_ids, rounds * people),
        "round": np.repeat(np.arange(1, rounds + 1), people * items),
    }
    for name, values in ratings.items():
        column = pd.Series(values.ravel())
        if values.dtype != object:
            column = column.astype("Int64")
        columns[name] = column.mask(empty, None)
    return pd.DataFrame(columns)
