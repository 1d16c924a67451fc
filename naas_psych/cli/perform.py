"""Run analyses on a study and show what came out; the exit code says how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych import register
from naas_psych.cli.console import progress, say
from naas_psych.cli.options import Format, Level
from naas_psych.errors import AnalysisImpossible

if TYPE_CHECKING:
    from naas_psych.cli.steps import Steps
    from naas_psych.result import Result
    from naas_psych.study.study import Study


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of an analysing command, as given."""

    command: str
    analyses: tuple[str, ...]
    study: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    format: Format = Format.terminal
    out: Path | None = None
    table: str | None = None
    all_rows: bool = False
    fail_on: Level | None = None
    quiet: bool = False
    no_progress: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the analyses of a request gave, and why some gave nothing."""

    study: Study
    results: tuple[Result, ...]
    not_examined: Mapping[str, str]
    withheld: int | None = None


def perform(request: Request) -> int:
    """Check the options, read the study, run the analyses, show and export the results."""
    options = {name: _options_of(name, request.options) for name in request.analyses}
    with progress(not (request.quiet or request.no_progress)) as steps:
        steps.at(f"reading {request.study}")
        study = _read(request)
        answer = _run_all(study, options, steps)
        if request.out is not None:
            steps.at(f"writing {request.out}")
            _export(request, answer, out=request.out)
    _tell(request, answer)
    _show(request, answer)
    return _exit_code(request, answer)


def _options_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options that the analysis has, checked before anything is read."""
    from naas_psych.analysis import check_options

    model = register.load(name).options
    own = {key: value for key, value in given.items() if key in model.model_fields}
    check_options(name, model, own)
    return own


def _read(request: Request) -> Study:
    from naas_psych.study.load import read_study

    study: Study = read_study(request.study, key=request.key)
    if not request.quiet:
        for sentence in study.said:
            say(sentence)
    return study


def _run_all(study: Study, options: Mapping[str, dict[str, Any]], steps: Steps) -> Answer:
    results: list[Result] = []
    impossible: dict[str, str] = {}
    asked = {name: own for name, own in options.items() if _is_meant(name, study, options)}
    for done, (name, own) in enumerate(asked.items()):
        steps.at(name.replace("_", " "), done, len(asked))
        try:
            results.append(register.load(name).run(study, **own))
        except AnalysisImpossible as error:
            impossible[name] = str(error)
    if not results:
        raise AnalysisImpossible("\n".join(impossible.values()))
    return _gated(study, results, impossible)


def _is_meant(name: str, study: Study, options: Mapping[str, dict[str, Any]]) -> bool:
    """Whoever asks for a chapter does not ask for what the study has no table for."""
    table = register.ONLY_WITH.get(name)
    return table is None or table in study.tables or len(options) == 1


def _gated(study: Study, results: list[Result], impossible: dict[str, str]) -> Answer:
    """What may be seen: a disclosure profile in study.toml holds for every output."""
    profile = study.spec.disclosure.profile
    if profile in (None, "none"):
        return Answer(study=study, results=tuple(results), not_examined=impossible)
    from naas_psych.assurance.disclosure import gate, gated_text

    gated = gate(study, results, profile=profile)
    reasons = {name: gated_text(why, gated.profile) for name, why in impossible.items()}
    withheld = len(gated.ledger)
    return Answer(study=study, results=gated.results, not_examined=reasons, withheld=withheld)


def _export(request: Request, answer: Answer, *, out: Path) -> None:
    from naas_psych.report.export import export

    export(
        request.command,
        answer.study,
        answer.results,
        out,
        not_examined=answer.not_examined,
    )


def _tell(request: Request, answer: Answer) -> None:
    """What standard error should know: what could not be examined, where the files are."""
    if request.quiet:
        return
    if answer.withheld is not None:
        profile = answer.study.spec.disclosure.profile
        say(
            f"study.toml sets the disclosure profile {profile}: counts of persons are as it shows "
            f"them, and {answer.withheld:,} cells are withheld."
        )
    for name, why in answer.not_examined.items():
        say(f"Not examined, {name}: {why}")
    if request.out is not None:
        say(f"Tables, figures and results.json are in {request.out}.")


def _show(request: Request, answer: Answer) -> None:
    from naas_psych.cli import formats

    formats.show(request, answer)


def _exit_code(request: Request, answer: Answer) -> int:
    from naas_psych.finding import at_or_above

    if request.fail_on is None:
        return 0
    findings = tuple(f for result in answer.results for f in result.findings)
    return 1 if at_or_above(findings, request.fail_on.value) else 0
