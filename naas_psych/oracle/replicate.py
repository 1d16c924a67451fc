"""The same design again and again, each time with its own seed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Thread

from naas_psych.errors import AnalysisImpossible
from naas_psych.oracle.judge import Outcome, judge, one_thread
from naas_psych.oracle.truth import Truth, truth_of
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.world import World
from naas_psych.simulate.write import write_study
from naas_psych.study.load import read_study
from naas_psych.study.study import Study

STEP = "simulating and analysing"
_NO_WORKERS = (
    "The processes that share the replicates ended before their time: one was stopped, there was "
    "not enough memory, or a script calls scorecard with threads above 1 outside of "
    '`if __name__ == "__main__":`. Use threads=1 (--threads 1), or mend the script.'
)
#: The tables that the analyses so far are made from; a later chapter adds its own.
NEEDED = (
    "candidates",
    "items",
    "responses_long",
    "experts",
    "expert_ratings",
    "angoff",
    "feedback",
    "endorsements",
)
#: Told what is being done, how many steps are done, and how many there are (None: not known).
Tell = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Case:
    """A study with its truth."""

    study: Study
    truth: Truth


def simulated(plan: Plan, within: str | None = None) -> Case:
    """A study as a user would read it from files (written below `within`), with its truth."""
    world = World(plan)
    with tempfile.TemporaryDirectory(dir=within) as folder, one_thread():
        place = Path(folder)
        write_study(world, place, only=NEEDED)
        return Case(read_study(place), truth_of(world.truth))


def outcomes(plan: Plan, *, replicates: int, threads: int, tell: Tell) -> list[Outcome]:
    """What is found in each of the studies with the seeds seed, seed + 1, ..., in that order."""
    plans = [replace(plan, seed=plan.seed + k) for k in range(replicates)]
    found: list[Outcome] = []
    tell(STEP, 0, replicates)
    # One folder for all, removed by this process: one that is ended cannot clear up its own.
    with tempfile.TemporaryDirectory() as scratch, _mapped(min(threads, replicates)) as mapped:
        for one in mapped(partial(outcome_of, within=scratch), plans):
            found.append(one)
            tell(STEP, len(found), replicates)
    return found


def outcome_of(plan: Plan, within: str | None = None) -> Outcome:
    """One replicate, from its seed to what was found."""
    case = simulated(plan, within)
    return judge(case.study, case.truth)


Mapped = Callable[[Callable[[Plan], Outcome], list[Plan]], Iterator[Outcome]]


@contextmanager
def _mapped(workers: int) -> Iterator[Mapped]:
    """A map over plans, in this process or in several."""
    if workers == 1:
        yield map
        return
    others = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_follow_parent) as pool:
        try:
            yield pool.map
        except BrokenProcessPool as error:
            raise AnalysisImpossible(_NO_WORKERS) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - others:
                child.terminate()
                child.join()
            raise


def _follow_parent() -> None:
    """An interrupt reaches every process of a terminal: the parent answers it for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Nobody waits for the result when the parent was ended by force."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
