"""Comments made fit to quote: what could name a person or a place is taken out.

The rule is made to take out too much. A word with a capital letter goes unless it begins a sentence
and is an ordinary word (one of a list, or written small in two comments; and never with a capital
inside a sentence); a name that went once goes everywhere, in whatever case. Numbers, codes,
addresses and telephone numbers go too. A name that is only ever written small is not seen: read
every quotation before it is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from naas_psych.analyses.content.english import BEGINNINGS, COMMON, sentences, words

NAME, NUMBER, CONTACT = "[name]", "[number]", "[contact]"

_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|(?<!\w)@\w+"
    r"|(?<!\w)(?:\+|\(?0)[\d()\s-]{7,}\d"
)
#: Postcodes, codes of persons and cases, dates, ages: everything with a figure.
_FIGURES = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|[^\W\d_]*\d[\w./:-]*\w|[^\W_]*\d", re.IGNORECASE
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Judge)\.?\s+[^\W\d_][\w'’-]*", re.IGNORECASE)
_MARKS = re.compile(r"\[(?:name|number|contact)\]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u017e]")
#: Written with a capital wherever they stand, and about nobody.
_ALWAYS = frozenset(["i", "i'm", "i've", "i'd", "i'll", "english", "british"])


def redacted(texts: Iterable[str], *, ids: Collection[str] = ()) -> dict[str, str]:
    """Each text and what may be shown of it; "" where the rule cannot be trusted.

    `ids` are the names that persons and judges have in the study.
    """
    every = list(dict.fromkeys(texts))
    ordinary = _ordinary(every)
    names = {name for text in every for name in _names(text, ordinary)}
    codes = [re.escape(name) for name in sorted(ids, key=len, reverse=True) if len(name) > 1]
    known = re.compile(rf"(?<!\w)(?:{'|'.join(codes)})(?!\w)", re.IGNORECASE) if codes else None
    return {text: _redact(text, names, known) for text in every}


def without_people(text: str, ids: Collection[str]) -> str:
    """A text by an official, without addresses, telephone numbers and persons of the study.

    Short numbers stay: they are more often a round or a form than a person.
    """

    def one(found: re.Match[str]) -> str:
        word = found[0]
        return NAME if word in ids and (len(word) > 3 or not word.isdigit()) else word

    return re.sub(r"[\w.-]*\w", one, _CONTACT.sub(CONTACT, text))


def _ordinary(texts: list[str]) -> frozenset[str]:
    """The commonest words, and those that people write small and never large within a sentence."""
    small = Counter(word for text in texts for word in set(words(text)) if word.islower())
    inside = {
        _folded(word)
        for text in texts
        for sentence in sentences(text)
        for word in words(sentence)[1:]
        if word[0].isupper() and not _is_shouted(sentence)
    }
    often = frozenset(word for word, many in small.items() if many > 1)
    return COMMON | _ALWAYS | ((often | BEGINNINGS) - inside)


def _names(text: str, ordinary: frozenset[str]) -> set[str]:
    """Words that may be names: capitals inside a sentence, and unknown words that begin one."""
    found: set[str] = set()
    for sentence in sentences(text):
        if _is_shouted(sentence):
            continue
        for place, word in enumerate(words(sentence)):
            plain = _folded(word)
            if not word[0].isupper() or plain in _ALWAYS:
                continue
            if place > 0 or plain not in ordinary:
                found.add(plain)
    return found


def _is_shouted(text: str) -> bool:
    """All in capitals: nothing tells a name from a word."""
    return text.isupper() and len(words(text)) > 2


def _redact(text: str, names: set[str], known: re.Pattern[str] | None) -> str:
    if not _is_latin(text) or any(_is_shouted(one) for one in sentences(text)):
        return ""
    shown = _CONTACT.sub(CONTACT, text)
    shown = known.sub(NAME, shown) if known else shown
    shown = _TITLED.sub(NAME, shown)
    shown = _FIGURES.sub(NUMBER, shown)
    pieces = re.split(r"(\[(?:name|number|contact)\])", shown)
    shown = "".join(p if _MARKS.fullmatch(p) else _without(p, names) for p in pieces)
    left = words(_MARKS.sub(" ", shown))
    # A text that is mostly gone is a list of names.
    return shown if len(left) > len(words(text)) / 2 else ""


def _without(text: str, names: set[str]) -> str:
    """Names out: in capitals always, in small letters where the word is no common one."""

    def one(found: re.Match[str]) -> str:
        word = found[0]
        plain = _folded(word)
        gone = plain in names and (word[0].isupper() or plain not in COMMON)
        return NAME if gone else word

    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", one, text)


def _folded(word: str) -> str:
    """A word without regard to case, curly apostrophes and the genitive."""
    return word.casefold().replace("’", "'").removesuffix("'s")


def _is_latin(text: str) -> bool:
    """Scripts without capital letters hide names from the rule."""
    letters = [mark for mark in text if mark.isalpha()]
    return bool(letters) and all(_LATIN.match(mark) for mark in letters)
