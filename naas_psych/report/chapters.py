"""The chapters of the register as the report shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from naas_psych import register
from naas_psych.report.figures import Image
from naas_psych.report.prose import section
from naas_psych.report.run import Run
from naas_psych.report.tables import TableView, view
from naas_psych.report.wording import term_of, title_of
from naas_psych.result import Result

#: These are shown item by item, in the item table and on the cards.
_ON_CARDS = {("item_statistics", "items"), ("distractors", "options")}
#: Findings that answer the question of their chapter.
VERDICTS = (
    "structure_verdict",
    "speed_verdict",
    "fairness_verdict",
    "angoff_cut",
    "group_below_size",
    "wrong_outcomes_in_population",
)
_ROWS_SHOWN = 200
_ROWS_OPEN = 25


@dataclass(frozen=True)
class Section:
    """One analysis: its question, what to know when reading it, its tables and figures."""

    name: str
    title: str
    question: str
    reading: tuple[str, ...]
    notes: tuple[str, ...]
    options: Mapping[str, object]
    tables: tuple[TableView, ...]
    images: tuple[Image, ...]
    on_cards: bool
    impossible: str = ""


@dataclass(frozen=True)
class ChapterView:
    """A chapter with the sections of its analyses."""

    name: str
    title: str
    summary: str
    verdicts: tuple[str, ...]
    sections: tuple[Section, ...]


def chapters(run: Run, images: Mapping[str, Sequence[Image]]) -> tuple[ChapterView, ...]:
    """Every chapter in the order of the register."""
    return tuple(
        ChapterView(
            chapter.name,
            chapter.title,
            chapter.summary,
            _verdicts(chapter, run),
            tuple(_section(name, run, images.get(name, ())) for name in chapter.analyses),
        )
        for chapter in register.CHAPTERS
    )


def _verdicts(chapter: register.Chapter, run: Run) -> tuple[str, ...]:
    """The answer to the question of the chapter, a sentence a form."""
    return tuple(
        finding.sentence
        for result in run.results
        if result.analysis in chapter.analyses
        for finding in result.findings
        if finding.code in VERDICTS
    )


def opens(table: TableView) -> bool:
    """Short tables stand open on a screen; long ones wait to be asked for."""
    return len(table.rows) <= _ROWS_OPEN


def _section(name: str, run: Run, images: Sequence[Image]) -> Section:
    analysis = register.load(name)
    result = run.get(name)
    return Section(
        name=name,
        title=title_of(name),
        question=analysis.question,
        reading=section(analysis.run, "How to read it"),
        notes=result.notes if result else (),
        options=dict(result.options) if result else {},
        tables=_tables(result) if result else (),
        images=tuple(image for image in images if image.drawing.subject is None),
        on_cards=any(analysis == name for analysis, _ in _ON_CARDS),
        impossible=run.not_examined.get(name, ""),
    )


def _tables(result: Result) -> tuple[TableView, ...]:
    return tuple(
        view(
            f"{result.analysis}__{name}",
            table,
            caption=f"{title_of(result.analysis)}: {term_of(name).label}",
            file=f"tables/{result.analysis}__{name}.csv",
            leave_out=_constant(table),
            limit=_ROWS_SHOWN,
            options=result.options,
        )
        for name, table in result.tables.items()
        if (result.analysis, name) not in _ON_CARDS and len(table) and not _behind_figures(table)
    )


def _constant(table: pd.DataFrame) -> tuple[str, ...]:
    """A column that names the one form there is says nothing."""
    only_one = "form" in table.columns and len(set(table["form"])) == 1
    return ("form",) if only_one else ()


def _behind_figures(table: pd.DataFrame) -> bool:
    """Several rows an item are what its figure is drawn from; the files have them all."""
    return "item_id" in table.columns and bool(table["item_id"].duplicated().any())
