"""The command line as the tests call it: in this process, or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from naas_psych.cli.app import run

KEY = "ABCDABCD"
ITEMS = len(KEY)


@dataclass(frozen=True)
class Done:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command:
    """Runs a command line in this process and gives what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str | Path) -> Done:
        self._capsys.readouterr()
        code = run([str(arg) for arg in args])
        said = self._capsys.readouterr()
        return Done(code, said.out, said.err)


def in_process_of_its_own(*args: str | Path, environment: Mapping[str, str] | None = None) -> Done:
    """The same as a user would start it."""
    done = subprocess.run(
        [sys.executable, "-m", "naas_psych", *map(str, args)],
        capture_output=True,
        env={**os.environ, **(environment or {})},
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def write_study(folder: Path, *, persons: int = 40, title: str = "Tiny") -> Path:
    """Recorded options of eight items; item Q05 is miskeyed, Q08 was right for everybody.

    Person i has the first items right up to a limit that grows with i, in a fixed pattern without
    random numbers, so that the snapshot is the same on every machine.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["person_id," + ",".join(f"Q{j + 1:02d}" for j in range(ITEMS))]
    for i in range(persons):
        lines.append(f"P{i + 1:02d}," + ",".join(_choice(i, j, persons) for j in range(ITEMS)))
    (folder / "responses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [f"Q{j + 1:02d},{_keyed(j)},{('a', 'b')[j % 2]}" for j in range(ITEMS)]
    items = "item_id,key,domain\n" + "\n".join(rows) + "\n"
    (folder / "items.csv").write_text(items, encoding="utf-8")
    (folder / "study.toml").write_text(
        f'[study]\ntitle = "{title}"\n\n[tables]\nresponses = "responses.csv"\n'
        'items = "items.csv"\n\n[responses]\nlayout = "wide"\nraw = true\n',
        encoding="utf-8",
    )
    return folder


def _keyed(j: int) -> str:
    """The key in use; that of Q05 should be A."""
    return "B" if j == 4 else KEY[j]


def _choice(i: int, j: int, persons: int) -> str:
    if j == 7:
        return KEY[j]
    if i == 3 and j == 6:
        return ""
    luck = (i * 7 + j * 11) % 10
    knows = i / persons * 10 + luck * 0.6 > j + 2
    return KEY[j] if knows else "ABCD"[(KEY.index(KEY[j]) + 1 + (i + j) % 3) % 4]
