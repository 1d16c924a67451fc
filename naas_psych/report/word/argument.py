"""How scores are meant to be read, how each step of the argument came out, and what to do."""

from __future__ import annotations

from naas_psych.assurance.actions import OWNERS, URGENCIES, Action
from naas_psych.assurance.argument import RULE, Inference, Line
from naas_psych.assurance.assured import GRADES
from naas_psych.report.parts import heading_of
from naas_psych.report.view import ReportView
from naas_psych.report.word.grid import Box, Column
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.signs import sign_cell
from naas_psych.report.word.text import Link, Piece, quiet, strong
from naas_psych.report.wording import count

_STEP = (Column("What it needs"), Column("Came out"), Column("From"))


def add_intended_use(paper: Paper, view: ReportView) -> None:
    """What was written down of the interpretation and use of scores, and the five sources."""
    paper.heading(2, "Intended reading and use", "intended_use")
    for one in view.argument:
        paper.heading(3, one.heading, f"stated_{one.name}")
        if one.said:
            paper.bullets(one.said)
        else:
            paper.text("Nobody wrote it down. What belongs here: ", f"{one.to_write}.")
    paper.heading(2, "Five sources of evidence", "sources_of_evidence")
    columns = (Column("Source"), Column("Its question"), Column("Weakest link"), Column("Claims"))
    rows = [
        (
            Box((strong(one.title),)),
            one.asks,
            one.weakest_words,
            Box(_linked([answer.claim.id for answer in one.answers])),
        )
        for one in view.sources
    ]
    paper.table("The sources of evidence, and the weakest link of each", columns, rows)


def _linked(claims: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for k, name in enumerate(claims):
        pieces += [" "] if k else []
        pieces.append(Link(name, f"claim_{name}"))
    return pieces or ["none"]


def add_steps(paper: Paper, view: ReportView) -> None:
    """Each step with what it needs and how that came out; the weakest by name."""
    paper.heading(2, "The steps from an answer to a decision", "ledger")
    for sentence in view.overall:
        paper.text(sentence)
    paper.text(f"The rule: {RULE}", style="Note")
    for step in view.steps:
        _step(paper, step)


def _step(paper: Paper, step: Inference) -> None:
    paper.heading(3, f"{step.name.capitalize()}: {step.from_to}", f"step_{step.name}")
    paper.text(strong(f"Evidence: {step.strength}. "), step.claim)
    rows = [(_warrant(line), sign_cell(line.verdict), Box(_basis(line))) for line in step.lines]
    paper.table(f"What the step of {step.name} needs, and how that came out", _STEP, rows)


def _warrant(line: Line) -> Box:
    beside = "" if line.necessary else " (beside the argument, does not decide)"
    return Box((line.warrant, quiet(beside)) if beside else (line.warrant,))


def _basis(line: Line) -> list[Piece]:
    pieces: list[Piece] = [line.verdict.sentence]
    if line.answer is not None:
        name = line.answer.claim.id
        pieces += [" Claim ", Link(name, f"claim_{name}"), "."]
    return pieces


def add_actions(paper: Paper, view: ReportView) -> None:
    """What to do, by whom and how soon."""
    if not view.actions.actions:
        return
    paper.heading(2, "What to do, by whom and how soon", "actions")
    columns = (Column("When"), Column("Who"), Column("What to do"), Column("Why"))
    rows = [
        (one.urgency, one.owner, Box(_to_do(one)), one.why)
        for urgency in URGENCIES
        for owner in OWNERS
        for one in view.actions.of(owner, urgency)
    ]
    paper.table("Actions that follow from the verdicts and findings", columns, rows)
    if view.actions.more:
        more = count(view.actions.more, "less urgent action follows", "less urgent actions follow")
        paper.text(f"{more} from the findings.", style="Note")


def _to_do(action: Action) -> list[Piece]:
    if action.analysis:
        return [action.text, " (", Link("numbers", f"analysis_{action.analysis}"), ")"]
    if action.part:
        return [action.text, " (", Link(heading_of(action.part), f"part_{action.part}"), ")"]
    return [action.text]


def add_documents(paper: Paper, view: ReportView) -> None:
    """The documents that a scheme needs, and which there are."""
    if not view.documents:
        return
    paper.heading(2, "Documents of the scheme", "documents")
    columns = (
        Column("Document"), Column("What for"), Column("State"), Column("Who as a rule"),
    )  # fmt: skip
    rows = [
        (one.title, one.what_for, _with_gaps(one.state, one.lacks), one.owner_is)
        for one in view.documents
    ]
    paper.table("Documents that a scheme for a licence is expected to have", columns, rows)


def _with_gaps(state: str, lacks: str) -> str:
    return f"{state} ({lacks})" if lacks else state


def add_assurance(paper: Paper, view: ReportView) -> None:
    """Who answers for the analysis, what it assumes, and facts about how it was made."""
    given = view.assurance
    paper.heading(2, "Statement of assurance", "assurance")
    named = [f"{role}: {name or 'not named'}" for role, name in given.people.items()]
    about = [f"phase: {given.phase}"] if given.phase else []
    paper.text(f"{'; '.join([*named, *about]).capitalize()}.")
    for heading in given.statement:
        paper.text(strong(f"{heading.title}. "), " ".join(heading.facts).replace("`", ""))
    if given.assumptions:
        columns = (Column("Assumption"), Column("Support"), Column("Owner"))
        rows = [
            (one.text, f"{one.grade}: {GRADES[one.grade]}", one.owner or "nobody")
            for one in given.assumptions
        ]
        paper.table("Log of assumptions", columns, rows)
