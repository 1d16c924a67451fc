"""The summary: at most four pages in plain words, the same as in HTML."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.report.cited import plain
from naas_psych.report.itemcards import ItemCard
from naas_psych.report.summary.lines import Line
from naas_psych.report.view import ReportView
from naas_psych.report.word.grid import Box, Column, Item
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.signs import KEY, URGENCY, sign, sign_cell
from naas_psych.report.word.text import Link, Piece, quiet, strong
from naas_psych.report.wording import count


def add_summary(paper: Paper, view: ReportView) -> None:
    """Tiles, verdicts, outcomes, items to look at, limits."""
    paper.heading(1, "Summary", "summary")
    _tiles(paper, view)
    _board(paper, view)
    if view.summary.outcomes:
        paper.heading(2, "What the pass mark does", "summary_outcomes")
        paper.bullets(plain(words) for words in view.summary.outcomes)
    _tally(paper, view)
    _look_first(paper, view)
    paper.heading(2, "What these data cannot show", "summary_limits")
    paper.bullets(view.summary.limits)


def _tiles(paper: Paper, view: ReportView) -> None:
    paper.heading(2, "At a glance", "summary_tiles")
    for tile in view.summary.tiles:
        paper.heading(3, tile.heading, f"tile_{tile.heading}")
        paper.text(plain(tile.figure), style="BigNumber")
        paper.text(" ".join(plain(words) for words in tile.sentences))


def _board(paper: Paper, view: ReportView) -> None:
    paper.heading(2, "Verdicts", "summary_verdicts")
    columns = (Column("Question"), Column("Verdict"), Column("Why"))
    lines = enumerate(view.summary.lines, start=1)
    paper.table(
        f"Each question, and what these data say about it. “Plausible” gives the {view.limits}.",
        columns,
        [_line(line, k) for k, line in lines],
    )
    paper.text(KEY, style="Note")


def _line(line: Line, place: int) -> tuple[Item, ...]:
    entry = line.entry
    asked: list[Piece] = [Link(entry.question, f"verdict_{place}")]
    if entry.claim:
        asked.append(quiet(f"\nClaim tested: {entry.claim}"))
    return Box(asked), sign_cell(entry.verdict), Box(_why(line))


def _why(line: Line) -> list[Piece]:
    entry = line.entry
    why: list[Piece] = [strong(f"{entry.answer} ")] if entry.answer else []
    if line.measured:
        measured = f"{plain(line.measured)} "
        why.append(measured if entry.answer else strong(measured))
    why.append(entry.verdict.sentence)
    if entry.action:
        why += [strong(" To do: "), entry.action]
    return why


def _tally(paper: Paper, view: ReportView) -> None:
    paper.heading(2, "What was asked of the scheme", "summary_claims")
    paper.text(
        f"Critics, candidates and officials said and asked {count(len(view.claims), 'thing')}. ",
        Link("Each is answered", "part_claims"),
        " from these data, or it is said why not:",
    )
    paper.bullets([(sign(one.example), f": {one.n:,}") for one in view.summary.tally])


def _links(cards: Sequence[ItemCard]) -> list[Link | str]:
    """`A13, A14`, each leading to its card."""
    linked = [(Link(card.item_id, card.anchor), ", ") for card in cards]
    return [piece for pair in linked for piece in pair][:-1]


def _look_first(paper: Paper, view: ReportView) -> None:
    first = view.summary.look_first
    if not first.items:
        return
    paper.heading(2, "Look at these items first", "summary_items")
    paper.bullets(
        [
            (
                strong(f"{URGENCY.get(one.worst, 'Look')}: "),
                *_links(one.cards),
                f" {one.why}",
            )
            for one in first.items
        ]
    )
    if first.more:
        more = count(first.more, "more item")
        paper.text(Link(f"{more} with a warning", "flagged_items"), " can be found in part 8.")
