"""The Word report: what it is made of, and that nothing in the data can break it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

import naas_psych as nps
from naas_psych.report.outputs import write_all_figures
from naas_psych.report.run import Run
from naas_psych.report.view import ReportView, report_view
from naas_psych.report.word.content import word_content
from naas_psych.report.word.grid import PAGE_WIDTH, Column, table
from naas_psych.report.word.report import write_word
from naas_psych.report.word.signs import sign
from naas_psych.report.word.text import bookmark_name, clean, paragraph
from tests.report.by_hand import small_study

_NASTY = 'bell\x07 <w:br/> & "quote" =1+1 \ufffe'
_NONE_WITHHELD = pd.DataFrame({"analysis": [], "table": [], "rule": [], "cells": []})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReportView, Path]:
    """The report of one analysis, whose other analyses could not run."""
    folder = tmp_path_factory.mktemp("word")
    study = small_study(title=f"Title {_NASTY}")
    study.items["text"] = _NASTY
    run = Run((nps.item_statistics(study),), {"distractors": f"no options {_NASTY}"})
    drawn = write_all_figures(study, run, folder, threads=1)
    view = report_view(
        study,
        run,
        images=drawn.images,
        internal=True,
        seed=1,
        out=folder,
        withheld=_NONE_WITHHELD,
    )
    write_word(view, folder)
    return view, folder / "report.docx"


@pytest.fixture(scope="module")
def document(made: tuple[ReportView, Path]) -> Any:
    return docx.Document(str(made[1]))


def test_text_of_the_data_is_text(made: tuple[ReportView, Path]) -> None:
    said = word_content(made[1])
    shown = 'bell\ufffd <w:br/> & "quote" =1+1 \ufffd'
    assert f"Title {shown}" in said
    assert any(line.endswith(f"no options {shown}") for line in said)


def test_cleaning_keeps_what_xml_takes() -> None:
    kept = "tab\t newline\n ünd 字 \U0001f600 −"
    assert clean(kept) == kept
    assert clean("\x00\x1f\x0b\uffff\ud800") == "\ufffd" * 5
    assert "<w:br/>" in paragraph(("two\nlines",))


def test_the_same_view_gives_the_same_bytes(made: tuple[ReportView, Path], tmp_path: Path) -> None:
    (tmp_path / "figures").symlink_to(made[1].parent / "figures")
    write_word(made[0], tmp_path)
    assert (tmp_path / "report.docx").read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[1]) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [n for n in package.namelist() if "thumbnail" in n or "app.xml" in n]


def test_properties_name_no_machine_and_no_time(document: Any) -> None:
    core = document.core_properties
    assert (core.author, core.language) == ("naas_psych", "en-GB")
    assert core.title.startswith("Title bell")
    assert core.created is None
    assert core.modified is None


def test_styles_are_real_ones(document: Any) -> None:
    names = {style.name for style in document.styles}
    wanted = {"Title", "Caption", "List Bullet", "Evidence Table", "toc 1", "Normal"}
    assert wanted <= names
    used = {p.style.name for p in document.paragraphs}
    assert {"Title", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet"} <= used
    default = document.styles.element.find(f".//{qn('w:rPrDefault')}")
    assert default.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    assert default.find(f".//{qn('w:sz')}").get(qn("w:val")) == "22"


def test_every_style_that_is_named_exists(document: Any) -> None:
    known = {style.style_id for style in document.styles}
    body = document.element.body
    named = {
        one.get(qn("w:val"))
        for tag in ("w:pStyle", "w:rStyle", "w:tblStyle")
        for one in body.iter(qn(tag))
    }
    assert named <= known


def test_headings_go_down_one_level_at_a_time_and_are_not_empty(document: Any) -> None:
    heads = [p for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert all(p.text.strip() for p in heads)
    levels = [int(p.style.name.split()[1]) for p in heads]
    jumps = [
        (heads[k].text, heads[k + 1].text)
        for k in range(len(levels) - 1)
        if levels[k + 1] > levels[k] + 1
    ]
    assert jumps == []
    titles = [p.text for p in heads if p.style.name == "Heading 1"]
    assert titles[:3] == ["Summary", "1. Verdicts", "2. What was asked, and by whom"]
    assert len(titles) == 20


def test_it_has_the_methods_text(made: tuple[ReportView, Path]) -> None:
    said = word_content(made[1])
    for section in made[0].methods.printed:
        assert section.heading in said
        for text in section.paragraphs:
            assert text.replace("`", "") in said


def test_every_heading_is_followed_by_something(document: Any) -> None:
    blocks = list(document.element.body)
    for one, following in pairwise(blocks):
        style = one.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is not None and style.get(qn("w:val")) == "Heading3":
            after = following.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
            value = "" if after is None else after.get(qn("w:val"))
            assert not value.startswith("Heading"), one.xpath("string()")


def test_contents_are_a_field_with_entries(document: Any) -> None:
    codes = [one.text for one in document.element.body.iter(qn("w:instrText"))]
    assert sum("TOC" in code for code in codes) == 1
    lines = [p for p in document.paragraphs if p.style.name.startswith("toc")]
    heads = [p for p in document.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    shown = [p._p.xpath("string()").split("\\u ")[-1].strip() for p in lines]
    assert shown == [p.text for p in heads]
    assert document.settings.element.find(qn("w:updateFields")) is not None


def test_every_link_leads_somewhere(document: Any) -> None:
    body = document.element.body
    marks = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks))
    links = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))}
    assert links
    assert links <= set(marks)
    assert all(len(name) <= 40 for name in marks)


def test_tables_repeat_their_heading_and_fit_the_page(document: Any) -> None:
    assert document.tables
    for one in document.tables:
        first = one._tbl.tr_lst[0]
        assert first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        widths = [int(col.get(qn("w:w"))) for col in one._tbl.tblGrid]
        assert sum(widths) <= PAGE_WIDTH
        assert min(widths) > 0
        assert all(cell.text.strip() for cell in one.rows[0].cells)
        assert one._tbl.tblPr.find(qn("w:tblCaption")) is not None


def test_every_table_and_figure_has_a_caption_with_its_number(document: Any) -> None:
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    assert [one.split(".")[0] for one in captions] == [
        f"Table {k}" for k in range(1, len(document.tables) + 1)
    ]


def test_pages_are_a4_with_title_marks_and_page_numbers(document: Any) -> None:
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    header = section.header.paragraphs[0].text
    assert header.startswith("Title bell")
    assert header.endswith("Not for publication.")
    footer = section.footer._element.xpath("string()")
    assert "PAGE" in footer
    assert "NUMPAGES" in footer


def test_every_verdict_is_said_by_word_and_sign(made: tuple[ReportView, Path]) -> None:
    view, path = made
    said = word_content(path)
    for entry in view.board:
        assert sign(entry.verdict).text in said
        assert f"{sign(entry.verdict).text} {entry.verdict.sentence}" in said
    assert len({sign(e.verdict).text.split()[0] for e in view.board}) > 1
    for answer in view.claims:
        assert any(line.startswith(f"{answer.claim.id} ") for line in said)
        assert answer.verdict.word in {line.split(" ", 1)[-1] for line in said}


def test_what_could_not_run_or_went_wrong_is_said(
    made: tuple[ReportView, Path], tmp_path: Path
) -> None:
    view, path = made
    assert any(line.startswith("Not examined: no options") for line in word_content(path))
    (tmp_path / "figures").mkdir()
    broken = replace(
        view,
        chapters=tuple(
            replace(
                c, sections=tuple(replace(s, failed="out of luck", images=()) for s in c.sections)
            )
            for c in view.chapters
        ),
        cards=tuple(replace(card, images=()) for card in view.cards),
    )
    write_word(broken, tmp_path)
    assert "This analysis failed: out of luck" in word_content(tmp_path / "report.docx")


def test_a_changed_word_is_seen_and_a_new_list_of_contents_is_not(
    made: tuple[ReportView, Path], tmp_path: Path
) -> None:
    before = word_content(made[1])
    edited = docx.Document(str(made[1]))
    line = next(p for p in edited.paragraphs if p.style.name == "toc 1")
    line.add_run("\t7")
    edited.save(str(tmp_path / "contents.docx"))
    assert word_content(tmp_path / "contents.docx") == before
    edited.tables[0].cell(1, 1).paragraphs[0].add_run("!")
    edited.save(str(tmp_path / "cell.docx"))
    after = word_content(tmp_path / "cell.docx")
    assert [one for one in after if one not in before] == [edited.tables[0].cell(1, 1).text]


def test_a_file_that_is_not_word_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("no zip")
    with pytest.raises(ValueError, match="not a Word file"):
        word_content(tmp_path / "a.docx")


def test_a_wide_table_keeps_to_the_page() -> None:
    columns = [Column(f"heading{k}", numeric=True) for k in range(30)]
    made = table(columns, [["1,234,567.89"] * 30], description="wide")
    widths = [int(part.split('"')[0]) for part in made.split('<w:gridCol w:w="')[1:]]
    assert len(widths) == 30
    assert sum(widths) <= PAGE_WIDTH


def test_long_anchors_stay_apart() -> None:
    one, other = ("analysis-" + "x" * 60 + end for end in "ab")
    assert bookmark_name(one) != bookmark_name(other)
    assert len(bookmark_name(one)) <= 40
    assert bookmark_name("item-3") == "item_3"
