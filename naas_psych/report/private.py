"""What the evidence base leaves out: tables with a row a person are no evidence about a test."""

from __future__ import annotations

from dataclasses import replace

from naas_psych.report.run import Run
from naas_psych.result import Result


def without_persons(run: Run) -> Run:
    """The same run with no table that names persons, and a note where one was."""
    return replace(run, results=tuple(_without_persons(result) for result in run.results))


def _without_persons(result: Result) -> Result:
    named = [name for name, table in result.tables.items() if "person_id" in table.columns]
    if not named:
        return result
    kept = {name: table for name, table in result.tables.items() if name not in named}
    said = f"The table {' and '.join(named)} names persons and is not part of the evidence base."
    return replace(result, tables=kept, notes=(*result.notes, said))
