"""The report of a whole examination: 60 items, 960 people; small, sound, and of one piece."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import naas_psych as nps
from tests.report.study_files import write_study

_MOST_BYTES = 3_000_000


class Structure(HTMLParser):
    """What a screen reader builds of a page: headings, ids, links, names of pictures, tables."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.outside: list[str] = []
        self.nameless: list[str] = []
        self.captions: list[int] = []
        self.heads_without_scope = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        self._link(given.get("href", "") or given.get("src", ""))
        if tag in {"img", "svg"} and not _is_named(given):
            self.nameless.append(self.get_starttag_text() or tag)
        if tag == "table":
            self.captions.append(0)
        if tag == "caption":
            self.captions[-1] += 1
        self.heads_without_scope += tag == "th" and "scope" not in given

    def _link(self, target: str) -> None:
        if target.startswith("#"):
            self.targets.append(target[1:])
        elif target and not target.startswith("data:,"):
            self.outside.append(target)


def _is_named(given: dict[str, str]) -> bool:
    hidden = given.get("aria-hidden") == "true"
    named = given.get("alt") or given.get("aria-label") or given.get("aria-labelledby")
    return hidden or bool(named)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("large")
    study = nps.read_study(write_study(root / "study", persons=960, items=60))
    return nps.evidence(study, out=root / "out", threads=2) / "report.html"


@pytest.fixture(scope="module")
def structure(report: Path) -> Structure:
    parsed = Structure()
    parsed.feed(report.read_text(encoding="utf-8"))
    return parsed


def test_it_can_be_sent_by_mail(report: Path) -> None:
    assert report.stat().st_size < _MOST_BYTES


def test_headings_are_an_outline(structure: Structure) -> None:
    assert structure.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(structure.levels))


def test_every_picture_has_a_name(structure: Structure) -> None:
    assert structure.nameless == []


def test_every_table_has_one_caption_and_scoped_heads(structure: Structure) -> None:
    assert set(structure.captions) == {1}
    assert structure.heads_without_scope == 0


def test_ids_are_unique_and_links_arrive(structure: Structure) -> None:
    assert len(structure.ids) == len(set(structure.ids))
    assert set(structure.targets) <= set(structure.ids)


def test_nothing_is_fetched_and_links_stay_in_the_folder(
    report: Path, structure: Structure
) -> None:
    assert all((report.parent / target).is_file() for target in structure.outside)
    text = report.read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)(?!data:)", text)


def test_figures_are_small(report: Path) -> None:
    sizes = [path.stat().st_size for path in (report.parent / "figures").glob("*.svg")]
    assert len(sizes) >= 60
    assert max(sizes) < 60_000
