"""The chapters on groups and on pass marks say what differs, and pass no verdict on anybody."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import naas_psych
from naas_psych import register
from naas_psych.finding_codes import finding_codes, label_of
from naas_psych.glossary import term
from naas_psych.packaged import toml_entries
from naas_psych.study.load import read_study

if TYPE_CHECKING:
    from naas_psych.register import Chapter
    from naas_psych.result import Result

PACKAGE = Path(naas_psych.__file__).parent
ROOT = PACKAGE.parent
PILOT = ROOT / "data" / "sample_responses" / "naas_pilot"
CHAPTERS = {chapter.name: chapter for chapter in register.CHAPTERS}
CHAPTER = CHAPTERS["fairness"]
#: `fairness` is the name of the chapter; the adjective would be a verdict.
FORBIDDEN = re.compile(
    r"\b(?:un)?bias(?:ed|es)?\b|\bdiscriminat\w*|\bno DIF\b|\bDIF[- ]free\b"
    r"|\b(?:un)?fair(?:ly|er|est)?\b|\bsignificant(?:ly)?\b|\b(?:un)?lawful(?:ly)?\b|\billegal(?:ly)?\b|\bguilt\w*",
    re.IGNORECASE,
)
#: Persons are below a pass mark, and a pass mark is somebody's decision: it is not right or wrong.
FORBIDDEN_OF_PASS_MARKS = re.compile(
    FORBIDDEN.pattern + r"|\b(?:in)?valid(?:ity|ly|ate[ds]?)?\b|\bfailures?\b|\bcut-?offs?\b",
    re.IGNORECASE,
)
#: Of lawfulness the chapter says only that its numbers do not answer it.
DENIED = re.compile(r"\bnor to whether that is right or lawful\b")
PAGES = {"fairness": ("fairness.md", "disclosure.md"), "standard": (), "cutscores": ()}
#: Thresholds of each chapter.
LIMITS = {
    "fairness": re.compile("^(dif|gap|sibtest|pass_ratio|dtf|equal_standard)_"),
    "standard": re.compile("^(standard|cut_se_sem|borderline|contrast|station)_"),
    "cutscores": re.compile("^(classification|decision|below|middle|loss|mcse|stratum|resit|top)_"),
}
#: Catalogues that are not of one chapter alone, and the entries that may be.
SHARED = {
    "reason_codes.toml": re.compile("."),
    "study/checks.toml": re.compile("group|band|level"),
    "assurance/ledger.toml": re.compile("."),
}
#: Findings that compare no groups: on sizes, on the score to match on, on what employers say.
NO_COMPARISON = {
    "group_many_levels",
    "purification_open",
    "endorsement_verdict",
    "site_endorses_everybody",
}
Said = tuple[str, str]


def strings(where: str, value: Any) -> Iterator[Said]:
    """Every text inside a table of a catalogue."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(f"{where}.{name}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(where, inner)


def catalogues(chapter: Chapter = CHAPTER) -> Iterator[Said]:
    """Terms, findings, thresholds, reasons, faults and claims of the chapter."""
    for path in sorted((PACKAGE / "terms").glob(f"{chapter.name}*.toml")):
        yield from strings(path.name, toml_entries(f"terms/{path.name}"))
    for code, entry in finding_codes().items():
        if set(entry.analyses) & set(chapter.analyses):
            yield code, f"{entry.label}. {entry.meaning} {entry.action}"
            yield from strings(code, entry.cases)
    for name, wanted in {**SHARED, "assurance/thresholds.toml": LIMITS[chapter.name]}.items():
        for key, value in toml_entries(name).items():
            if wanted.search(key):
                yield from strings(f"{name} {key}", value)
    for key, claim in toml_entries("assurance/claims.toml").items():
        if claim.get("chapter") == chapter.name:
            # What others said is quoted as they said it.
            yield from strings(key, {k: v for k, v in claim.items() if k != "quote"})


def modules(chapter: Chapter = CHAPTER) -> Iterator[Said]:
    """Docstrings, comments left out, and every other text of the modules."""
    files = sorted((PACKAGE / "analyses" / chapter.name).glob("*.py"))
    layouts = sorted((PACKAGE / "report" / "layouts").glob("*_layouts.py"))
    for path in [*files, *layouts]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path.name, node.value


def front(chapter: Chapter = CHAPTER) -> Iterator[Said]:
    """Title and questions of the chapter, its options and its pages of the manual."""
    yield "chapter", f"{chapter.title}. {chapter.summary}"
    for name in chapter.analyses:
        loaded = register.load(name)
        yield name, inspect.getdoc(loaded.run) or ""
        for option, field in loaded.options.model_fields.items():
            yield f"{name} --{option}", field.description or ""
    for page in PAGES[chapter.name]:
        path = ROOT / "docs" / page
        yield page, path.read_text(encoding="utf-8")


@cache
def results() -> tuple[Result, ...]:
    """Every analysis of the chapter on the pilot by setting, where the pilot has what it needs."""
    study = read_study(PILOT)
    made = []
    for name in CHAPTER.analyses:
        loaded = register.load(name)
        few = {"replicates": 50, "draws": 100, "group": ["setting"], "threads": 1}
        options = {k: v for k, v in few.items() if k in loaded.options.model_fields}
        if name == "intersections":
            options["cross"] = ["setting", "sex"]
        made.append(loaded.run(study, **options))
    return tuple(made)


def results_said() -> Iterator[Said]:
    """Findings, notes, tables, columns, words in cells, titles and alternative texts."""
    for result in results():
        yield from ((result.analysis, note) for note in result.notes)
        for found in result.findings:
            where = f"{result.analysis} {found.code} {found.subject}"
            yield where, f"{label_of(found.code)}. {found.sentence} {found.meaning} {found.action}"
        for name, table in result.tables.items():
            yield result.analysis, name.replace("_", " ")
            for word in map(str, table.columns):
                known = term(word)
                yield word, f"{known.label}. {known.meaning} {known.reading}"
            for column in table.columns:
                cells = {value for value in table[column].tolist() if isinstance(value, str)}
                yield from ((f"{result.analysis}.{name}.{column}", cell) for cell in cells)
        drawings = register.load(result.analysis).drawings
        for drawing in drawings(result) if drawings else ():
            yield f"{result.analysis} {drawing.name}", f"{drawing.title} {drawing.alt}"


def faults(said: Iterator[Said], forbidden: re.Pattern[str] = FORBIDDEN) -> list[str]:
    return [
        f"{where}: {hit.group()!r} in {text[max(0, hit.start() - 40) : hit.end() + 40]!r}"
        for where, text in said
        for hit in forbidden.finditer(DENIED.sub("", " ".join(text.split())))
    ]


SOURCES = {"catalogues": catalogues, "modules": modules, "front": front, "results": results_said}


@pytest.mark.parametrize("source", SOURCES)
def test_no_word_of_the_chapter_passes_a_verdict(source: str) -> None:
    said = list(SOURCES[source]())
    assert len(said) > 20
    assert faults(iter(said)) == []


@pytest.mark.parametrize("source", [catalogues, modules, front])
@pytest.mark.parametrize("chapter", ["standard", "cutscores"])
def test_no_word_on_pass_marks_passes_a_verdict(
    chapter: str, source: Callable[[Chapter], Iterator[Said]]
) -> None:
    """The texts of the code: what a finding says is put together from them."""
    said = list(source(CHAPTERS[chapter]))
    assert len(said) > 20
    assert faults(iter(said), FORBIDDEN_OF_PASS_MARKS) == []


@pytest.mark.parametrize(
    "text", ["a valid cut", "The failures number 40.", "the validity of it", "a fair cut-off"]
)
def test_the_comparer_sees_a_verdict_on_a_pass_mark(text: str) -> None:
    assert faults(iter([("here", text)]), FORBIDDEN_OF_PASS_MARKS) != []
    assert faults(iter([("here", "40 persons are below")]), FORBIDDEN_OF_PASS_MARKS) == []


@pytest.mark.parametrize(
    "text",
    [
        "The item is biased.",
        "There is no DIF here.",
        "a DIF-free set",
        "The test is fair.",
        "unfair to some",
        "a significant gap",
        "a discriminatory item",
        "an unbiased test",
        "The gap is unlawful.",
    ],
)
def test_the_comparer_sees_a_verdict(text: str) -> None:
    assert faults(iter([("here", text)])) != []
    assert faults(iter([("here", "the chapter fairness shows a difference")])) == []


def test_a_difference_is_called_one() -> None:
    """Every statement on two groups speaks of a difference, or says that it cannot be told."""
    named = re.compile(
        r"differ|\bDIF\b|unequal|unlike|not (?:earn )?the same|\b(?:apart|cannot|too few|nobody)\b",
        re.IGNORECASE,
    )
    for code, entry in finding_codes().items():
        if set(entry.analyses) & set(CHAPTER.analyses) and code not in NO_COMPARISON:
            said = f"{entry.label} {entry.meaning} {entry.action} {entry.cases}"
            assert named.search(said), code
    seen = [found for result in results() for found in result.findings]
    assert len(seen) > 10
    a04 = [found for found in seen if found.code == "shows_dif" and found.subject == "A04"]
    assert [re.search("with the same total", found.sentence) is not None for found in a04] == [True]


def test_no_finding_says_that_nothing_differs() -> None:
    """A group too small is never given the all-clear."""
    small = [
        found.sentence
        for result in results()
        for found in result.findings
        if "disability_team" in found.sentence and result.analysis == "dif_mantel_haenszel"
    ]
    assert small
    assert all("cannot be told" in sentence for sentence in small)
