"""The text that people see, kept as files: `NAAS_PSYCH_SNAPSHOTS=new pytest tests/cli` renews them.

These are our own words and layout, never evidence that a number is right.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from naas_psych import register
from tests.cli.command import Command

FOLDER = Path(__file__).parents[1] / "snapshots" / "cli"
CHAPTERS = [chapter.name for chapter in register.CHAPTERS]


def compare(name: str, text: str) -> None:
    path = FOLDER / f"{name}.txt"
    stable = re.sub(r"fingerprint [0-9a-f]{12}", "fingerprint 000000000000", text)
    if os.environ.get("NAAS_PSYCH_SNAPSHOTS") == "new":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(stable, encoding="utf-8")
    assert stable == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter(
    command: Command, tiny: Path, monkeypatch: pytest.MonkeyPatch, name: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    compare(f"{name}_{width}", command(name, tiny).out)


@pytest.mark.parametrize("name", ["item_rest_r", "item_statistics"])
def test_an_explanation(command: Command, name: str) -> None:
    compare(f"explain_{name}", command("explain", name).out)


def test_the_list(command: Command) -> None:
    compare("list", command("list").out)


def test_a_clean_check(command: Command, tiny: Path) -> None:
    compare("check_clean", command("check", tiny).out)
