"""`python -m benchmarks [--million]`: every figure of docs/performance.md, as a Markdown table.

`python -m benchmarks irt [--million]` is the table of the response models, see irt.py;
`python -m benchmarks structure` that of tetrachoric correlations and parallel analysis,
`python -m benchmarks fairness` that of methods for items that differ between groups,
`python -m benchmarks cutscores` that of the sweep over every pass mark,
`python -m benchmarks evidence` that of the whole evidence base.
Ratios to a peer are taken within one run, because machines are shared and noisy. R's psych is
measured where `Rscript` is installed; without it the row says so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import scored, write_study
from benchmarks.measure import Cost, cost
from benchmarks.peers import psych_alpha
from naas_psych.numerics.moments import moments


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    seconds: float
    memory_mb: float | None = None
    peer: str = ""


def command(*words: str | Path, repeats: int = 3) -> Cost:
    """The cost of `naas-psych WORDS` as a whole command."""
    return cost([sys.executable, "-m", "naas_psych", *map(str, words)], repeats=repeats)


def best(function: Callable[[], object], repeats: int = 5) -> float:
    """Seconds of the fastest of `repeats` calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def start_up() -> Row:
    took = command("--help", repeats=5)
    return Row("`naas-psych --help`, processor time", took.cpu, took.memory_mb)


def whole_commands(folder: Path, n_persons: int, repeats: int) -> Iterator[Row]:
    study = write_study(folder / f"n{n_persons}", n_persons, 60)
    took = command("items", study, "--format", "json", "--no-progress", repeats=repeats)
    yield Row(f"`items`, {n_persons:,} x 60 raw CSV, whole command", took.wall, took.memory_mb)


def alpha_and_drops(folder: Path) -> Row:
    """Item statistics with alpha-if-dropped, once the data are read, beside psych::alpha."""
    import naas_psych as nps

    scores = scored(30_000, 60)
    csv = folder / "scored.csv"
    header = ",".join(f"Q{j + 1:03d}" for j in range(60))
    np.savetxt(csv, scores, fmt="%d", delimiter=",", header=header, comments="")
    study = nps.read_study(csv)
    ours = best(lambda: nps.item_statistics(study))
    peer = psych_alpha(csv)
    said = f"psych::alpha {peer[0]:.2f} s: {peer[0] / ours:.0f} times ours" if peer else "no R here"
    return Row("item_statistics, 30,000 x 60, data read", ours, peer=said)


def bootstrap(folder: Path) -> Row:
    """1,000 bootstrap samples of every coefficient."""
    import naas_psych as nps

    study = nps.read_study(write_study(folder / "boot", 30_000, 60))
    took = best(lambda: nps.reliability(study, replicates=1000, threads=2), repeats=1)
    return Row("reliability, 1,000 bootstrap samples of all coefficients, 30,000 x 60", took)


def simulations(folder: Path) -> Iterator[Row]:
    """The synthetic pilot as a whole command, at its own size and at that of the workforce."""
    for persons in (960, 30_000):
        out = folder / f"pilot{persons}"
        took = command("simulate", out, "--persons", str(persons), "-q", repeats=1)
        yield Row(f"`simulate`, {persons:,} persons, whole command", took.wall, took.memory_mb)


def replicates() -> Row:
    """What one more replicate of the scorecard costs, on two cores."""
    import naas_psych as nps

    few, many = (
        best(lambda n=n: nps.scorecard(replicates=n, threads=2), repeats=1)  # type: ignore[misc]
        for n in (4, 24)
    )
    return Row("scorecard, one more replicate of 960 persons, two cores", (many - few) / 20)


def desktop_case(folder: Path) -> Row:
    import naas_psych as nps

    study = nps.read_study(write_study(folder / "desk", 2_500, 100))
    took = best(lambda: nps.item_statistics(study))
    return Row("item_statistics, 2,500 x 100, data read", took)


def growth(largest: int) -> Iterator[Row]:
    """Cross-products at growing N: cost per 100,000 persons should not rise."""
    scores = scored(largest, 60)
    n = largest // 100
    while n <= largest:
        took = best(lambda n=n: moments(scores[:n]), repeats=3)  # type: ignore[misc]
        per = took / n * 100_000
        yield Row(f"cross-products, {n:,} x 60 ({per:.3f} s per 100,000 persons)", took)
        n *= 10


def rows(*, million: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield start_up()
        yield from whole_commands(folder, 30_000, repeats=3)
        if million:
            yield from whole_commands(folder, 100_000, repeats=1)
            yield from whole_commands(folder, 300_000, repeats=1)
            yield from whole_commands(folder, 1_000_000, repeats=1)
        yield alpha_and_drops(folder)
        yield desktop_case(folder)
        yield bootstrap(folder)
        yield from simulations(folder)
        yield replicates()
        yield from growth(1_000_000 if million else 100_000)


def main() -> None:
    if sys.argv[1:2] == ["irt"]:
        from benchmarks import irt

        irt.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["structure"]:
        from benchmarks import structure

        structure.main()
        return
    if sys.argv[1:2] == ["fairness"]:
        from benchmarks import fairness

        fairness.main()
        return
    if sys.argv[1:2] == ["cutscores"]:
        from benchmarks import cutscores

        cutscores.main()
        return
    if sys.argv[1:2] == ["evidence"]:
        from benchmarks import evidence

        evidence.main()
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="also 1,000,000 persons")
    print("| what | seconds | memory, MB | beside |\n|---|---|---|---|", flush=True)
    for row in rows(million=parser.parse_args().million):
        memory = f"{row.memory_mb:,.0f}" if row.memory_mb else ""
        print(f"| {row.what} | {row.seconds:.3f} | {memory} | {row.peer} |", flush=True)


if __name__ == "__main__":
    main()
