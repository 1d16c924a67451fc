"""Written work: third marks, and markers who drift or keep to the middle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.world import World
from tests.simulate.worlds import assert_near, mean_over_seeds, world


def test_a_third_marker_comes_where_two_are_far_apart() -> None:
    written = world().table("scripts")
    totals = written.pivot_table(index="script_id", columns="mark_number", values="total")
    apart = (totals[1] - totals[2]).abs() > 3
    assert (totals[3].notna() == apart).all()
    flag = written.groupby("script_id")["adjudicated"].first() == "yes"
    assert (flag == apart).all()
    assert (written.groupby("script_id")["marker_id"].nunique() == np.where(apart, 3, 2)).all()
    assert apart.any()


def drift(each: World, marker: str) -> float:
    """Slope in marks an hour of the gap to the other marker of the script."""
    written = each.table("scripts")
    pairs = written[written["mark_number"] < 3].copy()
    pairs["gap"] = 2 * (pairs["total"] - pairs.groupby("script_id")["total"].transform("mean"))
    pairs = pairs[(pairs["marker_id"] == marker)]
    moment = pd.to_datetime(pairs["marked_at"])
    return float(np.polyfit(moment.dt.hour + moment.dt.minute / 60, pairs["gap"], 1)[0])


def spread(each: World, marker: str) -> float:
    written = each.table("scripts")
    sd = written[written["mark_number"] < 3].groupby("marker_id")["total"].std()
    return float(sd[marker] / sd.drop(["M3", "M6", marker], errors="ignore").mean())


def test_a_marker_drifts_over_the_day() -> None:
    """0.15 a criterion and hour, over four criteria; the bottom of the scale takes some away."""
    found = mean_over_seeds(lambda each: drift(each, "M3"), ("P15",))
    assert_near(found, -0.60, bias=0.05)
    assert_near(mean_over_seeds(lambda each: drift(each, "M3"), ()), 0.0)
    assert_near(mean_over_seeds(lambda each: drift(each, "M4"), ("P15",)), 0.0, bias=0.05)


def test_a_marker_keeps_to_the_middle() -> None:
    assert_near(mean_over_seeds(lambda each: spread(each, "M6"), ("P15",)), 0.60, bias=0.04)
    assert_near(mean_over_seeds(lambda each: spread(each, "M6"), ()), 1.0, bias=0.02)


def test_only_the_planted_markers_change() -> None:
    keys = ["script_id", "mark_number", "marker_id"]
    clean, planted = (world(plants=p).table("scripts") for p in ((), ("P15",)))
    both = clean.merge(planted, on=keys, suffixes=("", "_planted"))
    both = both[both["mark_number"] < 3]
    changed = both["total"] != both["total_planted"]
    assert set(both.loc[changed, "marker_id"]) == {"M3", "M6"}
