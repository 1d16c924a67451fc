"""English text taken apart: words, sentences, and what readability indices count in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from naas_psych.analyses.content.syllables import syllables
from naas_psych.numerics.readability import TextCounts
from naas_psych.packaged import toml_entries

_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_APOSTROPHES}][^\W\d_]+)*|\d+(?:[.,]\d+)*")
#: A full stop after these does not end a sentence; nor after one letter (J. Smith).
_SHORTENED = re.compile(
    r"\b((?:mr|mrs|ms|dr|prof|st|no|vs|etc|approx|e\.g|i\.e|[a-z])\.)(?=\s)", re.IGNORECASE
)
_END = re.compile(r"(?<=[.!?])[\"'\)\N{RIGHT DOUBLE QUOTATION MARK}]*\s+|\n+|;\s+(?=\d+[.)])")
_HOLD = "\N{ONE DOT LEADER}"
_LISTS = toml_entries("english_words.toml")
#: The commonest words of English: a third and more of any English text.
COMMON = frozenset(_LISTS["common"].split())
#: Ordinary words that often begin a comment.
BEGINNINGS = frozenset(_LISTS["beginnings"].split())
#: Letters that need no explanation, and words that are written in capitals for weight.
PLAIN_CAPITALS = frozenset((_LISTS["known_acronyms"] + " " + _LISTS["shouted"]).split())
#: Least share of common words in a text that is taken for English, and words needed to tell.
_COMMON_SHARE, _WORDS_TO_TELL = 0.15, 40


def words(text: str) -> list[str]:
    """The words of a text; a number is one word, a hyphened word two."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def sentences(text: str) -> list[str]:
    """The sentences of a text; what follows the last full stop is one too."""
    held = _SHORTENED.sub(lambda found: found[0].replace(".", _HOLD), text)
    parts = (part.replace(_HOLD, ".").strip() for part in _END.split(held))
    return [part for part in parts if part and _WORD.search(part)]


def is_english(texts: Sequence[str]) -> bool:
    """Whether common English words stand in these texts as they do in English; short ones may."""
    found = [word.casefold() for text in texts for word in words(text)]
    if len(found) < _WORDS_TO_TELL:
        return all(ord(letter) < 0x250 for word in found for letter in word)
    return sum(word in COMMON for word in found) >= _COMMON_SHARE * len(found)


def counts_of(texts: Sequence[str]) -> TextCounts:
    """The counts of each text (T,)."""
    rows = [_counts(text) for text in texts]
    table = np.array(rows, dtype=float).reshape(len(rows), 5)
    return TextCounts(*table.T)


def _counts(text: str) -> tuple[int, int, int, int, int]:
    found = sentences(text)
    placed = [(word, k == 0) for part in found for k, word in enumerate(words(part))]
    sounds = [syllables(_bare(word)) for word, _ in placed]
    hard = sum(
        many >= 3 and _is_complex(word, begins=first)
        for (word, first), many in zip(placed, sounds, strict=True)
    )
    return len(found), len(placed), sum(sounds), sum(many >= 3 for many in sounds), hard


def _bare(word: str) -> str:
    """Without accents: cafe for café."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() or word


def _is_complex(word: str, *, begins: bool) -> bool:
    """Gunning's hard word: not a name, and not of three syllables only by -es, -ed or -ing."""
    if word[0].isupper() and not begins:
        return False
    stem = re.sub(r"(?:es|ed|ing)$", "", word.casefold())
    return stem == word.casefold() or syllables(_bare(stem)) >= 3
