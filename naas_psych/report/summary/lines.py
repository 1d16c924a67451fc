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
    return _plain_number(entry, estimate)


def _limits(entry: Entry) -> str:
    if entry.out_of:
        return wording.range_of_all(entry.low, entry.high, entry.out_of)
    if entry.column == "proportion":
        return wording.plausible(entry.low, entry.high)
    low, high = entry.low or 0.0, entry.high or 0.0
    return f"{_plain_number(entry, low)} to {_plain_number(entry, high)}"


def _plain_number(entry: Entry, value: float) -> str:
    """A coefficient as its column says; anything that can pass 1 with three figures at most."""
    within_one = max(abs(v) for v in (entry.estimate, entry.low, entry.high) if v is not None) <= 1
    if within_one and not float(value).is_integer():
        return wording.number(value, entry.column)
    return f"{value:.3g}".replace("-", wording.MINUS)
