"""Which options were picked, given what was earned; and what picks earn by the recorded key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Flags, Floats, Ints
from naas_psych.simulate.plan import Plan

#: One bit an option, the lowest for A.
Picks = NDArray[np.uint8]
_LETTERS = "ABCDEFGH"


def bits(keys: Any) -> Picks:
    """(n,) options of each key as bits, the lowest for A."""
    return np.array([sum(1 << _place(letter) for letter in key) for key in keys], np.uint8)


def letters(picked: int) -> str:
    """The options of one pick, as recorded."""
    return "".join(letter for k, letter in enumerate(_LETTERS) if picked >> k & 1)


def _place(letter: str) -> int:
    """A is 0."""
    return _LETTERS.index(letter)


def count(picked: Picks) -> NDArray[np.int8]:
    """Of the same shape: how many options were picked."""
    return np.asarray(np.unpackbits(picked[..., None], axis=-1).sum(axis=-1), dtype=np.int8)


def earned(bank: Bank, rows: Ints, picked: Picks) -> NDArray[np.int8]:
    """(N, L) marks by the recorded key; more options than asked for earn nothing."""
    key = bits(bank.items["key"])[rows]
    asked = np.where(bank.multiple[rows], count(key), 1)
    right = count(picked & key)
    return np.where(count(picked) <= asked, right, 0).astype(np.int8)


@dataclass(frozen=True, kw_only=True)
class _Attraction:
    """(J, K) each: how an option draws at average ability, and how that changes with ability."""

    weight: Floats
    slope: Floats


def choose(plan: Plan, cast: Cast, bank: Bank, *, rows: Ints, score: NDArray[np.int8]) -> Picks:
    """(N, L) picks that earn `score` by the right key.

    Each option has an attraction among its like (the keyed, or the others): a constant, a slope in
    ability, and a Gumbel draw, so that the highest is a multinomial choice.
    """
    rng = plan.stream("choices")
    attraction = _attraction(plan, bank)
    picked = np.zeros(rows.shape, dtype=np.uint8)
    for k in range(rows.shape[1]):
        items = rows[:, k]
        pull = attraction.weight[items] + attraction.slope[items] * cast.theta[:, None]
        pull += rng.gumbel(size=pull.shape)
        picked[:, k] = _picked(plan, bank, items, pull, score[:, k])
    return picked


def _picked(plan: Plan, bank: Bank, items: Ints, pull: Floats, score: NDArray[np.int8]) -> Picks:
    """(N,) the `score` most attractive keyed options with the most attractive others."""
    key = bits(bank.right)[items]
    place = np.arange(pull.shape[1])
    keyed = (key[:, None] >> place & 1).astype(bool)
    wanted = np.where(bank.multiple[items], plan.numbers["items"]["picks"], 1) - score
    taken = _highest(np.where(keyed, pull, -np.inf), score)
    taken |= _highest(np.where(keyed, -np.inf, pull), wanted)
    return np.asarray((taken << place).sum(axis=1), dtype=np.uint8)


def _highest(pull: Floats, wanted: NDArray[np.int8]) -> Flags:
    """(N, K) which options are among the `wanted` highest of their row."""
    rank = (-pull).argsort(axis=1).argsort(axis=1)
    return np.asarray(rank < wanted[:, None])


def _attraction(plan: Plan, bank: Bank) -> _Attraction:
    """Attraction of every option; that of an option not on offer is -inf."""
    numbers = plan.numbers["items"]
    rng, shape = plan.stream("attraction"), (len(bank.items), numbers["options"]["multiple"])
    drawn = _Attraction(
        weight=rng.normal(0.0, numbers["distractor_log_weight_sd"], shape),
        slope=rng.normal(0.0, numbers["distractor_slope_sd"], shape),
    )
    _plant_options(plan, bank, drawn)
    drawn.weight[~bank.multiple, numbers["options"]["single"] :] = -np.inf
    return drawn


def _plant_options(plan: Plan, bank: Bank, drawn: _Attraction) -> None:
    """In place. P1: the recorded key is a tempting option; P7: one idle, one misleading option."""
    if plan.has("P1"):
        plant = plan.plant("P1")
        row = int(bank.rows(plant["items"])[0])
        keyed = _place(plant["keyed"])
        drawn.weight[row], drawn.slope[row] = 0.0, 0.0
        others = _wrong(bank, row, plan) - {keyed}
        drawn.weight[row, keyed] = _log_odds(plant["share_of_wrong"], among=len(others))
    if plan.has("P7"):
        for row in bank.rows(plan.plant("P7")["items"]):
            _spoil(int(row), sorted(_wrong(bank, int(row), plan)), plan.plant("P7"), drawn)


def _wrong(bank: Bank, row: int, plan: Plan) -> set[int]:
    """The options of a single-answer item that are not its right key."""
    return set(range(plan.numbers["items"]["options"]["single"])) - {_place(bank.right[row])}


def _log_odds(share: float, *, among: int) -> float:
    """The weight that gives one option this share beside others of weight 0."""
    return float(np.log(share / (1 - share) * among))


def _spoil(row: int, wrong: list[int], plant: Mapping[str, Any], drawn: _Attraction) -> None:
    """In place. Of three wrong options the first is hardly taken and the second draws the able."""
    idle, misleading, rest = wrong
    drawn.weight[row, [misleading, rest]] = 0.0
    drawn.weight[row, idle] = _log_odds(plant["idle_share"], among=2)
    drawn.slope[row, [idle, misleading, rest]] = (0.0, plant["misleading_slope"], 0.0)
