"""`naas-psych simulate`: what it writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Command


def test_it_writes_a_study_and_says_what_comes_next(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "made" / "here"
    done = command("simulate", out, "--persons", "80", "--seed", "5")
    assert done.code == 0
    assert done.out == f"{out}\n"
    assert "Invented data: 80 persons, seed 5, 24 features planted." in done.err
    assert f"naas-psych scorecard {out}" in done.err
    assert (out / "README.md").is_file()
    assert command("items", out, "-q").code == 0


def test_a_clean_study_plants_nothing(command: Command, tmp_path: Path) -> None:
    command("simulate", tmp_path / "clean", "--persons", "80", "--clean")
    truth = json.loads((tmp_path / "clean" / "truth.json").read_text())
    assert truth["clean"] is True
    assert truth["planted"] == {}


def test_chosen_plants_only(command: Command, tmp_path: Path) -> None:
    command("simulate", tmp_path / "two", "--persons", "80", "--plant", "P1", "--plant", "P8")
    truth = json.loads((tmp_path / "two" / "truth.json").read_text())
    assert list(truth["planted"]) == ["P1", "P8"]
    assert "--plant P1 --plant P8" in (tmp_path / "two" / "README.md").read_text()


@pytest.mark.parametrize("text", ["5%", "0.05", "chance:5%", " 5 %"])
def test_missing_may_be_said_in_several_ways(command: Command, tmp_path: Path, text: str) -> None:
    command("simulate", tmp_path / "gaps", "--persons", "80", "--missing", text)
    truth = json.loads((tmp_path / "gaps" / "truth.json").read_text())
    assert truth["missing"] == {"share": 0.05, "by": "chance"}


REFUSED = {
    "absurd": (["--persons", "5000000000"], "5,000,000,000 persons cannot be simulated"),
    "too few": (["--persons", "3"], "3 persons cannot be simulated"),
    "none": (["--persons", "0"], "0 persons cannot be simulated"),
    "negative": (["--persons", "-5"], "-5 persons cannot be simulated"),
    "no number": (["--persons", "many"], "should be a valid integer"),
    "negative seed": (["--seed", "-1"], "The seed is -1."),
    "unknown plant": (["--plant", "P99"], "There is no plant 'P99'."),
    "small letter": (["--plant", "p1"], "Did you mean P1?"),
    "both": (["--clean", "--plant", "P1"], "give one of them"),
    "missing all": (["--missing", "100%"], "cannot be understood"),
    "missing below": (["--missing", "-5%"], "cannot be understood"),
    "missing what": (["--missing", "luck:5%"], "chance:5%, ability:5% or difficulty:5%"),
    "missing nan": (["--missing", "nan"], "cannot be understood"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_options_end_in_one_sentence_and_write_nothing(
    command: Command, tmp_path: Path, case: str
) -> None:
    options, said = REFUSED[case]
    done = command("simulate", tmp_path / "out", *options)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_as_it_is(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = command("simulate", tmp_path, "--persons", "80")
    assert done.code == 2
    assert "is not empty and was left as it is" in " ".join(done.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_in_the_way_is_not_overwritten(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.write_text("mine")
    done = command("simulate", place, "--persons", "80")
    assert done.code == 2
    assert place.read_text() == "mine"


def test_an_empty_folder_is_used(command: Command, tmp_path: Path) -> None:
    assert command("simulate", tmp_path, "--persons", "80", "-q").code == 0
    assert (tmp_path / "study.toml").is_file()
