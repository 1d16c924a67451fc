"""Works cited as BibTeX and CSL-JSON: read back by a parser of our own, every one of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from naas_psych import __version__
from naas_psych.references import Reference, references
from naas_psych.report.citations import SOFTWARE_AUTHOR, SOFTWARE_TITLE, bibtex, csl

EVERY = list(references().values())
#: What BibTeX wants of each kind (its manual), and CSL of each type that we use.
BIBTEX_NEEDS = {
    "article": {"author", "title", "journal", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "publisher", "year"},
    "techreport": {"author", "title", "institution", "year"},
    "misc": {"author", "title"},
}
CSL_NEEDS = {
    "article-journal": {"author", "title", "container-title", "issued"},
    "book": {"author", "title", "publisher", "issued"},
    "chapter": {"author", "title", "container-title", "publisher", "issued"},
    "report": {"author", "title", "issued"},
    "paper-conference": {"author", "title", "event-title", "issued"},
    "software": {"author", "title", "version"},
}


def parsed(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """BibTeX by its grammar: `@kind{key, name = {value}, ...}`, braces counted."""
    entries: dict[str, tuple[str, dict[str, str]]] = {}
    place = 0
    while match := re.compile(r"\s*@(\w+)\{(\w+),\s*").match(text, place):
        kind, key = match.groups()
        place, fields = match.end(), {}
        while field := re.compile(r"(\w+) = (?=\{)").match(text, place):
            value, place = braced(text, field.end())
            fields[field.group(1)] = value
            place = re.compile(r",?\s*").match(text, place).end()  # type: ignore[union-attr]
        assert text[place] == "}", text[place : place + 40]
        assert key not in entries
        entries[key] = (kind, fields)
        place += 1
    assert not text[place:].strip()
    return entries


def braced(text: str, start: int) -> tuple[str, int]:
    """What stands between the brace at `start` and its partner, and the place behind it."""
    depth, place = 0, start
    while True:
        if text[place] == "\\":
            place += 2
            continue
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        place += 1
        if depth == 0:
            return text[start + 1 : place - 1], place


def test_every_work_is_whole_in_bibtex() -> None:
    entries = parsed(bibtex(EVERY))
    assert set(entries) == {*references(), "naas_psych"}
    for key, (kind, fields) in entries.items():
        assert BIBTEX_NEEDS[kind] <= set(fields), key
        for name, value in fields.items():
            bare = re.sub(r"\\[&%$#_{}\\]|\\[`'^~\"vc] ?\w", "", value)
            assert not re.search(r"(?<!\\)[&%$#_^~]", bare), (key, name, value)
            assert value.isascii(), (key, name, value)


def test_every_work_is_whole_in_csl() -> None:
    made = csl(EVERY)
    assert json.loads(json.dumps(made)) == made
    assert {one["id"] for one in made} == {*references(), "naas_psych"}
    for one in made:
        assert CSL_NEEDS[one["type"]] <= set(one), one["id"]
        for name in (*one["author"], *one.get("editor", ())):
            assert set(name) in ({"family", "given"}, {"literal"})


def work(**fields: Any) -> Reference:
    made = {
        "key": "x_2000", "type": "article", "authors": ("Bar, F.",), "year": 2000,
        "title": "A title", "container": "Journal", "volume": "1",
    }  # fmt: skip
    return Reference(**{**made, **fields})


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"title": "Use of the Rasch model"}, "title", "Use of the {Rasch} model"),
        ({"title": "IRT in use"}, "title", "{IRT} in use"),
        ({"title": "Profit & loss: 5% of $1 #2_3"}, "title", r"Profit \& loss: 5\% of \$1 \#2\_3"),
        ({"authors": ("Sočan, G.", "Raîche, G.")}, "author", r"So{\v c}an, G. and Ra{\^i}che, G."),
        ({"authors": ("Department of Labor",)}, "author", "{Department of Labor}"),
        ({"pages": "12-19"}, "pages", "12--19"),
    ],
)
def test_bibtex_escapes(fields: dict[str, Any], name: str, value: str) -> None:
    assert parsed(bibtex([work(**fields)]))["x_2000"][1][name] == value


def test_csl_takes_names_apart() -> None:
    (one, software) = csl([work(authors=("ten Berge, J. M. F.", "Department of Labor"))])
    assert one["author"] == [
        {"family": "ten Berge", "given": "J. M. F."}, {"literal": "Department of Labor"}
    ]  # fmt: skip
    assert (software["version"], "DOI" in software, "URL" in software) == (
        __version__, False, False
    )  # fmt: skip


def test_the_order_given_does_not_matter() -> None:
    assert bibtex(EVERY) == bibtex(EVERY[::-1])
    assert csl(EVERY) == csl(EVERY[::-1])


def test_the_parser_sees_a_brace_too_many() -> None:
    with pytest.raises((AssertionError, IndexError)):
        parsed("@misc{x,\n  title = {a}},\n}\n")


def test_the_project_is_cited_in_the_same_words() -> None:
    text = (Path(__file__).resolve().parents[2] / "CITATION.cff").read_text(encoding="utf-8")
    for line in (f"version: {__version__}", f'title: "{SOFTWARE_TITLE}"', SOFTWARE_AUTHOR):
        assert line in text
    assert "doi" not in text.lower()
    assert "http" not in text
