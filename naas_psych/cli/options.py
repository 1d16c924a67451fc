"""Options of the command line: the common ones, and those derived from analyses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from naas_psych.analysis import Analysis


class Format(StrEnum):
    """How results are written to standard output."""

    terminal = "terminal"
    json = "json"
    csv = "csv"
    markdown = "markdown"


class Level(StrEnum):
    """Severities, mildest first."""

    info = "info"
    warning = "warning"
    error = "error"


OUTPUT = "Output"
COMPUTING = "Computing"
METHOD = "Method"

StudyPath = Annotated[
    Path,
    typer.Argument(
        metavar="STUDY",
        help="A study folder, a study.toml, or a bare response file (.csv .tsv .txt .parquet "
        ".xlsx .sav).",
        show_default=False,
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="FILE|STRING",
        help="Scoring key for bare response files: a file with item and key, or a string such as "
        "BADC.",
        show_default=False,
    ),
]
FormatHere = Annotated[
    Format, typer.Option("--format", "-f", help="terminal, json, csv or markdown.")
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        min=0,
        max=2**53 - 1,
        help="Seed of the random numbers; the same seed gives the same output (default: 2017).",
        show_default=False,
        rich_help_panel=COMPUTING,
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        min=1,
        max=1024,
        help="Threads to use; the result does not depend on it (default: one for each core).",
        show_default=False,
        rich_help_panel=COMPUTING,
    ),
]
NoProgress = Annotated[
    bool,
    typer.Option("--no-progress", help="No progress bars.", rich_help_panel=OUTPUT),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Nothing on standard error but errors (and that data are synthetic).",
        rich_help_panel=OUTPUT,
    ),
]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        "-f",
        help="How to write the results to standard output.",
        rich_help_panel=OUTPUT,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="Also write every table (CSV, Parquet), every figure (SVG, PNG) and results.json "
        "to this new or empty folder.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Table = Annotated[
    str | None,
    typer.Option(
        "--table",
        metavar="NAME",
        help="Show one table only: TABLE or ANALYSIS.TABLE; csv shows the first one unless told.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
AllRows = Annotated[
    bool,
    typer.Option(
        "--all", help="Every table with every row on the terminal.", rich_help_panel=OUTPUT
    ),
]
FailOn = Annotated[
    Level | None,
    typer.Option(
        "--fail-on",
        help="Exit with code 1 when there is a finding of this severity or worse.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]

#: The common options of every command that analyses, in the order of its help.
COMMON: Mapping[str, tuple[Any, Any]] = {
    "key": (Key, None),
    "seed": (Seed, None),
    "threads": (Threads, None),
    "format": (FormatOption, Format.terminal),
    "out": (Out, None),
    "table": (Table, None),
    "all_rows": (AllRows, False),
    "fail_on": (FailOn, None),
    "quiet": (Quiet, False),
    "no_progress": (NoProgress, False),
}


@dataclass(frozen=True)
class Setting:
    """One option of one or more analyses, as the command line offers it."""

    name: str
    annotation: Any
    help: str
    metavar: str
    choices: tuple[str, ...]

    @property
    def parameter(self) -> inspect.Parameter:
        """The parameter of a typer function; nothing given means the default of the analysis."""
        dashed = self.name.rstrip("_").replace("_", "-")  # from_ is --from
        flags = [f"--{dashed}/--no-{dashed}"] if self.annotation is bool else [f"--{dashed}"]
        option = typer.Option(
            *flags,
            help=self.help.replace("[", r"\["),  # no markup: [groups] is a table of study.toml
            metavar=None if self.annotation is bool else self.metavar,
            show_default=False,
            rich_help_panel=METHOD,
            autocompletion=_completer(self.choices) if self.choices else None,
        )
        return _parameter(self.name, Annotated[self.annotation | None, option], None)


def settings(analyses: Iterable[Analysis]) -> tuple[Setting, ...]:
    """The union of the options of `analyses`; seed and threads are common options already."""
    fields: dict[str, dict[str, FieldInfo]] = {}
    for one in analyses:
        for name, field in one.options.model_fields.items():
            if name not in COMMON:
                fields.setdefault(name, {})[one.name] = field
    return tuple(_setting(name, by_analysis) for name, by_analysis in fields.items())


def signature(found: Iterable[Setting]) -> inspect.Signature:
    """STUDY, the options of the analyses, then the common ones."""
    parameters = [_parameter("study", StudyPath, inspect.Parameter.empty)]
    parameters += [setting.parameter for setting in found]
    parameters += [_parameter(name, kind, value) for name, (kind, value) in COMMON.items()]
    return inspect.Signature(parameters, return_annotation=int)


def default_text(value: Any) -> str:
    """A default as it would be typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return " ".join(str(part) for part in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _setting(name: str, by_analysis: Mapping[str, FieldInfo]) -> Setting:
    from naas_psych.analysis import choices_of

    first = next(iter(by_analysis.values()))
    choices = choices_of(first)
    return Setting(
        name=name,
        annotation=_typed(first),
        help=_help(by_analysis),
        metavar="|".join(choices) if choices else _metavar(first),
        choices=choices,
    )


def _typed(field: FieldInfo) -> Any:
    text = str(field.annotation)
    if field.annotation is bool:
        return bool
    return list[str] if text.startswith(("list[", "tuple[")) else str


def _metavar(field: FieldInfo) -> str:
    text = str(field.annotation)
    if "int" in text:
        return "INT"
    return "NUMBER" if "float" in text else "TEXT"


def _help(by_analysis: Mapping[str, FieldInfo]) -> str:
    """Description, limits and default; where analyses differ, which has which default."""
    fields = list(by_analysis.values())
    defaults: dict[str, list[str]] = {}
    for name, field in by_analysis.items():
        if field.default is not None:
            defaults.setdefault(default_text(field.default), []).append(name)
    if len(defaults) <= 1:
        return describe(fields[0])
    said = [f"{value} for {', '.join(names)}" for value, names in defaults.items()]
    return _described(fields[0], f"default: {'; '.join(said)}")


def describe(field: FieldInfo) -> str:
    """The description of an option with its limits and default, as one sentence."""
    default = None if field.default is None else f"default: {default_text(field.default)}"
    return _described(field, default)


def _described(field: FieldInfo, default: str | None) -> str:
    from naas_psych.analysis import allowed_values, choices_of

    text = (field.description or "").strip().rstrip(".")
    text = text[:1].upper() + text[1:]
    limits = allowed_values(field) if field.metadata and not choices_of(field) else None
    notes = "; ".join(note for note in (limits, default) if note)
    return f"{text} ({notes})." if notes else f"{text}."


def _completer(choices: tuple[str, ...]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return complete


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )
