"""pilot.toml: every number of it is read, and what is planted is told in one line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from naas_psych.simulate.plan import Missing, make_plan
from naas_psych.simulate.specs import specs
from naas_psych.simulate.world import TABLES, World

#: Read where no table is drawn: by the plan, the README and the scorecard.
ELSEWHERE = {"size.seed", "plants.P2.positions"}
TOLD = ("feature", "analysis")


class Watched(Mapping[str, Any]):
    """A table of pilot.toml that notes which of its keys are read."""

    def __init__(self, table: Mapping[str, Any], read: set[str], path: str = "") -> None:
        self._table, self._read, self._path = table, read, path

    def __getitem__(self, key: str) -> Any:
        value, path = self._table[key], self._path + key
        self._read.add(path)
        return Watched(value, self._read, f"{path}.") if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def keys(table: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for key, value in table.items():
        yield path + key
        if isinstance(value, dict):
            yield from keys(value, f"{path}{key}.")


def test_every_number_is_read() -> None:
    read: set[str] = set()
    for plants, missing in ((None, None), ((), Missing(share=0.1, by="difficulty"))):
        plan = make_plan(persons=200, plants=plants, missing=missing)
        world = World(replace(plan, numbers=Watched(plan.numbers, read)))
        for name in TABLES:
            world.table(name)
        specs(world, {name: name for name in TABLES})
    known = {key for key in keys(make_plan().numbers) if key.rpartition(".")[2] not in TOLD}
    bare = {f"plants.{name}" for name in ("P19", "P24")}
    assert known - read - ELSEWHERE - bare == set()


def test_features_are_short_and_name_what_was_planted() -> None:
    plants = make_plan().numbers["plants"]
    features = [plant["feature"] for plant in plants.values()]
    assert list(plants) == [f"P{k}" for k in range(1, 25)]
    assert len(set(features)) == len(features)
    assert all(len(text) <= 110 and not text.endswith(".") for text in features)
    for name, plant in plants.items():
        ids = [plant[key] for key in ("judge", "rater") if key in plant]
        ids += plant.get("items", []) if len(plant.get("items", [])) == 1 else []
        assert all(each in plant["feature"] for each in ids), name
