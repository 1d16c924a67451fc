"""The tables of a pilot: sizes, columns, ranges, and the same ones for the same seed."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from naas_psych.packaged import toml_entries
from naas_psych.simulate.plan import make_plan
from naas_psych.simulate.world import TABLES, World
from tests.simulate.worlds import Plants, world

#: Only the order of the items stands there, which is drawn for no seed.
FIXED = {"forms", "blueprint", "decisions"}


def test_default_sizes() -> None:
    table = world().table
    seen = table("observations")
    assert len(table("authorities")) == 22
    assert len(table("raters")) == 14
    assert seen["person_id"].nunique() == 204
    assert len(seen) == (204 * 3 * 2 + 20 * 12) * 5
    assert table("scripts")["script_id"].nunique() == 300
    assert len(table("endorsements")) == 960 + 210
    assert len(table("outcomes")) == 960
    assert len(table("resits")) == pytest.approx(110, abs=5)
    assert len(table("retest")) == 80
    assert len(table("followup")) == 250
    assert len(table("workforce_frame")) == 30_000


def test_sizes_grow_with_the_pilot_but_the_workforce_does_not() -> None:
    table = world(persons=1920).table
    assert table("observations")["person_id"].nunique() == 408
    assert len(table("endorsements")) == 1920 + 420
    assert len(table("workforce_frame")) == 30_000


@pytest.mark.parametrize("plants", [None, ()])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_smallest_pilot_has_all_tables(seed: int, plants: Plants) -> None:
    smallest = world(seed, persons=60, plants=plants)
    assert all(len(smallest.table(name)) for name in TABLES if name != "workforce_frame")


@pytest.mark.parametrize("name", [name for name in TABLES if "wide" not in name])
def test_every_column_is_explained_in_its_order(name: str) -> None:
    told = toml_entries("simulate/tables.toml")[name]
    assert list(world().table(name).columns) == list(told["columns"])


def test_meanings_are_sentences_and_columns_are_phrases() -> None:
    for name, table in toml_entries("simulate/tables.toml").items():
        assert table["meaning"].endswith("."), name
        assert not any(text.endswith(".") for text in table["columns"].values()), name


@pytest.mark.parametrize("name", TABLES)
def test_same_seed_same_table_and_another_seed_another(name: str) -> None:
    first, again = world(1, persons=60), World(make_plan(seed=1, persons=60))
    pd.testing.assert_frame_equal(first.table(name), again.table(name))
    other = world(2, persons=60).table(name)
    assert first.table(name).equals(other) == (name in FIXED)


def test_ranges_of_marks() -> None:
    table = world().table
    seen, written, told = table("observations"), table("scripts"), table("endorsements")
    for scores in (seen["mark"], seen["global_rating"], told["rating"], told["kss_10"]):
        assert scores.between(1, 7).all()
    criteria = written[[f"criterion_{k}" for k in range(1, 5)]]
    assert criteria.min().min() >= 0
    assert criteria.max().max() <= 5
    assert (criteria.sum(axis=1) == written["total"]).all()
    assert table("followup")["case_audit"].between(0, 100).all()
    assert table("retest")["days_gap"].between(14, 28).all()
    assert set(told["decision"]) == {"endorsed", "deferred"}


def test_persons_are_candidates_except_those_not_put_forward() -> None:
    known = set(world().cast.candidates["person_id"])
    for name in ("observations", "scripts", "outcomes", "resits", "retest", "followup"):
        assert set(world().table(name)["person_id"]) <= known, name
    told = world().table("endorsements")
    assert set(told.loc[told["put_forward"] == "yes", "person_id"]) == known
    assert not told["person_id"].duplicated().any()


@pytest.mark.slow
def test_thirty_thousand_persons_take_seconds() -> None:
    start = time.perf_counter()
    large = World(make_plan(persons=30_000))
    assert all(len(large.table(name)) for name in TABLES)
    assert time.perf_counter() - start < 20
