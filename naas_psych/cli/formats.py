"""The four ways to write results to standard output."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from naas_psych.cli.console import put, say
from naas_psych.cli.options import Format
from naas_psych.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from naas_psych.cli.perform import Answer, Request


@dataclass(frozen=True)
class Shown:
    """A table with the name it is asked for by: `analysis.table`."""

    analysis: str
    name: str
    table: pd.DataFrame
    #: How many rows there are when `table` holds only some of them.
    whole: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.analysis}.{self.name}"


def show(request: Request, answer: Answer) -> None:
    """Write the answer in the format that was asked for."""
    if request.format is Format.json:
        put(json_text(request, answer))
    elif request.format is Format.csv:
        _show_csv(request, answer)
    elif request.format is Format.markdown:
        put(markdown_text(request, answer))
    else:
        from naas_psych.cli.terminal import show_answer

        show_answer(request, answer)


def json_text(request: Request, answer: Answer) -> str:
    """The document of the contract; `--table` does not shorten it."""
    from naas_psych.report.document import document, dumps

    return dumps(
        document(request.command, answer.study, answer.results, not_examined=answer.not_examined)
    )


def tables_of(request: Request, answer: Answer) -> list[Shown]:
    """Every table of the answer, or the one that `--table` names."""
    every = [
        Shown(result.analysis, name, table)
        for result in answer.results
        for name, table in result.tables.items()
    ]
    if request.table is None:
        return every
    chosen = [one for one in every if request.table in (one.name, one.full_name)]
    if not chosen:
        known = [one.full_name for one in every]
        names = {
            name: one.full_name for one in reversed(every) for name in (one.name, one.full_name)
        }
        near = difflib.get_close_matches(request.table, names, n=1)
        hint = f" Did you mean {names[near[0]]}?" if near else ""
        raise UsageError(
            f"There is no table {request.table!r} here.{hint} The tables are: {', '.join(known)}."
        )
    return chosen


def _show_csv(request: Request, answer: Answer) -> None:
    from naas_psych.report.export import csv_text

    chosen = tables_of(request, answer)
    if answer.study.banner:
        say(answer.study.banner)  # no room for it in CSV, so even when all else is quiet
    put(csv_text(chosen[0].table))
    others = [one.full_name for one in chosen[1:]]
    if others and not request.quiet:
        say(f"This is {chosen[0].full_name}. With --table: {', '.join(others)}.")


def markdown_text(request: Request, answer: Answer) -> str:
    """Every table in Markdown, then the findings and the notes."""
    parts = [f"# {_escaped(answer.study.title or request.study.name)}: {request.command}", ""]
    if answer.study.banner:
        parts += [f"> **{answer.study.banner}**", ""]
    for one in tables_of(request, answer):
        parts += [f"## {one.full_name}", "", *markdown_table(one.table), ""]
    findings = [f for result in answer.results for f in result.findings]
    if findings:
        parts += ["## findings", ""]
        parts += [f"- **{f.severity}** {_escaped(f.sentence)} (`{f.code}`)" for f in findings]
        parts.append("")
    notes = [note for result in answer.results for note in result.notes]
    notes += [f"Not examined, {name}: {why}" for name, why in answer.not_examined.items()]
    if notes:
        parts += ["## notes", "", *(f"- {_escaped(note)}" for note in notes), ""]
    return "\n".join(parts)


def markdown_table(table: pd.DataFrame) -> list[str]:
    """A table in Markdown, numbers at full precision and to the right."""
    from naas_psych.report.document import rows

    numeric = [table[name].dtype.kind in "iuf" for name in table.columns]
    lines = [
        "| " + " | ".join(_escaped(str(name)) for name in table.columns) + " |",
        "|" + "|".join("---:" if number else "---" for number in numeric) + "|",
    ]
    for row in rows(table):
        cells = ["" if value is None else _escaped(_cell(value)) for value in row.values()]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _cell(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    """Text that Markdown and HTML show as it stands; inside a word `_` means nothing."""
    for mark in "\\`*[]|#":
        text = text.replace(mark, f"\\{mark}")
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\_", text)
    for mark, entity in _ENTITIES.items():
        text = text.replace(mark, entity)
    return " ".join(text.split())


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
