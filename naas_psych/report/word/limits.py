"""What these data cannot show, the studies that would, and what nobody can measure."""

from __future__ import annotations

from naas_psych.assurance.gaps import Gap, Open
from naas_psych.report.parts import PARTS, heading_of
from naas_psych.report.view import ReportView
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.text import Link, Piece, strong
from naas_psych.report.wording import title_of


def add_gaps(paper: Paper, view: ReportView) -> None:
    """In general, then by the study that would close each gap."""
    paper.bullets(view.summary.limits)
    if view.gaps:
        paper.heading(2, "Which studies would answer what is open", "gaps")
    for k, gap in enumerate(view.gaps, start=1):
        _gap(paper, gap, k)
    _not_run(paper, view)
    later = [part for part in PARTS if part.not_yet]
    paper.heading(2, "What this version does not examine yet", "not_yet")
    paper.bullets(
        (Link(heading_of(part.name), f"part_{part.name}"), f": {part.not_yet}") for part in later
    )
    if view.heard:
        paper.heading(2, "Heard, and not measurable", "heard")
        paper.text(
            "This was said as well. No test data can settle it, and it is listed so that nobody "
            "is dropped without a word."
        )
        paper.bullets(view.heard)


def _gap(paper: Paper, gap: Gap, place: int) -> None:
    paper.heading(3, gap.title, f"gap_{place}")
    paper.text(gap.design)
    paper.text(strong("Size: "), gap.size, strong(" Cost: "), f"{gap.cost}.")
    paper.bullets(_open(one) for one in gap.open)


def _open(one: Open) -> list[Piece]:
    claim: list[Piece] = [Link(one.claim, f"claim_{one.claim}"), " "] if one.claim else []
    enough = f" {one.enough}" if one.enough else ""
    return [*claim, strong(one.question), f" {one.why.capitalize()}: {one.because}{enough}"]


def _not_run(paper: Paper, view: ReportView) -> None:
    """Failed ones stand before those that the data do not allow."""
    paper.heading(2, "Analyses that could not be made", "limits")
    told = [(name, f"failed: {why}") for name, why in view.failed.items()]
    told += [(name, why) for name, why in view.not_examined.items()]
    paper.bullets(
        (Link(title_of(name), f"analysis_{name}"), f": {why.replace('`', '')}")
        for name, why in told
    )
    if not told:
        paper.text("Every analysis of this version could be run on these data.")
