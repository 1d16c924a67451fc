"""A table for the terminal: columns chosen to fit the width, decimals under each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from naas_psych.cli.bars import bar
from naas_psych.cli.console import Terminal, visible
from naas_psych.cli.numbers import figure, interval
from naas_psych.report.layouts.layouts import layout
from naas_psych.report.layouts.look import Look
from naas_psych.report.wording import reason_words, term_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.text import Text

GAP = 2
WRAPPED = 14


@dataclass(frozen=True)
class Column:
    """One column ready to print."""

    look: Look
    heading: str
    cells: tuple[str, ...]
    right: bool

    @property
    def wraps(self) -> bool:
        """Text that may take several lines."""
        return not self.right and self.longest > WRAPPED

    @property
    def longest(self) -> int:
        """Width of the widest cell as the screen counts (some letters take two places)."""
        return max(map(cell_len, self.cells), default=0)

    @property
    def width(self) -> int:
        """The least width at which nothing but prose is broken."""
        words = max((len(word) for word in self.heading.split()), default=0)
        prose = min(max(self.look.least, WRAPPED), self.longest)
        return max(words, prose if self.wraps else self.longest)


@dataclass(frozen=True)
class Grid:
    """A table that fits, and what had to give way."""

    lines: tuple[Text, ...]
    shown: frozenset[str]
    dropped: tuple[str, ...]


def grid(
    table: pd.DataFrame,
    *,
    full_name: str,
    level: float | None,
    flags: Mapping[str, str],
    terminal: Terminal,
) -> Grid:
    """Lay the table out; `flags` is what to say about a row, by the value of its first column."""
    looks = layout(full_name, [str(name) for name in table.columns])
    made = [_column(look, table, level, flags, terminal) for look in looks]
    shown = [column for column in made if not _empty(column)]
    kept = _fitting(shown, terminal.width)
    dropped = tuple(_words(column) for column in shown if column not in kept)
    seen = frozenset(name for column in kept for name in (column.look.column, *column.look.limits))
    return Grid(ruled(kept, terminal), seen, dropped)


def _column(
    look: Look,
    table: pd.DataFrame,
    level: float | None,
    flags: Mapping[str, str],
    terminal: Terminal,
) -> Column:
    dash = "–" if terminal.unicode else "-"
    if look.form == "flags":
        names = [str(value) for value in table.iloc[:, 0]]
        return Column(look, look.heading, tuple(flags.get(name, "") for name in names), False)
    values = _plain(table[look.column])
    if look.column == "reason":
        values = ["; ".join(map(reason_words, str(v).split("; "))) if v else v for v in values]
    if look.form == "bar":
        cells = tuple(bar(value, unicode=terminal.unicode) for value in values)
        return Column(look, look.heading, cells, False)
    if look.form == "interval":
        limits = (_plain(table[end]) for end in look.limits)
        pairs = zip(*limits, strict=True)
        cells = tuple(interval(low, high, look.column, dash=dash) for low, high in pairs)
        share = f"{100 * level:g}%" if level else ""
        return Column(look, look.heading or f"{share} interval".strip(), cells, True)
    cells = tuple(visible(figure(value, look.column, dash=dash)) for value in values)
    heading = look.heading or term_of(look.column).label
    numeric = table[look.column].dtype.kind in "iuf" or any(type(v) is float for v in values)
    return Column(look, heading, cells, numeric)


def _plain(column: Any) -> list[Any]:
    """Plain values; a whole number among decimals is written like them."""
    from naas_psych.report.document import plain

    values = [plain(value) for value in column]
    if any(isinstance(value, float) for value in values):
        return [float(v) if type(v) is int else v for v in values]
    return values


def _empty(column: Column) -> bool:
    """A column that says nothing here."""
    values = set(column.cells)
    if column.look.form == "flags":
        return values <= {""}
    hidden = {"zero": values <= {"0"}, "same": len(values) <= 1, "blank": values <= {"–", "-"}}
    return hidden.get(column.look.hide, False)


def _fitting(columns: Sequence[Column], width: int) -> list[Column]:
    kept = list(columns)
    while _width(kept) > width and max(column.look.rank for column in kept) > 0:
        worst = max(column.look.rank for column in kept)
        kept = [column for column in kept if column.look.rank < worst]
    return kept


def _width(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def _words(column: Column) -> str:
    """How the column is called in the line that says what was left out."""
    return f"{column.look.column} {column.look.form}".removesuffix(" value")


def ruled(columns: Sequence[Column], terminal: Terminal) -> tuple[Text, ...]:
    """The heading, a rule, and one line a row (more where prose is long)."""
    from rich.text import Text

    widths = _widths(columns, terminal.width)
    rule = ("─" if terminal.unicode else "-") * (sum(widths) + GAP * (len(widths) - 1))
    headings = [column.heading for column in columns]
    lines = [*_row(headings, columns, widths, bottom=True), Text(rule, style="dim")]
    for cells in zip(*(column.cells for column in columns), strict=True):
        lines += _row(cells, columns, widths)
    return tuple(lines)


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Prose columns share the room that is left, each up to its longest cell."""
    widths = [column.width for column in columns]
    for k, column in enumerate(columns):
        spare = width - sum(widths) - GAP * (len(widths) - 1)
        if column.wraps and spare > 0:
            widths[k] = min(column.longest, widths[k] + spare)
    return widths


def _row(
    cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int], *, bottom: bool = False
) -> list[Text]:
    """One row as lines of text; headings stand at the bottom of theirs."""
    from rich.text import Text

    blocks = [_broken(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, blocks))
    lines = []
    for k in range(height):
        line = Text(no_wrap=True, overflow="ignore", style="bold" if bottom else "")
        for column, width, block, cell in zip(columns, widths, blocks, cells, strict=True):
            place = k - (height - len(block)) if bottom else k
            piece = block[place] if 0 <= place < len(block) else ""
            blank = " " * max(width - cell_len(piece), 0)
            line.append(blank if column.right else "")
            line.append(piece, style=_style(cell))
            line.append("" if column.right else blank).append(" " * GAP)
        line.rstrip()
        lines.append(line)
    return lines


def _broken(text: str, width: int) -> list[str]:
    """Text in lines of at most `width`, between words where that can be."""
    return textwrap.wrap(text, max(width, 1)) or [""]


def _style(cell: str) -> str:
    """Colour repeats what a mark says already; it is never the only sign."""
    if cell.startswith(("▲", "!")):
        return "bold red"
    return "yellow" if cell.startswith(("●", "*")) else ""
