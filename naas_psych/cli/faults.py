"""Faults in the data, as a person reads them: grouped by what is wrong, with each place it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from naas_psych.cli.console import Terminal, prose, visible
from naas_psych.cli.grid import Column, ruled
from naas_psych.report.layouts.look import Look

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from naas_psych.errors import Fault

#: A refusal lists this many faults, and a terminal this many of a kind; `--format csv` has all.
CAP = 20
#: A cell longer than this is cut.
LONGEST = 240
STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def refuse(out: Console, faults: Sequence[Fault], *, study: str = "STUDY") -> None:
    """The message that ends a command: what is wrong with the data, and what to do."""
    from rich.text import Text

    blocking = [fault for fault in faults if fault.severity == "error"] or list(faults)
    count = f"{len(blocking)} fault{'s' * (len(blocking) != 1)}"
    out.print(Text(f"The data cannot be used as they are: {count}.", style="bold red"))
    for part in groups(blocking[:CAP], width=out.width):
        out.print(part)
    more = len(blocking) - CAP
    if more > 0:
        out.print(f"and {more} more; `naas-psych check {study}` lists all")


def groups(faults: Sequence[Fault], *, width: int) -> list[RenderableType]:
    """One block for each kind of fault: the rule that is broken, then each place."""
    kinds: dict[tuple[str, ...], list[Fault]] = {}
    for fault in faults:
        key = (fault.severity, fault.code, fault.expected, fault.action, fault.waived or "")
        kinds.setdefault(key, []).append(fault)
    parts: list[RenderableType] = []
    for alike in kinds.values():
        parts += _group(alike, width)
    return parts


def _group(alike: list[Fault], width: int) -> list[RenderableType]:
    from rich.text import Text

    first = alike[0]
    word = "waived" if first.waived else first.severity
    title = Text("\n").append(word, style=STYLES[first.severity]).append(f"  {first.code}")
    lines = [f"Expected: {first.expected}", f"What to do: {first.action}"]
    if first.waived:
        lines = [f"Waived: {first.waived}"]
    return [
        title,
        *_places(alike[:CAP], width),
        *_others(len(alike) - CAP),
        *(prose(line, width=width, indent=2) for line in lines),
    ]


def _others(left: int) -> list[Text]:
    from rich.text import Text

    return [Text(f"and {left} more of this kind; --format csv lists them")] if left > 0 else []


def _places(alike: list[Fault], width: int) -> list[Text]:
    """The places as a table; a column that none of them knows is left out."""
    columns: dict[str, list[str | None]] = {
        "file": [fault.file for fault in alike],
        "row": [None if fault.row is None else str(fault.row) for fault in alike],
        "column": [fault.column for fault in alike],
        "value": [fault.value for fault in alike],
        "found": [fault.found for fault in alike],
    }
    made = [
        Column(Look(name, 0), name, tuple(_cell(cell) for cell in cells), name == "row")
        for name, cells in columns.items()
        if any(cell is not None for cell in cells)
    ]
    return list(ruled(made, Terminal(width=width, unicode=False)))


def _cell(text: str | None) -> str:
    """One line of a cell; what is very long is cut."""
    line = " ".join(visible(text or "").split())
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def fault_rows(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Each fault as a dictionary, in one order of keys."""
    order = (
        "severity",
        "code",
        "file",
        "row",
        "column",
        "value",
        "found",
        "expected",
        "action",
        "waived",
    )
    return [{name: asdict(fault)[name] for name in order} for fault in faults]


def as_json(document: dict[str, Any]) -> str:
    """A small document, indented."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
