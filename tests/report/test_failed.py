"""An analysis or a figure with a fault of its own is told as failed; the rest is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.cli import files
from naas_psych.drawing import Drawing
from naas_psych.report import run as running
from naas_psych.report.recall import recall_failed
from naas_psych.report.run import failure, run_all
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.report.study_files import write_study

SECRET = "PERSON-00007"
#: Few analyses, so that a run takes seconds.
FEW = tuple(
    replace(chapter, analyses=chapter.analyses[:2])
    for chapter in register.CHAPTERS
    if chapter.name in ("items", "speed")
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return nps.read_study(write_study(tmp_path_factory.mktemp("failed") / "study"))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Distractors stop with a person in their message, and every figure of item statistics does."""
    sound, load = running._run, register.load

    def run(study: Study, name: str, given: Any) -> Result:
        if name == "distractors":
            raise KeyError(SECRET)
        return sound(study, name, given)

    def broken_figures(_: Result) -> tuple[Drawing, ...]:
        def draw() -> Any:
            raise ValueError(f"no place for {SECRET} in /home/someone/x.csv")

        return (Drawing("broken", "A title", "words", draw, "items"),)

    def loaded(name: str) -> Any:
        found = load(name)
        return replace(found, drawings=broken_figures) if name == "item_statistics" else found

    monkeypatch.setattr(running, "_run", run)
    monkeypatch.setattr(register, "load", loaded)
    monkeypatch.setattr(register, "CHAPTERS", FEW)
    yield


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("threads", [1, 2])
def test_what_fails_is_told_and_the_rest_is_written(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str], threads: int
) -> None:
    nps.evidence(study, out=tmp_path / "out", threads=threads)
    made = json.loads((tmp_path / "out" / "results.json").read_text())
    assert list(made["failed"]) == ["distractors"]
    assert "item_statistics" in made["results"]
    assert "distractors" not in made["results"]
    assert set(recall_failed(tmp_path / "out")) == {"distractors", "item_statistics"}
    page = (tmp_path / "out" / "report.html").read_text()
    assert "A fault in the program (KeyError)" in page
    assert "The figure 'A title' is missing" in page or "The figure &#39;A title&#39;" in page
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    files._tell_failed(tmp_path / "out")
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.usefixtures("broken")
def test_processes_give_the_same_run(study: Study) -> None:
    one, two = (run_all(study, seed=2017, threads=n) for n in (1, 2))
    assert dict(one.failed) == dict(two.failed)
    assert [r.analysis for r in one.results] == [r.analysis for r in two.results]


def test_the_user_stops_everything(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "_run", interrupted)
    for threads in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            run_all(study, seed=2017, threads=threads)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("P07"), "A fault in the program (KeyError)."),
        (ValueError("no (3,4) and 5"), "A fault in the program (ValueError: no … and …)."),
        (OSError("no file /home/a/b.csv"), "A fault in the program (OSError: no file …)."),
        (MemoryError("Unable to allocate 3 GiB"), "There was not enough memory."),
    ],
)  # fmt: skip
def test_a_reason_names_no_person_number_or_path(error: Exception, words: str) -> None:
    assert failure(error) == words


_SLOW = """
import sys, time
import naas_psych as nps
from naas_psych.report import run, outputs, folder
stage, out, study = sys.argv[1:]
def stop(*_, **__):
    print("here", flush=True)
    time.sleep(120)
if stage == "analyses":
    run._run = stop
elif stage == "figures":
    outputs.write_figures = stop
else:
    folder.page = stop
from naas_psych import register
from dataclasses import replace
register.CHAPTERS = tuple(replace(c, analyses=c.analyses[:1]) for c in register.CHAPTERS[:2])
nps.evidence(nps.read_study(study), out=out, threads=2)
"""


@pytest.mark.parametrize("stage", ["analyses", "figures", "page"])
def test_a_killed_run_leaves_nothing_that_looks_finished(
    study: Study, tmp_path: Path, stage: str
) -> None:
    place = tmp_path / "home"
    place.mkdir()
    source = str(study.source)
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, stage, str(place / "out"), source],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    # Two processes may speak at once.
    assert process.stdout.readline().startswith("here"), process.communicate()
    process.kill()
    process.communicate()
    assert not (place / "out").exists()
    assert all(
        left.name.endswith(".part") and left.name.startswith(".") for left in place.iterdir()
    )
    assert not list(place.rglob("manifest.json"))
