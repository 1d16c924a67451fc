"""Item writing: which items have a form that is a reason to read them again?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.content.english import words
from naas_psych.analyses.content.item_texts import ItemText, item_texts
from naas_psych.analyses.content.wording_rules import (
    RULES,
    Limits,
    acronyms,
    flags_of,
    in_words,
    key_is_longest,
    key_length_ratio,
    longest_sentence,
    negatives,
)
from naas_psych.analyses.items.phrasing import known
from naas_psych.analysis import Level, analysis
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds

#: Items that a comparison of stem lengths, and a habit of the house, need at least.
_SEVERAL = 10


@analysis
def item_writing(study: Study, *, level: Level = 0.95) -> Result:
    """Which items are worded in a way that is a reason to read them again?

    Formula
    -------
    Rules that can be counted: sentences above a number of words; negative questions in small
    letters; all or none of the above; the key longer than 1.6 times the mean distractor; a or an
    before the options; the same option twice; words such as always in wrong options only; acronyms
    that are not explained; a stem far longer than the others (robust z of log words above 3.5).

    How to read it
    --------------
    A flag is a reason to read the item, and no fault: many flagged items are right as they are. A
    rule that holds for more than half of the items is a habit of the house; it is said once and
    taken off the items. Whether the key is the longest option more often than chance says
    something of the whole test: those who know nothing can use it.

    When not to use it
    ------------------
    Not as a count of bad items, and never to rank them. It does not understand a word: what is
    wrong with an item shows in its reading, in its statistics and in what judges say.

    Agrees with
    -----------
    The guidelines of Haladyna, Downing and Rodriguez that have a form, each tried on items that
    break it and on ordinary ones.

    References
    ----------
    haladyna_downing_rodriguez_2002, iglewicz_hoaglin_1993

    Examples
    --------
    >>> from naas_psych.analyses.content.item_texts import ItemText
    >>> from naas_psych.analyses.content.wording_rules import Limits, flags_of, in_words
    >>> options = {"A": "Ring", "B": "Write", "C": "All of the above"}
    >>> item = ItemText("Q1", "Which of these is not allowed?", options, "A")
    >>> in_words(flags_of(item, Limits(sentence_words=40, key_ratio=1.6)))
    'asks for what is not so; an option such as all of the above'
    """
    texts = [text for text in item_texts(study) if text.parts]
    limits = Limits(
        sentence_words=study.thresholds["item_sentence_words_max"].value,
        key_ratio=study.thresholds["key_length_ratio_max"].value,
    )
    flags = _with_long_stems(texts, [flags_of(text, limits) for text in texts])
    habits = _habits(flags)
    own = [tuple(flag for flag in some if flag not in habits) for some in flags]
    without = len(study.items) - len(texts)
    return Result(
        tables={
            "items": _items(texts, own),
            "rules": _rules(flags, habits, texts, level),
            "key_lengths": _key_lengths(texts, level),
        },
        notes=_notes(texts, without),
    )


def _with_long_stems(
    texts: Sequence[ItemText], flags: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """The flags with that of the long stem, which needs all the others."""
    lengths = np.array([len(words(text.stem or "")) for text in texts], dtype=float)
    some = lengths > 0
    far = np.zeros(lengths.size, dtype=bool)
    if some.sum() >= _SEVERAL:
        logs = np.log(lengths[some])
        middle = np.median(logs)
        spread = np.median(np.abs(logs - middle))
        # Stems of one length have no spread; then nothing is said.
        far[some] = spread > 0
        far[some] &= 0.6745 * (logs - middle) > 3.5 * spread
    order = list(RULES)
    return [
        tuple(sorted((*some_flags, *(("long_stem",) if long else ())), key=order.index))
        for some_flags, long in zip(flags, far, strict=True)
    ]


def _habits(flags: Sequence[tuple[str, ...]]) -> frozenset[str]:
    """Rules that hold for more than half of the items."""
    if len(flags) < _SEVERAL:
        return frozenset()
    counts = pd.Series([flag for some in flags for flag in some], dtype=object).value_counts()
    return frozenset(counts.index[counts > len(flags) / 2])


def _items(texts: Sequence[ItemText], flags: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    ratios = [key_length_ratio(text) for text in texts]
    table = tidy(
        {
            "item_id": [text.item_id for text in texts],
            "writing_flags": [in_words(some) for some in flags],
            "flag_count": [len(some) for some in flags],
            "stem_words": [len(words(text.stem or "")) for text in texts],
            "longest_sentence": [longest_sentence(text) for text in texts],
            "negatives": [negatives(text) for text in texts],
            "options_with_text": [len(text.options) for text in texts],
            "key_length_ratio": np.array([np.nan if r is None else r for r in ratios], dtype=float),
            "acronyms": [", ".join(acronyms(text)) for text in texts],
        },
        {"key_length_ratio": ["no_key_text"] * len(texts)},
    )
    return table.sort_values("flag_count", ascending=False, kind="stable").reset_index(drop=True)


def _rules(
    flags: Sequence[tuple[str, ...]],
    habits: frozenset[str],
    texts: Sequence[ItemText],
    level: float,
) -> pd.DataFrame:
    """Every rule with the items it holds for."""
    counts = np.array([sum(rule in some for some in flags) for rule in RULES])
    limits = wilson(counts, np.full(counts.size, len(flags)), level=level)
    return tidy(
        {
            "rule": [RULES[rule] for rule in RULES],
            "items": counts.tolist(),
            "items_share": counts / max(len(texts), 1),
            "items_share_low": limits.low,
            "items_share_high": limits.high,
            "habit": [rule in habits for rule in RULES],
        }
    )


def _key_lengths(texts: Sequence[ItemText], level: float) -> pd.DataFrame:
    """How often the key is the longest option, beside what chance would give."""
    known_keys = [(text, key_is_longest(text)) for text in texts]
    told = [(text, longest) for text, longest in known_keys if longest is not None]
    longest = sum(is_longest for _, is_longest in told)
    limits = wilson(longest, len(told), level=level)
    some = len(told) > 0
    chance = sum(1 / len(text.options) for text, _ in told) / len(told) if some else np.nan
    why = ["no_key_text"]
    return tidy(
        {
            "items": [len(told)],
            "key_longest": [longest],
            "key_longest_share": np.array([longest / len(told) if some else np.nan]),
            "key_longest_share_low": np.array([float(limits.low)]),
            "key_longest_share_high": np.array([float(limits.high)]),
            "longest_by_chance": np.array([chance]),
        },
        {"key_longest_share": why, "longest_by_chance": why},
    )


def _notes(texts: Sequence[ItemText], without: int) -> tuple[str, ...]:
    options = any(text.options for text in texts)
    return (
        "A flag is a reason to read the item, not a fault.",
        *(
            ()
            if options
            else (
                "Rules about options did not apply: options are place holders or were not given.",
            )
        ),
        *((f"{without} items have no text and are not in the table.",) if without else ()),
    )


def findings(result: Result, _: Thresholds) -> Iterator[Finding]:
    """Items worth a reading, habits of the house, and whether the length gives the key away."""
    for row in result.tables["items"].to_dict("records"):
        if row["flag_count"]:
            yield found(
                code="read_the_item",
                severity="info",
                subject=str(row["item_id"]),
                sentence=f"{row['item_id']} is worth reading again: {row['writing_flags']}.",
                value=float(row["flag_count"]),
            )
    for row in result.tables["rules"].to_dict("records"):
        if row["habit"]:
            yield found(
                code="habit_of_wording",
                severity="info",
                subject=str(row["rule"]),
                sentence=f"{row['items']} items ({100 * row['items_share']:.0f} %) have "
                f"{row['rule']}: that is how the items are written or stored, so it is not held "
                "against any of them.",
                value=float(row["items_share"]),
                limits=(row["items_share_low"], row["items_share_high"]),
            )
    yield from _lengths(result.tables["key_lengths"])


def _lengths(table: pd.DataFrame) -> Iterator[Finding]:
    row = table.iloc[0]
    low = known(row["key_longest_share_low"])
    if low is not None and row["items"] >= _SEVERAL and low > row["longest_by_chance"]:
        yield found(
            code="length_gives_key_away",
            severity="warning",
            subject="key",
            sentence=f"The right option is the longest in {row['key_longest']} of {row['items']} "
            f"items ({100 * row['key_longest_share']:.0f} %, limits {100 * low:.0f} to "
            f"{100 * row['key_longest_share_high']:.0f}); by chance it would be in "
            f"{100 * row['longest_by_chance']:.0f} %.",
            value=float(row["key_longest_share"]),
            limits=(low, row["key_longest_share_high"]),
        )
