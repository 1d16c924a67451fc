"""The parts of the technical report with what stands in each, ready to be laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from naas_psych.assurance.claims import Answer
from naas_psych.assurance.entry import Entry
from naas_psych.finding import Finding
from naas_psych.report.alike import Alike, alike
from naas_psych.report.audience import Voice, in_order
from naas_psych.report.chapters import ChapterView, Section
from naas_psych.report.itemcards import urgent_first
from naas_psych.report.parts import PARTS, Part, analyses_of


@dataclass(frozen=True)
class Numbered:
    """A section with its number, such as `8.3`."""

    number: str
    section: Section


@dataclass(frozen=True)
class Group:
    """Analyses of a part that share a chapter; without an anchor where they are guests."""

    anchor: str
    title: str
    sections: tuple[Numbered, ...]


@dataclass(frozen=True)
class PartView:
    """A part: its analyses, the verdicts and claims that rest on them, and what was found.

    others : findings about single items, which stand on the item cards
    """

    part: Part
    groups: tuple[Group, ...]
    entries: tuple[tuple[int, Entry], ...]
    claims: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    others: int

    @property
    def anchor(self) -> str:
        return f"part-{self.part.name}"

    @property
    def told(self) -> tuple[Alike, ...]:
        """Its findings, with what is said of many told once."""
        return alike(self.findings)

    @property
    def titled(self) -> bool:
        """Several chapters in one part need headings of their own."""
        return sum(bool(group.anchor) for group in self.groups) > 1

    @property
    def sections(self) -> tuple[Numbered, ...]:
        return tuple(one for group in self.groups for one in group.sections)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings of each urgency its analyses made."""
        return Counter(f.severity for one in self.sections for f in one.section.findings)


def part_views(
    chapters: Sequence[ChapterView],
    *,
    board: Sequence[Entry],
    claims: Sequence[Answer],
    items: Mapping[str, str],
    voice: Voice,
) -> tuple[PartView, ...]:
    """Every part but the first, which is the summary's, in the order of a reader.

    `items` are those that have a card.
    """
    made = {
        part.name: _part(part, tuple(_groups(part, chapters)), board, claims, items)
        for part in PARTS[1:]
    }
    return tuple(made[name] for name in in_order(made, voice.parts))


def _part(
    part: Part,
    groups: tuple[Group, ...],
    board: Sequence[Entry],
    claims: Sequence[Answer],
    items: Mapping[str, str],
) -> PartView:
    found = [f for group in groups for one in group.sections for f in one.section.findings]
    told = urgent_first([f for f in found if f.severity != "info" or f.subject not in items])
    return PartView(
        part=part,
        groups=groups,
        entries=tuple((k, e) for k, e in enumerate(board, start=1) if e.chapter in part.chapters),
        claims=tuple(a for a in claims if _rests_on(a, part)),
        findings=told,
        others=len(found) - len(told),
    )


def _rests_on(answer: Answer, part: Part) -> bool:
    claim = answer.claim
    return claim.part == part.name if claim.part else claim.chapter in part.chapters


def _groups(part: Part, chapters: Sequence[ChapterView]) -> Iterator[Group]:
    """Its own chapters, then the analyses that it holds though their chapter is elsewhere."""
    known = {s.name: s for chapter in chapters for s in chapter.sections}
    numbers = {name: f"{part.number}.{k}" for k, name in enumerate(analyses_of(part), start=1)}
    for chapter in chapters:
        if chapter.name in part.chapters:
            mine = (s for s in chapter.sections if s.name in numbers)
            numbered = tuple(Numbered(numbers[s.name], s) for s in mine)
            yield Group(f"chapter-{chapter.name}", chapter.title, numbered)
    guests = tuple(Numbered(numbers[n], known[n]) for n in part.analyses if n in known)
    if guests:
        yield Group("", "", guests)
