"""`check` and the refusal of an analysing command: every fault, where it is, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import Fault
from tests.cli.command import Command, write_study


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A study in which a person occurs twice and an item of the table has no column."""
    folder = write_study(tmp_path / "broken")
    path = folder / "responses.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    return folder


def test_a_clean_study_gets_one_sentence(command: Command, tiny: Path) -> None:
    done = command("check", tiny)
    assert done.code == 0
    first = " ".join(done.out.split())
    assert first.startswith("Tiny: 40 persons x 8 items, recorded options, scored by the key")


def test_a_fault_is_shown_with_its_place(command: Command, broken: Path) -> None:
    done = command("check", broken)
    assert done.code == 3
    text = " ".join(done.out.split())
    for word in ("error", "responses.csv", "42", "P01", "Expected:", "What to do:"):
        assert word in text


def test_check_as_json(command: Command, broken: Path, tiny: Path) -> None:
    done = command("check", broken, "--format", "json")
    assert done.code == 3
    made = done.json
    assert set(made) >= {"naas_psych", "command", "study", "faults", "summary"}
    assert made["summary"]["error"] == len([f for f in made["faults"] if f["severity"] == "error"])
    fault = made["faults"][0]
    assert (fault["file"], fault["row"]) == ("responses.csv", 42)
    clean = command("check", tiny, "--format", "json")
    assert (clean.code, clean.json["study"]["persons"]) == (0, 40)


@pytest.mark.parametrize("format", ["csv", "markdown"])
def test_check_as_a_table(command: Command, broken: Path, format: str) -> None:
    done = command("check", broken, "--format", format)
    assert done.code == 3
    assert "severity" in done.out.splitlines()[0]
    assert "responses.csv" in done.out


def test_an_analysis_refuses_with_the_same_faults(command: Command, broken: Path) -> None:
    done = command("items", broken)
    assert (done.code, done.out) == (3, "")
    text = " ".join(done.err.split())
    assert text.startswith("The data cannot be used as they are: 1 fault.")
    assert "responses.csv" in text
    assert "42" in text


def test_a_refusal_is_capped(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    from naas_psych.cli.console import console
    from naas_psych.cli.faults import refuse

    faults = [
        Fault(
            code="x",
            severity="error",
            found=f"Fault {k}.",
            expected="none.",
            action="Mend it.",
            file="f.csv",
            row=k,
        )
        for k in range(50)
    ]
    refuse(console(sys.stderr), faults)
    said = capsys.readouterr().err
    assert said.count("f.csv") == 20
    assert "and 30 more" in said


def test_fail_on_warning(command: Command, tmp_path: Path) -> None:
    folder = write_study(tmp_path / "warned")
    path = folder / "responses.csv"
    path.write_text(path.read_text() + "P99,,,,,,,,\n", encoding="utf-8")
    severities = {
        f["severity"] for f in command("check", folder, "--format", "json").json["faults"]
    }
    assert command("check", folder).code == 0
    assert command("check", folder, "--fail-on", "info").code == int(bool(severities))


def test_a_waived_fault_is_shown_with_its_reason(command: Command, broken: Path) -> None:
    code = command("check", broken, "--format", "json").json["faults"][0]["code"]
    toml = broken / "study.toml"
    waiver = f'\n[[waivers]]\ncode = "{code}"\nreason = "a known second sitting"\n'
    toml.write_text(toml.read_text() + waiver, encoding="utf-8")
    done = command("check", broken)
    from naas_psych.study.checks import CHECKS

    if CHECKS[code].waivable:
        assert "a known second sitting" in done.out
    else:
        assert done.code == 3
