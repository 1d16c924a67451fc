"""The chapters of the register as the report shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from naas_psych import register
from naas_psych.finding import Finding
from naas_psych.report.figures import Image
from naas_psych.report.itemcards import urgent_first
from naas_psych.report.layouts.layouts import foremost, same
from naas_psych.report.prose import section
from naas_psych.report.run import Run
from naas_psych.report.tables import WIDE, TableView, view
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
#: Longer tables are shown so far; their files have every row.
ROWS_SHOWN = 25
_ROWS_OPEN = 15


@dataclass(frozen=True)
class Section:
    """One analysis: its question, what to know when reading it, its tables and figures.

    verdicts : sentences that answer the question of its chapter
    findings : most urgent first
    files : of the tables that its figures are drawn from and that are not shown
    impossible, failed : why there is no result: what the data lack, or what went wrong
    """

    name: str
    title: str
    question: str
    reading: tuple[str, ...]
    notes: tuple[str, ...]
    options: Mapping[str, object]
    tables: tuple[TableView, ...]
    images: tuple[Image, ...]
    on_cards: bool
    verdicts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
    impossible: str = ""
    failed: str = ""


@dataclass(frozen=True)
class ChapterView:
    """A chapter with the sections of its analyses."""

    name: str
    title: str
    summary: str
    sections: tuple[Section, ...]

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The answer to the question of the chapter, a sentence a form."""
        return tuple(sentence for one in self.sections for sentence in one.verdicts)


def chapters(run: Run, images: Mapping[str, Sequence[Image]]) -> tuple[ChapterView, ...]:
    """Every chapter in the order of the register."""
    return tuple(
        ChapterView(
            chapter.name,
            chapter.title,
            chapter.summary,
            tuple(_section(name, run, images.get(name, ())) for name in chapter.analyses),
        )
        for chapter in register.CHAPTERS
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
        verdicts=tuple(f.sentence for f in _findings(result) if f.code in VERDICTS),
        findings=urgent_first(_findings(result)),
        files=_files(result) if result else (),
        impossible=run.not_examined.get(name, ""),
        failed=getattr(run, "failed", {}).get(name, ""),
    )


def _findings(result: Result | None) -> Sequence[Finding]:
    return result.findings if result else ()


def _tables(result: Result) -> tuple[TableView, ...]:
    return tuple(
        view(
            f"{result.analysis}__{name}",
            _in_order(table, f"{result.analysis}.{name}"),
            caption=f"{title_of(result.analysis)}: {term_of(name).label}",
            file=file_of(result.analysis, name),
            limit=ROWS_SHOWN,
            options=result.options,
        )
        for name, table in result.tables.items()
        if _is_shown(result, name)
    )


def _files(result: Result) -> tuple[str, ...]:
    """The tables that a reader of the page does not see."""
    hidden = (n for n, table in result.tables.items() if len(table) and not _is_shown(result, n))
    return tuple(file_of(result.analysis, name) for name in hidden)


def file_of(analysis: str, table: str) -> str:
    """Where the evidence folder keeps a table."""
    return f"tables/{analysis}__{table}.csv"


def _is_shown(result: Result, name: str) -> bool:
    table = result.tables[name]
    on_cards = (result.analysis, name) in _ON_CARDS
    return bool(len(table)) and not on_cards and not _behind_figures(table)


def _in_order(table: pd.DataFrame, full_name: str) -> pd.DataFrame:
    """What matters first: the columns of the layout, and of many rows those of a named cut.

    A column that is the same in every row, and may be left out for it, says nothing.
    """
    silent = [name for name in same(full_name) if name in table and len(set(table[name])) <= 1]
    kept = table.drop(columns=silent)
    first = foremost(full_name, [str(name) for name in kept.columns], most=WIDE)
    ordered = kept[[*first, *(name for name in kept.columns if name not in first)]]
    if len(table) <= ROWS_SHOWN or "cut_name" not in table:
        return ordered
    return ordered.sort_values("cut_name", key=lambda names: names.isna(), kind="stable")


def _behind_figures(table: pd.DataFrame) -> bool:
    """Several rows an item are what its figure is drawn from; the files have them all."""
    return "item_id" in table.columns and bool(table["item_id"].duplicated().any())
