"""The verdict on a form's time: intervals held to limits, the worst of them counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from naas_psych.analyses.items.phrasing import known
from naas_psych.thresholds import Threshold, Thresholds

Row = Mapping[Any, Any]

#: Worst first: what fails beats what is not known, and that beats what passes in part.
_WORST_FIRST = ("rushed", "cannot_tell", "partly", "not_rushed")


@dataclass(frozen=True)
class Held:
    """One measure held to its limit and target: the word, and the threshold that decided.

    throughout : rapid answers beyond the target that are not more frequent at the end
    """

    measure: str
    word: str
    row: Row
    threshold: Threshold
    throughout: bool = False


@dataclass(frozen=True)
class SpeedVerdict:
    """The word of a form, and every measure that has it.

    case : the words of the finding to use; n, enough : persons there are, and that are needed
    """

    word: str
    case: str
    because: tuple[Held, ...]
    n: int
    enough: int


def speed_verdict(rows: Mapping[str, Row], n: int, thresholds: Thresholds) -> SpeedVerdict:
    """Rushed, partly, not_rushed or cannot_tell, from the summary rows of a form by measure.

    Blanks alone can show that a form was rushed, never that it was not: without times the best
    word is cannot_tell. So it is where rapid answers are as frequent before the tail as in it:
    people who make little effort answer so throughout, however much time there is.
    """
    enough = int(thresholds["speed_persons_min"].value)
    if n < enough:
        return SpeedVerdict("cannot_tell", "too_few_persons", (), n, enough)
    held = [one for one in _held(rows, thresholds) if one is not None]
    word = min((one.word for one in held), key=_WORST_FIRST.index, default="cannot_tell")
    timed = known(rows["rapid_tail_share"]["value"]) is not None
    if not timed and word != "rushed":
        return SpeedVerdict("cannot_tell", "no_times", tuple(held), n, enough)
    because = tuple(one for one in held if one.word == word)
    case = "rapid_throughout" if any(one.throughout for one in because) else word
    return SpeedVerdict(word, case, because, n, enough)


def _held(rows: Mapping[str, Row], thresholds: Thresholds) -> list[Held | None]:
    last = thresholds["speed_reached_last_min"]
    quarters = thresholds["speed_reached_three_quarters_min"]
    most, target = thresholds["speed_rapid_tail_max"], thresholds["speed_rapid_tail_target"]
    return [
        _at_least("reached_last", rows, last),
        _at_least("reached_three_quarters", rows, quarters),
        _throughout(_at_most("rapid_tail_share", rows, most, target), rows, thresholds),
    ]


def _at_least(measure: str, rows: Mapping[str, Row], least: Threshold) -> Held | None:
    low, high = (known(rows[measure][f"value_{end}"]) for end in ("low", "high"))
    if low is None or high is None:
        return None
    if low >= least.value:
        return Held(measure, "not_rushed", rows[measure], least)
    return Held(measure, "rushed" if high < least.value else "cannot_tell", rows[measure], least)


def _at_most(
    measure: str, rows: Mapping[str, Row], most: Threshold, target: Threshold
) -> Held | None:
    low, high = (known(rows[measure][f"value_{end}"]) for end in ("low", "high"))
    if low is None or high is None:
        return None
    if high <= target.value:
        return Held(measure, "not_rushed", rows[measure], target)
    if high <= most.value:
        return Held(measure, "partly", rows[measure], target)
    return Held(measure, "rushed" if low > most.value else "cannot_tell", rows[measure], most)


def _throughout(held: Held | None, rows: Mapping[str, Row], thresholds: Thresholds) -> Held | None:
    """Rapid answers speak of the time only where there are surely more at the end than before."""
    rise = known(rows["rapid_tail_rise"]["value_low"])
    target = thresholds["speed_rapid_tail_target"].value
    if held is None or rise is None or held.row["value_low"] <= target:
        return held
    if rise > thresholds["speed_rapid_rise_min"].value * held.row["value"]:
        return held
    return replace(held, word="cannot_tell", throughout=True)
