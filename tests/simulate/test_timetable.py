"""Nobody marks two things at once, or at night."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.timetable import timetable
from tests.simulate.worlds import world


def test_nobody_marks_two_things_at_once_or_out_of_hours() -> None:
    for table, who, at in (
        (world().table("observations"), "rater_id", "rated_at"),
        (world().table("scripts"), "marker_id", "marked_at"),
    ):
        work = table.drop_duplicates(["person_id", *{"task_id"} & set(table.columns), who, at])
        assert not work.duplicated([who, at]).any()
        moment = pd.to_datetime(work[at])
        assert moment.dt.hour.between(9, 18).all()
        assert (moment.dt.day_of_week < 5).all()


def test_a_timetable_by_hand() -> None:
    day = {"first": "2016-02-19", "starts": "09:00", "minutes_each": 30, "lunch_minutes": 60}
    slot = timetable(
        np.array([0, 1, 0, 0]),
        queue=np.array([0.3, 0.1, 0.1, 0.2]),
        per_day=np.array([2, 2, 2, 2]),
        day=day,
    )
    # Lunch comes after the first of two; the third of marker 0 waits from Friday to Monday.
    assert list(slot.minute) == [
        "2016-02-22T09:00",
        "2016-02-19T09:00",
        "2016-02-19T09:00",
        "2016-02-19T10:30",
    ]
    assert list(slot.order) == [1, 1, 1, 2]
    assert list(slot.hours) == [0.0, 0.0, 0.0, 1.5]
