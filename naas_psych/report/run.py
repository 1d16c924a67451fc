"""Run every analysis of the register on one study; what cannot run leaves its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from naas_psych import register
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

#: Told what is being done, how many steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Run:
    """Results in report order, and the reason for each analysis that these data cannot answer."""

    results: tuple[Result, ...]
    not_examined: dict[str, str]

    def get(self, analysis: str) -> Result | None:
        return next((r for r in self.results if r.analysis == analysis), None)


def run_all(study: Study, *, seed: int, threads: int, progress: Progress | None = None) -> Run:
    """Every analysis of the register in report order."""
    names = register.names()
    results: list[Result] = []
    not_examined: dict[str, str] = {}
    for k, name in enumerate(names):
        if progress:
            progress(name.replace("_", " "), k, len(names))
        given = {"seed": seed, "threads": threads}
        try:
            results.append(_run(study, name, given))
        except AnalysisImpossible as impossible:
            not_examined[name] = str(impossible)
    return Run(tuple(results), not_examined)


def _run(study: Study, name: str, given: dict[str, Any]) -> Result:
    analysis = register.load(name)
    options = {k: v for k, v in given.items() if k in analysis.options.model_fields}
    return analysis.run(study, **options)
