"""Readability indices from the counts of a text: words, sentences, syllables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, t_quantile

#: Sentences for which McLaughlin made his grade.
SMOG_SENTENCES = 30


@dataclass(frozen=True)
class TextCounts:
    """Counts of one text (shape ()) or of several (T,).

    `polysyllables` have three syllables or more; `complex_words` are those of them that Gunning
    counts: no proper names, and no word that has three only by -es, -ed or -ing.
    """

    sentences: Floats
    words: Floats
    syllables: Floats
    polysyllables: Floats
    complex_words: Floats

    def total(self) -> TextCounts:
        """All the texts read as one."""
        return TextCounts(*(np.asarray(part.sum()) for part in self._parts()))

    def without_each(self) -> TextCounts:
        """All the texts but one, for each one (T,)."""
        return TextCounts(*(part.sum() - part for part in self._parts()))

    def chosen(self, kept: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> TextCounts:
        """The texts where `kept` (T,) is true."""
        return TextCounts(*(part[kept] for part in self._parts()))

    def _parts(self) -> tuple[Floats, ...]:
        return (
            self.sentences,
            self.words,
            self.syllables,
            self.polysyllables,
            self.complex_words,
        )


def flesch_reading_ease(counts: TextCounts) -> Floats:
    """206.835 - 1.015 W / S - 84.6 Syl / W (Flesch, 1948); nan without words."""
    per_sentence, per_word = _lengths(counts)
    return np.asarray(206.835 - 1.015 * per_sentence - 84.6 * per_word)


def flesch_kincaid_grade(counts: TextCounts) -> Floats:
    """0.39 W / S + 11.8 Syl / W - 15.59 (Kincaid and others, 1975); nan without words."""
    per_sentence, per_word = _lengths(counts)
    return np.asarray(0.39 * per_sentence + 11.8 * per_word - 15.59)


def smog_grade(counts: TextCounts) -> Floats:
    """3.1291 + 1.0430 sqrt(30 polysyllables / S) (McLaughlin, 1969); nan below 30 sentences."""
    enough = np.asarray(counts.sentences) >= SMOG_SENTENCES
    gap = np.full(np.shape(counts.words), np.nan)
    shares = np.divide(counts.polysyllables, counts.sentences, out=gap, where=enough)
    return np.asarray(3.1291 + 1.0430 * np.sqrt(30 * shares))


def gunning_fog(counts: TextCounts) -> Floats:
    """0.4 (W / S + 100 complex / W) (Gunning, 1952); nan without words."""
    per_sentence, _ = _lengths(counts)
    return np.asarray(0.4 * (per_sentence + 100 * _ratio(counts.complex_words, counts.words)))


def reading_ease_limits(counts: TextCounts, *, level: float) -> Interval[float]:
    """Limits of the reading ease of a text made of T texts, by the jackknife over these.

    They hold for other texts of the same making; nan with fewer than three.
    """
    several = np.size(counts.words)
    if several < 3:
        return Interval(np.nan, np.nan)
    whole = float(flesch_reading_ease(counts.total()))
    left = flesch_reading_ease(counts.without_each())
    spread = np.sqrt((several - 1) / several * np.sum((left - left.mean()) ** 2))
    half = float(t_quantile(level, several - 1) * spread)
    return Interval(whole - half, whole + half)


def _lengths(counts: TextCounts) -> tuple[Floats, Floats]:
    """Words a sentence, and syllables a word."""
    return _ratio(counts.words, counts.sentences), _ratio(counts.syllables, counts.words)


def _ratio(part: Floats, whole: Floats) -> Floats:
    gap = np.full(np.shape(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=gap, where=np.asarray(whole) > 0))
