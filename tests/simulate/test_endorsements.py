"""Endorsements: the model behind them, who was put forward, and two generous authorities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from naas_psych.simulate.world import World
from tests.simulate.worlds import assert_near, mean_over_seeds, world, worlds


def auc(rating: pd.Series, met: pd.Series) -> float:
    """Chance that one who met was rated higher than one who did not; ties count half."""
    rank = rating.rank()
    n_met, n_not = met.sum(), (~met).sum()
    return float((rank[met].sum() - n_met * (n_met + 1) / 2) / (n_met * n_not))


def informative(each: World, *, generous: bool) -> tuple[pd.Series, pd.Series]:
    """Rating and whether all components together reached the standard, where all were taken."""
    both = each.table("outcomes").merge(each.table("endorsements"), on="person_id")
    both = both.dropna(subset=["overall_compensatory"])
    places = each.plan.numbers["plants"]["P16"]["authorities"]
    both = both[both["la_id"].isin(places) == generous]
    return both["rating"], both["overall_compensatory"] == "met"


def test_endorsement_tells_little_and_in_two_authorities_nothing() -> None:
    """Few are observed in two authorities, so the seeds are pooled there."""
    elsewhere = mean_over_seeds(lambda each: auc(*informative(each, generous=False)), None)
    assert 0.60 < elsewhere[0] < 0.65
    inflated = [informative(each, generous=True) for each in worlds(None)]
    rating, met = (pd.concat(part, ignore_index=True) for part in zip(*inflated, strict=True))
    se = np.sqrt((len(met) + 1) / (12 * met.sum() * (~met).sum()))
    assert abs(auc(rating, met) - 0.5) < 3 * se


def test_endorsement_follows_practice_and_years_as_stated() -> None:
    """Least squares within authorities; the cap at 7 takes some of both slopes away."""

    def slopes(each: World) -> np.ndarray:
        told = each.table("endorsements").iloc[: len(each.cast.practice)]
        table = pd.DataFrame(
            {
                "rating": told["rating"].astype(float),
                "practice": each.cast.practice,
                "years": each.cast.candidates["years"],
            }
        )
        table -= table.groupby(told["la_id"]).transform("mean")
        x = table[["practice", "years"]].to_numpy()
        return np.linalg.lstsq(x, table["rating"].to_numpy(), rcond=None)[0]

    practice, years = np.mean([slopes(each) for each in worlds(())], axis=0)
    assert practice == pytest.approx(0.35, abs=0.04)
    assert years == pytest.approx(0.04, abs=0.01)


def test_the_two_authorities_give_six_and_seven_only() -> None:
    planted, clean = world(plants=("P16",)), world(plants=())
    told, usual = planted.table("endorsements"), clean.table("endorsements")
    inside = told["la_id"].isin(planted.plan.plant("P16")["authorities"])
    assert set(told.loc[inside, "rating"]) == {6, 7}
    assert told.loc[inside, [f"kss_{k}" for k in range(1, 11)]].min().min() == 6
    assert usual.loc[inside, "rating"].min() < 6
    pd.testing.assert_frame_equal(told[~inside], usual[~inside])


def test_the_weaker_were_not_put_forward() -> None:
    def difference(each: World) -> float:
        mean = each.table("endorsements").groupby("put_forward")["rating"].mean()
        return float(mean["yes"] - mean["no"])

    planted = mean_over_seeds(difference, ("P20",))
    assert_near(planted, 0.35 * 1.0, bias=0.02)
    assert_near(mean_over_seeds(difference, ()), 0.0, bias=0.02)
