"""The five sources of validity evidence: which claims bear on each, and how they came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from naas_psych.assurance.claims import Answer
from naas_psych.assurance.verdict import Verdict, severity
from naas_psych.packaged import toml_entries


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of evidence.

    Attributes
    ----------
    title, asks : its name, and its question in plain words
    parts : names of the parts of the report that answer
    answers : the claims that bear on it
    tally : level of verdict to the number of claims, best first
    weakest : the claim that came out worst, one with numbers before others; None where no claim
        bears on the source
    """

    name: str
    title: str
    asks: str
    parts: tuple[str, ...]
    answers: tuple[Answer, ...]
    tally: Mapping[str, int]
    weakest: Answer | None

    @property
    def weakest_words(self) -> str:
        """The weakest link in plain words, as the results have it."""
        if self.weakest is None:
            return "No claim bears on it."
        found = self.weakest.verdict
        if found.level in ("top", "not_a_measurement_question"):
            return "Nothing weak was found."
        return f"{self.weakest.claim.question} {came_out(found)}"


#: How the weakest claim came out: assurance (A), concern (C), question (Q) or demand (D).
_BY_POLARITY = {
    "bottom": {
        "A": "The claim is not supported.",
        "C": "The concern is borne out.",
        "Q": "The answer is not the one hoped for.",
        "D": "The demand is not met.",
    },
    "middle": {
        "A": "The claim is supported in part.",
        "C": "The concern is borne out in part.",
        "Q": "It is answered in part.",
        "D": "The demand is met in part.",
    },
}
_UNTOLD = {
    "cannot_tell": "These data cannot tell.",
    "not_yet_examined": "This version does not examine it.",
}


def came_out(verdict: Verdict) -> str:
    """How a claim came out, as a sentence, where not all is well with it."""
    return _UNTOLD.get(verdict.level) or _BY_POLARITY[verdict.level][verdict.polarity]


def sources(answered: Sequence[Answer]) -> tuple[Source, ...]:
    """Every source, with the claims that name it."""
    return tuple(
        _source(name, entry, [one for one in answered if name in one.claim.source])
        for name, entry in toml_entries("assurance/sources.toml").items()
    )


def _source(name: str, entry: Mapping[str, str], found: Sequence[Answer]) -> Source:
    order = sorted(found, key=lambda one: (severity(one.verdict), not one.measured))
    counts = Counter(one.verdict.level for one in reversed(order))
    return Source(
        name=name,
        title=entry["title"],
        asks=entry["asks"],
        parts=tuple(entry["parts"]),
        answers=tuple(found),
        tally={str(level): n for level, n in counts.items()},
        weakest=order[0] if order else None,
    )
