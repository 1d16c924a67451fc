"""An attacker who reads every published table recovers no withheld count.

The attacker shares no code with the package: persons are unknown counts by sex, area and outcome,
every published number is a limit on sums of them, and linear programming (or, in small worlds,
counting every possibility) says between which values each withheld count lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil, floor, isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from naas_psych.assurance.disclosure import cells
from naas_psych.assurance.disclosure.gate import gated_sheets
from naas_psych.assurance.disclosure.profiles import profiles
from naas_psych.assurance.disclosure.shown import shown

DECLARED: dict[str, dict[str, Any]] = {
    "made_up.groups": {
        "counts": ["n_passed"],
        "outcomes": ["rate", "n_passed"],
        "numerators": {"rate": "n_passed"},
        "shares": {"rate": "n"},
    },
    "made_up.crossed": {
        "by": ["sex", "area"],
        "counts": ["n_passed"],
        "outcomes": ["rate", "n_passed"],
        "numerators": {"rate": "n_passed"},
        "shares": {"rate": "n"},
    },
    "made_up.everybody": {
        "counts": ["n_passed"],
        "numerators": {"rate": "n_passed"},
        "shares": {"rate": "n"},
        "what": {"rate": "n_passed"},
    },
}
#: How counts are published: step of rounding, and the counts that are not shown.
RULES: dict[str, tuple[int, tuple[int, ...]]] = {
    "ofqual": (5, (1, 2, 3, 4)),
    "nhs": (5, (1, 2, 3, 4, 5, 6, 7)),
    "threshold10": (1, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
}


@dataclass(frozen=True)
class World:
    """Persons by sex, area and outcome (failed, passed), and which tables are published."""

    counts: np.ndarray[Any, Any]
    crossed: bool

    def tables(self) -> dict[tuple[str, str], pd.DataFrame]:
        made = {
            ("made_up", "everybody"): _table([({"form": "all forms"}, self.counts.sum((0, 1)))]),
            ("made_up", "groups"): _table(list(self._margins())),
        }
        if self.crossed:
            rows = [
                ({"sex": f"s{i}", "area": f"a{j}"}, self.counts[i, j])
                for i, j in product(*map(range, self.counts.shape[:2]))
            ]
            made["made_up", "crossed"] = _table(rows)
        return made

    def _margins(self) -> Iterator[tuple[dict[str, str], np.ndarray[Any, Any]]]:
        for axis, (group, letter) in enumerate((("sex", "s"), ("area", "a"))):
            for k in range(self.counts.shape[axis]):
                members = self.counts.take(k, axis).sum(0)
                yield {"group": group, "group_level": f"{letter}{k}"}, members


def _table(rows: list[tuple[dict[str, str], np.ndarray[Any, Any]]]) -> pd.DataFrame:
    made = [
        {**names, "n": int(two.sum()), "n_passed": int(two[1]), "rate": two[1] / max(two.sum(), 1)}
        for names, two in rows
    ]
    return pd.DataFrame([row for row in made if row["n"] > 0])


def publish(world: World, profile: str) -> dict[str, pd.DataFrame]:
    rules = profiles()[profile]
    sheets = gated_sheets(world.tables(), rules, combined={}, declared=DECLARED)
    return {table: shown(sheet, rules) for (_, table), sheet in sheets.items()}


# --- the attacker -------------------------------------------------------------------------------


@dataclass
class Attack:
    """What is known: rows of a linear system over the unknown persons, and what is wanted."""

    shape: tuple[int, ...]
    rows: list[np.ndarray[Any, Any]]
    most: list[float]
    wanted: list[tuple[str, np.ndarray[Any, Any], int]]

    def know(self, who: np.ndarray[Any, Any], low: float, high: float) -> None:
        for sign, end in ((1.0, high), (-1.0, -low)):
            if abs(end) != np.inf:
                self.rows.append(sign * who.ravel())
                self.most.append(end)

    def range_of(self, who: np.ndarray[Any, Any]) -> tuple[float, float]:
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                sign * who.ravel(), A_ub=np.array(self.rows), b_ub=self.most, bounds=(0, None)
            )
            ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
        return ends[0], ends[1]


def attack(world: World, published: Mapping[str, pd.DataFrame], profile: str) -> Attack:
    found = Attack(world.counts.shape, [], [], [])
    for name, table in published.items():
        for row in table.to_dict("records"):
            _read(found, world, name, {str(key): value for key, value in row.items()}, profile)
    return found


def _read(found: Attack, world: World, name: str, row: dict[str, Any], profile: str) -> None:
    members = _members(found.shape, row)
    passed = members.copy()
    passed[..., 0] = 0
    for column, who in (("n", members), ("n_passed", passed)):
        low, high = _told(row, column, profile)
        found.know(who, low, high)
        if isnan(row[column]):
            told = f"{name} {row} {column}"
            found.wanted.append((told, who, int((world.counts * who).sum())))
    if isnan(row["rate"]):
        if isnan(row["n_passed"]):
            failed = members - passed
            found.wanted.append(
                (f"{name} {row} failed", failed, int((world.counts * failed).sum()))
            )
        return
    for sign, share in ((1.0, row["rate"] - 0.0005), (-1.0, row["rate"] + 0.0005)):
        found.know(sign * (passed - share * members), -1e-9, np.inf)


def _members(shape: tuple[int, ...], row: dict[str, Any]) -> np.ndarray[Any, Any]:
    who = np.zeros(shape)
    sexes = [row["sex"]] if "sex" in row else []
    areas = [row["area"]] if "area" in row else []
    if row.get("group") == "sex":
        sexes = [row["group_level"]]
    elif row.get("group") == "area":
        areas = [row["group_level"]]
    i = [int(word[1:]) for word in sexes] or list(range(shape[0]))
    j = [int(word[1:]) for word in areas] or list(range(shape[1]))
    who[np.ix_(i, j, range(2))] = 1.0
    return who


def _told(row: dict[str, Any], column: str, profile: str) -> tuple[float, float]:
    """Between which counts a published number, or its absence, says that the count lies."""
    step, hidden = RULES[profile]
    value = row[column]
    if isnan(value):
        # Only the reason of n tells a range: a count of passes may be hidden for the fails.
        if row[f"{column}_reason"] == "withheld" and column == "n":
            return hidden[0], hidden[-1]
        return 0, np.inf
    if step == 1 or value == 0:
        return value, value
    return max(value - step // 2, hidden[-1] + 1), value + step // 2


def recovered(world: World, published: Mapping[str, pd.DataFrame], profile: str) -> list[str]:
    """The withheld counts for which one whole number is left."""
    attacker = attack(world, published, profile)
    lost = []
    for told, who, value in attacker.wanted:
        low, high = attacker.range_of(who)
        assert low - 1e-6 <= value <= high + 1e-6, (told, low, value, high)
        if high < np.inf and floor(high + 1e-6) - ceil(low - 1e-6) < 1:
            lost.append(f"{told} = {value}")
    return lost


# --- worlds -------------------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn, *, most: int = 4) -> World:
    shape = (draw(st.integers(2, 3)), draw(st.integers(2, most)), 2)
    size = st.one_of(st.integers(0, 6), st.integers(0, 30), st.integers(20, 90))
    counts = [draw(size) for _ in range(int(np.prod(shape)))]
    return World(np.array(counts).reshape(shape), draw(st.booleans()))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(world=worlds(), profile=st.sampled_from(sorted(RULES)))
def test_no_withheld_count_is_recovered(world: World, profile: str) -> None:
    if world.counts.sum() == 0:
        return
    assert recovered(world, publish(world, profile), profile) == []


@pytest.mark.parametrize(
    ("profile", "counts"),
    [
        ("ofqual", [[[1, 16], [5, 6]], [[19, 10], [17, 3]]]),
        ("nhs", [[[0, 0], [3, 9]], [[11, 19], [15, 5]]]),
        ("threshold10", [[[6, 2], [3, 7]], [[3, 2], [1, 6]]]),
    ],
)
def test_the_attacker_finds_what_primary_suppression_leaves_open(
    profile: str, counts: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(np.array(counts), crossed=False)
    assert recovered(world, publish(world, profile), profile) == []
    monkeypatch.setattr(cells, "protect", lambda system: ())
    assert recovered(world, publish(world, profile), profile) != []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    counts=st.lists(st.integers(0, 9), min_size=4, max_size=4),
    profile=st.sampled_from(sorted(RULES)),
)
def test_no_withheld_count_is_the_only_possibility(counts: list[int], profile: str) -> None:
    """Two groups of at most 18: every world that would be published alike is counted."""
    world = World(np.array(counts).reshape(2, 1, 2), crossed=False)
    if world.counts.sum() == 0:
        return
    attacker = attack(world, publish(world, profile), profile)
    grid = np.stack(np.meshgrid(*[np.arange(24)] * 4, indexing="ij"), -1).reshape(-1, 4)
    for row, most in zip(attacker.rows, attacker.most, strict=True):
        grid = grid[grid @ row <= most + 1e-6]
    for told, who, value in attacker.wanted:
        possible = np.unique(grid @ who.ravel())
        assert value in possible
        assert possible.size > 1, (told, value)
