"""Names of the data as people say them: `fostering_adoption` is `fostering adoption`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from naas_psych.finding import Finding
from naas_psych.report.run import Run
from naas_psych.report.wording import MINUS, in_a_sentence, spoken_name, title_of
from naas_psych.result import Result
from naas_psych.study.study import Study

#: Text with the names in it as words.
Said = Callable[[str], str]

#: Columns whose cells are names of groups, outcomes and sources.
_NAMED = (
    *("group", "group_level", "group_by", "focal", "reference", "characteristic"),
    *("characteristic_value", "cut", "cut_name", "outcome", "outcome_reached", "row", "column"),
    *("source", "other_source", "role", "role_owner", "background", "question"),
)
_NEGATIVE = re.compile(r"(?<![\w.)-])-(?=\.?\d)")


def said_of(study: Study, run: Run) -> Said:
    """How to write the names of groups, outcomes, sources and analyses, and negative numbers.

    Items keep their names, because they are looked up by them.
    """
    items = set(study.responses.item_ids)
    analyses = {r.analysis: in_a_sentence(title_of(r.analysis)) for r in run.results}
    names = sorted({*_names(run), *_coded(analyses)} - items, key=lambda name: (-len(name), name))
    pattern = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, names))})(?![\w/])")

    def word(found: re.Match[str]) -> str:
        return analyses.get(found[0]) or spoken_name(found[0])

    def said(text: str) -> str:
        named = pattern.sub(word, text) if names else text
        return _NEGATIVE.sub(MINUS, named)

    return said


def spoken(study: Study, run: Run) -> Run:
    """The run with names written as words in what it says; its tables stay as they are."""
    items = set(study.responses.item_ids)
    said = said_of(study, run)

    def told(finding: Finding) -> Finding:
        about = finding.subject if finding.subject in items else said(finding.subject)
        sentence, action = said(finding.sentence), said(finding.action)
        return replace(finding, subject=about, sentence=sentence, action=action)

    def as_said(result: Result) -> Result:
        return replace(
            result,
            findings=tuple(map(told, result.findings)),
            notes=tuple(map(said, result.notes)),
        )

    return replace(run, results=tuple(map(as_said, run.results)))


def _coded(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if "_" in name)


def _names(run: Run) -> Iterator[str]:
    for result in run.results:
        for table in result.tables.values():
            for column in _NAMED:
                if column in table:
                    cells = table[column].dropna().unique()
                    yield from _coded(cell for cell in cells if isinstance(cell, str))
