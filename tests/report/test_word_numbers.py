"""The numbers of the Word report are those of the page, of the same folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from naas_psych.report.word.content import word_content

_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Shown:
    """A table as a reader sees it."""

    caption: str
    rows: list[list[str]]


class _Tables(HTMLParser):
    """The tables of a page, cell by cell."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Shown] = []
        self._into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append(Shown("", []))
        elif tag == "tr" and self.found:
            self.found[-1].rows.append([])
        elif tag in ("td", "th", "caption"):
            self._into = []

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("td", "th", "caption") or self._into is None:
            return
        text = _plain("".join(self._into))
        self._into = None
        if tag == "caption":
            self.found[-1] = Shown(text, self.found[-1].rows)
        elif self.found and self.found[-1].rows:
            self.found[-1].rows[-1].append(text)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _name(caption: str) -> str:
    return re.sub(r"^Table \d+\. | \(first [\d,]+ of [\d,]+(?: rows)?\)", "", caption)


def _words(row: list[str]) -> list[str]:
    """Cells without the brackets in which Word puts an interval beside its number, and a reason
    once where several cells in a row give it."""
    text = " ".join(re.sub(r"[()]", " ", " ".join(row)).split())
    return re.sub(r"(– [^–]+?)(?: \1)+(?= |$)", r"\1", text).split()


@pytest.fixture(scope="module")
def in_html(small_report: Path) -> dict[str, Shown]:
    reader = _Tables()
    reader.feed((small_report / "report.html").read_text(encoding="utf-8"))
    return {_name(one.caption): one for one in reader.found}


@pytest.fixture(scope="module")
def in_word(small_report: Path) -> dict[str, Shown]:
    return {one.caption: one for one in _tables(small_report / "report.docx")}


def _text(element: Any) -> str:
    return "".join(one.text or "" for one in element.iter(qn("w:t")))


def _tables(path: Path) -> Iterator[Shown]:
    body = docx.Document(str(path)).element.body
    caption = ""
    for block in body:
        if block.tag == qn("w:p") and block.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") is not None:
            texts = _text(block)
            caption = texts if texts.startswith("Table ") else caption
        elif block.tag == qn("w:tbl"):
            rows = [
                [
                    "".join(t.text or "" for t in cell.iter(qn("w:t")))
                    for cell in row.iter(qn("w:tc"))
                ]
                for row in block.iter(qn("w:tr"))
            ]
            yield Shown(_name(caption), rows)


def test_every_table_of_both_has_the_same_cells(
    in_html: dict[str, Shown], in_word: dict[str, Shown]
) -> None:
    results = [name for name in in_word if re.match(r"[A-Z][\w ]+: \w", name)]
    assert len(results) > 40
    for name in results:
        assert name in in_html, name
        head, *rows = in_word[name].rows
        pairs = zip(rows, in_html[name].rows[1:], strict=False)
        assert _words(head) == _words(in_html[name].rows[0]), name
        assert rows, name
        for ours, theirs in pairs:
            assert _words(ours) == _words(theirs), name


def test_verdicts_and_sentences_are_those_of_the_page(
    small_report: Path, in_html: dict[str, Shown], in_word: dict[str, Shown]
) -> None:
    name = next(one for one in in_word if one.startswith("Each question"))
    ours, theirs = in_word[name].rows[1:], in_html[name].rows[1:]
    assert len(ours) == len(theirs) > 5
    for mine, other in zip(ours, theirs, strict=True):
        assert mine[1].split(" ", 1)[1] == other[1]
        assert _plain(mine[2]) == other[2].removesuffix(" Details")


def test_every_figure_has_words_and_a_caption(small_report: Path) -> None:
    body = docx.Document(str(small_report / "report.docx")).element.body
    drawn = list(body.iter(qn("wp:docPr")))
    assert len(drawn) > 20
    assert all(len(one.get("descr")) > 20 for one in drawn)
    assert len({one.get("id") for one in drawn}) == len(drawn)
    said = word_content(small_report / "report.docx")
    assert sum(line.startswith("Figure ") for line in said) == len(drawn)


def test_the_file_is_small(small_report: Path) -> None:
    assert (small_report / "report.docx").stat().st_size < _LIMIT
