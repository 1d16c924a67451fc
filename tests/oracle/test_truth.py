"""A truth is read as it is, or refused in one sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from naas_psych.errors import DataRefused, UsageError
from naas_psych.oracle.truth import named_items, read_truth, require_truth, truth_of
from naas_psych.simulate.plan import Missing, make_plan
from naas_psych.simulate.world import World
from naas_psych.simulate.write import write_study
from naas_psych.study.load import read_study
from tests.make import study_from_scores

RAW: dict[str, Any] = World(make_plan(persons=60)).truth


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    change(raw)
    return raw


def test_a_truth_is_read() -> None:
    truth = truth_of(RAW)
    assert (truth.seed, truth.persons, truth.missing) == (2017, 60, None)
    assert list(truth.planted) == [f"P{k}" for k in range(1, 25)]
    assert {"A11", "A10", "A01", "A20", "AL08"} <= truth.touched()
    assert len(truth.item_rest_r) == 132


def test_a_truth_remembers_what_was_taken_away() -> None:
    raw = changed(lambda raw: raw.update(missing={"share": 0.1, "by": "ability"}))
    assert truth_of(raw).missing == Missing(share=0.1, by="ability")


def test_items_are_named_in_three_ways() -> None:
    plant = {"items": ["A"], "easy": {"item": "B", "a": 1.0}, "clear_but_irrelevant": ["C"]}
    assert list(named_items({**plant, "keyed": "D"})) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.pop("naas_psych"), "naas_psych: field required"),
        (lambda raw: raw.update(naas_psych=1), "naas_psych: input should be a valid string"),
        (lambda raw: raw.pop("planted"), "planted: field required"),
        (lambda raw: raw.update(seed=-1), "seed: input should be greater"),
        (lambda raw: raw.update(persons=10**9), "persons: input should be less"),
        (lambda raw: raw.update(persons=True), "persons: input should be a valid integer"),
        (lambda raw: raw.update(missing={"share": 2}), "missing.share: input should be"),
        (lambda raw: raw["items"][3].pop("item_id"), "items.3.item_id: field required"),
        (lambda raw: raw["planted"].update(P99={}), "there is no plant 'P99'"),
        (lambda raw: raw["planted"]["P1"].pop("right"), "planted.P1 does not say right"),
        (lambda raw: raw["planted"]["P1"].update(items="A11"), "planted.P1.items is 'A11'"),
        (lambda raw: raw["planted"]["P1"].update(items=["Z1"]), "names the item 'Z1'"),
        (lambda raw: raw["planted"]["P23"].update(easy={}), "planted.P23.easy is {}"),
    ],
)
def test_a_wrong_key_is_refused(change: Callable[[dict[str, Any]], object], said: str) -> None:
    with pytest.raises(DataRefused, match=said):
        truth_of(changed(change))


@pytest.mark.parametrize("raw", [[], None, 3, "truth", {}])
def test_something_else_is_refused(raw: Any) -> None:
    with pytest.raises(DataRefused, match=r"truth\.json"):
        truth_of(raw)


def test_the_truth_of_another_study_is_refused(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text(json.dumps(RAW))
    with pytest.raises(DataRefused, match="it does not know the item 'Q01'"):
        read_truth(tmp_path, study_from_scores([[0, 1], [1, 0]]))
    few = study_from_scores([[0, 1], [1, 0]], item_ids=["A01", "A02"])
    with pytest.raises(DataRefused, match="was planted and is not in the study"):
        read_truth(tmp_path, few)


@pytest.mark.parametrize("text", ["", "{", '{"seed": 1,}', "\ufeff[", "[1, 2"])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataRefused, match=r"truth\.json"):
        read_truth(tmp_path, study_from_scores([[0, 1], [1, 0]]))


def test_a_study_without_truth_is_told_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="known what was planted"):
        require_truth(tmp_path)
    require_truth(tmp_path / "nowhere")  # that there is no study is for the loader to say
    (tmp_path / "truth.json").write_text("{}")
    require_truth(tmp_path)
    require_truth(tmp_path / "study.toml")


def test_the_truth_of_another_draw_is_refused(tmp_path: Path) -> None:
    for name, seed, persons in (("one", 1, 60), ("two", 2, 60), ("three", 1, 70)):
        (tmp_path / name).mkdir()
        write_study(World(make_plan(seed=seed, persons=persons)), tmp_path / name)
    study = read_study(tmp_path / "one")
    assert read_truth(tmp_path / "one", study).persons == 60
    for other, said in (("two", "that of another study"), ("three", "is of 70 persons")):
        (tmp_path / "one" / "truth.json").write_bytes(
            (tmp_path / other / "truth.json").read_bytes()
        )
        with pytest.raises(DataRefused, match=said):
            read_truth(tmp_path / "one", study)


def test_a_truth_nested_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    write_study(World(make_plan(persons=60)), tmp_path / "s")
    (tmp_path / "s" / "truth.json").write_text("[" * 100_000)
    with pytest.raises(DataRefused, match="is not JSON"):
        read_truth(tmp_path / "s", read_study(tmp_path / "s"))


@pytest.mark.parametrize("layout", ["study_wide_raw.toml", "study_wide_scored.toml"])
def test_the_truth_fits_every_layout(tmp_path: Path, layout: str) -> None:
    (tmp_path / "s").mkdir()
    write_study(World(make_plan(persons=60)), tmp_path / "s")
    place = tmp_path / "s" / layout
    assert read_truth(place, read_study(place)).persons == 60
