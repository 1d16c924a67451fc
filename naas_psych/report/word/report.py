"""The whole Word report: front, summary, the numbered parts, annexes."""

from __future__ import annotations

from pathlib import Path

from naas_psych.report.audience import voice
from naas_psych.report.cited import plain
from naas_psych.report.parts import heading_of
from naas_psych.report.partviews import PartView, part_views
from naas_psych.report.view import ReportView
from naas_psych.report.word import annexes, argument, limits
from naas_psych.report.word.chapters import add_analyses, add_opening
from naas_psych.report.word.first import add_summary
from naas_psych.report.word.front import add_front, marks, title_of_report
from naas_psych.report.word.items import add_cards, add_item_table
from naas_psych.report.word.package import new_document, save
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.register import add_claims, add_verdicts

NAME = "report.docx"


def write_word(view: ReportView, folder: Path) -> None:
    """Write `report.docx` into an evidence folder that holds its figures already."""
    document = new_document(
        title=title_of_report(view), subject="Evidence report", marks=marks(view)
    )
    paper = Paper(document)
    add_front(paper, view)
    add_summary(paper, view)
    paper.heading(1, heading_of("verdicts"), "part_verdicts")
    add_verdicts(paper, view)
    parts = part_views(
        view.chapters,
        board=view.board,
        claims=view.claims,
        items=view.anchors,
        voice=voice(view.audience),
    )
    for part in parts:
        _part(paper, part, view, folder / "figures")
    paper.close()
    save(document, folder / NAME)


def _part(paper: Paper, part: PartView, view: ReportView, figures: Path) -> None:
    name = part.part.name
    paper.heading(1, heading_of(name), f"part_{name}")
    add_opening(paper, part)
    if name == "claims":
        add_claims(paper, view)
    elif name == "argument":
        argument.add_intended_use(paper, view)
    elif name == "participation":
        paper.bullets(plain(words) for words in view.summary.tiles[0].sentences)
    elif name == "data":
        annexes.add_data(paper, view)
    elif name == "gaps":
        limits.add_gaps(paper, view)
    add_analyses(paper, part, figures)
    if name == "items":
        add_cards(paper, view, figures)
    elif name == "annexes":
        _annexes(paper, view)


def _annexes(paper: Paper, view: ReportView) -> None:
    argument.add_steps(paper, view)
    argument.add_actions(paper, view)
    argument.add_documents(paper, view)
    argument.add_assurance(paper, view)
    annexes.add_findings(paper, view)
    add_item_table(paper, view)
    annexes.add_thresholds(paper, view)
    annexes.add_glossary(paper, view)
    annexes.add_methods(paper, view)
    annexes.add_reproduction(paper, view)
