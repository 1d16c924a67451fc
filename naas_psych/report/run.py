"""Run every analysis of the register on one study; what cannot run leaves its reason."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from naas_psych import register
from naas_psych.assurance.measure import FAILED
from naas_psych.errors import AnalysisImpossible, NaasPsychError
from naas_psych.report.workers import Say, shared, workers_for
from naas_psych.result import Result
from naas_psych.study.study import Study

#: Told what is being done, how many steps are done, and how many there are.
Progress = Callable[[str, int, int], None]

#: The chapters that take longest, which start first so that no process waits for another.
_LONG_FIRST = ("reliability", "fairness", "structure", "cutscores", "irt", "standard")


@dataclass(frozen=True)
class Run:
    """Results in report order, and why the other analyses gave none.

    not_examined : the reason why these data cannot answer the question
    failed : what went wrong in our own code, in words that name no person and no file
    """

    results: tuple[Result, ...]
    not_examined: Mapping[str, str]
    failed: Mapping[str, str] = field(default_factory=dict)

    def get(self, analysis: str) -> Result | None:
        return next((r for r in self.results if r.analysis == analysis), None)

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why each of the other analyses gave nothing, whichever way."""
        faults = {name: f"{FAILED} ({why.rstrip('.')})" for name, why in self.failed.items()}
        return {**self.not_examined, **faults}


@dataclass(frozen=True)
class _Outcome:
    """Of one analysis: its result, or why there is none."""

    name: str
    result: Result | None = None
    not_examined: str = ""
    failed: str = ""


def run_all(study: Study, *, seed: int, threads: int, progress: Progress | None = None) -> Run:
    """Every analysis of the register in report order; the chapters are shared among processes."""
    from threadpoolctl import threadpool_limits

    workers = workers_for(threads)
    given = {"seed": seed, "threads": max(1, threads // workers)}
    chapters = [chapter.name for chapter in register.CHAPTERS]
    order = [chapters.index(name) for name in (*_LONG_FIRST, *chapters) if name in chapters]

    def work(k: int, say: Say) -> list[_Outcome]:
        return _chapter(study, register.CHAPTERS[k], given, say)

    # Sums of a matrix product depend on how many threads share it, so each has one.
    with threadpool_limits(1, user_api="blas"):
        say = _counted(progress)
        made = shared(work, dict.fromkeys(order), workers=workers, say=say, meanwhile=_load_all)
    return _gathered([outcome for k in sorted(made) for outcome in made[k]])


def _load_all() -> None:
    """What comes next asks every analysis for its findings."""
    for name in register.names():
        with contextlib.suppress(Exception):  # one that cannot be loaded is told as failed
            register.load(name)


def _counted(progress: Progress | None) -> Say:
    """Each step told is one analysis begun."""
    total = len(register.names())
    begun = 0

    def say(step: str) -> None:
        nonlocal begun
        if progress:
            progress(step, min(begun, total), total)
        begun += 1

    return say


def _chapter(
    study: Study, chapter: register.Chapter, given: Mapping[str, Any], say: Say
) -> list[_Outcome]:
    made = []
    for name in chapter.analyses:
        say(f"{chapter.title}: {name.replace('_', ' ')}")
        made.append(_outcome(study, name, given))
    return made


def _outcome(study: Study, name: str, given: Mapping[str, Any]) -> _Outcome:
    """A fault of ours in one analysis must not cost the reader all the others."""
    try:
        return _Outcome(name, result=_run(study, name, given))
    except AnalysisImpossible as impossible:
        return _Outcome(name, not_examined=str(impossible))
    except NaasPsychError:
        raise
    except Exception as error:
        return _Outcome(name, failed=failure(error))


def _run(study: Study, name: str, given: Mapping[str, Any]) -> Result:
    analysis = register.load(name)
    options = {k: v for k, v in given.items() if k in analysis.options.model_fields}
    return analysis.run(study, **options)


def _gathered(outcomes: Sequence[_Outcome]) -> Run:
    return Run(
        tuple(each.result for each in outcomes if each.result is not None),
        {each.name: each.not_examined for each in outcomes if each.not_examined},
        {each.name: each.failed for each in outcomes if each.failed},
    )


def failure(error: Exception) -> str:
    """What went wrong, in words: its kind and message, without anything that could be data.

    Quoted text, paths, and words with a digit (numbers, codes of persons) stand as an ellipsis.
    """
    if isinstance(error, MemoryError):
        return "There was not enough memory."
    words = re.sub(r"(['\"`]).*?\1|\S*[/\\]\S*|\S*\d\S*", "\N{HORIZONTAL ELLIPSIS}", str(error))
    words = re.sub(r"\s+", " ", words).strip()[:200].rstrip(".")
    said = f": {words}" if words.strip("\N{HORIZONTAL ELLIPSIS} ,.:;()[]{}") else ""
    return f"A fault in the program ({type(error).__name__}{said})."
