"""Work shared among processes: the same answers, no process left behind, faults told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from naas_psych.report.workers import Say, WorkerLost, shared, workers_for

pytestmark = pytest.mark.skipif(
    workers_for(2) < 2, reason="processes copy themselves on Linux only"
)


def _silent(_: str) -> None:
    pass


def _children() -> set[str]:
    here = Path(f"/proc/{os.getpid()}/task")
    return {pid for task in here.iterdir() for pid in (task / "children").read_text().split()}


@pytest.mark.parametrize("workers", [1, 2, 3, 9])
def test_the_answer_does_not_depend_on_the_processes(workers: int) -> None:
    made = shared(lambda k, _: k * k, [3, 1, 2, 0], workers=workers, say=_silent)
    assert {k: made[k] for k in sorted(made)} == {0: 0, 1: 1, 2: 4, 3: 9}


def test_the_work_is_done_elsewhere_and_its_steps_are_told() -> None:
    told: list[str] = []

    def work(k: int, say: Say) -> int:
        say(f"step {k}")
        return os.getpid()

    made = shared(work, range(4), workers=2, say=told.append)
    assert os.getpid() not in made.values()
    assert sorted(told) == ["step 0", "step 1", "step 2", "step 3"]


def test_an_error_is_raised_here_and_nobody_goes_on() -> None:
    before = _children()

    def work(k: int, _: Say) -> int:
        if k == 0:
            raise ValueError("nought")
        time.sleep(60)
        return k

    began = time.monotonic()
    with pytest.raises(ValueError, match="nought"):
        shared(work, [1, 0], workers=2, say=_silent)
    assert time.monotonic() - began < 30
    assert _children() <= before


def test_what_cannot_be_sent_back_is_an_error_not_a_death() -> None:
    with pytest.raises(TypeError, match="sent back"):
        shared(lambda k, _: lambda: k, [0, 1], workers=2, say=_silent)


def test_a_worker_ended_from_outside_is_told() -> None:
    def work(k: int, _: Say) -> int:
        if k == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return k

    with pytest.raises(WorkerLost, match="ended from outside"):
        shared(work, [0, 1, 2], workers=2, say=_silent)


_LONG = """
import os, sys, time
from naas_psych.report.workers import shared
def work(k, say):
    say(str(os.getpid()))
    time.sleep(120)
shared(work, [0, 1], workers=2, say=lambda pid: print(pid, flush=True))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_its_parent(how: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _LONG], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as told:
        pids = [int(told.readline()) for _ in range(2)]
        parent.send_signal(how)
        parent.wait(timeout=30)
    assert all(_gone(pid) for pid in pids)


def _gone(pid: int) -> bool:
    """Ended, or ended and not yet collected by whoever adopts orphans here."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False
