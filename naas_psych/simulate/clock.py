"""Time: how long each response took, who ran out of it, and who guessed because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Flags, Floats, Ints, correlated
from naas_psych.simulate.plan import Plan

#: The adjustment that gives more time.
EXTRA_TIME = "extra_time_25"


@dataclass(frozen=True, kw_only=True)
class Clock:
    """(N, L) each: seconds (nan where not reached), guessed fast, not reached."""

    seconds: Floats
    rushed: Flags
    not_reached: Flags


def clock(plan: Plan, cast: Cast, bank: Bank, rows: Ints) -> Clock:
    """Walk through the form: whoever has too little time left for the rest guesses fast.

    There is no penalty for a wrong answer, so nothing is left blank in haste: the blanks hide how
    many had no time (P2).
    """
    numbers = plan.numbers["sitting"]
    wanted = _wanted(plan, cast, bank, rows)
    quick = plan.stream("rushing").normal(size=rows.shape)
    quick = numbers["rush_time"]["median"] * np.exp(numbers["rush_time"]["log_sd"] * quick)
    late = plan.stream("last moment").random(len(rows)) < numbers["beaten_by_the_clock"]
    left = _limits(plan, cast)
    seconds = np.empty(rows.shape)
    rushed, out = np.zeros(rows.shape, dtype=bool), np.zeros(rows.shape, dtype=bool)
    for k in range(rows.shape[1]):
        rushed[:, k] = left < numbers["rush_below_seconds"] * (rows.shape[1] - k)
        rushed[:, k] |= (wanted[:, k] > left) & ~late
        fast = np.minimum(quick[:, k], np.maximum(left, numbers["rush_time"]["least"]))
        taken = np.where(rushed[:, k], fast, wanted[:, k])
        out[:, k] = taken > left
        seconds[:, k] = taken
        left = np.where(out[:, k], 0.0, left - taken)
    seconds[out] = np.nan
    return Clock(seconds=seconds, rushed=rushed & ~out, not_reached=out)


def _wanted(plan: Plan, cast: Cast, bank: Bank, rows: Ints) -> Floats:
    """(N, L) seconds each response takes without haste.

    Log time is the item's mean less the person's speed, with normal noise (van der Linden, 2006).
    """
    noise = plan.stream("response times").normal(size=rows.shape)
    log = log_item_times(plan, bank)[rows] - log_speeds(plan, cast)[:, None]
    return np.asarray(np.exp(log + plan.numbers["sitting"]["log_noise_sd"] * noise))


def log_item_times(plan: Plan, bank: Bank) -> Floats:
    """(J,) mean log seconds that a candidate of usual speed takes for each item."""
    numbers = plan.numbers["sitting"]["log_item_time"]
    drawn = bank.alike(plan.stream("item times").normal(size=len(bank.items)))
    return np.asarray(numbers["mean"] + numbers["sd"] * drawn)


def log_speeds(plan: Plan, cast: Cast) -> Floats:
    """(N,) log speed, correlated with ability."""
    numbers = plan.numbers["sitting"]["log_speed"]
    own = plan.stream("speed").normal(size=len(cast.theta))
    return np.asarray(numbers["sd"] * correlated(cast.standing, own, numbers["r_ability"]))


def _limits(plan: Plan, cast: Cast) -> Floats:
    """(N,) seconds allowed."""
    numbers: Any = plan.numbers["sitting"]
    minutes = np.full(len(cast.candidates), numbers["minutes_unspeeded"])
    if plan.has("P2"):
        minutes = cast.candidates["phase"].map(numbers["minutes"]).to_numpy(dtype=float)
    extra = (cast.candidates["adjustment"] == EXTRA_TIME).to_numpy()
    return np.asarray(60.0 * minutes * np.where(extra, numbers["extra_time"], 1.0))
