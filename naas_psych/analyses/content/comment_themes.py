"""Which themes a comment touches, by a list of words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.packaged import toml_entries
from naas_psych.study.study import Study

#: A word of the list has at least one letter or figure.
_PLAIN = re.compile(r"\w")


@dataclass(frozen=True)
class Themes:
    """words of each theme, in the order of the list; `given` is false for the list we ship."""

    words: Mapping[str, tuple[str, ...]]
    given: bool


def themes_of(study: Study) -> Themes:
    """The study's own list, else ours."""
    table = study.tables.get("themes")
    if table is not None and len(table):
        told = table.dropna(subset=["theme", "word"])
        found: dict[str, list[str]] = {}
        for theme, word in zip(told["theme"].astype(str), told["word"].astype(str), strict=True):
            if theme.strip() and _PLAIN.search(word):
                found.setdefault(theme.strip(), []).append(word.strip())
        if found:
            return Themes({name: tuple(dict.fromkeys(w)) for name, w in found.items()}, True)
    ours = toml_entries("comment_themes.toml")
    return Themes({name: tuple(entry["words"]) for name, entry in ours.items()}, False)


def pattern_of(word: str) -> re.Pattern[str]:
    """Whole words in any case; `*` stands for any ending, blanks and hyphens for each other."""
    parts = [re.escape(part).replace(r"\*", r"\w*") for part in re.split(r"[\s-]+", word.strip())]
    joined = r"[\s-]+".join(part for part in parts if part)
    return re.compile(rf"(?<!\w){joined}(?!\w)", re.IGNORECASE)


def hits(texts: Sequence[str], words: Sequence[str]) -> NDArray[np.bool_]:
    """(T, W) whether each text has each word; the same text is read once."""
    patterns = [pattern_of(word) for word in words]
    seen: dict[str, list[bool]] = {}
    for text in texts:
        if text not in seen:
            seen[text] = [pattern.search(text) is not None for pattern in patterns]
    table = np.array([seen[text] for text in texts], dtype=bool)
    return table.reshape(len(texts), len(words))
