"""What the README and the manual tell people to type works as they tell it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import naas_psych
from naas_psych.cli.app import run
from naas_psych.packaged import toml_entries
from naas_psych.study import load
from tests.samples import read_once

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
#: What stands for a study of the reader's own, and the one that is put in its place.
OWN, MINE = "STUDY", "data/sample_responses/mini"
#: What is run elsewhere: the evidence by .ci/run and by its own tests.
ELSEWHERE = ("evidence", "verify", "diff")
#: What the README runs in another form already; the nightly command types these as well.
LONG = (
    "naas-psych fairness data/sample_responses/naas_pilot --group setting --group ethnicity",
    "naas-psych scorecard",
    "naas-psych run standard_summary data/sample_responses/naas_pilot",
    "naas-psych run cut_sweep data/sample_responses/naas_pilot --cut 63% --from 60% --to 66%",
)
#: Python that needs evidence folders of the reader's own; the tests of reports call it.
FOLDERS = ("nps.diff_evidence",)
#: A study may lack what an analysis needs; any other end is a fault of the page.
DONE, IMPOSSIBLE = 0, 4


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of every block of code of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def typed(page: str) -> list[str]:
    """Every naas-psych line of the shell blocks of a page."""
    lines = [
        line for language, text in blocks(page) if language == "sh" for line in text.split("\n")
    ]
    plain = [line.split("#")[0].strip() for line in lines]
    return [line for line in plain if line.startswith("naas-psych ")]


def shown(page: str) -> list[str]:
    """Every command whose output a page shows: `$ naas-psych ...`, with a remark behind it."""
    lines = [line for language, text in blocks(page) if not language for line in text.split("\n")]
    found = [line.removeprefix("$ ") for line in lines if line.startswith("$ naas-psych ")]
    return [re.split(r"\s{2,}|\s\|", line)[0] for line in found]


LINES = list(dict.fromkeys(line for page in PAGES for line in typed(page)))
RUN = [
    pytest.param(line, marks=[pytest.mark.slow] if line in LONG else [])
    for line in LINES
    if line.split()[1] not in ELSEWHERE
]
SHOWN = list(dict.fromkeys(line for page in PAGES for line in shown(page)))
PYTHON = [
    pytest.param(text, id=f"{page}-{n}")
    for page in PAGES
    for n, (language, text) in enumerate(blocks(page))
    if language in ("python", "py") and not any(name in text for name in FOLDERS)
]


def small(line: str) -> list[str]:
    """The same command at a size for a test."""
    line = re.sub(r"--replicates \d+", "--replicates 2", line)
    line = line.replace("30000", "300").replace(OWN, MINE)
    return shlex.split(line)[1:]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader types: the sample data, and a bare file of five items."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    answers = ["ABDCA", "ABDCB", "ABDAA", "ACDCA", "BBACA", "CBDDA", "ABCBD", "DADCC"]
    rows = [f"P{n},{','.join(answer)}" for n, answer in enumerate(answers)]
    (tmp_path / "responses.csv").write_text("\n".join(["id,Q1,Q2,Q3,Q4,Q5", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(load, "read_study", read_once)
    monkeypatch.setattr(naas_psych, "read_study", read_once, raising=False)
    return tmp_path


@pytest.mark.parametrize("line", RUN)
def test_what_the_pages_say_to_type_works(line: str, place: Path) -> None:
    ends = (DONE, IMPOSSIBLE) if OWN in line else (DONE,)
    assert run([*small(line)]) in ends


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_whose_output_is_shown_is_one(line: str) -> None:
    # An option that does not exist is told before help is shown.
    assert run([*shlex.split(line)[1:], "--help"]) == DONE


@pytest.mark.parametrize("text", PYTHON)
def test_what_the_pages_say_in_python_works(text: str, place: Path) -> None:
    scores = np.random.default_rng(2017).integers(0, 2, size=(200, 6))
    exec(compile(text, "page", "exec"), {"scores": scores})


def test_the_pages_have_commands() -> None:
    assert len(RUN) >= 20
    assert len(SHOWN) >= 2
    assert len(PYTHON) >= 5
    assert set(LONG) <= set(LINES)


def test_the_manual_lists_every_plant() -> None:
    text = (ROOT / "docs" / "pilot.md").read_text(encoding="utf-8")
    for name, plant in toml_entries("simulate/pilot.toml")["plants"].items():
        assert f"| {name} | {plant['feature']} | {plant['analysis']} |" in text
