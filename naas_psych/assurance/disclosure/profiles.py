"""Profiles of disclosure control: which counts are shown, rounded or hidden, and from what base."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.packaged import toml_entries

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

NAMES = ("none", "ofqual", "hesa", "nhs", "threshold10")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How counts of persons are shown, and how many persons other numbers need.

    `hidden` is the lowest and the highest count that is not shown, `rounding` the step of the
    others. A percentage needs a base of `percent_base_min`, a mean one above `mean_base_above`, a
    smallest or largest value one of `extreme_base_min`. Of a group, an outcome is shown when
    nobody, everybody or at least `outcome_min` persons have it (and, where nobody or everybody
    does, of `uniform_base_min` persons at least).
    """

    name: str
    rounding: int
    hidden: tuple[int, ...]
    small_count: str
    says: str
    source: str
    percent_base_min: float
    mean_base_above: float
    extreme_base_min: float
    outcome_min: int
    uniform_base_min: int

    @property
    def exact(self) -> bool:
        """True where the profile leaves every number as it is."""
        return self.rounding == 1 and not self.hidden

    def hides(self, counts: Numbers) -> Flags:
        """Where a count is too small to be shown; null is not."""
        if not self.hidden:
            return np.zeros(np.shape(counts), dtype=bool)
        low, high = self.hidden
        return np.asarray((counts >= low) & (counts <= high), dtype=bool)

    def rounded(self, counts: Numbers) -> Numbers:
        """The counts as they would be shown if none were hidden."""
        if self.rounding == 1:
            return np.asarray(counts, dtype=np.float64)
        steps = np.floor(np.asarray(counts, dtype=np.float64) / self.rounding + 0.5)
        return np.asarray(steps * self.rounding, dtype=np.float64)

    def span(self, count: int) -> tuple[int, int]:
        """The counts that look like this one: all that a reader knows of it."""
        if self.hidden and self.hidden[0] <= count <= self.hidden[1]:
            return self.hidden[0], self.hidden[1]
        if self.rounding == 1 or (count == 0 and self.hidden):
            return count, count
        half = (self.rounding - 1) // 2
        shown = floor(count / self.rounding + 0.5) * self.rounding
        least = self.hidden[1] + 1 if self.hidden else 0
        return max(shown - half, least), shown + half

    def hides_outcome(self, counts: Numbers, base: Numbers) -> Flags:
        """Where so many of a group say too much about its members; null is not hidden."""
        few = (counts > 0) & (counts < self.outcome_min)
        uniform = ((counts == 0) | (counts == base)) & (base < self.uniform_base_min)
        return np.asarray(few | uniform, dtype=bool)

    def words(self, count: int) -> str:
        """A count as a sentence shows it: `475`, `fewer than 5`."""
        value = np.array([count], dtype=np.float64)
        if self.hides(value)[0]:
            return self.small_count
        return str(int(self.rounded(value)[0]))


@cache
def profiles() -> dict[str, Profile]:
    """Every profile by name."""
    entries = toml_entries("assurance/disclosure/profiles.toml")
    rules = entries["rules"]
    return {name: _profile(name, entries[name], rules) for name in NAMES}


def _profile(name: str, entry: dict[str, Any], rules: dict[str, Any]) -> Profile:
    return Profile(
        name=name,
        rounding=entry["rounding"],
        hidden=tuple(entry["hidden"]),
        small_count=entry.get("small_count", ""),
        says=entry["says"],
        source=entry["source"],
        **rules,
    )
