"""Numbers, intervals and reasons as people read them; the same way in every part of the report."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from naas_psych.glossary import Term, known_term
from naas_psych.reason_codes import reason_label

MINUS = "\N{MINUS SIGN}"
UNDEFINED = "\N{EN DASH}"
_DEFAULT_DECIMALS = 2
#: Columns whose cells are names of numbers.
_NAMING = frozenset({"measure", "criterion"})
#: Columns of p values.
_PROBABILITIES = frozenset(
    {"p_value", "p_adjusted", "p_reference", "p_bands", "p_adjusted_bands"}
    | {"p_purified", "p_adjusted_purified", "p_exact", "p_uncorrected"}
)
_DEFAULT_LEVEL = 0.95


#: Words of a name that are written as initials.
_INITIALS = {"dif": "DIF", "sibtest": "SIBTEST", "irt": "IRT", "map": "MAP"}
#: A name as data have it.
_CODE = re.compile(r"(?<![\w/.])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w/])")
#: Words of columns whose cells are looked up as they are.
_LITERAL = frozenset({"analysis", "table", "item", "bundle", "file", "form", "judge", "rater"})
#: What is more than a word with a small letter.
_IN_NAMES = {
    "livingston lewis": "Livingston-Lewis",
    "feldt qualls": "Feldt-Qualls",
    "hanson brennan": "Hanson-Brennan",
    "guo": "Guo",
    "lee": "Lee",
    "english": "English",
    "eap": "EAP",
    "map": "MAP",
    "ml": "ML",
    "wle": "WLE",
}
#: Names of people.
_PEOPLE = {"mantel haenszel": "Mantel-Haenszel", "rasch": "Rasch", "gruijter": "Gruijter"}


def title_of(name: str) -> str:
    """The name of an analysis as a heading: `DIF summary`, `Score gaps`."""
    words = [_INITIALS.get(word, word) for word in name.split("_")]
    first = words[0] if words[0] in _INITIALS.values() else words[0].capitalize()
    title = " ".join([first, *words[1:]])
    for written, called in _PEOPLE.items():
        title = title.replace(written, called)
    return title


@cache
def spoken_name(name: str) -> str:
    """A name of the data as words: `partially met`, `30 to 39`, `50 and over`."""
    text = re.sub(r"(?<=\d)_(?=\d)", " to ", name).replace("_", " ")
    for written, called in _IN_NAMES.items():
        text = re.sub(rf"\b{written}\b", called, text)
    return text


def _named(name: str, column: str) -> str:
    """A cell with the names in it as words, unless it is looked up as it is."""
    if "_" not in name or not _LITERAL.isdisjoint(column.split("_")):
        return name
    return _CODE.sub(lambda found: spoken_name(found[0]), name)


@cache
def term_of(column: str) -> Term:
    """The glossary term of a column, or a plain one made of its name."""
    known = known_term(column)
    if known:
        return known
    words = column.replace("_", " ")
    return Term(name=column, label=words[:1].upper() + words[1:], meaning="")


def number(value: Any, column: str) -> str:
    """A value with the decimals of its column: whole numbers grouped, a true minus sign.

    In a column that names what the row holds, the name is written as the glossary has it.

    A number that cannot pass 1 in size loses its leading zero, as the field writes it (.83).
    """
    if is_undefined(value):
        return UNDEFINED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        named = term_of(value).label if column in _NAMING else value
        return _named(named, column)
    known = term_of(column)
    text = _figures(value, known.decimals, leading_zero=not _within_one(known))
    # A probability is never 0.
    tiny = column in _PROBABILITIES and 0 < value < 0.5 * 10.0 ** -(known.decimals or 0)
    return f"<{text[:-1]}1" if tiny else text


def interval(low: Any, high: Any, column: str) -> str:
    """`.30 to .45`, or a dash where there is none."""
    if is_undefined(low) or is_undefined(high):
        return UNDEFINED
    return f"{number(low, column)} to {number(high, column)}"


def is_undefined(value: Any) -> bool:
    """Nothing there: None, a missing value of pandas, or not a number."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and not math.isfinite(value)


def reason_words(code: Any) -> str:
    """A short reason code as words."""
    if is_undefined(code) or code == "":
        return "undefined"
    return reason_label(str(code))


def coefficients(values: Sequence[float | None], column: str = "estimate") -> list[str]:
    """Numbers that belong together: coefficients as their column says, others with three figures.

    A number that can pass 1 keeps its leading zero and has three figures at most.
    """
    known = [0.0 if value is None else value for value in values]
    within_one = max(map(abs, known)) <= 1

    def written(value: float) -> str:
        if within_one and not float(value).is_integer():
            return number(value, column)
        return f"{value:.3g}".replace("-", MINUS)

    return [written(value) for value in known]


def in_a_sentence(label: str) -> str:
    """A label as it stands inside a sentence: with a small first letter, unless it has initials."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def ended(label: str) -> str:
    """A label as a sentence: with a full stop, unless it asks."""
    return label if label.endswith("?") else f"{label}."


def points(value: Any) -> str:
    """A number of score points for the lay page: one decimal at most."""
    return UNDEFINED if is_undefined(value) else f"{float(value):.1f}".removesuffix(".0")


def count(n: int, one: str, many: str | None = None) -> str:
    """`1 item`, `32 items`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def per_hundred(share: float) -> str:
    """A share as a natural frequency: `56 of 100`, and never a rounded 0 or 100 that is not."""
    rounded = round(100 * share)
    if rounded == 0 and share > 0:
        return "fewer than 1 of 100"
    if rounded == 100 and share < 1:
        return "more than 99 of 100"
    return f"{rounded} of 100"


def of_all(share: float, n: int) -> str:
    """A share of a few things as a count: `3 of 32`."""
    return f"{round(share * n)} of {n:,}"


def range_of_all(low: float | None, high: float | None, n: int) -> str:
    """Limits of a share of a few things: `2 to 5 of 32`, or `3 of 32` where both are the same."""
    if low is None or high is None:
        return UNDEFINED
    first, last = round(low * n), round(high * n)
    return of_all(low, n) if first == last else f"{first} to {last} of {n:,}"


def interval_words(options: Mapping[str, Any]) -> str:
    """The heading of intervals made with these options: `95% interval`."""
    return f"{100 * float(options.get('level', _DEFAULT_LEVEL)):g}% interval"


def plausible(low: float | None, high: float | None) -> str:
    """Limits of a share: `5 to 28 of 100`; of 1,000 where of 100 both would be 0, or both 100."""
    if low is None or high is None:
        return UNDEFINED
    first, last = round(100 * low), round(100 * high)
    if low < high and first == last and last in (0, 100):
        first, last = math.floor(1000 * low), math.ceil(1000 * high)
        return f"{first:,} to {last:,} of 1,000"
    return f"{first} to {last} of 100"


def _figures(value: Any, decimals: int | None, *, leading_zero: bool) -> str:
    if isinstance(value, int) or decimals == 0:
        return f"{round(value):,}".replace("-", MINUS)
    text = f"{value:,.{_DEFAULT_DECIMALS if decimals is None else decimals}f}"
    negative, text = text.startswith("-"), text.removeprefix("-")
    if not leading_zero and text.startswith("0."):
        text = text[1:]
    is_zero = not text.strip("0.")
    return (MINUS if negative and not is_zero else "") + text


def _within_one(known: Term) -> bool:
    return known.range.endswith((" to 1", "at most 1"))
