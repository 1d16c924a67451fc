"""The panel of experts and its ratings: sizes, ranges, and what is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from naas_psych.simulate.experts import experts
from naas_psych.simulate.plan import make_plan
from tests.simulate.worlds import SEEDS, Plants, world

P3 = ["AL07", "AL19", "AL22", "BE06", "BE20"]
OWNERS = ["health", "ed_psych", "health", "ed_psych", "health"]
P23 = ["AL08", "BE09"]
#: The least content validity index of an item that is held relevant.
RELEVANT = 0.78
RATINGS = ["relevance", "clarity", "essential", "kss_match", "role_owner"]


def rated(seed: int = 0, plants: Plants = None) -> pd.DataFrame:
    return world(seed, plants=plants).table("expert_ratings")


def i_cvi(ratings: pd.DataFrame, number: int = 2) -> pd.Series:
    """Share of the experts rating 3 or 4, by item."""
    given = ratings[(ratings["round"] == number) & ratings["relevance"].notna()]
    return (given["relevance"] >= 3).groupby(given["item_id"]).mean()


def modal_owner(ratings: pd.DataFrame) -> pd.Series:
    last = ratings[ratings["round"] == 2]
    return last.groupby("item_id")["role_owner"].agg(lambda named: named.mode()[0])


def by_judge(ratings: pd.DataFrame) -> pd.DataFrame:
    """Relevance in round 2, items by experts."""
    last = ratings[ratings["round"] == 2].astype({"relevance": float})
    return last.pivot_table(index="item_id", columns="judge_id", values="relevance")


def test_the_panel_is_that_of_the_design() -> None:
    panel = experts(make_plan())
    assert list(panel["judge_id"]) == [f"X{k:02d}" for k in range(1, 15)]
    assert panel["background"].value_counts().to_dict() == {
        "frontline": 5,
        "supervisor": 3,
        "academic": 2,
        "principal_sw": 2,
        "legal": 1,
        "care_experienced": 1,
    }
    assert panel.set_index("judge_id").loc["X13", "background"] == "legal"
    assert panel["years"].between(1, 40).all()
    assert panel.notna().all(axis=None)
    pd.testing.assert_frame_equal(panel, experts(make_plan(persons=20_000)))


def test_every_expert_meets_every_scored_item_twice() -> None:
    ratings = rated()
    assert len(ratings) == 14 * 96 * 2
    assert not ratings.duplicated(["judge_id", "item_id", "round"]).any()
    assert set(ratings["item_id"]) == set(world().bank.forms["item_id"])
    assert ratings["relevance"].dropna().between(1, 4).all()
    assert ratings["clarity"].dropna().between(1, 4).all()
    assert ratings["kss_match"].dropna().between(1, 10).all()
    assert set(ratings["essential"].dropna()) == {"essential", "useful", "not_needed"}
    owners = {"social_worker", "health", "ed_psych", "lawyer", "other"}
    assert set(ratings["role_owner"].dropna()) == owners


def test_four_rows_in_a_hundred_are_empty_throughout() -> None:
    empty = [rated(seed)["relevance"].isna() for seed in SEEDS]
    n = sum(len(one) for one in empty)
    # Four standard errors of a binomial share.
    assert abs(sum(one.sum() for one in empty) / n - 0.04) < 4 * np.sqrt(0.04 * 0.96 / n)
    blanks = rated()[RATINGS].isna()
    assert blanks.nunique(axis=1).max() == 1


def test_experts_agree_more_after_they_have_talked() -> None:
    for seed in SEEDS:
        spread = rated(seed).groupby(["round", "item_id"])[["relevance", "clarity"]].std()
        first, second = (spread.loc[number].astype(float).mean() for number in (1, 2))
        assert (second < first).all()


def test_experts_mostly_see_the_area_an_item_is_about() -> None:
    areas = world().bank.items[["item_id", "kss"]]
    right = rated().dropna().merge(areas).eval("kss == kss_match")
    assert 0.82 < right.mean() < 0.94


@pytest.mark.parametrize("seed", SEEDS)
def test_items_of_other_roles_are_found_irrelevant(seed: int) -> None:
    relevant = i_cvi(rated(seed))
    assert relevant[P3].between(0.21, 0.57).all()
    assert list(modal_owner(rated(seed))[P3]) == OWNERS
    assert (relevant.drop([*P3, *P23]) < RELEVANT).sum() <= 1
    assert (modal_owner(rated(seed)).drop(P3) == "social_worker").all()


def test_hardly_any_sound_item_is_found_irrelevant() -> None:
    below = [(i_cvi(rated(seed)).drop([*P3, *P23]) < RELEVANT).sum() for seed in SEEDS]
    assert sum(below) <= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_clear_pair_is_of_low_relevance_and_social_work(seed: int) -> None:
    ratings = rated(seed)
    assert i_cvi(ratings)[P23].between(0.40, 0.62).all()
    assert (modal_owner(ratings)[P23] == "social_worker").all()
    pair = ratings[ratings["item_id"].isin(P23) & (ratings["round"] == 2)]
    assert (pair["clarity"].dropna() == 4).mean() > 0.85


def test_the_easy_and_the_hard_item_are_essential() -> None:
    sound = pd.concat(rated(seed) for seed in SEEDS).query("item_id in ['A01', 'A20']")
    assert (sound["essential"].dropna() == "essential").mean() > 0.90


@pytest.mark.parametrize("seed", SEEDS)
def test_the_legal_expert_stands_apart(seed: int) -> None:
    ratings, items = by_judge(rated(seed)), world().bank.items.set_index("item_id")
    others = ratings.drop(columns="X13")
    assert ratings["X13"].mean() < others.mean().min() - 0.5
    law = items["law_ref"].notna()[ratings.index]
    assert ratings["X13"][law].mean() > 3.0
    assert ratings["X13"][~law].mean() < 2.5
    panel = others.mean(axis=1)
    r = others.apply(lambda one: one.corr(others.drop(columns=one.name).mean(axis=1)))
    assert ratings["X13"].corr(panel) < r.mean() - 0.15


@pytest.mark.parametrize("seed", SEEDS)
def test_the_clean_twin_has_an_ordinary_panel(seed: int) -> None:
    ratings = rated(seed, ())
    assert (i_cvi(ratings) < RELEVANT).sum() <= 1
    assert (modal_owner(ratings) == "social_worker").all()
    means = by_judge(ratings).mean()
    assert means.min() > 3.0
    assert abs(means["X13"] - means.drop("X13").mean()) < 0.4


@pytest.mark.parametrize(("plant", "items"), [("P3", P3), ("P23", [*P23, "A01", "A20"])])
def test_a_plant_leaves_the_other_items_alone(plant: str, items: list[str]) -> None:
    clean, planted = rated(3, ()), rated(3, (plant,))
    other = ~clean["item_id"].isin(items)
    pd.testing.assert_frame_equal(clean[other], planted[other])
    assert not clean[~other].equals(planted[~other])
