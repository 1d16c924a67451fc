"""The one rule by which every verdict is given, from an interval and two thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal[
    "top", "middle", "bottom", "cannot_tell", "not_yet_examined", "not_a_measurement_question"
]
#: A: assurance, somebody says the scheme does something good. C: concern. Q: question. D: demand.
Polarity = Literal["A", "C", "Q", "D"]

#: Words from the best to the worst measured value. A concern is borne out when the value is bad.
_WORDS: dict[Polarity, dict[str, str]] = {
    "A": {"top": "SUPPORTED", "middle": "PARTLY SUPPORTED", "bottom": "NOT SUPPORTED"},
    "C": {"top": "NOT BORNE OUT", "middle": "PARTLY BORNE OUT", "bottom": "BORNE OUT"},
    "Q": {"top": "ANSWERED", "middle": "PARTLY ANSWERED", "bottom": "ANSWERED"},
    "D": {"top": "MET", "middle": "PARTLY MET", "bottom": "NOT MET"},
}
_OTHER_WORDS = {
    "cannot_tell": "CANNOT TELL",
    "not_yet_examined": "NOT YET EXAMINED",
    "not_a_measurement_question": "NOT A MEASUREMENT QUESTION",
}
_SHAPES = {
    "top": "[#]", "middle": "[=]", "bottom": "[x]",
    "cannot_tell": "[?]", "not_yet_examined": "[ ]", "not_a_measurement_question": "[-]",
}  # fmt: skip
_COLOURS = {
    "top": "green", "middle": "amber", "bottom": "red",
    "cannot_tell": "grey", "not_yet_examined": "white", "not_a_measurement_question": "white",
}  # fmt: skip
#: Why, with the line that decided it, by whether higher is better.
_SENTENCES: dict[bool, dict[Level, str]] = {
    True: {
        "top": "Every plausible value reaches the target of {target}.",
        "middle": "Every plausible value reaches the minimum of {minimum}. "
        "Not every one reaches the target of {target}.",
        "bottom": "No plausible value reaches the minimum of {minimum}.",
    },
    False: {
        "top": "Every plausible value is within the target of {target}.",
        "middle": "Every plausible value is within the limit of {minimum}. "
        "Not every one is within the target of {target}.",
        "bottom": "Every plausible value is beyond the limit of {minimum}.",
    },
}
#: The same of a number that was counted: it has no range of plausible values.
_COUNTED: dict[bool, dict[Level, str]] = {
    True: {
        "top": "It reaches the target of {target}.",
        "middle": "It reaches the minimum of {minimum}, but not the target of {target}.",
        "bottom": "It does not reach the minimum of {minimum}.",
    },
    False: {
        "top": "It is within the target of {target}.",
        "middle": "It is within the limit of {minimum}, but not within the target of {target}.",
        "bottom": "It is beyond the limit of {minimum}.",
    },
}
_STRADDLES = (
    "This is the best estimate, but values on both sides of the line ({minimum}) remain plausible."
)
#: Worst first: a failed metric beats CANNOT TELL, and CANNOT TELL beats PARTLY.
_SEVERITY: tuple[Level, ...] = (
    "bottom", "cannot_tell", "not_yet_examined", "middle", "top", "not_a_measurement_question",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A verdict, said three ways at once: word, shape and colour."""

    level: Level
    polarity: Polarity
    sentence: str

    @property
    def word(self) -> str:
        return _OTHER_WORDS.get(self.level) or _WORDS[self.polarity][self.level]

    @property
    def shape(self) -> str:
        return _SHAPES[self.level]

    @property
    def colour(self) -> str:
        return _COLOURS[self.level]


def verdict(
    *,
    estimate: float | None,
    low: float | None,
    high: float | None,
    n: int,
    minimum: float,
    target: float,
    n_min: int,
    higher_is_better: bool = True,
    polarity: Polarity = "A",
    reason: str = "",
    counted: str = "people",
    write: Callable[[float], str] = "{:g}".format,
) -> Verdict:
    """Hold an interval, never the point alone, to a minimum and a target.

    The whole interval at or beyond the target: top. At or beyond the minimum: middle. Short of the
    minimum: bottom. Across the minimum, too few observations, or no number (`reason`): cannot tell.
    A number that is its own interval was counted, and is said so. `counted` says what `n`
    counts, and `write` puts the lines into words for the sentence.
    """
    if n < n_min:
        return cannot_tell(
            f"there are {n:,} {counted} and at least {n_min:,} are needed", polarity=polarity
        )
    if not (_is_number(estimate) and _is_number(low) and _is_number(high)):
        return cannot_tell(reason or "the number or its interval is undefined", polarity=polarity)
    sign = 1.0 if higher_is_better else -1.0
    worse, better = sorted((sign * float(low or 0), sign * float(high or 0)))
    level = _held_to(worse, better, minimum=sign * minimum, target=sign * target)
    sentences = _COUNTED if low == high else _SENTENCES
    words = sentences[higher_is_better].get(level, _STRADDLES)
    sentence = words.format(minimum=write(minimum), target=write(target))
    return Verdict(level=level, polarity=polarity, sentence=sentence)


def cannot_tell(reason: str, *, polarity: Polarity = "A") -> Verdict:
    """CANNOT TELL, with the reason."""
    return Verdict(level="cannot_tell", polarity=polarity, sentence=f"We cannot tell: {reason}.")


def not_yet_examined(needed: str, *, polarity: Polarity = "A") -> Verdict:
    """NOT YET EXAMINED: the analysis is not built, whatever the data; with what it would need."""
    return Verdict(
        level="not_yet_examined",
        polarity=polarity,
        sentence=f"This version does not examine it. It would need: {needed}.",
    )


def not_a_measurement_question(who_decides: str) -> Verdict:
    """A question of values or policy that no test data settle, with who decides it."""
    return Verdict(
        level="not_a_measurement_question",
        polarity="Q",
        sentence=f"No test data can settle this. It is decided by {who_decides}.",
    )


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a claim that needs all of these to hold.

    Raises
    ------
    ValueError
        There is no verdict to choose from.
    """
    return min(verdicts, key=severity)


def severity(made: Verdict) -> int:
    """The place of a verdict among all, from the worst on."""
    return _SEVERITY.index(made.level)


def _held_to(worse: float, better: float, *, minimum: float, target: float) -> Level:
    if worse >= target:
        return "top"
    if worse >= minimum:
        return "middle"
    return "bottom" if better < minimum else "cannot_tell"


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
