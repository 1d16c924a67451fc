"""Cards of the items that somebody should look at, and the table of every item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from naas_psych.report.fairness_strip import Strip
from naas_psych.report.itemcards import ItemCard
from naas_psych.report.view import ReportView
from naas_psych.report.word.chapters import finding_pieces
from naas_psych.report.word.evidence import add_table, together
from naas_psych.report.word.grid import Box, Column, Item, pieces_of
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.signs import URGENCY
from naas_psych.report.word.text import Link, Piece, Run, strong
from naas_psych.report.wording import term_of

#: Cards and rows of the item table; the files have every item.
_CARDS, _ROWS = 60, 300


def flagged(view: ReportView) -> tuple[ItemCard, ...]:
    """The items with a warning or a decision, in the order of the study."""
    return tuple(
        card for card in view.cards if card.worst in {"warning", "error"} or card.decisions
    )


def add_cards(paper: Paper, view: ReportView, figures: Path) -> None:
    """A card for each item with a warning or a decision."""
    cards = flagged(view)
    if not cards:
        return
    paper.heading(2, "Items with a warning or a decision", "flagged_items")
    paper.text(
        f"{len(cards)} of {len(view.cards)} items have a warning or a decision. A flag asks people "
        "to look; it never removes an item. Every item stands in the ",
        Link("item table", "item_table"),
        "; report.html has a card for each.",
    )
    for card in cards[:_CARDS]:
        _card(paper, card, figures)


def _card(paper: Paper, card: ItemCard, figures: Path) -> None:
    paper.heading(3, f"Item {card.item_id}", card.anchor)
    if card.text:
        paper.text(card.text, style="Quote")
    for one in card.decisions:
        about = ", ".join(part for part in (one.form, one.by) if part)
        words = f" {one.why}{f' ({about})' if about else ''}"
        paper.text(strong(f"Decided: {one.decision}."), words)
    paper.bullets(_findings(card))
    facts = [f"{label}: {value}" for label, value in card.facts]
    if facts:
        paper.text("; ".join(facts), style="Note")
    if card.main_numbers:
        paper.text(*_numbers(card), style="Glossary")
    for image in card.images:
        path = figures / f"{image.stem}.png"
        paper.figure(path, title=image.drawing.title, alt=image.drawing.alt)
    if card.options:
        add_table(paper, card.options)
    if card.fairness:
        _fairness(paper, card.fairness)


def _findings(card: ItemCard) -> Iterator[list[Piece]]:
    """What findings of one kind mean, and what to do, is said once."""
    said: set[str] = set()
    for one in card.findings:
        again = one.code in said
        yield finding_pieces(replace(one, action="") if again else one, meaning=not again)
        said.add(one.code)


def _numbers(card: ItemCard) -> list[Piece]:
    """The numbers on one line, each with its interval."""
    pieces: list[Piece] = []
    for number in card.main_numbers:
        shown = together(number.cell, number.interval)
        pieces += [strong(f"{number.heading.label}: "), *pieces_of(shown), "; "]
    return [*pieces[:-1], "."]


def _fairness(paper: Paper, strip: Strip) -> None:
    if strip.compared:
        paper.text(strong("Between groups, people with the same total compared:"))
        paper.bullets(
            f"{one.focal} beside {one.reference}: {one.delta} ({one.interval}), {one.words}"
            for one in strip.compared
        )
    if strip.untold:
        paper.text(f"Too few people to tell: {', '.join(strip.untold)}.", style="Note")


def add_item_table(paper: Paper, view: ReportView) -> None:
    """One row an item."""
    paper.heading(2, "Item table", "item_table")
    columns = [Column("Item"), *_columns(view), *_decided(view), Column("Flags")]
    with_card = {card.anchor for card in flagged(view)[:_CARDS]}
    rows = [_row(card, view, card.anchor in with_card) for card in view.cards[:_ROWS]]
    more = f" (first {_ROWS} of {len(view.cards):,})" if len(view.cards) > _ROWS else ""
    paper.table(f"Every item, with its {view.limits} in brackets{more}", columns, rows)
    file = "tables/item_statistics__items.csv"
    paper.text("As a file, with more columns: ", Run(file, "Code"), style="Note")


def _decided(view: ReportView) -> list[Column]:
    """A column of decisions, where there are any."""
    return [Column("Decided")] if any(card.decisions for card in view.cards) else []


def _columns(view: ReportView) -> Iterator[Column]:
    return (Column(term_of(name).label, numeric=True) for name in view.columns)


def _row(card: ItemCard, view: ReportView, linked: bool) -> list[Item]:
    name: Item = Box((Link(card.item_id, card.anchor),)) if linked else card.item_id
    numbers: list[Item] = []
    for column in view.columns:
        cells = card.cells(column)
        interval = cells[1] if len(cells) > 1 else None
        numbers.append(together(cells[0], interval) if cells else "")
    flags = [f"{URGENCY[f.severity]}: {f.label}" for f in card.badges]
    decided = [card.decision for _ in _decided(view)]
    return [name, *numbers, *decided, "; ".join(flags) or "none"]
