"""The numbered parts: each analysis with its question, figures, tables and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from naas_psych.finding import Finding
from naas_psych.finding_codes import label_of
from naas_psych.report.alike import Alike, alike
from naas_psych.report.chapters import Section
from naas_psych.report.partviews import Numbered, PartView
from naas_psych.report.word.evidence import add_table
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.signs import URGENCY, sign
from naas_psych.report.word.text import Link, Piece, Run, strong
from naas_psych.report.wording import count, ended

#: Findings of a part that are told in full.
_FINDINGS = 8


def add_analyses(paper: Paper, part: PartView, figures: Path) -> None:
    """Every analysis of a part."""
    for one in part.sections:
        _section(paper, one, figures)
    if part.part.not_yet:
        paper.text(
            strong("This version does not examine: "), part.part.not_yet, style="NotExamined"
        )


def finding_pieces(finding: Finding, *, meaning: bool = False) -> list[Piece]:
    """`Look: AL05. Hardly tells people apart. ...`"""
    said = f" {finding.sentence}"
    if meaning and finding.meaning:
        said += f" {finding.meaning}"
    label = f"{URGENCY[finding.severity]}: {ended(label_of(finding.code))}"
    pieces: list[Piece] = [strong(label), said]
    if finding.action:
        pieces += [strong(" To do: "), finding.action]
    return pieces


def add_opening(paper: Paper, part: PartView) -> None:
    """What a part is about, which verdicts and claims rest on it, and what it found."""
    paper.text(part.part.lead, style="Question")
    _answered(paper, part)
    _found(paper, part)


def _answered(paper: Paper, part: PartView) -> None:
    if part.part.steps:
        steps = [Link(step, f"step_{step}") for step in part.part.steps]
        kind = "step" if len(steps) == 1 else "steps"
        paper.text(f"Bears on the {kind} ", *_listed(steps), " of the argument.")
    for k, entry in part.entries:
        paper.text(sign(entry.verdict), " ", Link(entry.question, f"verdict_{k}"))
    if part.claims:
        links = [Link(one.claim.id, f"claim_{one.claim.id}") for one in part.claims]
        paper.text("Claims that rest on this part: ", *_listed(links), ".")
    for numbered in part.sections:
        for sentence in numbered.section.verdicts:
            paper.text(strong(sentence))


def _listed(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with commas between them."""
    return [one for piece in pieces for one in (", ", piece)][1:]


def _found(paper: Paper, part: PartView) -> None:
    told = alike([f for f in part.findings if f.severity != "info"])
    if not told:
        return
    paper.text("What needs attention here", style="Label")
    paper.bullets(_told(one) for one in told[:_FINDINGS])
    if len(told) > _FINDINGS:
        more = count(len(told) - _FINDINGS, "more finding")
        paper.text(f"{more} of this part: ", Link("all findings", "findings"), ".", style="Note")


def _told(one: Alike) -> list[Piece]:
    """A finding, and how many more are like it."""
    more = f" The same kind of {len(one.others)} more." if one.others else ""
    return finding_pieces(replace(one.first, sentence=one.first.sentence + more))


def _section(paper: Paper, numbered: Numbered, figures: Path) -> None:
    section = numbered.section
    paper.heading(2, f"{numbered.number} {section.title}", f"analysis_{section.name}")
    paper.text(section.question, style="Question")
    if section.failed or section.impossible:
        _without_result(paper, section)
        return
    for image in section.images:
        path = figures / f"{image.stem}.png"
        paper.figure(path, title=image.drawing.title, alt=image.drawing.alt)
    if section.on_cards:
        _on_cards(paper)
    for table in section.tables:
        add_table(paper, table)
    _words(paper, section)


def _without_result(paper: Paper, section: Section) -> None:
    kind = "This analysis failed" if section.failed else "Not examined"
    why = (section.failed or section.impossible).replace("`", "")
    paper.text(strong(f"{kind}: "), why, style="NotExamined")


def _on_cards(paper: Paper) -> None:
    paper.text(
        "The numbers of every item stand in the ",
        Link("item table", "item_table"),
        "; items with a warning have ",
        Link("cards", "flagged_items"),
        ".",
    )


def _words(paper: Paper, section: Section) -> None:
    """How to read it, what it was made with, and the tables that are only files."""
    _paragraphs(paper, "How to read it", section.reading)
    _paragraphs(paper, "Notes", [note.replace("`", "") for note in section.notes])
    if section.files:
        names = [Run(name, "Code") for name in section.files]
        paper.text("Only as files: ", *_listed(names), ".", style="Note")


def _paragraphs(paper: Paper, about: str, lines: Sequence[str]) -> None:
    for k, line in enumerate(lines):
        paper.text(*([] if k else [strong(f"{about}. ")]), line, style="Note")
