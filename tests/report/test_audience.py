"""Three voices, one content: what comes first differs, and not a sentence, number or address."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.errors import UsageError
from naas_psych.report.audience import VOICES, Audience, in_order, voice
from naas_psych.report.page import page
from naas_psych.report.parts import PARTS, analyses_of
from naas_psych.report.run import run_all
from naas_psych.report.view import report_view
from tests.report.study_files import write_study

OTHERS = [one.name for one in VOICES if one.name != "board"]


class Content(HTMLParser):
    """Every piece of text, every id and every cited number of a page; programs are not read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: Counter[str] = Counter()
        self.ids: list[str] = []
        self.cited: Counter[str] = Counter()
        self.headings: dict[str, str] = {}
        self._within = ""
        self._heading = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._within = tag
        self._heading = given.get("id", "") if tag == "h2" else self._heading
        if "id" in given:
            self.ids.append(given["id"])
        if "data-cite" in given:
            self.cited[f"{given['data-cite']} {given['value']}"] += 1

    def handle_endtag(self, tag: str) -> None:
        self._within = ""
        self._heading = "" if tag == "h2" else self._heading

    def handle_data(self, data: str) -> None:
        if self._within in {"script", "style"} or not data.strip():
            return
        self.texts[data.strip()] += 1
        if self._heading:
            self.headings[self._heading] = self.headings.get(self._heading, "") + data.strip()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Content]:
    root = tmp_path_factory.mktemp("audience")
    study = nps.read_study(write_study(root / "study", persons=60, items=5))
    view = report_view(
        study,
        run_all(study, seed=1, threads=1),
        images={},
        internal=True,
        seed=1,
        out=root / "out",
        withheld=pd.DataFrame(columns=["analysis", "table", "rule", "cells"]),
    )
    return {name: Content(page(replace(view, audience=name))) for name in get_args(Audience)}


@pytest.mark.parametrize("audience", OTHERS)
def test_what_is_true_is_the_same(pages: dict[str, Content], audience: str) -> None:
    board, other = pages["board"], pages[audience]
    assert other.texts == board.texts
    assert sorted(other.ids) == sorted(board.ids)
    assert other.cited == board.cited
    assert len(board.cited) > 5


@pytest.mark.parametrize("audience", OTHERS)
def test_what_comes_first_differs_and_numbers_stay(
    pages: dict[str, Content], audience: str
) -> None:
    board, other = pages["board"].headings, pages[audience].headings
    assert list(other) != list(board)
    assert other == board
    first = next(name for name in other if name.startswith("part-"))
    assert first == f"part-{voice(audience).parts[0]}-h"


def test_the_board_reads_in_the_order_of_the_argument(pages: dict[str, Content]) -> None:
    parts = [name for name in pages["board"].headings if name.startswith("part-")]
    assert parts == [f"part-{part.name}-h" for part in PARTS[1:]]
    assert pages["board"].headings["part-items-h"].startswith("8.")


def test_every_analysis_has_an_address(pages: dict[str, Content]) -> None:
    held = [name for part in PARTS for name in analyses_of(part)]
    assert sorted(held) == sorted(register.names())
    assert {f"analysis-{name}" for name in register.names()} <= set(pages["board"].ids)
    assert {f"chapter-{one.name}" for one in register.CHAPTERS} <= set(pages["board"].ids)


def test_voices_name_parts_that_there_are() -> None:
    known = {part.name for part in PARTS}
    assert all(set(one.parts) <= known for one in VOICES)
    assert in_order("abc", "zb") == ("b", "a", "c")


def test_an_unknown_audience_is_refused(tmp_path: Path) -> None:
    study = nps.read_study(write_study(tmp_path / "study"))
    with pytest.raises(UsageError, match="audiences are: board, designer, psychometrician"):
        nps.evidence(study, out=tmp_path / "out", audience="minister")  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
