"""Run one thing in a process of its own and say what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Wall-clock and processor seconds, and the most memory it held (MB)."""

    wall: float
    cpu: float
    memory_mb: float


def cost(command: Sequence[str], *, repeats: int = 1) -> Cost:
    """The cheapest of `repeats` runs of `command`: on a shared machine noise only adds."""
    return min((_once(command) for _ in range(repeats)), key=lambda c: c.wall)


def python(code: str, *, repeats: int = 1) -> Cost:
    """The cost of a Python program given as text, in a fresh interpreter."""
    return cost([sys.executable, "-c", code], repeats=repeats)


def _once(command: Sequence[str]) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode != 0:
        raise RuntimeError(f"{command} failed: {stderr.decode()[-2000:]}")
    wall = time.perf_counter() - start
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
