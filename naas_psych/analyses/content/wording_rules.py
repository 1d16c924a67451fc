"""Rules of item writing that can be counted: what each sees in the text of an item.

After the guidelines of Haladyna, Downing and Rodriguez (2002) that have a form, not those that
need a reader. Each is made to stay silent on ordinary items: a rule that often cries is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from naas_psych.analyses.content.english import COMMON, PLAIN_CAPITALS, sentences, words
from naas_psych.analyses.content.item_texts import ItemText

#: Rule to what is said of an item, in report order.
RULES = {
    "stem_missing": "no text in the stem",
    "question_missing": "no question and no sentence to complete",
    "long_sentence": "a very long sentence",
    "long_stem": "a much longer stem than the others",
    "asks_for_exception": "asks for what is not so",
    "blank_inside": "a gap in the middle of the stem",
    "option_all_above": "an option such as all of the above",
    "option_none_above": "an option such as none of the above",
    "combined_options": "options that join other options",
    "same_option_twice": "the same option twice",
    "grammar_cue": "a or an before the options gives some away",
    "key_longest": "the right option is much the longest",
    "absolute_wrong_option": "a wrong option with always, never or the like",
    "repeated_words": "all options begin with the same words",
    "acronym": "an acronym that is not explained",
}

_OF_THE_ABOVE = r"\s+(?:of\s+)?(?:the\s+)?(?:above|these|those|them|options?|answers?|listed)\b"
_ALL = re.compile(rf"\W*(?:all|both){_OF_THE_ABOVE}.*", re.IGNORECASE | re.DOTALL)
_NONE = re.compile(rf"\W*(?:none|neither|nothing){_OF_THE_ABOVE}.*", re.IGNORECASE | re.DOTALL)
_JOINED = re.compile(
    r"\W*(?i:(?:both\s+|either\s+)?(?:options?\s+|answers?\s+)?)\(?[A-H]\)?"
    r"(?:\s*(?:,|and|or|&|\+)+\s*\(?[A-H]\)?)+(?:\s+only)?\W*"
)
_ASKS = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should"
    r"|would|will|must|may|has|have|to\s+what|in\s+wh|at\s+wh|by\s+wh|for\s+wh|from\s+wh|on\s+wh"
    r"|of\s+wh|under\s+wh|with\s+wh|if|true\s+or\s+false)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"(?:please\s+)?(?:select|choose|identify|name|state|give|list|match|order|rank|rate|decide"
    r"|indicate|pick|complete|find|calculate|work\s+out|put|place|mark|tick|describe|explain|say"
    r"|judge|consider|read|write|define|compare)\b",
    re.IGNORECASE,
)
#: A stem that options complete ends without a full stop, or with one of these.
_OPEN_END = re.compile(r"(?:[:,\N{EM DASH}\N{EN DASH}-]|\.{3}|\N{HORIZONTAL ELLIPSIS}|_{2,})\s*$")
_GAP = re.compile(r"_{3,}|\.{5,}|\[\s*blank\s*\]", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|no|none|nothing|nobody|neither|nor|without|except)\b|n['’]t\b")
#: The question itself is negative: which of these is not, all except, least likely.
_ASKS_NOT = re.compile(
    r"\bexcept\b|\b(?:is|are|was|were|do|does|did|should|would|could|can|must|may|will|has|have)"
    r"(?:\s+not\b|n['’]t\b)|\bleast\s+(?:likely|appropriate|suitable|important|useful|helpful"
    r"|effective)\b|\bnot\s+(?:a|an|one|true|correct|likely|part|among|included|required)\b"
)
#: Behind these words a clause tells of a case; its negatives are not those of the question.
_CASE = re.compile(
    r"\b(?:who|that|when|if|because|while|where|although|after|before|since|unless|whether)\b.*"
)
_WHICH = re.compile(r"\b(?:which|what|all)\b", re.IGNORECASE)
_ABSOLUTE = re.compile(
    r"\b(?:always|never|completely|absolutely|totally|entirely|impossible|invariably"
    r"|under\s+no\s+circumstances|without\s+exception)\b",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"(?<![\w-])[A-Z][A-Z&]*[A-Z](?:s\b)?(?![\w-])")
_ROMAN = re.compile(r"[IVXLC]+")


#: Letters that the key must have beyond the mean distractor.
_LETTERS_SEEN = 15


@dataclass(frozen=True)
class Limits:
    """The lines from thresholds.toml that the rules are held to."""

    sentence_words: float
    key_ratio: float


def flags_of(text: ItemText, limits: Limits) -> tuple[str, ...]:
    """The rules that this item is a reason to look at, in report order; not the long stem."""
    if text.stem is None:
        return ("stem_missing",) if text.options else ()
    rules: dict[str, Callable[[], bool]] = {
        "question_missing": lambda: _no_question(text),
        "long_sentence": lambda: longest_sentence(text) > limits.sentence_words,
        "asks_for_exception": lambda: _asks_for_what_is_not(text.stem or ""),
        "blank_inside": lambda: _blank_inside(text.stem or ""),
        "option_all_above": lambda: _any_option(text, _ALL),
        "option_none_above": lambda: _any_option(text, _NONE),
        "combined_options": lambda: _any_option(text, _JOINED),
        "same_option_twice": lambda: _same_twice(text),
        "grammar_cue": lambda: _grammar_cue(text),
        "key_longest": lambda: _key_stands_out(text, limits.key_ratio),
        "absolute_wrong_option": lambda: _absolute_wrong(text),
        "repeated_words": lambda: _repeated(text),
        "acronym": lambda: bool(acronyms(text)),
    }
    return tuple(name for name, holds in rules.items() if holds())


def longest_sentence(text: ItemText) -> int:
    """Words of the longest sentence of the stem."""
    return max((len(words(one)) for one in sentences(text.stem or "")), default=0)


def negatives(text: ItemText) -> int:
    """Negative words of the stem that are not written in capitals."""
    return len(_NOT.findall(text.stem or ""))


def key_length_ratio(text: ItemText) -> float | None:
    """Letters of the key over the mean of the distractors; None without one key among options."""
    if text.key is None or text.key not in text.options or len(text.options) < 3:
        return None
    others = [len(option) for letter, option in text.options.items() if letter != text.key]
    return len(text.options[text.key]) / (sum(others) / len(others))


def _key_stands_out(text: ItemText, line: float) -> bool:
    """By ratio, and by letters that an eye sees: among one-word options any ratio is chance."""
    ratio = key_length_ratio(text)
    if ratio is None or ratio <= line or not key_is_longest(text):
        return False
    return len(text.options[str(text.key)]) * (1 - 1 / ratio) >= _LETTERS_SEEN


def key_is_longest(text: ItemText) -> bool | None:
    """Whether the key is longer than every other option; None without one key among options."""
    if key_length_ratio(text) is None:
        return None
    longest = max(len(option) for letter, option in text.options.items() if letter != text.key)
    return len(text.options[str(text.key)]) > longest


def acronyms(text: ItemText) -> tuple[str, ...]:
    """Capital letters that stand for words which the item does not say."""
    whole = "\n".join(text.parts)
    found = dict.fromkeys(match[0].removesuffix("s") for match in _ACRONYM.finditer(whole))
    return tuple(name for name in found if not _is_plain(name, text, whole))


def _is_plain(name: str, text: ItemText, whole: str) -> bool:
    """Known to everybody, an ordinary word in capitals, an option's letters, or explained."""
    if name in PLAIN_CAPITALS or _ROMAN.fullmatch(name) or name.casefold() in COMMON:
        return True
    letters = len(name) > 1 and set(name) <= set(text.options)
    spelled = rf"\({re.escape(name)}s?\)|\b{re.escape(name)}s?\s*\((?=[A-Za-z]+ )"
    elsewhere = re.search(rf"\b{re.escape(name.casefold())}\b", whole) is not None
    return letters or elsewhere or re.search(spelled, whole) is not None


def _no_question(text: ItemText) -> bool:
    """Nothing is asked, nothing is told to be done, and nothing is left to complete."""
    stem = (text.stem or "").strip()
    last = list(sentences(stem))[-1:] or [stem]
    if "?" in stem or _GAP.search(stem) or _OPEN_END.search(stem):
        return False
    asks = any(_ASKS.match(one) or _TELLS.match(one) for one in (*last, stem))
    # Without a full stop the options may complete the sentence.
    return not asks and stem.endswith((".", "!"))


def _asks_for_what_is_not(stem: str) -> bool:
    """The last sentence asks for an exception in small letters."""
    last = (list(sentences(stem)) or [stem])[-1]
    begin = _WHICH.search(last)
    if begin is None:
        return False
    question = last[begin.start() :]
    return _ASKS_NOT.search(_CASE.sub("", question[begin.end() - begin.start() :])) is not None


def _blank_inside(stem: str) -> bool:
    gap = _GAP.search(stem)
    return gap is not None and len(words(stem[gap.end() :])) > 3


def _any_option(text: ItemText, pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(option) for option in text.options.values())


def _same_twice(text: ItemText) -> bool:
    """Two options are the same but for case, blanks and marks at their ends."""
    plain = [" ".join(option.casefold().split()).strip(" .;,!") for option in text.options.values()]
    return len(set(plain)) < len(plain)


def _grammar_cue(text: ItemText) -> bool:
    """The stem ends in a or an, and that fits some options and not others."""
    end = re.search(r"\b(an?)\s*[:_.\N{HORIZONTAL ELLIPSIS}]*\s*$", text.stem or "", re.IGNORECASE)
    if end is None or len(text.options) < 2:
        return False
    vowels = {option.strip()[:1].casefold() in "aeiou" for option in text.options.values()}
    return len(vowels) == 2


def _absolute_wrong(text: ItemText) -> bool:
    """Only wrong options have a word that is seldom true."""
    if text.key not in text.options:
        return False
    has = {letter for letter, option in text.options.items() if _ABSOLUTE.search(option)}
    return bool(has) and text.key not in has


def _repeated(text: ItemText) -> bool:
    """Three words or more that could stand in the stem."""
    starts = {tuple(word.casefold() for word in words(o)[:3]) for o in text.options.values()}
    return len(text.options) > 2 and len(starts) == 1 and len(next(iter(starts))) == 3


def in_words(flags: tuple[str, ...]) -> str:
    """The flags of an item as a reader sees them."""
    return "; ".join(RULES[flag] for flag in flags)
