"""What every peer's script does: read a job, time the work, write the answer as JSON.

A job is a JSON file: scores (path of .npy), task, out (path), and options such as nodes.
Run inside the peer's own environment, so nothing but numpy is imported here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

#: A task gets the scores and the job, and returns the work to be timed and a function that tells
#: what came of it (items' a, b, c, and what else is worth a word).
Task = Callable[[Any, dict[str, Any]], tuple[Callable[[], Any], Callable[[Any], dict[str, Any]]]]


def main(tasks: dict[str, Task]) -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    work, tell = tasks[job["task"]](np.load(job["scores"]), job)
    first, result = _seconds(work)
    answer = {"first": first, "memory_mb": _most_memory()}
    answer |= {"seconds": min([first, *_again(work, first)])} | tell(result)
    Path(job["out"]).write_text(json.dumps(answer, default=_plain))


def nothing(_result: Any) -> dict[str, Any]:
    """For work whose answer is not compared."""
    return {}


def _again(work: Callable[[], Any], first: float) -> list[float]:
    """Later calls, where compiled code is ready: several of a fast one, none of a very slow one."""
    repeats = 5 if first < 2 else 2 if first < 20 else 1 if first < 90 else 0
    return [_seconds(work)[0] for _ in range(repeats)]


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _most_memory() -> float:
    """Most memory of this process so far, MB. (ru_maxrss would count the parent's before exec.)"""
    status = Path("/proc/self/status").read_text()
    return float(status.split("VmHWM:")[1].split()[0]) / 1024


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return np.asarray(value).tolist()
