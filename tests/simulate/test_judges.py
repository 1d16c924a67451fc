"""Experts and standard setters: sizes, ranges, and what is planted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from naas_psych.packaged import toml_entries
from naas_psych.simulate.angoff import angoff, borderline
from naas_psych.simulate.bank import Bank, bank
from naas_psych.simulate.expert_ratings import expert_ratings
from naas_psych.simulate.experts import experts
from naas_psych.simulate.hofstee import hofstee
from naas_psych.simulate.plan import make_plan

SEEDS = range(20)
P3 = ["AL07", "AL19", "AL22", "BE06", "BE20"]
OWNERS = ["health", "ed_psych", "health", "ed_psych", "health"]
P23 = ["AL08", "BE09"]
#: The least content validity index of an item that is held relevant.
RELEVANT = 0.78
RATINGS = ["relevance", "clarity", "essential", "kss_match", "role_owner"]
CLEAN: frozenset[str] = frozenset()


@cache
def rated(seed: int = 0, plants: frozenset[str] | None = None) -> pd.DataFrame:
    plan = make_plan(seed=seed, plants=plants)
    return expert_ratings(plan, bank(plan), experts(plan))


@cache
def standard(seed: int = 0, plants: frozenset[str] | None = None) -> pd.DataFrame:
    plan = make_plan(seed=seed, plants=plants)
    return angoff(plan, bank(plan))


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


def judged(table: pd.DataFrame, *, form: str, number: int, column: str) -> pd.DataFrame:
    """Items by judges, of one form and round."""
    part = table[(table["form_id"] == form) & (table["round"] == number)]
    return part.pivot_table(index="item_id", columns="judge_id", values=column).astype(float)


def cut(ratings: pd.DataFrame, items: pd.DataFrame, without: Iterable[str] = ()) -> float:
    """Mean of the judges' percent of the marks of these items."""
    marks = items.set_index("item_id")["max_score"].loc[ratings.index].astype(float)
    return float(ratings.drop(columns=list(without)).mul(marks, axis=0).sum().mean() / marks.sum())


def truth_of(items: Bank, form: str, percent: float = 63.0) -> pd.Series:
    rows = items.form(form)
    share = items.expected(np.array([borderline(items, rows, percent)]), rows)[0]
    return pd.Series(100 * share, index=items.items["item_id"].to_numpy()[rows])


def test_every_column_is_explained_in_its_order() -> None:
    told = toml_entries("simulate/tables.toml")
    plan = make_plan()
    made = {
        "experts": experts(plan),
        "expert_ratings": rated(),
        "angoff": standard(),
        "hofstee": hofstee(plan),
    }
    for name, table in made.items():
        assert list(table.columns) == list(told[name]["columns"]), name


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
    assert set(ratings["item_id"]) == set(bank(make_plan()).forms["item_id"])
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
    areas = bank(make_plan()).items[["item_id", "kss"]]
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
    ratings, items = by_judge(rated(seed)), bank(make_plan()).items.set_index("item_id")
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
    ratings = rated(seed, CLEAN)
    assert (i_cvi(ratings) < RELEVANT).sum() <= 1
    assert (modal_owner(ratings) == "social_worker").all()
    means = by_judge(ratings).mean()
    assert means.min() > 3.0
    assert abs(means["X13"] - means.drop("X13").mean()) < 0.4


@pytest.mark.parametrize(("plant", "items"), [("P3", P3), ("P23", [*P23, "A01", "A20"])])
def test_a_plant_leaves_the_other_items_alone(plant: str, items: list[str]) -> None:
    clean, planted = rated(3, CLEAN), rated(3, frozenset({plant}))
    other = ~clean["item_id"].isin(items)
    pd.testing.assert_frame_equal(clean[other], planted[other])
    assert not clean[~other].equals(planted[~other])


def test_angoff_has_every_rating_that_was_asked_for() -> None:
    table = standard()
    assert not table.duplicated(["judge_id", "form_id", "item_id", "round"]).any()
    counts = table.groupby(["form_id", "round"]).agg(
        judges=("judge_id", "nunique"), items=("item_id", "nunique"), rows=("item_id", "size")
    )
    for form in ("alpha", "beta"):
        assert counts.loc[form].values.tolist() == [[12, 60, 720], [11, 60, 660], [11, 20, 220]]
    assert set(table[table["judge_id"] == "J12"]["round"]) == {1}
    assert table[["probability", "p_partial"]].dtypes.unique().tolist() == [np.dtype("int64")]
    assert table["probability"].between(0, 100).all()
    assert table["p_partial"].between(0, table["probability"]).all()


def test_the_borderline_candidate_expects_the_mark_of_the_cut() -> None:
    items = bank(make_plan())
    for form in ("alpha", "beta"):
        rows = items.form(form)
        marks = items.items["max_score"].to_numpy()[rows]
        for percent in (55.0, 63.0):
            shares = items.expected(np.array([borderline(items, rows, percent)]), rows)[0]
            # The ability is read between places 0.005 logits apart.
            assert 100 * shares @ marks / marks.sum() == pytest.approx(percent, abs=1e-3)


@pytest.mark.parametrize("form", ["alpha", "beta"])
def test_judges_come_closer_to_the_truth_and_to_each_other(form: str) -> None:
    for seed in SEEDS:
        truth = truth_of(bank(make_plan(seed=seed)), form)
        spread, r = [], []
        for number in (1, 2, 3):
            one = judged(standard(seed), form=form, number=number, column="probability")
            own = one.drop(columns="J09")
            spread.append(own.std(axis=1).mean())
            r.append(own.corrwith(truth[own.index]).mean())
        assert spread == sorted(spread, reverse=True)
        assert r == sorted(r)


def test_the_first_round_is_drawn_to_the_middle() -> None:
    slopes = []
    for seed in SEEDS:
        truth = truth_of(bank(make_plan(seed=seed, plants=[])), "beta")
        first = judged(standard(seed, CLEAN), form="beta", number=1, column="probability")
        slopes.append(np.polyfit(truth[first.index], first.mean(axis=1), 1)[0])
    # 0.6 by design; 14 / sqrt(12 judges) of noise on 60 items of SD 17 is a standard error of .03.
    assert np.mean(slopes) == pytest.approx(0.6, abs=0.05)


def test_cuts_of_the_second_round_are_those_of_the_design() -> None:
    upper, lower = [], []
    for seed in SEEDS:
        items = bank(make_plan(seed=seed)).items
        for form in ("alpha", "beta"):
            for column, found in (("probability", upper), ("p_partial", lower)):
                one = judged(standard(seed), form=form, number=2, column=column)
                found.append(cut(one, items, without=["J09"]))
    # Judges of SD 4 make a standard error of 4 / sqrt(10) a seed, .28 over 20; and ratings of easy
    # items that stop at 100 cost a third of a percent.
    assert np.mean(upper) == pytest.approx(62.7, abs=0.9)
    assert np.mean(lower) == pytest.approx(54.7, abs=0.9)
    assert np.ptp(upper) < 10


def test_one_judge_says_fifty_whatever_the_item() -> None:
    r, moved = [], []
    for seed in SEEDS:
        items = bank(make_plan(seed=seed))
        for form in ("alpha", "beta"):
            one = judged(standard(seed), form=form, number=2, column="probability")
            r.append(one["J09"].corr(truth_of(items, form)[one.index]))
            moved.append(cut(one, items.items, without=["J09"]) - cut(one, items.items))
            assert abs(one["J09"].mean() - 50) < 2.5
            assert one["J09"].std() < 6
    # Sampling error of a correlation of 60 items is .13; three of them, over 40 forms.
    assert abs(np.mean(r)) < 3 * 0.13 / np.sqrt(len(r))
    assert np.max(np.abs(r)) < 0.5
    assert np.mean(moved) > 0.8


def test_without_the_plant_that_judge_is_like_the_others() -> None:
    clean, planted = standard(5, CLEAN), standard(5, frozenset({"P18"}))
    own = clean["judge_id"] == "J09"
    pd.testing.assert_frame_equal(clean[~own], planted[~own])
    items = bank(make_plan(seed=5, plants=[]))
    one = judged(clean, form="alpha", number=2, column="probability")
    assert one["J09"].corr(truth_of(items, "alpha")[one.index]) > 0.7


def test_hofstee_limits_are_plausible() -> None:
    for seed in SEEDS:
        limits = hofstee(make_plan(seed=seed))
        assert list(limits["judge_id"]) == [f"J{k:02d}" for k in range(1, 12)]
        assert (limits["max_cut"] - limits["min_cut"]).min() >= 3
        assert (limits["max_fail"] - limits["min_fail"]).min() >= 3
        assert 52 < limits["min_cut"].mean() < 60
        assert 61 < limits["max_cut"].mean() < 71
        assert 2 <= limits["min_fail"].mean() < 8
        assert 12 < limits["max_fail"].mean() < 21


def test_the_same_seed_gives_the_same_tables() -> None:
    one, two = make_plan(seed=4), make_plan(seed=4)
    other = make_plan(seed=5)
    items = bank(one)
    for made in (
        experts,
        lambda plan: expert_ratings(plan, items, experts(plan)),
        lambda plan: angoff(plan, items),
        hofstee,
    ):
        pd.testing.assert_frame_equal(made(one), made(two))
        assert not made(one).equals(made(other))
