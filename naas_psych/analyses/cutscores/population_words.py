"""Whether a group is very small, small or neither, as far as its limits say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.thresholds import Thresholds

#: The thresholds between words, and the words from the smallest.
LINES = ("below_very_small", "below_small", "below_moderate")
WORDS = ("very small", "small", "moderate", "not small")
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class SizeWord:
    """word : one of WORDS or cannot tell; fits : whether "very, very small" does."""

    word: str
    fits: str


def word_at(share: float, limits: Thresholds) -> str:
    """The word for a share that is known."""
    lines = [limits[name].value for name in LINES]
    return WORDS[int(np.searchsorted(lines, share - 1e-12, side="left"))]


def size_word(low: float, high: float, limits: Thresholds) -> SizeWord:
    """The smallest word that the upper limit allows; "not small" where the lower one is above all.

    Between the two nothing can be told: the values on both sides of the last line are plausible.
    """
    lines = [limits[name].value for name in LINES]
    if not (np.isfinite(low) and np.isfinite(high)):
        return SizeWord(CANNOT_TELL, CANNOT_TELL)
    word = next((w for line, w in zip(lines, WORDS, strict=False) if high <= line), None)
    word = word or (WORDS[-1] if low > lines[-1] else CANNOT_TELL)
    fits = "fits" if high <= lines[0] else "does not fit" if low > lines[0] else CANNOT_TELL
    return SizeWord(word, fits)


def rounded_to_width(value: float, low: float, high: float) -> float:
    """To the tenth of the interval's leading place: 3,412 of 2,133 to 5,021 is 3,400."""
    width = high - low
    if not (np.isfinite(width) and width > 0):
        return float(np.round(value))
    step = 10.0 ** (np.floor(np.log10(width)) - 1)
    return float(np.round(value / max(step, 1.0)) * max(step, 1.0))
