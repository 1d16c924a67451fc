"""Everything that a report shows, gathered once: HTML and Word are two pictures of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych import __version__
from naas_psych.assurance.actions import ActionList, action_list
from naas_psych.assurance.argument import Inference, argue, weakest
from naas_psych.assurance.assured import Assurance, Stated, assurance, stated
from naas_psych.assurance.board import board
from naas_psych.assurance.claims import Answer, heard
from naas_psych.assurance.disclosure import (
    Disclosure,
    disclosure,
    gated_text,
    persons_shown,
    profiles,
)
from naas_psych.assurance.documents import Listed, checklist
from naas_psych.assurance.entry import Entry
from naas_psych.assurance.gaps import Gap, gaps
from naas_psych.assurance.manifest import inputs_of, versions
from naas_psych.assurance.overall import overall
from naas_psych.assurance.sources import Source, sources
from naas_psych.finding import Finding
from naas_psych.glossary import Term
from naas_psych.references import Reference, references
from naas_psych.report import wording
from naas_psych.report.audience import DEFAULT, Audience
from naas_psych.report.chapters import ChapterView, chapters
from naas_psych.report.claims import answered
from naas_psych.report.explorer.panel import Panel, panel
from naas_psych.report.faults import FaultKind, fault_counts
from naas_psych.report.figures import Image
from naas_psych.report.itemcards import ItemCard, item_cards, table_columns, urgent_first
from naas_psych.report.methods import Methods, methods
from naas_psych.report.run import Run
from naas_psych.report.spoken import spoken
from naas_psych.report.summary.view import SummaryView, summary
from naas_psych.study.study import Study
from naas_psych.thresholds import Threshold

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """A report before it is laid out.

    persons : how many took part, as the disclosure profile lets it be said
    gaps : what these data leave open, by the study that would answer it
    heard : what was said and cannot be measured
    columns : of the item table
    limits : heading of its intervals
    anchors : item to the anchor of its card
    said : what was inferred when the files were read
    audience : whose order it is in
    failed : analyses that went wrong, with the reason
    steps : the argument from answers to decisions, a step after the other, each with what it needs
    overall : the argument in a few sentences, the weakest step by name; `weakest` is that step, or
        several that nothing sets apart
    argument : how scores are meant to be read and used, or what nobody wrote down
    sources : the five sources of evidence, each with its claims and weakest link
    documents : the documents that a scheme needs, and which there are
    assurance : who answers for the analysis, its assumptions, and facts under six headings
    actions : what to do, by whom and how soon
    methods : what was done, in words that fit a paper
    """

    study: Study
    internal: bool
    seed: int
    audience: Audience
    version: str
    packages: Mapping[str, str]
    inputs: Sequence[Mapping[str, Any]]
    disclosure: Disclosure
    persons: int
    summary: SummaryView
    board: tuple[Entry, ...]
    claims: tuple[Answer, ...]
    gaps: tuple[Gap, ...]
    heard: tuple[str, ...]
    steps: tuple[Inference, ...]
    overall: tuple[str, ...]
    weakest: tuple[Inference, ...]
    argument: tuple[Stated, ...]
    sources: tuple[Source, ...]
    documents: tuple[Listed, ...]
    assurance: Assurance
    actions: ActionList
    findings: tuple[Finding, ...]
    anchors: Mapping[str, str]
    chapters: tuple[ChapterView, ...]
    explorer: Panel | None
    columns: tuple[str, ...]
    limits: str
    cards: tuple[ItemCard, ...]
    not_examined: Mapping[str, str]
    failed: Mapping[str, str]
    said: tuple[str, ...]
    faults: tuple[FaultKind, ...]
    thresholds: tuple[Threshold, ...]
    terms: tuple[Term, ...]
    references: tuple[Reference, ...]
    methods: Methods


def report_view(
    study: Study,
    run: Run,
    *,
    images: Mapping[str, Sequence[Image]],
    internal: bool,
    seed: int,
    audience: Audience = DEFAULT,
    out: Path,
    withheld: pd.DataFrame,
) -> ReportView:
    """What the report of a run shows; `out` is where it will stand."""
    run = spoken(study, run)
    cards = item_cards(study, run, images)
    parts = chapters(run, images)
    results = {result.analysis: result for result in run.results}
    found = answered(study, run)
    steps = argue(study, results, found, run.reasons)
    said, documents = stated(study.spec.argument), checklist(study)
    columns = table_columns(run)
    entries = board(study, results, found, run.reasons)
    terms = _terms(parts, cards, columns)
    profile = profiles()[study.spec.disclosure.profile or "none"]
    return ReportView(
        study=study,
        internal=internal,
        seed=seed,
        audience=audience,
        version=__version__,
        packages=versions(),
        inputs=inputs_of(study, out=out),
        disclosure=disclosure(study, withheld),
        persons=persons_shown(study),
        summary=summary(study, run, cards=cards, board=entries, claims=found),
        board=entries,
        claims=found,
        gaps=gaps(study, results, found, run.reasons),
        heard=(*heard(), *study.spec.report.heard),
        steps=steps,
        overall=overall(steps),
        weakest=weakest(steps),
        argument=said,
        sources=sources(found),
        documents=documents,
        assurance=assurance(
            study,
            seed=seed,
            version=__version__,
            board=entries,
            claims=found,
            steps=steps,
            not_examined=run.not_examined,
        ),
        actions=action_list(
            study, results, steps=steps, answered=found, documents=documents, argument=said
        ),
        findings=tuple(urgent_first([f for r in run.results for f in r.findings])),
        anchors={card.item_id: card.anchor for card in cards},
        chapters=parts,
        explorer=panel(results, images, study.thresholds),
        columns=tuple(columns),
        limits=wording.interval_words(_options(run)),
        cards=tuple(cards),
        not_examined=run.not_examined,
        failed=run.failed,
        said=tuple(gated_text(one, profile) for one in study.said),
        faults=fault_counts(study),
        thresholds=tuple(study.thresholds[name] for name in sorted(study.thresholds)),
        terms=tuple(terms),
        references=tuple(_cited(terms)),
        methods=methods(study, run, seed=seed, internal=internal),
    )


def _options(run: Run) -> Mapping[str, Any]:
    """What the item statistics were made with."""
    result = run.get("item_statistics")
    return result.options if result else {}


def _terms(
    parts: Iterable[ChapterView], cards: Iterable[ItemCard], columns: Iterable[str]
) -> list[Term]:
    names = set(columns)
    for card in cards:
        names.update(number.heading.term for number in card.numbers)
        names.update(card.options.terms if card.options else ())
    for part in parts:
        for section in part.sections:
            for table in section.tables:
                names.update(table.terms)
    known = [wording.term_of(name) for name in names]
    return sorted((t for t in known if t.meaning), key=lambda t: (t.label.lower(), t.name))


def _cited(terms: Iterable[Term]) -> list[Reference]:
    keys = {key for term in terms for key in term.sources}
    known = references()
    return sorted((known[key] for key in keys if key in known), key=lambda r: r.text)
