"""P22: the faults that real records have, each with a known count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.choosing import Picks, bits
from naas_psych.simulate.draws import Flags, Floats, Ints, days_after
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.sitting import ANSWERED, LOST, Sitting, marked

PLANT = "P22"


@dataclass(frozen=True)
class _Cells:
    """(M,) each: one cell of each of M persons that no other fault has touched."""

    person: Ints
    place: Ints


class _Untouched:
    """Hands out persons without a fault, each once, and cells of theirs in items not planted."""

    def __init__(self, plan: Plan, bank: Bank, sat: Sitting) -> None:
        rng = plan.stream("dirt")
        complete = (sat.states == ANSWERED).all(axis=1) & ~sat.hurried
        order = rng.permutation(len(complete))
        self._left = np.concatenate([order[complete[order]], order[~complete[order]]])
        planted = [item for name in plan.plants for item in plan.plant(name).get("items", ())]
        self._sound = ~np.isin(sat.rows, bank.rows(planted)) & (sat.states == ANSWERED)
        self._several = bank.multiple[sat.rows]
        self._rng = rng

    def persons(self, count: int, among: Flags | None = None) -> Ints:
        """(M,) rows of so many persons, or of all there are; complete responses come first."""
        fit = self._left if among is None else self._left[among[self._left]]
        chosen = fit[:count]
        self._left = self._left[~np.isin(self._left, chosen)]
        return chosen

    def cells(self, count: int, *, several: bool) -> _Cells:
        """One cell of each of so many persons, in items that ask for one option or for several."""
        fits = self._sound & (self._several == several)
        person = self.persons(count, fits.any(axis=1))
        draw = self._rng.random((len(person), fits.shape[1]))
        return _Cells(person, np.where(fits[person], draw, -1.0).argmax(axis=1))


def with_faults(plan: Plan, cast: Cast, bank: Bank, sat: Sitting) -> Sitting:
    """The sitting with faults in its records (P22), marked again."""
    if not plan.has(PLANT):
        return sat
    numbers, untouched = plan.plant(PLANT), _Untouched(plan, bank, sat)
    picked, states, seconds = sat.picked.copy(), sat.states.copy(), sat.seconds.copy()
    _spoil_picks(numbers, untouched, bank, sat, picked)
    _spoil_times(numbers, untouched, seconds)
    at_centre = (cast.candidates["centre"] == numbers["technical_loss_centre"]).to_numpy()
    for person in untouched.persons(numbers["technical_loss_persons"], at_centre):
        lost = _lost(plan, int(person), sat.rows.shape[1])
        states[person, lost] = LOST
        seconds[person, lost] = np.nan
    return marked(replace(sat, picked=picked, states=states, seconds=seconds), bank)


def _lost(plan: Plan, person: int, length: int) -> slice:
    """The positions, one after another, of which this person's responses were lost."""
    rng = plan.stream(f"loss {person}")
    least, most = plan.plant(PLANT)["technical_loss_items"]
    count = int(rng.integers(least, most, endpoint=True))
    start = int(rng.integers(0, length - count, endpoint=True))
    return slice(start, start + count)


def _spoil_picks(
    numbers: Mapping[str, Any], untouched: _Untouched, bank: Bank, sat: Sitting, picked: Picks
) -> None:
    """In place: an option not on offer, one too few, one too many, and the same throughout."""
    cells = untouched.cells(numbers["option_outside_options"], several=False)
    picked[cells.person, cells.place] = bits([numbers["stray_option"]])[0]
    cells = untouched.cells(numbers["too_few_options"], several=True)
    was = picked[cells.person, cells.place]
    picked[cells.person, cells.place] = was & (was - 1)  # without its lowest option
    cells = untouched.cells(numbers["too_many_options"], several=True)
    was = picked[cells.person, cells.place]
    picked[cells.person, cells.place] = was | (was + 1)  # with the lowest option it lacks
    single, several = bits([numbers["throughout"][kind] for kind in ("single", "multiple")])
    for person in untouched.persons(numbers["one_option_throughout"]):
        picked[person] = np.where(bank.multiple[sat.rows[person]], several, single)


def _spoil_times(numbers: Mapping[str, Any], untouched: _Untouched, seconds: Floats) -> None:
    """In place: times of nothing, times below nothing, and a clock that jumped."""
    for count, times, more in (
        (numbers["zero_times"], 0.0, 0.0),
        (numbers["negative_times"], -1.0, 0.0),
        (numbers["clock_resets"], 1.0, numbers["clock_reset_seconds"]),
    ):
        cells = untouched.cells(count, several=False)
        seconds[cells.person, cells.place] *= times
        seconds[cells.person, cells.place] += more


def candidates_with_faults(plan: Plan, candidates: pd.DataFrame) -> pd.DataFrame:
    """The candidates with a late withdrawal of consent and a repeated row (P22)."""
    withdrawn: Any = np.full(len(candidates), None, dtype=object)
    table = candidates.assign(consent_withdrawn_on=withdrawn)
    if not plan.has(PLANT):
        return table
    numbers, rng = plan.plant(PLANT), plan.stream("dirty candidates")
    # Elsewhere than where responses were lost, so that a person has one kind of fault.
    free = (table["consent_equality"] == "yes") & (
        table["centre"] != numbers["technical_loss_centre"]
    )
    agreed = rng.permutation(np.flatnonzero(free.to_numpy()))
    late = agreed[: numbers["late_consent_withdrawals"]]
    for row in late:
        sat_on = str(table["sat_on"].iloc[row])
        withdrawn[row] = days_after(sat_on, [numbers["days_to_withdrawal"]])[0]
    table["consent_withdrawn_on"] = withdrawn
    again = agreed[len(late) : len(late) + numbers["duplicate_person"]]
    return pd.concat([table, table.iloc[again]], ignore_index=True)
