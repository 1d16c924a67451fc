"""The study as a folder: same bytes, three layouts of one content, known faults, truth apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.packaged import toml_entries
from naas_psych.simulate.plan import Missing, Plan, make_plan
from naas_psych.simulate.world import TABLES, World
from naas_psych.simulate.write import file_of, write_study
from naas_psych.study.load import check_study

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "data" / "sample_responses" / "naas_pilot"
LAYOUTS = ("study.toml", "study_wide_raw.toml", "study_wide_scored.toml")


#: The digital test alone: what a study cannot be read without, in all its layouts.
FEW = ("candidates", "items", "responses_long", "responses_wide_raw", "responses_wide_scored")


def written(folder: Path, plan: Plan, only: Collection[str] | None = None) -> Path:
    folder.mkdir()
    write_study(World(plan), folder, only=only)
    return folder


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("simulated") / "pilot", make_plan())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("simulated") / "clean", make_plan(plants=()))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    first, again, other = (
        bytes_of(written(tmp_path / name, make_plan(persons=100, seed=seed)))
        for name, seed in (("first", 3), ("again", 3), ("other", 4))
    )
    assert first == again
    assert {name for name in first if other[name] == first[name]} == {
        "schema.json",
        "forms.csv",
        "blueprint.csv",
        "decisions.csv",
    }


def test_the_committed_study_is_what_the_command_writes(pilot: Path) -> None:
    committed, made = bytes_of(COMMITTED), bytes_of(pilot)
    assert set(committed) == set(made)
    assert [name for name in made if committed[name] != made[name]] == []


def test_the_committed_study_is_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) < 8_000_000


def test_the_readme_says_first_that_all_is_invented(pilot: Path) -> None:
    text = (pilot / "README.md").read_text()
    assert text.splitlines()[0].startswith("**Invented data.**")
    assert all(f"| P{k} |" in text for k in range(1, 25))
    assert "960 candidates, 132 items, two forms (alpha and beta) of 60 items with 24" in text
    assert all(f"`{file_of(name)}`" in text for name in TABLES)


def test_the_three_layouts_are_one_study(pilot: Path) -> None:
    prints = {nps.read_study(pilot / name).fingerprint for name in LAYOUTS}
    assert len(prints) == 1


@pytest.mark.parametrize("by", ["chance", "ability", "difficulty"])
def test_the_three_layouts_are_one_study_with_gaps_too(tmp_path: Path, by: str) -> None:
    plan = make_plan(persons=100, missing=Missing(share=0.2, by=by))
    folder = written(tmp_path / "gaps", plan, only=FEW)
    prints = {nps.read_study(folder / name).fingerprint for name in LAYOUTS}
    assert len(prints) == 1


def test_every_column_is_in_the_schema(pilot: Path) -> None:
    schema = json.loads((pilot / "schema.json").read_text())
    assert set(schema) == set(TABLES)
    for name in TABLES:
        table = pd.read_csv(pilot / file_of(name), nrows=5)
        known = set(schema[name]["columns"])
        free = {c for c in table.columns if "item" in known and c[0] in "AB"}
        assert set(table.columns) - free == known - ({"item"} if free else set()), name


def test_the_audit_counts_the_planted_faults_exactly(pilot: Path) -> None:
    truth = json.loads((pilot / "truth.json").read_text())["planted"]["P22"]
    found = Counter(fault.code for fault in check_study(pilot).faults)
    assert found["duplicate_person"] == truth["duplicate_person"] == 1
    assert found["option_outside_options"] == truth["option_outside_options"] == 1
    times = truth["zero_times"] + truth["negative_times"] + truth["clock_resets"]
    assert found["bad_response_time"] == times == 4
    assert found["one_option_throughout"] == truth["one_option_throughout"] == 1
    assert found["more_options_than_asked"] == truth["too_many_options"] == 2
    lost = [fault for fault in check_study(pilot).faults if fault.code == "responses_lost"]
    assert str(truth["technical_loss_responses"]) in lost[0].found
    responses = pd.read_csv(pilot / "responses_long.csv.gz")
    gone = responses[responses["state"] == "technical_loss"]
    assert gone["person_id"].nunique() == truth["technical_loss_persons"] == 6
    people = pd.read_csv(pilot / "candidates.csv").drop_duplicates().set_index("person_id")
    assert set(people.loc[gone["person_id"], "centre"]) == {"C4"}
    assert people["consent_withdrawn_on"].notna().sum() == 1


def test_graded_items_have_responses_with_too_few_options(pilot: Path) -> None:
    responses = pd.read_csv(pilot / "responses_long.csv.gz")
    items = pd.read_csv(pilot / "items.csv").set_index("item_id")
    several = responses["item_id"].map(items["type"]) == "multiple"
    picks = responses.loc[several & responses["response"].notna(), "response"].str.len()
    assert picks.value_counts().drop(3).to_dict() == {2: 2, 4: 2}


def test_the_clean_twin_has_nothing_to_tell_but_small_groups(clean: Path) -> None:
    codes = {fault.code for fault in check_study(clean).faults}
    assert codes <= {"items_of_unused_forms", "group_small"}


def test_truth_stands_apart_and_no_analysis_needs_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "pilot", make_plan(persons=150), only=FEW)
    study = nps.read_study(folder)
    assert all(path.name != "truth.json" for path in study.inputs)
    whole = nps.item_statistics(study).tables["items"]
    (folder / "truth.json").unlink()
    assert nps.item_statistics(nps.read_study(folder)).tables["items"].equals(whole)


def test_only_the_simulation_and_the_scorecard_know_of_the_truth() -> None:
    package = Path(nps.__file__).parent
    naming = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if "truth.json" in path.read_text() or "simulate.truth" in path.read_text()
    }
    assert naming <= {"simulate", "oracle", "cli"}


def test_the_truth_holds_parameters_and_abilities(pilot: Path) -> None:
    truth = json.loads((pilot / "truth.json").read_text())
    assert truth["seed"] == 2017
    assert truth["persons"] == 960
    assert list(truth["planted"]) == [f"P{k}" for k in range(1, 25)]
    assert len(truth["items"]) == 132
    assert len(truth["abilities"]["theta"]) == len(truth["abilities"]["person_id"]) == 960


def test_true_item_rest_correlations_are_what_a_large_sample_shows() -> None:
    world = World(make_plan(persons=12_000, plants=()))
    truth = {item["item_id"]: item["item_rest_r"] for item in world.truth["items"]}
    sat, rows = world.sitting, world.bank.form("beta")
    marks = sat.marks[world.cast.is_in("beta")].astype(float)
    for place in (0, 11, 29, 44, 59):
        item = world.bank.items["item_id"].iloc[rows[place]]
        rest = marks.sum(axis=1) - marks[:, place]
        seen = pd.Series(marks[:, place]).corr(pd.Series(rest))
        # About 7,000 sat beta: a standard error of .012.
        assert seen == pytest.approx(truth[item], abs=0.04)
    assert truth["AL40"] is None


@pytest.mark.parametrize("name", sorted(toml_entries("simulate/pilot.toml")["plants"]))
def test_one_plant_alone_is_written_and_read(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path / name, make_plan(persons=120, plants=[name]), only=FEW)
    truth = json.loads((folder / "truth.json").read_text())
    assert list(truth["planted"]) == [name]
    assert nps.read_study(folder).responses.n_persons == 120


def test_the_smallest_size_that_is_allowed_is_written(tmp_path: Path) -> None:
    folder = written(tmp_path / "few", make_plan(persons=60))
    assert nps.read_study(folder).responses.n_persons == 60


@pytest.mark.parametrize(("persons", "share"), [(960, 0.2), (60, 0.8)])
def test_faults_are_counted_exactly_beside_gaps(tmp_path: Path, persons: int, share: float) -> None:
    plan = make_plan(persons=persons, missing=Missing(share=share, by="difficulty"))
    folder = written(tmp_path / "gaps", plan)
    truth = json.loads((folder / "truth.json").read_text())["planted"]["P22"]
    found = Counter(fault.code for fault in check_study(folder).faults)
    assert found["option_outside_options"] == truth["option_outside_options"]
    assert found["more_options_than_asked"] == truth["too_many_options"]
    assert found["bad_response_time"] == 4
