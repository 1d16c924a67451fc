"""Commands made from the register: one a chapter, and one an analysis under `run`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from naas_psych import register
from naas_psych.cli.options import COMMON, settings, signature

if TYPE_CHECKING:
    from pathlib import Path

    from naas_psych.register import Chapter


def chapter_command(chapter: Chapter) -> Any:
    """The command of a chapter, with the options of all its analyses."""
    return _command(chapter.name, chapter.analyses, _chapter_help(chapter))


def analysis_command(name: str) -> Any:
    """The command `run NAME`, with the options of one analysis."""
    question = register.load(name).question
    text = (
        f"{question}\n\n`naas-psych explain {name}` has the formula, how to read it and the "
        f"sources.\n\nExample: naas-psych run {name} data/sample_responses/mini"
    )
    return _command(name, (name,), text)


class RunGroup(TyperGroup):
    """`run`: every analysis of the register by name, built when asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(register.names())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in register.names():
            return analysis_command(cmd_name)
        if not ctx.resilient_parsing:
            register.chapter_of(cmd_name)  # refuses, naming what is near
        return None


def run_group() -> Any:
    """The command `run` with an analysis as its sub-command."""
    group = typer.Typer(
        name="run",
        cls=RunGroup,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode="rich",
        subcommand_metavar="NAME STUDY [OPTIONS]",
        help="One analysis by name, with all its options.\n\n"
        "Example: naas-psych run distractors data/sample_responses/mini --format json",
    )
    group.callback()(_nothing)
    return typer.main.get_command(group)


def _nothing() -> None:
    """A group without commands of its own needs a callback."""


def _command(name: str, analyses: tuple[str, ...], text: str) -> Any:
    found = settings(register.load(each) for each in analyses)
    taken = [setting.name for setting in found]

    def body(**values: Any) -> int:
        return _perform(name, analyses, taken, values)

    body.__name__ = name
    body.__signature__ = signature(found)  # type: ignore[attr-defined]
    body.__annotations__ = {
        each.name: each.annotation for each in signature(found).parameters.values()
    }
    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    app.command(name=name, help=text)(body)
    return typer.main.get_command(app)


def _perform(
    name: str, analyses: tuple[str, ...], taken: list[str], values: Mapping[str, Any]
) -> int:
    from naas_psych.cli.cores import cores
    from naas_psych.cli.perform import Request, perform

    values = {**values, "threads": values["threads"] or cores()}
    given = {key: values[key] for key in taken if values[key] not in (None, [])}
    given |= {key: values[key] for key in ("seed", "threads") if values[key] is not None}
    path: Path = values["study"]
    return perform(
        Request(
            command=name,
            analyses=analyses,
            study=path,
            options=given,
            **{key: values[key] for key in COMMON if key not in ("seed", "threads")},
        )
    )


def _chapter_help(chapter: Chapter) -> str:
    summary = chapter.summary[:1].upper() + chapter.summary[1:]
    return (
        f"{summary}.\n\nRuns: {', '.join(chapter.analyses)}. `naas-psych explain NAME` says what "
        f"each does.\n\nExample: naas-psych {chapter.name} data/sample_responses/mini "
        "--format markdown"
    )
