"""`diff` on the real command: 0 when two folders say the same, 1 when not, 2 for no evidence."""

from __future__ import annotations

import copy
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.command import Command
from tests.report.folders import CLAIMS, ITEMS, write_folder


def test_the_command(command: Command, tmp_path: Path) -> None:
    claims = copy.deepcopy(CLAIMS)
    claims["claims"][1]["verdict"] = "MET"
    table = ITEMS.assign(facility=[0.6, 0.25, None])
    write_folder(tmp_path / "a")
    write_folder(tmp_path / "b", claims=claims, seed=3, tables={"item_statistics__items": table})
    done = command("diff", tmp_path / "a", tmp_path / "b")
    assert done.code == 1
    assert "1 verdicts" in done.out
    assert "Only the options differ." in done.out
    headings = [line for line in done.out.splitlines() if line and not line.startswith(" ")]
    assert headings[2] == "Verdicts that changed"
    assert "E02: Was it fair?: CANNOT TELL -> MET" in done.out
    assert "item_statistics/items, item_id Q1, facility: 0.5 -> 0.6" in done.out
    made = json.loads(command("diff", tmp_path / "a", tmp_path / "b", "-f", "json", "-q").out)
    assert (made["same"], made["verdicts"][0]["after"]) == (False, "MET")
    csv = command("diff", tmp_path / "a", tmp_path / "b", "-f", "csv").out.splitlines()
    assert csv[:2] == ["part,what,before,after", "verdict,E02: Was it fair?,CANNOT TELL,MET"]
    assert command("diff", tmp_path / "a", tmp_path / "b", "-f", "markdown").out.startswith(
        "| part"
    )
    assert command("diff", tmp_path / "a", tmp_path / "a").code == 0
    refused = command("diff", tmp_path / "a", tmp_path)
    assert (refused.code, refused.out) == (2, "")


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reproduction.md"


def blocks(language: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return "\n".join(
        re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    )


def test_what_the_manual_shows_works(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "evidence")
    write_folder(tmp_path / "evidence_after", seed=5)
    monkeypatch.chdir(tmp_path)
    lines = [line for line in blocks("sh").splitlines() if line.startswith("naas-psych ")]
    assert len(lines) == 5
    for line in lines:
        words = shlex.split(line)[1:]
        # `evidence` and `verify` run in tests of their own; here their options must exist.
        done = command(*words) if words[0] == "diff" else command(*words, "--help")
        assert done.code == 0
    exec(compile(blocks("py"), "page", "exec"), {})


def test_the_manual_names_every_file_of_the_folder() -> None:
    from naas_psych.report.crate import _FILES

    text = PAGE.read_text(encoding="utf-8")
    for name in _FILES:
        assert name.startswith("tables/") or f"`{name}`" in text
