"""The one bibliography: references.toml by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from naas_psych.packaged import toml_entries

Kind = Literal["article", "book", "chapter", "report", "paper"]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One work cited, as fields from which every form of a citation is made.

    authors : `Family, I. J.`, or an institution without a comma
    container : the journal, or the book of a chapter, with its `editors` or `book_authors`
    issue : of a volume; of a journal without volumes the number
    number : of a report, which stands in brackets after the title
    series : of a report without a publisher, or beside it
    event : where a paper was presented
    """

    key: str
    type: Kind
    authors: tuple[str, ...]
    year: int
    title: str
    container: str = ""
    editors: tuple[str, ...] = ()
    book_authors: tuple[str, ...] = ()
    edition: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    number: str = ""
    series: str = ""
    publisher: str = ""
    event: str = ""
    doi: str | None = None

    @property
    def text(self) -> str:
        """The full citation as printed."""
        number = f" ({self.number})" if self.number else ""
        edition = f" ({self.edition} ed.)" if self.edition and self.type == "book" else ""
        opening = f"{_listed(self.authors)} ({self.year}). {_ended(self.title + number + edition)}"
        return f"{opening} {self._where()}."

    def _where(self) -> str:
        """What follows the title."""
        if self.type == "article":
            return self._in_journal()
        if self.type == "chapter":
            return self._in_book()
        if self.type == "paper":
            return f"Paper presented at {self.event}"
        return ". ".join(part for part in (self.series, self.publisher) if part)

    def _in_journal(self) -> str:
        issue = f"({self.issue})" if self.issue and self.volume else self.issue
        if self.issue and not self.volume:
            issue = f", No. {self.issue}"
        volume = f", {self.volume}" if self.volume else ""
        return f"{self.container}{volume}{issue}" + (f", {self.pages}" if self.pages else "")

    def _in_book(self) -> str:
        names = " & ".join(_forenames_first(name) for name in (*self.editors, *self.book_authors))
        role = f" ({'Eds.' if len(self.editors) > 1 else 'Ed.'})" if self.editors else ""
        edition = f"{self.edition} ed." if self.edition else ""
        pages = f"pp. {self.pages}" if self.pages else ""
        where = ", ".join(part for part in (edition, pages) if part)
        inside = f" ({where})" if where else ""
        return f"In {names}{role}, {self.container}{inside}. {self.publisher}"


@cache
def references() -> dict[str, Reference]:
    """Every reference by its key (author_year)."""
    return {key: _reference(key, entry) for key, entry in toml_entries("references.toml").items()}


def _reference(key: str, entry: dict[str, Any]) -> Reference:
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    return Reference(key=key, **{**entry, **lists})


def _listed(names: Sequence[str]) -> str:
    """`A`, `A, & B`, `A, B, & C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"


def _forenames_first(name: str) -> str:
    family, _, forenames = name.partition(", ")
    return f"{forenames} {family}"


def _ended(title: str) -> str:
    return title if title.endswith(("?", "!")) else f"{title}."
