"""Sentences on their way through the gate: counts of persons rounded, nobody named."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from naas_psych.assurance.disclosure.profiles import Profile

_PEOPLE = r"(?:persons?|people|candidates?|outcomes?)"
#: Words after which a number is a limit that somebody set, and not a count.
_LIMIT = re.compile(
    r"(?:fewer than|at least|at most|less than|more than|under|below|over|above|from|about|needs?|"
    r"up to|reach the|of the|target of|limit of)\s+$",
    re.IGNORECASE,
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_BETWEEN = r"(?:(?!(?:for|of|to|in|with|by|and|or|than|at|from|on) )[a-z]+ )?"
_COUNTED = re.compile(
    rf"(?<![\d.,-])(?P<first>{_NUMBER})(?:\.0)?"
    rf"(?:(?P<of> of (?:the |all )?)(?P<second>{_NUMBER})(?:\.0)?)?"
    rf"(?P<people> {_BETWEEN}{_PEOPLE}\b)"
)
#: `33 of 100 persons` is a share, and no count.
_SHARES_OF = ("100", "1,000", "1000")
_NOT_A_NUMBER = re.compile(r"\bnan\b")
_WORD = re.compile(r"[^\s,;:()'\"]+")


def gated_text(text: str, profile: Profile, known: Collection[str] = ()) -> str:
    """The text with counts of persons as the profile shows them, and without their identifiers."""
    if known:
        text = _WORD.sub(lambda word: _unnamed(word.group(), known), text)
    if profile.exact:
        return text
    return _COUNTED.sub(lambda found: _rounded(found, profile), text)


def speaks(text: str) -> bool:
    """Whether a sentence has all its numbers: one that rests on a withheld number says nan."""
    return _NOT_A_NUMBER.search(text) is None


def gated_mapping(values: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """Provenance with its counts of persons as the profile shows them, without hidden ones."""
    gated = {name: _gated(name, value, profile) for name, value in values.items()}
    return {
        name: value for name, value in gated.items() if value is not None or values[name] is None
    }


def _gated(name: str, value: Any, profile: Profile) -> Any:
    if isinstance(value, Mapping):
        return {key: _gated(name, one, profile) for key, one in value.items()}
    counted = name == "persons" or name.startswith(("persons_", "n_")) or name == "n"
    if not counted or isinstance(value, bool) or not isinstance(value, int):
        return value
    said = profile.words(value)
    return int(said) if said.isdigit() else None


def _unnamed(word: str, known: Collection[str]) -> str:
    bare = word.rstrip(".")
    return "(a person)" + word[len(bare) :] if bare in known else word


def _rounded(found: re.Match[str], profile: Profile) -> str:
    first = _count(found, "first", profile)
    second = _count(found, "second", profile) if found["second"] else ""
    return f"{first}{found['of'] or ''}{second}{found['people']}"


def _count(found: re.Match[str], group: str, profile: Profile) -> str:
    text = found[group]
    if found["second"] in _SHARES_OF:
        return text
    if _LIMIT.search(found.string[: found.start(group)]) and group == "first":
        return text
    shown = profile.words(int(text.replace(",", "")))
    return f"{int(shown):,}" if "," in text and shown.isdigit() else shown
