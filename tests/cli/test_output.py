"""Results on standard output, the rest on standard error; four formats; Unix habits."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from naas_psych import register
from tests.cli.command import ITEMS, Command, in_process_of_its_own, write_study

#: Every chapter that can answer from responses alone: groups of persons need a table of persons.
CHAPTERS = [chapter.name for chapter in register.CHAPTERS if chapter.name != "fairness"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_json_is_the_document_of_the_contract(command: Command, tiny: Path, name: str) -> None:
    done = command(name, tiny, "--format", "json", "--quiet")
    assert (done.code, done.err) == (0, "")
    made = done.json
    assert made["command"] == name
    assert made["study"]["persons"] == 40
    assert made["study"]["items"] == ITEMS
    assert made["study"]["fingerprint"].startswith("sha256:")
    chapter = next(one for one in register.CHAPTERS if one.name == name)
    examined = {*made["results"], *made.get("not_examined", {})}
    assert examined == set(chapter.analyses) - set(register.ONLY_WITH)


def test_json_has_the_columns_of_the_contract(command: Command, tiny: Path) -> None:
    row = command("items", tiny, "--format", "json").json["results"]["item_statistics"]["tables"][
        "items"
    ][0]
    wanted = (
        "item_id n facility facility_low facility_high score_sd item_total_r item_rest_r "
        "item_rest_r_low item_rest_r_high biserial upper_lower_d alpha_if_dropped omitted "
        "not_reached not_administered"
    )
    assert set(wanted.split()) <= set(row)


def test_the_same_command_gives_the_same_bytes(tiny: Path) -> None:
    first, second = (
        in_process_of_its_own(
            "items", tiny, "--format", "json", environment={"PYTHONHASHSEED": seed}
        ).out
        for seed in ("1", "2")
    )
    assert first == second


def test_csv_is_the_main_table_and_names_the_others(command: Command, tiny: Path) -> None:
    done = command("items", tiny, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["item_id"] for row in rows] == [f"Q{j + 1:02d}" for j in range(ITEMS)]
    assert "distractors.options" in done.err
    other = command("items", tiny, "--format", "csv", "--table", "options", "--quiet")
    assert other.out.splitlines()[0].startswith("item_id,option,")
    assert other.err == ""


def test_csv_and_markdown_do_not_run_what_people_typed(command: Command, tmp_path: Path) -> None:
    folder = write_study(tmp_path / "sharp", title="<b>5 * 3 | x</b>")
    for name in ("responses.csv", "items.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("Q01", "=cmd(1)|x"), encoding="utf-8")
    table = command("items", folder, "--format", "csv", "--quiet").out
    assert "\n'=cmd(1)|x," in table
    text = command("items", folder, "--format", "markdown", "--quiet").out
    assert "| =cmd(1)\\|x |" in text
    assert "&lt;b&gt;5 \\* 3 \\| x&lt;/b&gt;" in text


def test_markdown_has_every_table(command: Command, tiny: Path) -> None:
    text = command("items", tiny, "--format", "markdown").out
    made = command("items", tiny, "--format", "json").json["results"]
    for analysis, result in made.items():
        for table in result["tables"]:
            assert f"## {analysis}.{table}\n" in text


def test_the_terminal_says_what_matters_first(command: Command, tiny: Path) -> None:
    lines = command("items", tiny).out.splitlines()
    assert lines[0].startswith("Tiny · 40 persons × 8 items · fingerprint ")
    assert lines[2].startswith("8 items, 40 persons: ")
    assert "Q05" in " ".join(lines[2:6])


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_nothing_is_wider_than_the_terminal(
    command: Command, tiny: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for name in CHAPTERS:
        lines = command(name, tiny).out.splitlines()
        assert max(len(line) for line in lines) <= width
        assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_groups_are_not_wider_than_the_terminal(
    command: Command, grouped: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = command("fairness", grouped).out.splitlines()
    assert max(len(line) for line in lines) <= width
    assert not any(line.endswith(" ") for line in lines)


def test_groups_as_json_are_the_document_of_the_contract(command: Command, grouped: Path) -> None:
    done = command("fairness", grouped, "--format", "json", "--quiet")
    assert (done.code, done.err) == (0, "")
    made = done.json
    chapter = next(one for one in register.CHAPTERS if one.name == "fairness")
    examined = {*made["results"], *made["not_examined"]}
    assert examined == set(chapter.analyses) - set(register.ONLY_WITH)
    assert "endorsement" in made["not_examined"]


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study with a column of two groups and a pass mark."""
    folder = write_study(tmp_path_factory.mktemp("grouped") / "s")
    ids = [line.split(",")[0] for line in (folder / "responses.csv").read_text().splitlines()[1:]]
    rows = "".join(f"{name},{'ab'[k % 2]}\n" for k, name in enumerate(ids))
    (folder / "persons.csv").write_text("person_id,team\n" + rows, encoding="utf-8")
    toml = folder / "study.toml"
    text = toml.read_text().replace("[tables]\n", '[tables]\npersons = "persons.csv"\n')
    text += '\n[groups]\nteam = "a"\n\n[cuts]\nmet = { value = 50, unit = "percent" }\n'
    toml.write_text(text, encoding="utf-8")
    return folder


def test_a_terminal_that_knows_only_ascii(tiny: Path) -> None:
    done = in_process_of_its_own("items", tiny, environment={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0
    assert done.out.isascii()
    assert "\\u" not in done.out


def test_no_colour_where_nobody_sees_it(tiny: Path) -> None:
    assert "\x1b[" not in in_process_of_its_own("items", tiny).out


def test_quiet_says_nothing(command: Command, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text((tiny / "responses.csv").read_text())
    args = ("items", tmp_path, "--key", "ABCDBBCD")
    assert "study.toml" in command(*args).err
    assert command(*args, "--quiet").err == ""


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on(command: Command, tiny: Path, level: str, code: int) -> None:
    found = command("items", tiny, "--format", "json").json["findings"]
    worst = {finding["severity"] for finding in found}
    expected = code if level != "error" else int("error" in worst)
    done = command("items", tiny, "--fail-on", level, "--quiet")
    assert done.code == expected
    assert done.out != ""


def test_out_writes_the_folder(command: Command, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "results"
    done = command("items", tiny, "--out", out, "--format", "json")
    assert done.code == 0
    assert "results.json" in done.err
    assert json.loads((out / "results.json").read_text()) == done.json
    assert (out / "tables" / "item_statistics__items.csv").exists()


def test_out_on_a_folder_with_something_in_it(command: Command, tiny: Path, tmp_path: Path) -> None:
    keep = tmp_path / "mine.txt"
    keep.write_text("mine")
    done = command("items", tiny, "--out", tmp_path)
    assert done.code == 2
    assert "not empty" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("args", ["items {} --format json", "items {}", "--help", "schema"])
def test_a_closed_pipe_is_silent(tiny: Path, args: str) -> None:
    """The reader goes at once; the code is that of a broken pipe, not that of a finding."""
    ours = f"{sys.executable} -m naas_psych {args.format(tiny)}"
    reader = f"{sys.executable} -c 'import os; os.close(0)'"
    line = f"set -o pipefail; {{ sleep 0.3; {ours}; }} | {reader}"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 141


def test_the_three_doors_are_one(tiny: Path) -> None:
    root = Path(__file__).parents[2]
    clone = subprocess.run(
        [sys.executable, str(root / "cli.py"), "items", str(tiny), "--format", "json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert clone.stdout == in_process_of_its_own("items", tiny, "--format", "json").out


def test_what_cannot_be_examined_is_said_and_the_rest_goes_on(
    command: Command, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from naas_psych.errors import AnalysisImpossible

    real = register.load("key_check")

    def impossible(*args: object, **options: object) -> None:
        raise AnalysisImpossible("there is no key, give one with --key")

    from dataclasses import replace

    broken = replace(real, run=impossible)
    load = register.load
    monkeypatch.setattr(
        register, "load", lambda name: broken if name == "key_check" else load(name)
    )
    done = command("items", tiny, "--format", "json")
    assert done.code == 0
    assert done.json["not_examined"] == {"key_check": "there is no key, give one with --key"}
    assert "Not examined, key_check: there is no key" in done.err
    alone = command("run", "key_check", tiny)
    assert alone.code == 4
    assert "there is no key" in alone.err
