"""The command line: `naas-psych`. Nothing is loaded before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from naas_psych import __version__, register
from naas_psych.cli.options import (
    FailOn,
    Format,
    FormatHere,
    Key,
    NoProgress,
    Quiet,
    Seed,
    StudyPath,
    Threads,
)
from naas_psych.cli.synthetic import scorecard, simulate
from naas_psych.cli.trouble import guarded
from naas_psych.report.audience import DEFAULT, Audience

ORDER = (
    "init",
    "check",
    *(chapter.name for chapter in register.CHAPTERS),
    "evidence",
    "verify",
    "diff",
    "simulate",
    "scorecard",
    "run",
    "list",
    "explain",
    "schema",
)


class RootGroup(TyperGroup):
    """The root command. Chapters are listed as stubs and built only when one is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return [name for name in ORDER if name in self.commands]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, _built(name) or command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None  # the parser would end without a word


def _built(name: str | None) -> Any:
    from naas_psych.cli.chapters import chapter_command, run_group

    if name == "run":
        return run_group()
    chapter = next((each for each in register.CHAPTERS if each.name == name), None)
    return chapter_command(chapter) if chapter else None


app = typer.Typer(
    name="naas-psych",
    cls=RootGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The psychometric analysis of test items: from raw responses to an evidence base that "
    "others can check.",
    epilog="First steps: naas-psych check STUDY, then naas-psych items STUDY. STUDY is a folder "
    "with a study.toml, or just a response file. Exit codes: 0 done, 1 findings at or above "
    "--fail-on, 2 wrong usage, 3 data refused, 4 analysis impossible, 130 interrupted.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"naas-psych {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """The root command has no work of its own."""


@app.command()
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder or a response file.")],
    key: Key = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a study.toml.")] = False,
) -> int:
    """Write a study.toml from bare files, and say what was guessed.

    Example: naas-psych init responses/ --key key.csv
    """
    from naas_psych.cli.files import initialise

    return initialise(path, key=key, force=force)


@app.command()
def check(
    study: StudyPath,
    *,
    key: Key = None,
    format: FormatHere = Format.terminal,
    fail_on: FailOn = None,
    quiet: Quiet = False,
) -> int:
    """Every fault in the data, as one table; exit code 3 when an error was found.

    Example: naas-psych check data/sample_responses/mini
    """
    from naas_psych.cli.check import check_data

    return check_data(study, key=key, format=format, fail_on=fail_on, quiet=quiet)


@app.command()
def evidence(
    study: StudyPath,
    *,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="DIR", help="A new or empty folder for the evidence."),
    ],
    key: Key = None,
    internal: Annotated[
        bool,
        typer.Option("--internal", help="The unrounded twin for internal use, with a banner."),
    ] = False,
    audience: Annotated[
        Audience,
        typer.Option("--audience", help="Whose questions come first; what is said is the same."),
    ] = DEFAULT,
    seed: Seed = None,
    threads: Threads = None,
    fail_on: FailOn = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """The whole evidence base: report, tables, figures, findings and manifest in one folder.

    Example: naas-psych evidence data/sample_responses/mini --out evidence/
    """
    from naas_psych.cli.files import write_evidence

    return write_evidence(
        study,
        out=out,
        key=key,
        internal=internal,
        audience=audience,
        seed=seed,
        threads=threads,
        fail_on=fail_on,
        quiet=quiet,
        show_progress=not (no_progress or quiet),
    )


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder made by `evidence`.")],
    study: Annotated[
        Path | None,
        typer.Option("--study", metavar="STUDY", help="Where the data are now, if they moved."),
    ] = None,
    threads: Threads = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Re-run an evidence folder from its manifest and say what differs (exit code 1 if anything).

    Example: naas-psych verify evidence/
    """
    from naas_psych.cli.files import verify_evidence

    return verify_evidence(
        folder,
        study=study,
        threads=threads,
        quiet=quiet,
        show_progress=not (no_progress or quiet),
    )


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="DIR", help="A folder made by `evidence`.")],
    after: Annotated[Path, typer.Argument(metavar="DIR", help="Another, to compare with it.")],
    *,
    format: FormatHere = Format.terminal,
    quiet: Quiet = False,
) -> int:
    """Which verdicts and numbers changed between two evidence folders, and why (1 if any did).

    Example: naas-psych diff evidence_before/ evidence_after/
    """
    from naas_psych.cli.changes import show_changes

    return show_changes(before, after, format=format, quiet=quiet)


app.command()(simulate)
app.command()(scorecard)


@app.command("list")
def list_analyses(format: FormatHere = Format.terminal) -> int:
    """Every analysis, by chapter, with the question it answers.

    Example: naas-psych list
    """
    from naas_psych.cli.catalogue import list_everything

    return list_everything(format=format)


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|CODE|TERM",
            help="An analysis, a column, a threshold, a reference, or the code of a finding or "
            "fault.",
        ),
    ],
) -> int:
    """What an analysis, a number, a threshold or a code means, how to read it, and its source.

    Example: naas-psych explain item_rest_r
    """
    from naas_psych.cli.explain import explain_name

    return explain_name(name)


@app.command()
def schema(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="An analysis; without it, the whole document."),
    ] = None,
) -> int:
    """JSON schema of the options and tables of an analysis, or of the whole output document.

    Example: naas-psych schema item_statistics
    """
    from naas_psych.cli.schema import print_schema

    return print_schema(name)


def _stub() -> None:
    """Stands in the list of commands; the real command is built when it is called."""


for _chapter in register.CHAPTERS:
    app.command(_chapter.name, help=_chapter.summary[:1].upper() + _chapter.summary[1:] + ".")(
        _stub
    )
app.command("run", help="One analysis by name, with all its options.")(_stub)


def run(args: list[str] | None = None) -> int:
    """Run one command line; returns the exit code. Whatever goes wrong ends in a message here."""
    return guarded(lambda: _invoke(args))


def _invoke(args: list[str] | None) -> int:
    code = typer.main.get_command(app).main(
        args=args, prog_name="naas-psych", standalone_mode=False
    )
    return code if isinstance(code, int) else 0
