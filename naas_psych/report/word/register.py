"""What stands behind each verdict, and every claim with its answer."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.assurance.claims import Answer
from naas_psych.assurance.entry import Entry
from naas_psych.assurance.measure import Measured
from naas_psych.report.claims import POLARITY, number_words
from naas_psych.report.view import ReportView
from naas_psych.report.word.grid import Box, Column
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.signs import KEY, sign, sign_cell
from naas_psych.report.word.text import Link, Piece, strong


def add_verdicts(paper: Paper, view: ReportView) -> None:
    """Each verdict of the board with its caveats."""
    paper.heading(2, "What stands behind each verdict", "verdicts_one_by_one")
    for k, entry in enumerate(view.board, start=1):
        paper.heading(3, entry.question, f"verdict_{k}")
        paper.text(sign(entry.verdict), f" {entry.verdict.sentence}")
        _caveats(paper, entry)


def _caveats(paper: Paper, entry: Entry) -> None:
    caveat = entry.caveat
    assumption = caveat.main_assumption
    if assumption == "none":
        assumption = "none, because nothing was estimated"
    paper.bullets(
        [
            _said("Based on", caveat.based_on),
            _said("Main assumption", assumption),
            _said("Would change if", caveat.would_change_if),
            _said("Does not show", caveat.does_not_show),
        ]
    )


def _said(about: str, words: str) -> tuple[Piece, ...]:
    return (strong(f"{about}: "), f"{words}.")


def add_claims(paper: Paper, view: ReportView) -> None:
    """A table of every claim, then each with the numbers it rests on."""
    paper.text(
        "Each is put as a question that can be asked of any test, with what these data answer. A "
        "concern that is borne out is bad news; a claim that is supported is good news."
    )
    paper.heading(2, "Every claim and its verdict", "claims_at_a_glance")
    columns = (Column("No."), Column("What was said"), Column("Kind"), Column("Verdict"))
    rows = [
        (
            Box((Link(one.claim.id, f"claim_{one.claim.id}"),)),
            f"“{one.claim.quote}” ({one.claim.by})",
            POLARITY[one.claim.polarity],
            sign_cell(one.verdict),
        )
        for one in view.claims
    ]
    paper.table("What was said and asked, and the verdict on each", columns, rows)
    paper.text(KEY, style="Note")
    paper.heading(2, "The answers one by one", "claims_one_by_one")
    for one in view.claims:
        _answer(paper, one)


def _answer(paper: Paper, answer: Answer) -> None:
    claim = answer.claim
    paper.heading(3, f"{claim.id} {claim.question}", f"claim_{claim.id}")
    paper.text(f"“{claim.quote}” ({POLARITY[claim.polarity]}: {claim.by})", style="Quote")
    paper.text(sign(answer.verdict), *([] if answer.measured else [f" {answer.verdict.sentence}"]))
    if answer.words:
        paper.text(strong(answer.words))
    paper.bullets(_measure(one) for one in answer.measured)
    if answer.not_yet and answer.measured:
        paper.text(strong("Not yet examined. "), answer.not_yet.sentence)
    if answer.documents:
        words = f" {answer.documents.sentence}"
        paper.text(strong(f"Documents: {answer.documents.word}."), words)
    if claim.remark:
        paper.text(claim.remark)
    paper.bullets(_about(answer))


def _measure(one: Measured) -> Sequence[Piece]:
    figure = number_words(one)
    says = f"{one.says[:1].upper()}{one.says[1:]}{f': {figure}' if figure else ''}."
    link = Link("numbers", f"analysis_{one.measure.analysis}")
    return (strong(says), f" {one.verdict.sentence} (", link, ")")


def _about(answer: Answer) -> list[Sequence[Piece]]:
    claim = answer.claim
    said: list[Sequence[Piece]] = [_said("Based on", answer.caveat.based_on)]
    if answer.action:
        said.append((strong("To do: "), answer.action))
    if claim.main_assumption != "none":
        said.append(_said("Main assumption", claim.main_assumption))
    said.append(_said("Would change if", claim.would_change_if))
    said.append(_said("Does not show", claim.cannot_show))
    return said
