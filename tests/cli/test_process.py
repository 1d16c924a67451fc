"""The command as a process: closed streams, signals, a full disk, threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import Command, in_process_of_its_own, write_study


def _shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(("closed", "code"), [("<&-", 0), (">&-", 0), ("2>&-", 0)])
def test_a_closed_stream_is_no_fault(tiny: Path, closed: str, code: int) -> None:
    done = _shell(f"{sys.executable} -m naas_psych items {tiny} {closed}")
    assert (done.returncode, done.stderr) == (code, "")


def test_a_wrong_call_with_a_closed_stderr_keeps_its_code() -> None:
    assert _shell(f"{sys.executable} -m naas_psych items /no/such/place 2>&-").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_that_is_full(tiny: Path) -> None:
    done = _shell(f"{sys.executable} -m naas_psych items {tiny} --format json >/dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("the output: No space left on device.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_an_interrupt_leaves_nothing(
    tiny: Path, tmp_path: Path, seconds: float, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "naas_psych", "evidence", str(tiny), "--no-progress"]
    out = tmp_path / "new" / "evidence"
    with subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        while running.poll() is None and not out.parent.exists():
            time.sleep(0.02)
        time.sleep(seconds)
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
    if running.returncode == 0:  # a fast machine was done before
        return
    assert running.returncode == 130
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a Unix system")
def test_what_must_not_be_stopped_goes_on(tiny: Path) -> None:
    line = f"trap '' HUP; {sys.executable} -m naas_psych check {tiny} & p=$!; sleep 0.2; kill -HUP"
    assert _shell(f"{line} $p; wait $p").returncode == 0


def test_threads_are_the_cores_unless_told(
    command: Command, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from naas_psych.cli import chapters, files

    asked: list[object] = []
    for module in (chapters, files):
        monkeypatch.setattr(f"{module.__name__}.cores", lambda: 7, raising=False)
    monkeypatch.setattr("naas_psych.cli.cores.cores", lambda: 7)

    def perform(request: object) -> int:
        asked.append(request.options["threads"])  # type: ignore[attr-defined]
        return 0

    monkeypatch.setattr("naas_psych.cli.perform.perform", perform)
    command("reliability", tiny)
    command("reliability", tiny, "--threads", "3")
    assert asked == [7, 3]


def test_any_number_of_threads_gives_the_same_bytes(command: Command, tiny: Path) -> None:
    made = {
        command("reliability", tiny, "--format", "json", "--threads", n).out
        for n in ("1", "2", "5")
    }
    assert len(made) == 1


@pytest.mark.parametrize(("profile", "told"), [("ofqual", True), ("nhs", True), ("none", False)])
def test_a_disclosure_profile_is_answered(
    command: Command, tmp_path: Path, profile: str, told: bool
) -> None:
    folder = write_study(tmp_path / "s")
    toml = folder / "study.toml"
    toml.write_text(toml.read_text() + f'\n[disclosure]\nprofile = "{profile}"\n', encoding="utf-8")
    done = command("items", folder, "--format", "json")
    said = [line for line in done.err.splitlines() if "disclosure profile" in line]
    assert len(said) == int(told)
    counts = [row["n"] for row in done.json["results"]["item_statistics"]["tables"]["items"]]
    assert all(n is None or n % 5 == 0 for n in counts) or not told
    assert command("items", folder, "--quiet").err == ""


ACCENTS = "person_id,Q1\u00e4,Q2\u00e4,Q3\u00e4\nA,1,0,1\n\u00c9,0,1,1\nC,1,1,1\n"


@pytest.mark.parametrize("name", ["check", "items", "reliability"])
@pytest.mark.parametrize("repeat", [False, True])
def test_names_that_the_stream_cannot_encode(tmp_path: Path, name: str, repeat: bool) -> None:
    path = tmp_path / "r.csv"
    path.write_text(ACCENTS + "\u00c9,1,1,1\n" * repeat, encoding="utf-8")
    environment = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = in_process_of_its_own(name, path, environment=environment)
    assert done.code == (3 if repeat else 0)
    assert "\\x" in done.out + done.err


def test_control_characters_in_names_do_not_reach_the_terminal(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(ACCENTS.replace("Q1", "Q\x1b[31m1\x07") + "C,1,1,1\n", encoding="utf-8")
    for name in ("check", "items"):
        done = command(name, path)
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err
    path.write_text(ACCENTS.replace("Q1", "Q\x1b[31m1\x07\u202e"), encoding="utf-8")
    done = command("items", path)
    assert done.code == 0
    assert "Q?[31m1??" in done.out
    assert "\x1b" not in done.out + done.err


@pytest.mark.skipif(os.name != "posix", reason="names of files are text elsewhere")
def test_a_file_name_that_is_not_text(command: Command, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xffad.csv"))
    path.write_text(ACCENTS, encoding="utf-8")
    for study in (path, tmp_path):
        done = command("items", study)
        assert (done.code, done.out) == (2, "")
        assert "is not text in UTF-8" in done.err


def test_warnings_of_libraries_are_not_for_users(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(ACCENTS.replace("Q1", "\u554f"), encoding="utf-8")
    done = in_process_of_its_own("evidence", path, "--out", tmp_path / "out", "--quiet")
    assert (done.code, done.err) == (0, "")
    assert in_process_of_its_own("verify", tmp_path / "out").code == 0
