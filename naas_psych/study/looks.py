"""What a column looks like, and which columns look alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from naas_psych.study import names
from naas_psych.study.cells import RawTable, fold, is_blank, number, score_of
from naas_psych.study.spec import ResponsesSpec

#: A column with more distinct texts than this is not an item.
_MOST_OPTIONS = 60
#: Scores and rating categories above this are not taken for an item unless the study says so.
_HIGHEST_GUESS = 12
#: How much higher than in most columns a rating may go (6 where most got to 4; 1 where to 1).
_LEEWAY = 1.5


@dataclass(frozen=True)
class Looks:
    """What the texts of a column look like, blanks and declared codes apart.

    A column is judged by four fifths of its cells, so that a slip of the pen does not hide an item.
    """

    name: str
    counts: dict[str, int]

    @property
    def texts(self) -> frozenset[str]:
        return frozenset(self.counts)

    @property
    def numeric(self) -> bool:
        return bool(self.counts) and all(score_of(text) is not None for text in self.counts)

    def mostly(self, fits: Callable[[str], bool]) -> bool:
        """Four fifths of the cells fit."""
        total = sum(self.counts.values())
        return total > 0 and sum(n for t, n in self.counts.items() if fits(t)) >= 0.8 * total

    @property
    def letters(self) -> bool:
        """Option letters, or several in a row (`ACF`)."""
        return self.mostly(lambda text: bool(re.fullmatch(r"[A-Za-z]{1,6}", text)))

    @property
    def options(self) -> bool:
        """Single letters: what multiple choice looks like."""
        return self.mostly(lambda text: bool(re.fullmatch(r"[A-Za-z]", text)))

    @property
    def low_scores(self) -> bool:
        """Numbers from 0 to a dozen: what scores and rating categories look like."""
        return self.mostly(low_score)

    @property
    def usual_high(self) -> float:
        """The highest number that more than a cell or two hold."""
        least = max(1, sum(self.counts.values()) // 100)
        values = {t: number(t) for t in self.counts}
        usual = [v for t, v in values.items() if v is not None and self.counts[t] > least]
        return max(usual or [v for v in values.values() if v is not None], default=0.0)


def low_score(text: str) -> bool:
    """The text is a number from 0 to a dozen."""
    value = score_of(text)
    return value is not None and 0 <= value <= _HIGHEST_GUESS


def looks(table: RawTable, column: str, spec: ResponsesSpec) -> Looks:
    """What the texts of a column look like."""
    coded = table.coded(column)
    if len(coded.texts) > _MOST_OPTIONS:
        return Looks(column, {})
    counts = zip(coded.texts, coded.counts().tolist(), strict=True)
    return Looks(column, {t: n for t, n in counts if not is_blank(t) and t not in spec.codes})


def alike(seen: list[Looks]) -> tuple[str, ...]:
    """The columns that share one coding: option letters, or low scores."""
    about = [s for s in seen if fold(s.name) not in names.ABOUT_PERSON | names.TOTALS]
    letters = [s for s in about if s.options]
    scores = _share_coding([s for s in about if s.low_scores])
    if letters and len(letters) >= len(scores):
        multiple = {_stem(s.name) for s in letters}
        letters = [s for s in about if s.options or (s.letters and _stem(s.name) in multiple)]
        return _one_family(about, letters)
    return _one_family(about, scores)


def _share_coding(scores: list[Looks]) -> list[Looks]:
    """Columns that go not much higher than most columns do.

    In a small sample the top category of a rating scale may be rare or missing in most columns.
    """
    if not scores:
        return []
    highest = Counter(s.usual_high for s in scores).most_common(1)[0][0]
    return [s for s in scores if s.usual_high <= max(_LEEWAY * highest, 1)]


def _one_family(about: list[Looks], sure: list[Looks]) -> tuple[str, ...]:
    """Those that share a coding; where numbered names tell (Q1, Q2 ...), all of these names."""
    stem = family([s.name for s in sure])
    if stem is not None:
        return tuple(s.name for s in about if _stem(s.name) == stem and _numbered(s.name))
    kept = _without_odd_names([s.name for s in sure])
    return tuple(s.name for s in about if s.name in kept)


def _without_odd_names(columns: list[str]) -> set[str]:
    """Where nearly all names carry a number (A1, A2, C1 ...), one without is not of the test."""
    numbered = {name for name in columns if _numbered(name)}
    odd = len(columns) - len(numbered)
    return numbered if 0 < odd <= 0.2 * len(columns) else set(columns)


def family(columns: Sequence[str]) -> str | None:
    """The stem that nearly all these names share, when they are numbered (Q1, Q2 ...)."""
    stems = Counter(_stem(name) for name in columns if _numbered(name))
    stem, times = stems.most_common(1)[0] if stems else ("", 0)
    return stem if times >= 2 and times >= 0.8 * len(columns) else None


def in_family(name: str, stem: str | None) -> bool:
    """The name is one of a numbered family."""
    return stem is not None and _numbered(name) and _stem(name) == stem


def _numbered(name: str) -> bool:
    return any(c.isdigit() for c in name)


def _stem(name: str) -> str:
    """`Item 12` and `Item.7` are of the stem `item`."""
    return re.sub(r"[\W\d_]+", "", name).casefold()
