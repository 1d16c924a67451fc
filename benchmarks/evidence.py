"""`python -m benchmarks evidence`: the whole evidence base as a command, and its parts.

Seconds on the wall and of the processor with one and two processes, memory of the largest process,
and how many times the reference: ten thousand eigen-decompositions of 60 x 60 matrices with one
thread, measured before and after every row, so that a slow or busy machine slows both.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.data import write_study
from benchmarks.measure import Cost, cost

PILOT = Path(__file__).resolve().parents[1] / "data" / "sample_responses" / "naas_pilot"
_REFERENCE = """
import numpy as np
from threadpoolctl import threadpool_limits
x = np.random.default_rng(1).standard_normal((100, 60, 60))
with threadpool_limits(1):
    for _ in range(100):
        np.linalg.eigh(x + x.transpose(0, 2, 1))
"""


def reference() -> float:
    """Processor seconds of the reference."""
    return cost([sys.executable, "-c", _REFERENCE]).cpu


def timed(study: str, out: Path, threads: int, *more: str) -> tuple[Cost, float]:
    """What the command costs, and how many times the reference its processor time is."""
    before = reference()
    words = ("evidence", study, "--out", out, "--threads", threads, "-q", "--no-progress", *more)
    took = cost([sys.executable, "-m", "naas_psych", *map(str, words)])
    return took, took.cpu / ((before + reference()) / 2)


def rows() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = write_study(folder / "big", 30_000, 60)
        bare = (str(big / "responses.csv"), "--key", str(big / "key.csv"))
        studies: dict[str, tuple[str, ...]] = {
            "pilot, 960 x 60, all tables": (str(PILOT),),
            "30,000 x 60, responses only": bare,
        }
        for what, (study, *more) in studies.items():
            for threads in (1, 2):
                out = folder / f"{time.monotonic_ns()}"
                took, ratio = timed(study, out, threads, *more)
                page = (out / "report.html").stat().st_size / 1e6
                yield (
                    f"| `evidence`, {what}, --threads {threads} | {took.wall:.1f} | {took.cpu:.1f} "
                    f"| {took.memory_mb:,.0f} | {ratio:.0f} | {page:.1f} |"
                )


def main() -> None:
    print("| what | seconds | of the processor | memory, MB | times the reference | report, MB |")
    print("|---|---|---|---|---|---|")
    for row in rows():
        print(row, flush=True)
