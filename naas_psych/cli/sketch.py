"""Small pictures under a table: the distribution of scores in one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from naas_psych.cli.bars import gathered, sparkline

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType
    from rich.text import Text

    from naas_psych.cli.console import Terminal
    from naas_psych.cli.formats import Shown
    from naas_psych.result import Result


def sketches(one: Shown, result: Result, terminal: Terminal) -> Iterator[RenderableType]:
    """The pictures that belong under this table."""
    from rich.text import Text

    scores = result.tables.get("scores")
    if one.full_name != "score_distribution.summary" or scores is None or scores.empty:
        return
    forms = list(scores.groupby("form", sort=False))
    for form, part in forms:
        label = f"{form}: " if len(forms) > 1 else ""
        yield _line(label, part, terminal)
    yield Text("")


def _line(label: str, scores: pd.DataFrame, terminal: Terminal) -> Text:
    """Lowest score, a bar for each score or group of scores, highest score."""
    from rich.text import Text

    low, high = f"{label}{scores['score'].iloc[0]:g}", f"{scores['score'].iloc[-1]:g}"
    room = terminal.width - len(low) - len(high) - 4
    counts = [float(value) for value in scores["n"]]
    line = sparkline(gathered(counts, room), unicode=terminal.unicode)
    return Text(f"{low} ").append(line, style="cyan").append(f" {high}")
