"""`python -m benchmarks structure`: tetrachoric correlations and parallel analysis, 30,000 x 60.

R's psych and lavaan are measured on the same data where `Rscript` is installed. The largest
difference of a correlation stands beside the seconds: a fast wrong answer is none.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import scored
from naas_psych.numerics.parallel_analysis import Kind, null_eigenvalues
from naas_psych.numerics.polychoric import polychoric_matrix

_PEERS = {
    "psych::tetrachoric": "psych::tetrachoric(x, correct = 0, smooth = FALSE)$rho",
    "lavaan::lavCor": "unclass(lavaan::lavCor(as.data.frame(x), ordered = colnames(x), "
    'output = "cor"))',
}
_SCRIPT = """
x <- as.matrix(read.csv("{csv}"))
t <- system.time(r <- {call})
write.table(r, "{out}", row.names = FALSE, col.names = FALSE, sep = ",")
cat(t[["elapsed"]])
"""


def best(function: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of `repeats` calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def peers(folder: Path, scores: NDArray[np.int8], ours: NDArray[np.float64]) -> Iterator[str]:
    """A line of the table for each peer."""
    csv = folder / "scored.csv"
    header = ",".join(f"Q{j + 1:03d}" for j in range(scores.shape[1]))
    np.savetxt(csv, scores, fmt="%d", delimiter=",", header=header, comments="")
    for name, call in _PEERS.items():
        out = folder / "r.csv"
        script = _SCRIPT.format(csv=csv, out=out, call=call)
        done = subprocess.run(
            ["Rscript", "-e", script], capture_output=True, text=True, check=False
        )
        if done.returncode:
            yield f"| {name} | | not here |"
            continue
        apart = np.abs(np.loadtxt(out, delimiter=",") - ours).max()
        yield f"| {name} | {float(done.stdout.split()[-1]):.2f} | {apart:.1e} from ours |"


def main() -> None:
    scores = scored(30_000, 60)
    found = polychoric_matrix(scores)
    print("| what, 30,000 x 60 | seconds | beside |\n|---|---|---|", flush=True)
    took = best(lambda: polychoric_matrix(scores), repeats=5)
    print(f"| 1,770 tetrachoric correlations with standard errors | {took:.3f} | |", flush=True)
    if shutil.which("Rscript"):
        with tempfile.TemporaryDirectory() as name:
            for line in peers(Path(name), scores, found.r):
                print(line, flush=True)
    both: tuple[Kind, ...] = ("pearson", "polychoric")
    for threads in (1, 2):
        took = best(
            lambda threads=threads: null_eigenvalues(  # type: ignore[misc]
                scores, kinds=both, replicates=100, seed=1, threads=threads
            ),
            repeats=1,
        )
        what = f"parallel analysis, 100 replicates, both matrices, {threads} threads"
        print(f"| {what} | {took:.2f} | |", flush=True)
