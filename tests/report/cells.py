"""Where the numbers of a summary stand: `data-cite` of report.html looked up in the JSON files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from naas_psych.thresholds import Thresholds


@dataclass(frozen=True)
class Citation:
    """A number of the page: as written, as meant, and where it is said to stand."""

    text: str
    values: tuple[float, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """An evidence folder as its readers see it."""

    place: Path
    thresholds: Thresholds

    @cached_property
    def results(self) -> dict[str, Any]:
        return dict(json.loads((self.place / "results.json").read_text(encoding="utf-8")))

    @cached_property
    def claims(self) -> dict[str, Any]:
        return dict(json.loads((self.place / "claims.json").read_text(encoding="utf-8")))

    def value(self, source: str) -> float:
        """The number that a source names."""
        head, *rest = source.split("/")
        if head == "study":
            return float(self.results["study"][rest[0]])
        if head == "threshold":
            return self.thresholds[rest[0]].value
        if head == "board":
            return float(self.claims["board"][int(rest[0])][rest[1]])
        if head == "claims":
            words = [claim["verdict"].replace(" ", "_") for claim in self.claims["claims"]]
            return float(len(words) if rest[0] == "count" else words.count(rest[0]))
        if source == "findings/items":
            return float(len(self._warned()))
        return self._cell(head, rest)

    def _warned(self) -> set[str]:
        items = {row["item_id"] for row in self._rows("item_statistics", "items")}
        found = self.results["findings"]
        return {f["subject"] for f in found if f["severity"] != "info"} & items

    def _rows(self, analysis: str, table: str) -> list[dict[str, Any]]:
        return list(self.results["results"][analysis]["tables"][table])

    def _cell(self, analysis: str, rest: list[str]) -> float:
        if rest[0] == "provenance":
            return float(self.results["results"][analysis]["provenance"][rest[1]])
        rows = self._rows(analysis, rest[0])
        if rest[1] == "rows":
            return float(len(rows))
        if rest[1] == "sum":
            return float(sum(row[rest[2]] or 0 for row in rows))
        return float(rows[int(rest[1])][rest[2]])


class Summary(HTMLParser):
    """The citations of the summary, and its text without them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.citations: list[Citation] = []
        self.other: list[str] = []
        self._open: dict[str, str | None] | None = None
        self._text = ""
        start = page.index('<section id="summary"')
        part = page[start : page.index('id="part-claims"', start)]
        # The sizes of studies are of no table of this run: tests/assurance/test_gaps.py has them.
        self.feed(re.sub(r'(?s)<ul class="plain needed">.*?</ul>', "", part))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            self._open, self._text = dict(attrs), ""

    def handle_data(self, data: str) -> None:
        if self._open is None:
            self.other.append(data)
        else:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "data" and self._open is not None:
            values = tuple(map(float, str(self._open["value"]).split()))
            sources = tuple(str(self._open["data-cite"]).split())
            self.citations.append(Citation(self._text, values, sources))
            self._open = None
