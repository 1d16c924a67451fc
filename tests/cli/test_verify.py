"""`verify` on the real command: 0 when nothing differs, 1 when anything does, 2 for no evidence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from naas_psych.cli.app import run
from tests.cli.command import Command, write_study


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study and its evidence, side by side; every test changes a copy."""
    home = tmp_path_factory.mktemp("verified")
    write_study(home / "study", persons=20)
    assert run(["evidence", str(home / "study"), "--out", str(home / "evidence"), "-q"]) == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home"))


def _append(name: str, text: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        with (home / name).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return change


def _write(name: str, data: bytes) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        (home / name).write_bytes(data)

    return change


def _remove(name: str) -> Callable[[Path], None]:
    return lambda home: (home / name).unlink()


def _manifest(**changes: object) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        path = home / "evidence" / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return change


TABLE = "evidence/tables/item_statistics__items.csv"
CHANGES: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "nothing": (lambda home: None, 0, "no difference"),
    "an input": (_append("study/responses.csv", "P99,A,A,A,A,A,A,A,A\n"), 1, "responses.csv"),
    "a missing input": (_remove("study/items.csv"), 1, "items.csv is missing"),
    "an output": (_append(TABLE, "x\n"), 1, "item_statistics__items.csv"),
    "a missing output": (_remove("evidence/report.html"), 1, "report.html is missing"),
    "one file more": (_write("evidence/new.txt", b"x"), 1, "new.txt is in the folder"),
    "results that are no JSON": (_write("evidence/results.json", b"\xff{"), 1, "results.json"),
    "a manifest of garbage": (_write("evidence/manifest.json", b"garbage"), 1, "damaged"),
    "a manifest of bytes": (_write("evidence/manifest.json", b"\xff\xfe\0"), 1, "damaged"),
    "a manifest that is a list": (_write("evidence/manifest.json", b"[]"), 1, "damaged"),
    "a manifest that is null": (_write("evidence/manifest.json", b"null"), 1, "damaged"),
    "a manifest without outputs": (_manifest(outputs=None), 1, "damaged"),
    "a manifest of odd entries": (_manifest(inputs=[1]), 1, "damaged"),
    "a manifest of odd options": (_manifest(options={"study": 3}), 1, "damaged"),
    "another seed": (_manifest(seed=5), 1, "results.json"),
    "a seed that cannot be": (_manifest(seed=-5), 1, "could not be repeated"),
    "a study elsewhere": (_manifest(options={"study": "../gone"}), 1, "--study"),
    "no manifest": (_remove("evidence/manifest.json"), 2, "not an evidence folder"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found(command: Command, home: Path, name: str) -> None:
    change, code, said = CHANGES[name]
    change(home)
    before = sorted(path.relative_to(home) for path in home.rglob("*"))
    done = command("verify", home / "evidence", "--quiet")
    assert (done.code, "Traceback" in done.err) == (code, False)
    assert said in (done.err if code == 2 else done.out)
    assert sorted(path.relative_to(home) for path in home.rglob("*")) == before


def test_what_is_no_evidence_folder(command: Command, home: Path) -> None:
    for path in (home / "study", home / "study" / "responses.csv", home / "nothing"):
        done = command("verify", path)
        assert (done.code, done.out) == (2, "")
        assert "not an evidence folder" in done.err


def test_a_study_that_moved_is_named(command: Command, home: Path) -> None:
    (home / "study").rename(home / "moved")
    assert command("verify", home / "evidence", "--quiet").code == 1
    assert command("verify", home / "evidence", "--study", home / "moved", "-q").code == 0
    assert command("verify", home / "evidence", "--study", home / "no").code == 2
