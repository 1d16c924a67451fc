"""The verdict board in words: each line with the number that decides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naas_psych.assurance.entry import Entry
from naas_psych.report import wording
from naas_psych.report.cited import Cited, Words


@dataclass(frozen=True)
class Line:
    """A line of the board; `measured` is what its verdict was read from, empty without a number."""

    entry: Entry
    measured: Words


def lines(board: Sequence[Entry]) -> tuple[Line, ...]:
    """Every line of the board."""
    return tuple(Line(entry, _measured(entry, k)) for k, entry in enumerate(board))


def _measured(entry: Entry, place: int) -> Words:
    """`Reliability (alpha): .81 (plausible: .79 to .83).`"""
    if entry.estimate is None:
        return ()
    cells, own = entry.source, tuple(f"board/{place}/{name}" for name in ("value", "low", "high"))
    said = entry.measure[:1].upper() + entry.measure[1:]
    figure = Cited(_figure(entry), (entry.estimate,), cells[:1] or own[:1])
    if entry.low is None or entry.high is None:
        return (f"{said}: ", figure, ".")
    limits = Cited(_limits(entry), (entry.low, entry.high), cells[1:] or own[1:])
    return (f"{said}: ", figure, " (plausible: ", limits, ").")


def _figure(entry: Entry) -> str:
    """A share as so many of 100, anything else as its column says."""
    estimate = entry.estimate or 0.0
    if entry.out_of:
        return wording.of_all(estimate, entry.out_of)
    if entry.column == "proportion":
        return wording.per_hundred(estimate)
    return _numbers(entry)[0]


def _limits(entry: Entry) -> str:
    if entry.out_of:
        return wording.range_of_all(entry.low, entry.high, entry.out_of)
    if entry.column == "proportion":
        return wording.plausible(entry.low, entry.high)
    return " to ".join(_numbers(entry)[1:])


def _numbers(entry: Entry) -> list[str]:
    """The number and its limits, alike in their figures."""
    limits = () if entry.low is None or entry.high is None else (entry.low, entry.high)
    return wording.coefficients((entry.estimate, *limits), entry.column)
