"""Who was followed, and what that hides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from naas_psych.simulate.world import World
from tests.simulate.worlds import assert_near, mean_over_seeds, worlds


def test_follow_up_of_leavers_has_no_supervisor() -> None:
    table = pd.concat([each.table("followup") for each in worlds(None)])
    assert (table["supervisor_rating"].isna() == (table["left_job"] == "yes")).all()
    assert (table["left_job"] == "yes").any()


def r_audit(each: World) -> float:
    both = each.table("outcomes").merge(each.table("followup"), on="person_id")
    return float(both["digital_percent"].corr(both["case_audit"]))


def range_ratio(each: World) -> float:
    """SD of the digital mark of all against those followed."""
    told = each.table("outcomes")
    followed = told["person_id"].isin(each.table("followup")["person_id"])
    return float(told["digital_percent"].std() / told.loc[followed, "digital_percent"].std())


def r_corrected(each: World) -> float:
    r, u = r_audit(each), range_ratio(each)
    return float(r * u / np.sqrt(1 + r * r * (u * u - 1)))


def test_follow_up_hides_part_of_the_correlation() -> None:
    raw, corrected = mean_over_seeds(r_audit, None), mean_over_seeds(r_corrected, None)
    assert 0.20 < raw[0] < 0.25
    assert corrected[0] > raw[0] + 0.02
    assert all(range_ratio(each) > 1 for each in worlds(None))
    assert_near(mean_over_seeds(range_ratio, ()), 1.0)


def test_leavers_are_rarely_followed() -> None:
    def left(each: World) -> float:
        return float((each.table("followup")["left_job"] == "yes").mean())

    assert mean_over_seeds(left, None)[0] < 0.06
    assert mean_over_seeds(left, ())[0] == pytest.approx(0.155, abs=0.02)
