"""One verdict an item from all that people said of it, with reasons in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.content.face_evidence import (
    CANDIDATE,
    EXPERT,
    INSUFFICIENT,
    OK,
    OUTSIDE,
    WATCH,
    WEAK,
    Evidence,
    Rule,
    Tally,
)
from naas_psych.analyses.content.item_behaviour import NO, UNCLEAR, YES
from naas_psych.analyses.content.naming import Naming, Namings
from naas_psych.analyses.items.phrasing import percent
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.proportions import wilson

#: From the worst.
ORDER = (WEAK, WATCH, OK, INSUFFICIENT)
BY_NAMING = "naming"


@dataclass(frozen=True)
class Voice:
    """What one source says of one item: `by` is the question, or that people named the item."""

    kind: str
    source: str
    by: str
    verdict: str
    words: str
    probability: float


@dataclass(frozen=True)
class View:
    """An item as it looks to all sources.

    verdict : the worst of the sources; insufficient where no source has enough raters
    excuse : why a weak verdict is no warning, or ""
    """

    item: int
    voices: tuple[Voice, ...]
    verdict: str
    excuse: str

    @property
    def warned(self) -> bool:
        """Weak, and nothing speaks against saying so."""
        return self.verdict == WEAK and not self.excuse

    @property
    def looks_right(self) -> str:
        """yes, no, or unclear where it is a matter of watching or of sources that differ."""
        return YES if self.verdict == OK else NO if self.warned else UNCLEAR

    @property
    def concerns(self) -> tuple[Voice, ...]:
        """What speaks against the item: weak before watch, people who took the test first."""
        against = [voice for voice in self.voices if voice.verdict in (WEAK, WATCH)]
        kinds = (CANDIDATE, OUTSIDE, EXPERT)
        return tuple(
            sorted(
                against,
                key=lambda v: (ORDER.index(v.verdict), kinds.index(v.kind), v.by != BY_NAMING),
            )
        )

    @property
    def reasons(self) -> str:
        """Everything that counts, in words."""
        said = [voice.words for voice in self.concerns or self.voices]
        return "; ".join([*said, *([self.excuse] if self.excuse else [])])


def views(evidence: Evidence, named: Namings, rule: Rule, *, level: float) -> tuple[View, ...]:
    """Every item by the declared rule: the worst of the sources that have enough raters."""
    limits = [wilson(t.endorsing, t.n, level=level) for t in evidence.main]
    spoken = [
        (tally, np.stack([interval.low, interval.high]))
        for tally, interval in zip(evidence.main, limits, strict=True)
    ]
    size = len(evidence.kept)
    return tuple(_view(j, evidence, spoken, named, rule) for j in range(size))


def _view(
    j: int,
    evidence: Evidence,
    spoken: list[tuple[Tally, Floats]],
    named: Namings,
    rule: Rule,
) -> View:
    voices = (
        *(_rated(tally, j, limits[:, j], rule) for tally, limits in spoken),
        *(voice for naming in named.every for voice in _named(naming, j)),
    )
    verdict = min((voice.verdict for voice in voices), key=ORDER.index, default=INSUFFICIENT)
    excuse = _excuse(voices, evidence.kept[j])
    return View(j, voices, verdict, excuse if verdict == WEAK else "")


def _rated(tally: Tally, j: int, limits: Floats, rule: Rule) -> Voice:
    n, yes = int(tally.n[j]), int(tally.endorsing[j])
    what = _ENDORSED[tally.kind].format(question=tally.question.replace("_", " "))
    words = f"{tally.source}: {yes} of {n} {what}"
    if n:
        words += f" ({percent(yes / n)}, {100 * limits[0]:.0f} to {100 * limits[1]:.0f})"
    if tally.verdict[j] == INSUFFICIENT:
        name = "endorsement_experts_min" if tally.kind == EXPERT else "endorsement_candidates_min"
        words += f"; {rule.value(name):.0f} raters needed"
    return Voice(
        tally.kind, tally.source, tally.question, tally.verdict[j], words, float(tally.below[j])
    )


_ENDORSED = {
    EXPERT: "rate its {question} 3 or 4",
    CANDIDATE: "give 4 or 5 for {question}",
    OUTSIDE: "give 4 or 5 for {question}",
}


def _named(naming: Naming, j: int) -> Iterator[Voice]:
    given, count = int(naming.given[j]), int(naming.named[j])
    if not given:
        return
    expected = naming.chance[j] * given
    about = f"about {expected:.0f}" if expected >= 1 else "fewer than one"
    words = f"{naming.source}: named as {naming.what} by {count} of {given}, {about} by chance"
    yield Voice(
        CANDIDATE, naming.source, BY_NAMING, naming.verdict[j], words, 1 - float(naming.p[j])
    )


def _excuse(voices: tuple[Voice, ...], kept: str) -> str:
    """Why a weak verdict is not held against the item."""
    if kept:
        return kept
    heard = [voice for voice in voices if voice.verdict != INSUFFICIENT]
    weak = {voice.kind for voice in heard if voice.verdict == WEAK}
    taken = [voice.verdict for voice in heard if voice.kind == CANDIDATE]
    if weak == {EXPERT} and taken and set(taken) == {OK}:
        return "those who took the test do not object"
    return ""


def picture(looks_right: str, works: str) -> str:
    """Where an item stands in the four-way picture of how it looks and how it works."""
    if UNCLEAR in (looks_right, works):
        return "cannot tell"
    looks = "looks right" if looks_right == YES else "looks wrong"
    return f"{looks}, {'works' if works == YES else 'does not work'}"


def ranked(found: tuple[View, ...]) -> tuple[View, ...]:
    """Warned items first, then by verdict; within each the surest first."""

    def rank(view: View) -> tuple[int, bool, float, int]:
        surest = max((v.probability for v in view.concerns), default=0.0)
        return ORDER.index(view.verdict), bool(view.excuse), -surest, view.item

    return tuple(sorted(found, key=rank))


#: Whether candidates and whether experts endorse an item, to the quadrant it lies in.
QUADRANTS = {
    (True, True): "both see it",
    (False, True): "communication problem",
    (True, False): "off-construct",
    (False, False): "neither",
}
