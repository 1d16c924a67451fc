"""What is to be simulated: size, seed, plants, and every number of the generating model."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from naas_psych.errors import UsageError
from naas_psych.packaged import toml_entries

#: A whole number that every reader of JSON keeps.
HIGHEST_SEED = 2**53 - 1
#: Fewer are too few for two forms; more do not fit into the memory of one machine.
FEWEST, MOST = 60, 200_000
#: The generating model: every number of the synthetic pilot stands there and nowhere else.
NUMBERS = "simulate/pilot.toml"
#: The two phases of the pilot, each with its form of the same name.
ALPHA, BETA = "alpha", "beta"
#: What may make a response likelier to be missing, and the most that may be.
MECHANISMS = ("chance", "ability", "difficulty")
MOST_MISSING = 0.9


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Responses taken away: the share, and what makes a response likelier to go.

    `by` is `chance`, `ability` (persons of low ability lose more) or `difficulty` (a person loses
    what they would have got wrong).
    """

    share: float
    by: str = "chance"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One synthetic pilot, before anything is drawn.

    Attributes
    ----------
    persons : N, the candidates who sat the digital test
    plants : names of the planted features (P1 ... P24); empty for the clean twin
    numbers : pilot.toml
    """

    seed: int
    persons: int
    plants: frozenset[str]
    numbers: Mapping[str, Any]
    missing: Missing | None = None

    def has(self, plant: str) -> bool:
        """Whether this feature is planted."""
        return plant in self.plants

    def plant(self, name: str) -> Mapping[str, Any]:
        """The numbers of a plant: `[plants.P1]` of pilot.toml."""
        numbers: Mapping[str, Any] = self.numbers["plants"][name]
        return numbers

    def scaled(self, count: float) -> int:
        """A count that is stated for the default size, at this size (at least 1)."""
        default: int = self.numbers["size"]["persons"]
        return max(1, round(count * self.persons / default))

    def stream(self, name: str) -> np.random.Generator:
        """Random numbers of their own for each table, so that plants leave the rest unchanged."""
        root = np.random.SeedSequence(self.seed, spawn_key=(crc32(name.encode()),))
        return np.random.Generator(np.random.PCG64(root))


def make_plan(
    *,
    seed: int | None = None,
    persons: int | None = None,
    plants: Collection[str] | None = None,
    missing: Missing | None = None,
) -> Plan:
    """A plan with its defaults filled in.

    Parameters
    ----------
    plants
        Names of the features to plant; all when None, none when empty (the clean twin).

    Raises
    ------
    UsageError
        The size is absurd, the seed negative, or a plant is unknown.
    """
    numbers = toml_entries(NUMBERS)
    known = numbers["plants"]
    size = numbers["size"]["persons"] if persons is None else persons
    _check_size(size)
    start = numbers["size"]["seed"] if seed is None else seed
    if not 0 <= start <= HIGHEST_SEED:
        shown = start if start < 0 else "too large"
        raise UsageError(f"The seed is {shown}. Give a whole number from 0 to {HIGHEST_SEED}.")
    chosen = known if plants is None else plants
    for name in chosen:
        _check_plant(name, list(known))
    return Plan(
        seed=start, persons=size, plants=frozenset(chosen), numbers=numbers, missing=missing
    )


def _check_size(persons: int) -> None:
    if not FEWEST <= persons <= MOST:
        raise UsageError(
            f"{persons:,} persons cannot be simulated: give a number from {FEWEST:,} "
            f"(two forms need some persons each) to {MOST:,}."
        )


def _check_plant(name: str, known: list[str]) -> None:
    if name not in known:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"There is no plant {name!r}.{hint} The plants are: {', '.join(known)}.")
