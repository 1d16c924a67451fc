"""The title page: what this is, of whom, and what it may be used for."""

from __future__ import annotations

from naas_psych.report.view import ReportView
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.text import strong
from naas_psych.report.wording import count

SYNTHETIC = "Synthetic data."
INTERNAL = "Not for publication."


def marks(view: ReportView) -> tuple[str, ...]:
    """What every page must say."""
    synthetic = (SYNTHETIC,) if view.study.synthetic else ()
    return (*synthetic, *((INTERNAL,) if view.internal else ()))


def title_of_report(view: ReportView) -> str:
    return view.study.title or "Untitled study"


def add_front(paper: Paper, view: ReportView) -> None:
    """Title, status and contents."""
    paper.text("Evidence report", style="Subtitle")
    paper.text(title_of_report(view), style="Title")
    people = count(view.persons, "person", "people")
    items = count(view.study.responses.n_items, "item")
    paper.text(
        f"What the answers of {people} to {items} say about this test, and what they cannot say.",
        style="Subtitle",
    )
    if view.study.synthetic:
        paper.text(
            strong(SYNTHETIC),
            " These answers were made by a computer. They describe no real person and no real "
            "test.",
            style="Banner",
        )
    if view.internal:
        paper.text(
            strong(INTERNAL), " This is the internal copy, without rounding.", style="Banner"
        )
    paper.text(
        "This document holds the numbers of report.html in the same folder. Its list of contents "
        "gets page numbers when Word asks to update fields and you agree. Text, tables and "
        "captions can be edited; the tables in full are in the folder “tables”."
    )
    paper.text(f"Made by naas_psych {view.version}. {view.disclosure.statement}", style="Note")
    paper.text("Contents", style="TOCHeading")
    paper.contents()
