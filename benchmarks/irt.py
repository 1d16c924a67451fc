"""`python -m benchmarks irt [--million]`: what the response models cost, beside their peers.

Every program runs in a process of its own, and every Python peer in an environment of its own,
which is made under --environments (once) or in a temporary folder (each time). Seconds are those of
the best of several calls; the first call, in which some programs compile, stands beside them.
Imports and reading the scores are not counted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import irt_check
from benchmarks.irt_data import Items, write
from benchmarks.irt_peers import OURS, Answer, Place, run, run_cold
from benchmarks.irt_plan import Run, Section, growth, sections

#: After a first call of more seconds than this, a program is not asked again: the whole table is to
#: take a quarter of an hour.
_SLOW = 60.0
#: Log-likelihood units by which a program's own value may differ from ours without a word.
_TELLING = 0.5


@dataclass(frozen=True)
class Row:
    """One line of the table. short : log-likelihood units behind the best of its section."""

    what: str
    program: str
    n_persons: int
    task: str = ""
    model: str = ""
    seconds: float | None = None
    first: float | None = None
    memory_mb: float | None = None
    short: float | None = None
    note: str = ""


def main(words: Sequence[str]) -> None:
    options = _options(words)
    # Told to stop, it ends the running peer and removes its folder first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    rows: list[Row] = []
    print("| what | program | seconds | first call | memory, MB | short of the best, ln L | |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = Place(options.environments or folder / "environments", folder, options.limit)
        for row in _measured(place, options):
            rows.append(row)
            print(_line(row), flush=True)
    _keep(rows, options)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks irt", description=__doc__)
    parser.add_argument("--million", action="store_true", help="also 1,000,000 persons")
    parser.add_argument("--environments", type=Path, help="folder that keeps the peers installed")
    parser.add_argument("--limit", type=float, default=300.0, help="most seconds of one run")
    parser.add_argument("--only", default="", help="sections whose name has this in it")
    parser.add_argument("--results", type=Path, help="JSON of all rows")
    parser.add_argument("--figure", type=Path, help="picture of cost against persons")
    return parser.parse_args(words)


def _measured(place: Place, options: argparse.Namespace) -> Iterator[Row]:
    slow: dict[str, str] = {}
    for section in sections(million=options.million):
        if options.only in f"{section.what} {section.case.what}":
            yield from _section(section, place, slow)
    if options.only in "growth":
        yield from _growth(place, million=options.million)


def _section(section: Section, place: Place, slow: dict[str, str]) -> Iterator[Row]:
    scores = write(section.case, place.jobs)
    answers = [(each, _answer(section, each, scores, place, slow)) for each in section.runs]
    worth = _worth(section, [a.items for _, a in answers], scores)
    best = max((w.value for w in worth if w is not None), default=0.0)
    for (each, answer), found in zip(answers, worth, strict=True):
        short = None if found is None else best - found.value
        yield _row(section, each.name, answer, short, note=_said(answer, found))
    for name, seconds in section.stated:
        note = "stated in the plan, not measured here"
        yield _row(section, name, Answer(seconds=seconds), None, note=note)


def _answer(
    section: Section, each: Run, scores: Path, place: Place, slow: dict[str, str]
) -> Answer:
    """A program that was slow at a task once is not asked for it on as many persons again."""
    known = slow.get(f"{each.peer.name} {section.task}")
    if known and section.case.n_persons >= 30_000:
        return Answer(failed=f"not run: {known}")
    job = {"task": section.task, "model": section.model} | each.options
    if each.peer is OURS:
        answer = run_cold(scores, place, **job)
    else:
        answer = run(each.peer, scores, place, **job)
    if answer.failed.startswith("not done"):
        slow[f"{each.peer.name} {section.task}"] = f"{section.case.what} {answer.failed}"
    elif answer.first is not None and answer.first > _SLOW:
        slow[f"{each.peer.name} {section.task}"] = f"{section.case.what} took {answer.first:.0f} s"
    return answer


@dataclass(frozen=True)
class Worth:
    """What parameters are worth on the ruler of their section, and without a prior."""

    value: float
    log_likelihood: float


def _worth(section: Section, found: list[Items | None], scores: Path) -> list[Worth | None]:
    if not section.ruler:
        return [None] * len(found)
    data = np.load(scores)
    return [None if items is None else _worth_of(section.ruler, data, items) for items in found]


def _worth_of(ruler: str, data: NDArray[np.int8], items: Items) -> Worth:
    if ruler == "conditional":
        return Worth(irt_check.conditional(data, items), float("nan"))
    likelihood = irt_check.marginal(data, items)
    prior = irt_check.log_beta_prior(items) if ruler == "posterior" else 0.0
    return Worth(likelihood + prior, likelihood)


def _row(section: Section, program: str, answer: Answer, short: float | None, *, note: str) -> Row:
    return Row(
        f"{section.what}: {section.case.what}",
        program,
        section.case.n_persons,
        section.task,
        section.model,
        answer.seconds,
        answer.first,
        answer.memory_mb,
        short,
        note,
    )


def _said(answer: Answer, worth: Worth | None) -> str:
    """Why there is no answer, or what the program says of it that is worth knowing."""
    if answer.failed:
        return answer.failed
    said = []
    if answer.said.get("converged") is False:
        said.append("says it did not converge")
    if "cycles" in answer.said:
        said.append(f"{answer.said['cycles']} cycles")
    if worth is not None and "log_likelihood" in answer.said:
        off = answer.said["log_likelihood"] - worth.log_likelihood
        if abs(off) > _TELLING:
            said.append(f"the ln L that it reports is off by {off:.1f}")
    return ", ".join(said)


def _growth(place: Place, *, million: bool) -> Iterator[Row]:
    """Ours at growing N; seconds per 100,000 persons should not rise."""
    for case in growth(million=million):
        answer = run(OURS, write(case, place.jobs), place, task="fit", model="2PL")
        section = Section("growth", case, "fit", ())
        per = "" if answer.seconds is None else f"{answer.seconds / case.n_persons * 1e5:.3f} s"
        note = answer.failed or f"{per} per 100,000 persons, {answer.said.get('cycles')} cycles"
        yield _row(section, OURS.name, answer, None, note=note)


def _line(row: Row) -> str:
    seconds, first = (_number(x, ".3f") for x in (row.seconds, row.first))
    memory, short = _number(row.memory_mb, ",.0f"), _number(row.short, ",.2f")
    cells = (row.what, row.program, seconds, first, memory, short, row.note)
    return f"| {' | '.join(cells)} |"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _keep(rows: list[Row], options: argparse.Namespace) -> None:
    if options.results:
        told = json.dumps([dataclasses.asdict(row) for row in rows], indent=1)
        options.results.write_text(told + "\n", encoding="utf-8")
    if options.figure:
        from benchmarks.irt_picture import draw

        draw(rows, options.figure)
