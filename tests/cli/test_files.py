"""`init`, `evidence` and `verify` as commands; what they write is tested with the report."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from naas_psych.report.compare import Difference
from naas_psych.report.verify import Verification
from tests.cli.command import Command


@pytest.fixture
def bare(tiny: Path, tmp_path: Path) -> Path:
    """The files of the tiny study without a study.toml."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("responses.csv", "items.csv"):
        shutil.copy(tiny / name, folder / name)
    return folder


def test_init_says_what_it_guessed_and_never_overwrites(command: Command, bare: Path) -> None:
    done = command("init", bare)
    assert (done.code, done.out) == (0, f"{bare / 'study.toml'}\n")
    assert "study.toml" in done.err
    written = (bare / "study.toml").read_bytes()
    again = command("init", bare)
    assert again.code == 2
    assert "--force" in again.err
    assert (bare / "study.toml").read_bytes() == written
    assert command("init", bare, "--force").code == 0


def test_what_init_writes_gives_the_same_study(command: Command, bare: Path) -> None:
    before = command("check", bare, "--format", "json").json["study"]["fingerprint"]
    command("init", bare)
    assert command("check", bare, "--format", "json").json["study"]["fingerprint"] == before


def test_evidence_hands_on_what_was_asked(
    command: Command, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def write(study: Any, **options: Any) -> Path:
        asked.update(options)
        made = Path(options["out"])
        made.mkdir()
        (made / "findings.json").write_text("{}")
        return made

    monkeypatch.setattr("naas_psych.report.folder.evidence", write)
    out = tmp_path / "evidence"
    done = command("evidence", tiny, "--out", out, "--internal", "--seed", "5", "--threads", "2")
    assert (done.code, done.out) == (0, f"{out}\n")
    asked.pop("progress")
    assert asked == {**{"out": out, "internal": True, "audience": "board", "seed": 5, "threads": 2}}


@pytest.mark.parametrize(
    ("found", "code"), [((), 0), ((Difference(file="a.csv", sentence="a.csv differs."),), 1)]
)
def test_verify_says_what_differs(
    command: Command, monkeypatch: pytest.MonkeyPatch, found: tuple[Difference, ...], code: int
) -> None:
    answer = Verification(found, 12, information=("numpy was another version.",))
    monkeypatch.setattr("naas_psych.report.verify.verify", lambda *args, **options: answer)
    done = command("verify", "somewhere")
    assert done.code == code
    assert "12 files" in done.out
    assert all(difference.sentence in done.out for difference in found)
    assert done.err == "numpy was another version.\n"


def test_init_says_what_keeps_the_data_from_being_scored(command: Command, bare: Path) -> None:
    (bare / "items.csv").unlink()
    done = command("init", bare)
    assert done.code == 0
    assert "cannot be scored yet" in done.err
    assert "there is no key" in done.err
    assert command("check", bare).code == 3
