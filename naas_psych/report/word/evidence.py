"""A table of a result as Word shows it: the cells of the HTML report, some of them together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from naas_psych.report.tables import Cell, Heading, TableView
from naas_psych.report.word.grid import Box, Column, Item, fits
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.text import Piece, Run, quiet
from naas_psych.report.wording import count

#: Rows of a table; its file has the others.
ROWS = 15


def add_table(paper: Paper, shown: TableView) -> None:
    """The first rows of a table, and where the others are."""
    kept = shown.rows[:ROWS]
    columns, rows = _laid_out(shown.headings, kept)
    more = f" (first {len(kept):,} of {shown.total:,} rows)" if shown.total > len(kept) else ""
    paper.table(f"{shown.caption}{more}", columns, rows)
    if shown.file:
        paper.text(*_where(shown, whole=not more), style="Note")


def cell_pieces(cell: Cell) -> tuple[Piece, ...]:
    """What stands in a cell, and why nothing does."""
    return (cell.text, quiet(f" {cell.reason}")) if cell.reason else (cell.text,)


def together(value: Cell, interval: Cell | None) -> Item:
    """`.56 (.50 to .62)`: an interval beside its number; a reason is said once for both."""
    if interval is None or (interval.text, interval.reason) == (value.text, value.reason):
        return Box(cell_pieces(value))
    said = "".join(p if isinstance(p, str) else p.text for p in cell_pieces(interval))
    return Box((*cell_pieces(value), quiet(f" ({said})")))


def _where(shown: TableView, *, whole: bool) -> Iterable[Piece]:
    hidden = f", with {count(shown.hidden, 'more column')}" if shown.hidden else ""
    yield "The whole table" if not whole else "As a file"
    yield f"{hidden}: "
    yield Run(shown.file, "Code")


def _laid_out(
    headings: Sequence[Heading], rows: Sequence[Sequence[Cell]]
) -> tuple[list[Column], list[list[Item]]]:
    """Each cell in a column of its own where the page is wide enough; else intervals move in."""
    columns = [Column(h.label, h.numeric) for h in headings]
    cells: list[list[Item]] = [[Box(cell_pieces(cell)) for cell in row] for row in rows]
    if fits(columns, cells):
        return columns, cells
    groups = _groups(headings)
    return (
        [_heading([headings[k] for k in group]) for group in groups],
        [[_joined([row[k] for k in group]) for group in groups] for row in rows],
    )


def _groups(headings: Sequence[Heading]) -> list[list[int]]:
    """A number and the interval that follows it are of one term."""
    groups: list[list[int]] = []
    for k, heading in enumerate(headings):
        if k and len(groups[-1]) == 1 and headings[k - 1].term == heading.term:
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


def _heading(parts: Sequence[Heading]) -> Column:
    first, *others = parts
    return Column(f"{first.label} ({others[0].label})" if others else first.label, first.numeric)


def _joined(cells: Sequence[Cell]) -> Item:
    return together(cells[0], cells[1] if len(cells) > 1 else None)
