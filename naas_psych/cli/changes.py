"""`diff`: what changed between two evidence folders, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych.cli.console import put, say, visible
from naas_psych.cli.options import Format

if TYPE_CHECKING:
    from naas_psych.report.changes.compare import EvidenceDiff
    from naas_psych.report.changes.tables import TableChange

#: Lines of a part that a terminal shows; the other formats show all.
_SHOWN = 12
_HEADINGS = {
    "verdict": "Verdicts that changed",
    "number": "Numbers behind verdicts",
    "finding": "Findings that came or went",
    "cause": "What differs on the way in",
    "table": "Tables",
    "cell": "Largest changes in tables",
    "note": "To know when reading this",
}


def show_changes(before: Path, after: Path, *, format: Format, quiet: bool) -> int:
    """Compare, show, and exit with 1 when the two say anything different."""
    from naas_psych.report.changes.compare import diff_evidence

    found = diff_evidence(before, after)
    if format is Format.json:
        put(json.dumps({"same": found.same, **asdict(found)}, indent=1, ensure_ascii=False) + "\n")
    elif format is Format.terminal:
        put(_for_people(found))
    else:
        put(_as_table(found, format))
    if not quiet and format is not Format.terminal:
        say(_summary(found))
    return 0 if found.same else 1


def lines(found: EvidenceDiff) -> Iterator[dict[str, str]]:
    """Every change as a line: part, what, before and after; verdicts first."""
    for one in found.verdicts:
        yield _line("verdict", f"{one.claim}: {one.question}", one.before, one.after)
    for number in found.numbers:
        what = f"{number.claim}: {number.measure}"
        yield _line("number", what, _interval(number.before), _interval(number.after))
    for finding in found.findings:
        said = finding.sentence
        what = f"{finding.severity} {finding.code}, {finding.subject}"
        yield _line("finding", what, *((None, said) if finding.came else (said, None)))
    for cause in found.causes:
        yield _line("cause", f"{cause.kind}: {cause.what}", cause.before, cause.after)
    yield from _table_lines(found)
    yield from _cell_lines(found)
    for note in found.notes:
        yield _line("note", note, None, None)


def _table_lines(found: EvidenceDiff) -> Iterator[dict[str, str]]:
    for table in found.tables:
        rows = [f"{n} rows {how}" for n, how in _rows(table) if n]
        columns = [*(f"+{name}" for name in table.columns_added)]
        columns += [f"-{name}" for name in table.columns_removed]
        counts = [f"{table.changed - table.tiny} of {table.cells} cells changed", *rows]
        tiny = [f"{table.tiny} in the tenth digit"] if table.tiny else []
        yield _line("table", table.name, None, ", ".join([*counts, *tiny, *columns]))
    for name in found.only_before:
        yield _line("table", name, None, "only in the first folder")
    for name in found.only_after:
        yield _line("table", name, None, "only in the second folder")


def _rows(table: TableChange) -> tuple[tuple[int, str], ...]:
    return ((table.rows_added, "added"), (table.rows_removed, "removed"))


def _cell_lines(found: EvidenceDiff) -> Iterator[dict[str, str]]:
    """The largest changes of each table, the largest of all first."""
    cells = [(table.name, cell) for table in found.tables for cell in table.largest]
    for name, cell in sorted(cells, key=lambda one: -(one[1].relative or 0)):
        yield _line("cell", f"{name}, {cell.row}, {cell.column}", cell.before, cell.after)


def _line(part: str, what: str, before: Any, after: Any) -> dict[str, str]:
    return {"part": part, "what": what, "before": _text(before), "after": _text(after)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:19] if text.startswith("sha256:") else text


def _interval(number: tuple[float | None, float | None, float | None] | None) -> str:
    if number is None or number[0] is None:
        return "no number"
    value, low, high = number
    limits = "" if low is None or high is None else f" ({low:.3g} to {high:.3g})"
    return f"{value:.4g}{limits}"


def _summary(found: EvidenceDiff) -> str:
    """One sentence on how much changed, and one on why."""
    if found.same:
        return "Nothing changed. " + _why(found)
    cells = sum(table.changed - table.tiny for table in found.tables)
    tables = len(found.tables) + len(found.only_before) + len(found.only_after)
    return (
        f"{len(found.verdicts)} verdicts, {len(found.numbers)} numbers behind verdicts, "
        f"{len(found.findings)} findings and {cells} cells of {tables} tables changed. "
        + _why(found)
    )


def _why(found: EvidenceDiff) -> str:
    kinds = list(dict.fromkeys(cause.kind for cause in found.causes))
    if not kinds:
        same = "The manifests record the same data, options, thresholds and versions."
        return same if found.same else f"{same} See the notes, or run `naas-psych verify` on each."
    if len(kinds) == 1:
        return f"Only the {kinds[0]} differ." if kinds[0] != "version" else "Only versions differ."
    listed = f"{', '.join(kinds[:-1])} and {kinds[-1]}"
    return (
        f"These differ together: {listed}. Which of them changed a number, two folders cannot "
        "tell; change one at a time to see."
    )


def _for_people(found: EvidenceDiff) -> str:
    said = [f"{found.before} -> {found.after}", _summary(found)]
    parts: dict[str, list[dict[str, str]]] = {}
    for line in lines(found):
        parts.setdefault(line["part"], []).append(line)
    for part, changes in parts.items():
        said += ["", _HEADINGS[part]]
        said += [f"  {_sentence(line)}" for line in changes[:_SHOWN]]
        hidden = len(changes) - _SHOWN
        if hidden > 0:
            said.append(f"  and {hidden} more: --format csv shows all.")
    return visible("\n".join(said)) + "\n"


def _sentence(line: dict[str, str]) -> str:
    if line["part"] == "note":
        return line["what"]
    if line["part"] == "table" and not line["before"]:
        return f"{line['what']}: {line['after']}"
    return f"{line['what']}: {line['before'] or 'nothing'} -> {line['after'] or 'nothing'}"


def _as_table(found: EvidenceDiff, format: Format) -> str:
    import pandas as pd

    from naas_psych.cli.formats import markdown_table
    from naas_psych.report.export import csv_text

    table = pd.DataFrame(list(lines(found)), columns=["part", "what", "before", "after"])
    return csv_text(table) if format is Format.csv else "\n".join(markdown_table(table)) + "\n"
