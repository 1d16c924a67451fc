"""When each piece of work was marked: a queue for every marker, so many a working day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.simulate.draws import Floats, Ints, Texts


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """(M,) each: ISO minute, place in the marker's day from 1, hours since the day began."""

    minute: Texts
    order: Ints
    hours: Floats
    last_day: np.datetime64


def timetable(
    marker: Ints, *, queue: Floats, per_day: Ints, day: Mapping[str, Any], first: Any = None
) -> Timetable:
    """Slots of M pieces of work.

    Parameters
    ----------
    marker : (M,) who marks it, from 0
    queue : (M,) any numbers; each marker works from low to high
    per_day : (M,) how many the marker of this piece does a day
    day : first, starts, minutes_each, lunch_minutes
    first : the first working day, when it is not that of `day`
    """
    place = _place_in_queue(marker, queue)
    order = place % per_day + 1
    lunch = np.where(order > (per_day + 1) // 2, day["lunch_minutes"], 0)
    minutes = (order - 1) * day["minutes_each"] + lunch
    dates = np.busday_offset(
        np.datetime64(day["first"] if first is None else first), place // per_day, roll="forward"
    )
    hour, minute = (int(part) for part in day["starts"].split(":"))
    at = dates.astype("datetime64[m]") + (60 * hour + minute + minutes).astype("timedelta64[m]")
    return Timetable(
        minute=np.datetime_as_string(at, unit="m").astype(object),
        order=order,
        hours=minutes / 60,
        last_day=dates.max() if len(dates) else np.datetime64(day["first"]),
    )


def _place_in_queue(marker: Ints, queue: Floats) -> Ints:
    """(M,) how many pieces of the same marker come before."""
    order = np.lexsort((queue, marker))
    starts = np.searchsorted(marker[order], marker[order], side="left")
    place = np.empty(len(marker), dtype=np.int64)
    place[order] = np.arange(len(marker)) - starts
    return place
