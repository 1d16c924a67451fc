"""`list`: every analysis by chapter, with the question it answers."""

from __future__ import annotations

import json
from typing import Any

from naas_psych import register
from naas_psych.cli.console import console, put, terminal_of
from naas_psych.cli.options import Format


def list_everything(*, format: Format) -> int:
    """Write the catalogue in the format that was asked for."""
    rows = catalogue()
    if format is Format.json:
        put(json.dumps({"analyses": rows}, indent=2, ensure_ascii=False) + "\n")
    elif format is Format.terminal:
        _for_people(rows)
    else:
        put(_as_table(rows, format))
    return 0


def catalogue() -> list[dict[str, str]]:
    """One row an analysis: chapter, name, question, in report order."""
    return [
        {"chapter": chapter.name, "analysis": name, "question": register.load(name).question}
        for chapter in register.CHAPTERS
        for name in chapter.analyses
    ]


def _for_people(rows: list[dict[str, str]]) -> None:
    import sys

    from rich.table import Table
    from rich.text import Text

    out = console(sys.stdout, width=min(terminal_of(sys.stdout).width, 110))
    for chapter in register.CHAPTERS:
        out.print(Text(f"{chapter.name}  ", style="bold").append(chapter.summary, style="not bold"))
        table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
        table.add_column(no_wrap=True, style="cyan", min_width=20)
        table.add_column()
        for row in rows:
            if row["chapter"] == chapter.name:
                table.add_row(Text(row["analysis"]), Text(row["question"]))
        out.print(table)
        out.print()
    out.print(
        "`naas-psych CHAPTER STUDY` runs a chapter, `naas-psych run NAME STUDY` one analysis, "
        "`naas-psych explain NAME` says how to read it."
    )


def _as_table(rows: list[dict[str, Any]], format: Format) -> str:
    import pandas as pd

    from naas_psych.cli.formats import markdown_table
    from naas_psych.report.export import csv_text

    table = pd.DataFrame(rows)
    return csv_text(table) if format is Format.csv else "\n".join(markdown_table(table)) + "\n"
