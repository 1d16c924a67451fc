"""`scorecard` on the command line: what it shows, what it writes, and how it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from naas_psych.oracle.replicate import NEEDED
from naas_psych.simulate.plan import make_plan
from naas_psych.simulate.world import World
from naas_psych.simulate.write import write_study
from tests.cli.command import Command
from tests.cli.command import write_study as write_tiny
from tests.cli.test_bad_input import unexplained
from tests.cli.test_snapshots import compare


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pilot that many tests read and none changes."""
    folder = tmp_path_factory.mktemp("pilot")
    write_study(World(make_plan(persons=240, plants=["P1", "P12", "P8"])), folder, only=NEEDED)
    return folder


def test_the_document_is_that_of_the_contract(command: Command, pilot: Path) -> None:
    done = command("scorecard", pilot, "--format", "json", "--quiet")
    assert (done.code, done.err) == (0, "")
    made = done.json
    assert made["command"] == "scorecard"
    assert made["study"]["synthetic"] is True
    result = made["results"]["scorecard"]
    assert {"options", "tables", "notes", "provenance"} <= set(result)
    rows = {row["plant"]: row for row in result["tables"]["plants"]}
    assert [rows[name]["found"] for name in ("P1", "P12", "P8")] == [True, None, True]
    assert {"feature", "analysis", "evidence"} <= set(rows["P1"])
    assert all(
        {"analysis", "tested", "flagged"} <= set(r) for r in result["tables"]["false_alarms"]
    )
    assert list(unexplained(made)) == []


def test_replicates_on_the_command_line(command: Command) -> None:
    options = ["--replicates", "2", "--persons", "80", "--plant", "P1", "--plant", "P12"]
    done = command("scorecard", *options, "--threads", "1", "--format", "json")
    rows = done.json["results"]["scorecard"]["tables"]["plants"]
    assert [row["plant"] for row in rows] == ["P1", "P12"]
    assert 0 <= rows[0]["hit_rate_low"] <= rows[0]["hit_rate"] <= rows[0]["hit_rate_high"] <= 1
    assert rows[1]["hit_rate"] is None
    assert rows[1]["hit_rate_reason"] == "no_analysis"
    assert list(unexplained(done.json)) == []


def test_the_document_is_what_the_schema_says(command: Command, pilot: Path) -> None:
    tables = command("schema", "scorecard").json["properties"]["tables"]["properties"]
    made = command("scorecard", pilot, "--format", "json").json["results"]["scorecard"]["tables"]
    assert set(tables) == set(made)
    for name, rows in made.items():
        for row in rows:
            assert set(row) <= set(tables[name]["items"]["properties"])
            assert set(tables[name]["items"]["required"]) <= set(row)


def test_other_formats_and_one_table(command: Command, pilot: Path) -> None:
    lines = command("scorecard", pilot, "--format", "csv", "--quiet").out.splitlines()
    assert lines[0] == "plant,feature,analysis,found,found_reason,evidence"
    assert len(lines) == 4
    table = command("scorecard", pilot, "--format", "markdown", "--table", "false_alarms").out
    assert "## scorecard.false_alarms" in table
    assert "scorecard.plants" not in table
    assert command("scorecard", pilot, "--table", "plant").code == 2


def test_the_files(command: Command, pilot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert command("scorecard", pilot, "--out", out).code == 0
    files = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    tables = ("scorecard__plants", "scorecard__false_alarms")
    assert {f"tables/{name}.{kind}" for name in tables for kind in ("csv", "parquet")} < files
    assert not any(name.endswith((".svg", ".png")) for name in files)
    assert "scorecard" in json.loads((out / "results.json").read_text())["results"]


def test_what_people_see(command: Command, pilot: Path) -> None:
    done = command("scorecard", pilot)
    assert done.code == 0
    assert "2 of 2 plants found; 1 not looked for." in " ".join(done.out.split())
    compare("scorecard_80", done.out)


def test_a_clean_study_says_that_nothing_was_planted(command: Command, tmp_path: Path) -> None:
    write_study(World(make_plan(persons=90, plants=[])), tmp_path, only=NEEDED)
    done = command("scorecard", tmp_path)
    assert done.code == 0
    assert "Nothing was planted. " in " ".join(done.out.split())


def test_it_is_explained(command: Command) -> None:
    assert "How it decides" in command("explain", "scorecard").out
    assert "scorecard, table plants" in command("explain", "hit_rate").out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--replicates", "-3"], 2, "replicates = '-3' is not allowed"),
        (["--replicates", "many"], 2, "replicates = 'many' is not allowed"),
        (["--replicates", "2", "--persons", "7"], 2, "7 persons cannot be simulated"),
        (["--persons", "999999999"], 2, "999,999,999 persons cannot be simulated"),
        (["--persons", "-5"], 2, "persons = '-5' is not allowed"),
        (["--plant", "P77"], 2, "There is no plant 'P77'"),
        (["--seed", "-1"], 2, "--seed"),
        (["no/such/study"], 2, "There is no file or folder 'no/such/study'"),
    ],
)
def test_a_wrong_call_is_one_message(
    command: Command, tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    out = tmp_path / "out"
    done = command("scorecard", *options, "--out", out)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert not out.exists()


def test_options_that_would_change_a_study(command: Command, pilot: Path) -> None:
    done = command("scorecard", pilot, "--persons", "200")
    assert (done.code, done.out) == (2, "")
    assert "--persons cannot change a study that exists." in done.err


def test_a_study_without_truth(command: Command, tmp_path: Path) -> None:
    study = write_tiny(tmp_path / "tiny")
    for place in (study, study / "study.toml", study / "responses.csv"):
        done = command("scorecard", place, "--out", tmp_path / "out")
        assert (done.code, done.out) == (2, "")
        assert "There is no truth.json beside" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not JSON"),
        ("[]", "the whole file"),
        ('{"seed": 1}', "field required"),
        (None, "it does not know the item 'Q01'"),
    ],
)
def test_a_damaged_truth(
    command: Command, pilot: Path, tmp_path: Path, text: str | None, said: str
) -> None:
    study = write_tiny(tmp_path / "tiny")
    text = text or (pilot / "truth.json").read_text(encoding="utf-8")
    (study / "truth.json").write_text(text, encoding="utf-8")
    done = command("scorecard", study, "--out", tmp_path / "out")
    assert (done.code, done.out) == (3, "")
    assert said in " ".join(done.err.split())
    assert "bad_truth" in done.err
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_refused_before_any_work(command: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    done = command("scorecard", "--replicates", "1000", "--out", tmp_path)
    assert done.code == 2
    assert "is not empty and was left as it is" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_interrupt_ends_every_process_and_leaves_nothing(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    options = ["--replicates", "1000", "--persons", "60", "--threads", "2", "--plant", "P1"]
    with subprocess.Popen(
        [sys.executable, "-m", "naas_psych", "scorecard", *options, "--out", tmp_path / "out"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        _wait_until(lambda: len(list(scratch.glob("*/*"))) >= 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert b"Interrupted" in err
    assert b"Traceback" not in err
    _wait_until(lambda: not any(scratch.iterdir()))
    assert not (tmp_path / "out").exists()


def _wait_until(happened: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)
