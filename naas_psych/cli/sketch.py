"""Small pictures under a table: the distribution of scores in one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from naas_psych.cli.bars import gathered, sparkline

if TYPE_CHECKING:
    from rich.console import RenderableType

    from naas_psych.cli.console import Terminal
    from naas_psych.cli.formats import Shown
    from naas_psych.result import Result


def sketches(one: Shown, result: Result, terminal: Terminal) -> Iterator[RenderableType]:
    """The pictures that belong under this table."""
    from rich.text import Text

    scores = result.tables.get("scores")
    if one.full_name != "score_distribution.summary" or scores is None or scores.empty:
        return
    low, high = f"{scores['score'].iloc[0]:g}", f"{scores['score'].iloc[-1]:g}"
    room = terminal.width - len(low) - len(high) - 4
    counts = [float(value) for value in scores["n"]]
    line = sparkline(gathered(counts, room), unicode=terminal.unicode)
    yield Text(f"{low} ", end="").append(line, style="cyan").append(f" {high}\n")
