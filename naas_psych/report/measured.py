"""What a verdict was read from, in words."""

from __future__ import annotations

from naas_psych.assurance.entry import Entry
from naas_psych.report import wording


def measured(entry: Entry) -> str:
    """What a verdict was read from: a share as so many of 100, anything else as its column says."""
    if entry.estimate is None:
        return ""
    if entry.out_of:
        figure, limits = (
            wording.of_all(entry.estimate, entry.out_of),
            wording.range_of_all(entry.low, entry.high, entry.out_of),
        )
    elif entry.column == "proportion":
        figure, limits = (
            wording.per_hundred(entry.estimate),
            wording.plausible(entry.low, entry.high),
        )
    else:
        figure = wording.number(entry.estimate, entry.column)
        limits = wording.interval(entry.low, entry.high, entry.column)
    plausible = "" if entry.low is None else f" (plausible: {limits})"
    measure = entry.measure[:1].upper() + entry.measure[1:]
    return f"{measure}: {figure}{plausible}."
