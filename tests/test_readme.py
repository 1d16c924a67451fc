"""What the README and the manual tell people to type works as they tell it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from naas_psych.cli.app import run
from naas_psych.packaged import toml_entries

ROOT = Path(__file__).resolve().parents[1]
#: What stands for something of the reader's own.
OWN = ("STUDY", "responses.csv")
#: What is run elsewhere: the evidence by .ci/run and by its own tests.
ELSEWHERE = ("evidence", "verify")


def commands(page: str) -> list[str]:
    """Every naas-psych line of the shell blocks of a page that needs nothing of the reader's."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    typed = [line for line in lines if line.startswith("naas-psych ")]
    return [
        line
        for line in typed
        if not any(word in line for word in OWN) and line.split()[1] not in ELSEWHERE
    ]


PAGES = ("README.md", "docs/pilot.md")
TYPED = [(page, line) for page in PAGES for line in commands(page)]


def small(line: str) -> list[str]:
    """The same command at a size for a test."""
    line = re.sub(r"--replicates \d+", "--replicates 2", line)
    return shlex.split(line.replace("30000", "300"))[1:]


@pytest.mark.parametrize(("page", "line"), TYPED)
def test_what_the_pages_say_to_type_works(
    page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    assert run([*small(line)]) == 0


def test_the_pages_have_commands() -> None:
    assert len(TYPED) >= 10


def test_the_manual_lists_every_plant() -> None:
    text = (ROOT / "docs" / "pilot.md").read_text(encoding="utf-8")
    for name, plant in toml_entries("simulate/pilot.toml")["plants"].items():
        assert f"| {name} | {plant['feature']} | {plant['analysis']} |" in text
