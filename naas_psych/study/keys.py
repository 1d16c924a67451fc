"""Keys: `B`, `B|C`, `ACF` for a multiple-response item, `A=1;B=0.5`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from naas_psych.study.cells import number

Rule = Literal["exact", "plus_minus", "option_wise", "capped", "half_mark"]
RULES: tuple[Rule, ...] = ("exact", "plus_minus", "option_wise", "capped", "half_mark")


@dataclass(frozen=True)
class Key:
    """How one item is scored.

    points : option (normal form) to score; for a multiple-response item the keyed options
    multiple : several options are chosen at once and scored together by `rule`
    """

    points: dict[str, Fraction]
    multiple: bool
    rule: Rule
    max_score: Fraction

    @property
    def correct(self) -> frozenset[str]:
        """The options that earn most."""
        best = max(self.points.values())
        return frozenset(option for option, points in self.points.items() if points == best)


Normal = Callable[[str], str]


def normal_form(case_sensitive: bool) -> Normal:
    """How two options are compared: surrounding blanks never count, letter case only if asked."""
    return (lambda text: text.strip()) if case_sensitive else (lambda text: text.strip().casefold())


class KeyFault(ValueError):
    """A key that cannot be understood; the text says what was found."""


def parse_key(
    text: str,
    *,
    kind: str | None,
    normal: Normal,
    max_score: float | None = None,
    rule: Rule | None = None,
) -> Key:
    """The key of one item.

    `kind` is the item's type (`single`, `multiple`, `score` or None). A multiple-response item is
    right or wrong as a whole (`exact`) unless `rule` says otherwise; when its max_score is above 1,
    it earns max_score x C / K for C of the K keyed options, and nothing when more than K options
    were chosen (`capped`).
    """
    best = Fraction(max_score).limit_denominator(1000) if max_score else None
    if kind == "multiple":
        chosen = split_options(text)
        keyed = {normal(option): Fraction(1) for option in chosen}
        if not keyed:
            raise KeyFault(f"the key {text!r} names no option.")
        default: Rule = "capped" if best and best > 1 else "exact"
        return Key(keyed, True, rule or default, best or Fraction(1))
    points = _table(text, normal) if "=" in text else _alternatives(text, normal, best)
    return Key(points, False, "exact", max(best or Fraction(0), *points.values()))


def _table(text: str, normal: Normal) -> dict[str, Fraction]:
    points: dict[str, Fraction] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[;,]", text))):
        option, _, worth = part.partition("=")
        value = number(worth.strip())
        if not option.strip() or value is None:
            raise KeyFault(f"the part {part!r} of the score table {text!r} has no option or score.")
        points[normal(option)] = Fraction(value).limit_denominator(1000)
    if not points or max(points.values()) <= 0 or min(points.values()) < 0:
        raise KeyFault(f"the score table {text!r} needs scores of 0 or more, one above 0.")
    return points


def _alternatives(text: str, normal: Normal, best: Fraction | None) -> dict[str, Fraction]:
    options = [normal(option) for option in text.split("|") if option.strip()]
    if not options:
        raise KeyFault(f"the key {text!r} names no option.")
    return dict.fromkeys(options, best or Fraction(1))


def split_options(text: str) -> list[str]:
    """The options in a multiple response: `ACF`, `A,C,F`, `A;C;F`, `A|C|F` or `A C F`."""
    if re.search(r"[,;|\s]", text.strip()):
        return [part for part in re.split(r"[,;|\s]+", text.strip()) if part]
    return list(text.strip())


def score_multiple(chosen: frozenset[str], key: Key, n_options: int) -> Fraction:
    """Score of a multiple response, by the rule of its key (Ripkey, Case and Swanson, 1996).

    C keyed and W other options were chosen; K options are keyed and n_options offered.
    """
    keyed = frozenset(key.points)
    c, w, k = len(chosen & keyed), len(chosen - keyed), len(keyed)
    decided = Fraction(c + n_options - k - w, n_options)
    share = {
        "exact": Fraction(int(c == k and w == 0)),
        "plus_minus": max(Fraction(0), Fraction(c - w, k)),
        "option_wise": max(Fraction(0), decided),
        "capped": Fraction(c, k) if c + w <= k else Fraction(0),
        "half_mark": Fraction(1)
        if c == k and w == 0
        else (Fraction(1, 2) if decided >= Fraction(1, 2) else Fraction(0)),
    }[key.rule]
    return share * key.max_score
