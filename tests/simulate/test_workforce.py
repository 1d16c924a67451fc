"""The whole workforce: raked to its margins, with authorities of many sizes."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.simulate.workforce import frame_authorities, rake
from tests.simulate.worlds import world


def test_raking_by_hand() -> None:
    """A two by two table: the odds ratio stays, the margins are met."""
    seed = np.array([[2.0, 1.0], [1.0, 2.0]])
    fitted = rake(seed, [np.array([0.7, 0.3]), np.array([0.4, 0.6])])
    assert np.allclose(fitted.sum(axis=1), [0.7, 0.3])
    assert np.allclose(fitted.sum(axis=0), [0.4, 0.6])
    odds = fitted[0, 0] * fitted[1, 1] / (fitted[0, 1] * fitted[1, 0])
    assert odds == pytest.approx(4.0)


@pytest.mark.parametrize("seed", [2017, *range(5)])
def test_the_workforce_has_the_published_margins(seed: int) -> None:
    each = world(seed)
    frame = each.table("workforce_frame")
    for name, shares in each.plan.numbers["frame"]["margins"].items():
        found = frame[name].value_counts(normalize=True)
        for level, share in shares.items():
            se = np.sqrt(share * (1 - share) / len(frame))
            assert abs(found[level] - share) < 4 * se, f"{name} {level}"


def test_authorities_of_the_workforce() -> None:
    frame = world().table("workforce_frame")
    assert set(frame["la_id"]) <= {f"LA{k:03d}" for k in range(1, 153)}
    assert frame["la_id"].nunique() > 145
    assert len(frame[["la_id", "ofsted", "region"]].drop_duplicates()) == frame["la_id"].nunique()
    assert "person_id" not in frame
    places = frame_authorities(world().plan)
    assert places["region"].value_counts()["London"] == 33
    assert dict(places["ofsted"].value_counts()) == {
        "requires_improvement": 68,
        "good": 52,
        "inadequate": 29,
        "outstanding": 3,
    }
    share = frame["la_id"].value_counts(normalize=True).reindex(places["la_id"]).fillna(0.0)
    assert np.corrcoef(share, places["share"])[0, 1] > 0.98


def test_people_of_the_workforce_hang_together() -> None:
    frame = world().table("workforce_frame")
    young = frame[frame["age_band"] == "under_30"]
    assert not young["years_band"].isin(["10_to_19", "20_and_over"]).any()
    agency = frame.groupby("ofsted")["employment"].apply(lambda kind: (kind == "agency").mean())
    assert agency["inadequate"] > agency["good"] + 0.05
    black = frame.groupby(frame["region"] == "London")["ethnicity"].apply(
        lambda kind: (kind == "Black").mean()
    )
    assert black[True] > 2 * black[False]
