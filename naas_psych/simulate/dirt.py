"""P22: the faults that real records have, each with a known count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.choosing import bits
from naas_psych.simulate.draws import Flags, Floats, Ints, days_after
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.sitting import ANSWERED, LOST, Sitting, marked

PLANT = "P22"


@dataclass(frozen=True)
class _Cells:
    """Cells of persons that no other fault has touched."""

    person: Ints
    place: Ints


class _Victims:
    """Hands out clean persons, each once, and cells of theirs in early unplanted items."""

    def __init__(self, plan: Plan, bank: Bank, sat: Sitting) -> None:
        rng = plan.stream("dirt")
        whole = (sat.states == ANSWERED).all(axis=1) & ~sat.hurried
        order = rng.permutation(len(whole))
        self._left = [*order[whole[order]], *order[~whole[order]]]
        planted = [item for name in plan.plants for item in plan.plant(name).get("items", ())]
        self._sound = ~np.isin(sat.rows, bank.rows(planted)) & (sat.states == ANSWERED)
        self._several = bank.multiple[sat.rows]
        self._rng = rng

    def persons(self, count: int, among: Flags | None = None) -> Ints:
        """So many persons, or as many as there are."""
        fit = [int(p) for p in self._left if among is None or among[p]][:count]
        self._left = [p for p in self._left if p not in set(fit)]
        return np.array(fit, dtype=np.int64)

    def cells(self, count: int, *, several: bool) -> _Cells:
        """One cell of each of so many persons."""
        person = self.persons(count)
        fits = self._sound[person] & (self._several[person] == several)
        draw = self._rng.random(fits.shape)
        return _Cells(person, np.where(fits, draw, -1.0).argmax(axis=1))


def soiled(plan: Plan, cast: Cast, bank: Bank, sat: Sitting) -> Sitting:
    """The sitting with faults in its records (P22), marked again."""
    if not plan.has(PLANT):
        return sat
    numbers, victims = plan.plant(PLANT), _Victims(plan, bank, sat)
    picked, states, seconds = sat.picked.copy(), sat.states.copy(), sat.seconds.copy()
    _spoil_picks(numbers, victims, bank, sat, picked)
    _spoil_times(numbers, victims, seconds)
    at_centre = (cast.candidates["centre"] == numbers["technical_loss_centre"]).to_numpy()
    for person in victims.persons(numbers["technical_loss_persons"], at_centre):
        length = int(plan.stream(f"loss {person}").integers(*numbers["technical_loss_items"]))
        start = int(plan.stream(f"loss {person}").integers(0, sat.rows.shape[1] - length))
        states[person, start : start + length] = LOST
        seconds[person, start : start + length] = np.nan
    return marked(replace(sat, picked=picked, states=states, seconds=seconds), bank)


def _spoil_picks(
    numbers: Any, victims: _Victims, bank: Bank, sat: Sitting, picked: NDArray[np.uint8]
) -> None:
    cells = victims.cells(numbers["option_outside_options"], several=False)
    picked[cells.person, cells.place] = bits([numbers["stray_option"]])[0]
    cells = victims.cells(numbers["too_few_options"], several=True)
    was = picked[cells.person, cells.place]
    picked[cells.person, cells.place] = was & (was - 1)  # without its lowest option
    cells = victims.cells(numbers["too_many_options"], several=True)
    was = picked[cells.person, cells.place]
    picked[cells.person, cells.place] = was | (was + 1)  # with the lowest option it lacks
    for person in victims.persons(numbers["one_option_throughout"]):
        several = bank.multiple[sat.rows[person]]
        picked[person] = np.where(several, bits(["ABC"])[0], bits(["A"])[0])


def _spoil_times(numbers: Any, victims: _Victims, seconds: Floats) -> None:
    for value, count in (
        (0.0, numbers["zero_times"]),
        (-1.0, numbers["negative_times"]),
        (numbers["clock_reset_seconds"], numbers["clock_resets"]),
    ):
        cells = victims.cells(count, several=False)
        was = seconds[cells.person, cells.place]
        seconds[cells.person, cells.place] = value * was if value <= 0 else value + was


def soiled_candidates(plan: Plan, candidates: pd.DataFrame) -> pd.DataFrame:
    """The candidates with a late withdrawal of consent and a repeated row (P22)."""
    withdrawn: Any = np.full(len(candidates), None, dtype=object)
    table = candidates.assign(consent_withdrawn_on=withdrawn)
    if not plan.has(PLANT):
        return table
    numbers, rng = plan.plant(PLANT), plan.stream("dirty candidates")
    agreed = rng.permutation(np.flatnonzero((table["consent_equality"] == "yes").to_numpy()))
    late = agreed[: numbers["late_consent_withdrawals"]]
    for row in late:
        sat_on = str(table["sat_on"].iloc[row])
        withdrawn[row] = days_after(sat_on, [numbers["days_to_withdrawal"]])[0]
    table["consent_withdrawn_on"] = withdrawn
    again = agreed[len(late) : len(late) + numbers["duplicate_person"]]
    return pd.concat([table, table.iloc[again]], ignore_index=True)
